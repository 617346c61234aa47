"""Connections, failures and concurrency."""

import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

import persistence.database
from domain.errors import ErrorCode, StoreError
from domain.leads import Motion
from persistence.database import Database, upgrade
from persistence.pause import SqlPauseSwitch
from persistence.tables import CaseSaltRow, PauseRow
from tests.fakes.clock import START
from tests.fakes.databases import Postgres, synced


@pytest.fixture
def sqlite_db(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    path = tmp_path / "shared.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def test_sqlite_is_set_up_to_be_shared_and_durable(sqlite_db: Database) -> None:
    with synced(), sqlite_db.session() as session:
        asked = {
            pragma: session.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys")
        }
        waits = session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar()
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert waits is not None
    assert waits >= 5_000


def test_a_new_sqlite_file_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "new.db"
    upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_block_that_raises_leaves_nothing(db: Database) -> None:
    def half_done() -> None:
        with db.transaction() as session:
            session.add(PauseRow(motion="inbound", paused=True, set_by="sam", set_at=START))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        half_done()
    assert not SqlPauseSwitch(db).paused(Motion.INBOUND)


def test_a_reading_session_cannot_write(db: Database) -> None:
    def write() -> None:
        with db.session() as session:
            session.add(CaseSaltRow(case_id="c1", salt=b"s"))
            session.commit()

    with pytest.raises((DBAPIError, StoreError)):
        write()
    with db.session() as session:
        assert session.get(CaseSaltRow, "c1") is None
    with db.transaction() as session:
        session.add(CaseSaltRow(case_id="c1", salt=b"s"))


def test_a_reading_session_sees_one_moment(db: Database) -> None:
    with db.session() as reading:
        assert reading.exec(select(PauseRow)).all() == []
        SqlPauseSwitch(db).set(Motion.INBOUND, True, by="sam", now=START)
        assert reading.exec(select(PauseRow)).all() == []
    assert SqlPauseSwitch(db).paused(Motion.INBOUND)


def test_readers_go_on_while_somebody_writes(db: Database) -> None:
    with db.transaction() as writing:
        writing.add(PauseRow(motion="inbound", paused=True, set_by="sam", set_at=START))
        writing.flush()
        assert not SqlPauseSwitch(db).paused(Motion.INBOUND)


def test_a_lock_that_never_comes_is_a_named_failure(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persistence.database, "_BUSY_SECONDS", 0.05)
    path = tmp_path / "busy.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            SqlPauseSwitch(database).set(None, True, by="sam", now=START)
        assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
        assert "locked" in caught.value.detail
        other.execute("ROLLBACK")
        SqlPauseSwitch(database).set(None, True, by="sam", now=START)
    finally:
        other.close()
        database.close()


def test_a_thread_that_never_gets_its_turn_is_told(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persistence.database, "_BUSY_SECONDS", 0.05)
    switch = SqlPauseSwitch(sqlite_db)
    with sqlite_db.transaction(), ThreadPoolExecutor(max_workers=1) as pool:
        late = pool.submit(switch.set, None, True, by="sam", now=START)
        with pytest.raises(StoreError) as caught:
            late.result()
    assert "locked" in caught.value.detail
    switch.set(None, True, by="sam", now=START)


def test_a_server_that_is_not_there_is_a_named_failure_without_the_password() -> None:
    database = Database("postgresql://sam:hunter2@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        SqlPauseSwitch(database).paused(Motion.INBOUND)
    assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
    assert "127.0.0.1" in caught.value.detail
    assert "hunter2" not in f"{caught.value!r} {caught.value.detail} {database!r}"


@pytest.mark.postgres
def test_a_lost_connection_is_named_and_the_next_call_works(postgres: Postgres) -> None:
    url = postgres.migrated()
    database, other = Database(url), Database(url)

    def cut_off() -> None:
        with database.transaction() as session:
            number = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with other.transaction() as killing:
                killing.connection().exec_driver_sql(f"SELECT pg_terminate_backend({number})")
            session.connection().exec_driver_sql("SELECT 1")

    try:
        with pytest.raises(StoreError) as caught:
            cut_off()
        assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
        assert not SqlPauseSwitch(database).paused(Motion.INBOUND)
    finally:
        database.close()
        other.close()


def test_a_file_that_is_no_database_is_a_named_failure(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("this is a shopping list, not a database\n" * 50)
    with pytest.raises(StoreError) as caught:
        upgrade(f"sqlite:///{path}")
    assert "notes.txt" in caught.value.detail


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "cannot be read"),
        ("sqlite://", "must be a file"),
        ("sqlite:///:memory:", "must be a file"),
        ("mysql://root@localhost/x", "mysql"),
    ],
)
def test_an_address_that_cannot_be_used(url: str, told: str) -> None:
    with pytest.raises(StoreError) as caught:
        Database(url)
    assert told in caught.value.detail


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        upgrade(f"sqlite:///{tmp_path}/file/app.db")
    assert "cannot be created" in caught.value.detail


def test_parameters_stay_out_of_database_errors(db: Database) -> None:
    def add() -> None:
        with db.transaction() as session:
            session.add(PauseRow(motion="inbound", paused=True, set_by="ada@example.org", set_at=START))

    add()
    with pytest.raises(DBAPIError) as caught:
        add()
    assert "ada@example.org" not in str(caught.value)
