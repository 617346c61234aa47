"""Whatever one does to the entries of a chain, verifying says so."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from domain.audit import AuditEvent, AuditKind
from domain.errors import StoreError
from domain.pausing import resume_case
from persistence.audit import SqlAuditLog
from persistence.database import Database
from persistence.tables import AuditRow
from tests.fakes.clock import START

LENGTH = 6
POSITIONS = st.integers(min_value=1, max_value=LENGTH)


def fresh_log(db: Database) -> SqlAuditLog:
    """The log of a chain of `LENGTH` entries, guards removed, made once per database."""
    log = SqlAuditLog(db)
    for n in range(LENGTH):
        log.append(AuditEvent(key=f"k{n}", kind=AuditKind.WRITTEN, org_id="acme", actor=f"part{n}", at=START))
    with db.transaction() as session:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_no_update")
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_no_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_append_only ON audit_entry")
    return log


def bodies(db: Database) -> dict[int, AuditRow]:
    with db.session() as session:
        return {row.position: row for row in session.exec(select(AuditRow))}


def restore(db: Database, rows: dict[int, AuditRow]) -> None:
    with db.transaction() as session:
        for row in session.exec(select(AuditRow)).all():
            session.delete(row)
        session.flush()
        for row in rows.values():
            session.add(AuditRow(**row.model_dump()))


SEVERAL_ON_ONE_DATABASE = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SEVERAL_ON_ONE_DATABASE
@given(position=POSITIONS, at=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
def test_one_flipped_bit_shows(db: Database, position: int, at: int, bit: int) -> None:
    log = fresh_log(db)
    rows = bodies(db)
    body = bytearray(rows[position].body)
    body[at % len(body)] ^= 1 << bit
    change(db, position, bytes(body), rows[position].entry_hash)
    assert any(line.startswith(f"acme #{position}:") for line in log.verify())
    restore(db, rows)
    assert log.verify() == []


@SEVERAL_ON_ONE_DATABASE
@given(position=st.integers(min_value=1, max_value=LENGTH - 1), actor=st.text(min_size=1, max_size=8))
def test_a_rewritten_entry_with_a_fitting_hash_breaks_the_next(db: Database, position: int, actor: str) -> None:
    log = fresh_log(db)
    rows = bodies(db)
    event = AuditEvent.model_validate_json(rows[position].body).model_copy(update={"actor": actor})
    body = event.model_dump_json().encode()
    change(db, position, body, sha256(rows[position].prev_hash.encode() + body).hexdigest())
    assert f"acme #{position + 1}: does not follow the entry before it" in log.verify()
    restore(db, rows)


@SEVERAL_ON_ONE_DATABASE
@given(pair=st.tuples(POSITIONS, POSITIONS).filter(lambda pair: pair[0] != pair[1]))
def test_two_swapped_entries_show(db: Database, pair: tuple[int, int]) -> None:
    log = fresh_log(db)
    rows = bodies(db)
    with db.transaction() as session:
        one, other = (session.exec(select(AuditRow).where(AuditRow.position == at)).one() for at in pair)
        one.position, other.position = -1, -2
        session.add_all([one, other])
        session.flush()
        one.position, other.position = pair[1], pair[0]
        session.add_all([one, other])
    assert log.verify() != []
    restore(db, rows)


@SEVERAL_ON_ONE_DATABASE
@given(removed=st.sets(st.integers(min_value=1, max_value=LENGTH - 1), min_size=1))
def test_removed_entries_show(db: Database, removed: set[int]) -> None:
    log = fresh_log(db)
    rows = bodies(db)
    with db.transaction() as session:
        for row in session.exec(select(AuditRow).where(col(AuditRow.position).in_(removed))).all():
            session.delete(row)
    assert any("missing" in line for line in log.verify())
    restore(db, rows)


def change(db: Database, position: int, body: bytes, entry_hash: str) -> None:
    with db.transaction() as session:
        row = session.exec(select(AuditRow).where(AuditRow.position == position)).one()
        row.body, row.entry_hash = body, entry_hash
        session.add(row)


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(sqlite_template, tmp_path / "countersign.db")
    with closing(Database(f"sqlite:///{tmp_path / 'countersign.db'}")) as database:
        yield database


def altered(database: Database, change: str) -> SqlAuditLog:
    """A chain of `LENGTH`, with a statement over it that no product would send."""
    log = fresh_log(database)
    with database.transaction() as session:
        session.connection().exec_driver_sql(f"UPDATE audit_entry SET {change}")
    return log


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("body", "CAST(body AS TEXT)"),
        ("body", "42"),
        ("prev_hash", "x'00ff'"),
        ("prev_hash", "7"),
        ("entry_hash", "x'00ff'"),
        ("kind", "x'80'"),
        ("at", "'some day'"),
        ("at", "x'80'"),
        ("case_id", "3.5"),
    ],
)
def test_a_column_of_another_type_shows_and_does_not_end_the_check(fresh: Database, column: str, value: str) -> None:
    """SQLite stores whatever it is given."""
    log = altered(fresh, f'"{column}" = {value} WHERE position = 3')
    assert any(line.startswith("acme #3: ") for line in log.verify())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("key = x'80' WHERE position = 3", "acme #3: its columns differ from what was hashed"),
        ("position = 'x' || position WHERE position IN (3, 4)", "acme #x3: altered, that is no position"),
        ("position = 2.5 WHERE position = 3", "acme #2.5: altered, that is no position"),
        ("org_id = x'80' WHERE position = 3", "acme #3: missing; #4 follows"),
    ],
)
def test_a_place_in_the_chain_of_another_type_shows_and_does_not_end_the_check(
    fresh: Database, change: str, said: str
) -> None:
    assert said in altered(fresh, change).verify()


@pytest.mark.parametrize(
    "change",
    ["position = 'last'", "at = 'some day'", "at = x'80'", "entry_hash = x'80'", "org_id = x'80'"],
)
def test_an_end_that_cannot_be_read_is_no_head(fresh: Database, change: str) -> None:
    log = altered(fresh, f"{change} WHERE position = {LENGTH}")
    with pytest.raises(StoreError) as refused:
        log.heads()
    assert "run: countersign audit verify" in refused.value.detail
    assert log.verify() != []


@pytest.mark.parametrize("kind", [AuditKind.SIGNED_IN, AuditKind.PAUSED])
def test_what_is_asked_of_an_altered_entry_says_so(sqlite_template: Path, tmp_path: Path, kind: AuditKind) -> None:
    shutil.copy(sqlite_template, tmp_path / "countersign.db")
    with closing(Database(f"sqlite:///{tmp_path / 'countersign.db'}")) as database:
        log = fresh_log(database)
        log.append(AuditEvent(key="one", kind=kind, org_id="acme", case_id=resume_case(None), at=START))
        change = "UPDATE audit_entry SET at = 'some day', body = x'80' WHERE key = 'one'"
        with database.transaction() as session:
            session.connection().exec_driver_sql(change)
        with pytest.raises(StoreError) as refused:
            log.last_sign_ins("acme") if kind is AuditKind.SIGNED_IN else log.last_stops("acme")
        assert "run: countersign audit verify" in refused.value.detail
