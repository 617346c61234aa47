"""What the database itself refuses: SQLite by triggers, PostgreSQL by triggers and by what the role may do."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from domain.audit import AuditEvent, AuditKind
from domain.errors import StoreError
from persistence.audit import SqlAuditLog
from persistence.database import Database, upgrade
from tests.architecture.source_tree import ROOT
from tests.fakes.clock import START
from tests.fakes.databases import Postgres

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
def test_sqlite_refuses_every_way_to_change_an_entry(sqlite_template: Path, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "audit.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    log = SqlAuditLog(database)
    log.append(event("a"))
    before = list(log.export())
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    assert list(log.export()) == before
    log.append(event("b"))
    assert log.verify() == []
    database.close()


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
        upgrade(role)
        database = Database(role)
        log = SqlAuditLog(database)
        log.append(event("a"))
        log.append(event("b"))
        assert (len(list(log.export())), log.verify()) == (2, [])
        database.close()

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
        owner = make_url(role).set(username="postgres", password=None)
        with psycopg.connect(owner.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0008'")
        with pytest.raises(StoreError) as refused:
            upgrade(role)
        assert "run countersign migrate" in refused.value.detail
