"""The application database: SQLite shared by several processes on one machine, or PostgreSQL.

Every failure to reach it, lock waits included, is a `StoreError` (store_unavailable): try again later. All
adapters are safe to call again, so an unclear commit is answered by repeating the call.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlmodel import Session, SQLModel

from domain.errors import InputError, StoreError

# Long enough for a burst of writers on a slow disk, short enough for an activity's own timeout.
_BUSY_SECONDS = 20
_PG_CONNECT_SECONDS = 10
_PG_NOT_PERMITTED = "42501"
_QUERY_ONLY = "countersign_query_only"
_WAL_ATTEMPTS = 50
_WAL_PAUSE_SECONDS = 0.1


class Database:
    """Connections to the application database. Threads share one; forked or spawned processes make their own."""

    def __init__(self, url: str) -> None:
        """`url` as `sqlite:///path` or `postgresql://user:password@host/name`. Connects on first use.

        Raises `StoreError` for an address it cannot use.
        """
        self.url = _parsed(url)
        self._engine = _engine(self.url)
        # SQLite's waiting writers poll, and some of many wait very long. So only one thread per process polls.
        self._sqlite_writer = threading.Lock() if self.url.get_backend_name() == "sqlite" else None
        # A reader sees one moment of the data, and a write by mistake is refused instead of dropped.
        self._reading = self._engine.execution_options(countersign_reads=True)
        if self.url.get_backend_name() == "postgresql":
            self._reading = self._reading.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)})"

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """A read-only look at one moment of the data. Rows stay usable afterwards."""
        with _named_failures(self.url), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction: committed and on disk when the block ends, rolled back when it raises.

        On SQLite it holds the one write lock from its start, so what it reads cannot change under it. Blocks do not
        nest: the inner one would wait for the outer one.
        """
        with (
            self._turn(),
            _named_failures(self.url),
            Session(self._engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if self._sqlite_writer is None:
            yield
            return
        if not self._sqlite_writer.acquire(timeout=_BUSY_SECONDS):
            raise StoreError(f"the database {self.url.database} is locked: other writes took over {_BUSY_SECONDS} s")
        try:
            yield
        finally:
            self._sqlite_writer.release()

    def close(self) -> None:
        """Return every connection. The object can be used again."""
        self._engine.dispose()


def upgrade(url: str) -> None:
    """Bring the schema to this version. Safe when several processes start at once: one does it, the others wait.

    Creates a SQLite file readable by its owner only. Raises `StoreError`.
    """
    parsed = _parsed(url)
    engine = _engine(parsed)
    try:
        with _named_failures(parsed):
            if parsed.get_backend_name() == "sqlite":
                _create_private_file(parsed)
            with engine.begin() as connection:
                lock(connection, "schema")
                config = Config()
                config.set_main_option("script_location", "persistence:migrations")
                config.attributes["connection"] = connection
                try:
                    command.upgrade(config, "head")
                except ProgrammingError as error:
                    if getattr(error.orig, "sqlstate", "") != _PG_NOT_PERMITTED:
                        raise
                    raise StoreError(
                        "the database's schema is of another version, and this role may not change it; run countersign "
                        "migrate with the address of the role that owns it"
                    ) from None
    finally:
        engine.dispose()


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database with this version's schema, which is made where it is missing. No connection is left behind.

    Raises `StoreError`.
    """
    upgrade(url)
    with contextlib.closing(Database(url)) as database:
        yield database


def exists(url: str) -> bool:
    """Whether a schema of this product is there, of whatever version. Creates nothing. Raises `StoreError`."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return False
    engine = _engine(parsed)
    try:
        with _named_failures(parsed):
            return sa.inspect(engine).has_table("alembic_version")
    finally:
        engine.dispose()


def lock(connection: Connection | Session, *name: str) -> None:
    """Wait for the lock of that name and hold it until the transaction ends. SQLite's writers already hold theirs."""
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    if bind.dialect.name == "postgresql":
        number = int.from_bytes(sha256("\n".join(name).encode()).digest()[:8], "big", signed=True)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def insert_if_absent(session: Session, row: SQLModel) -> bool:
    """Insert, unless a unique key is taken: then False, and the row that took it is committed and visible."""
    values: dict[str, Any] = {key: value for key, value in row.model_dump().items() if value is not None}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    table = sa.inspect(type(row)).local_table
    if not isinstance(table, sa.Table):
        raise TypeError(f"{type(row).__name__} is no table")
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.connection().execute(statement).first() is not None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            "the database address cannot be read; use sqlite:///path/to/file.db or postgresql://user@host/name"
        ) from None
    match parsed.get_backend_name():
        case "sqlite":
            if not parsed.database or parsed.database == ":memory:":
                raise StoreError("the database must be a file, because several processes share it: sqlite:///path")
            return parsed.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"no such kind of database: {other}; use sqlite:///path or postgresql://user@host/name")


def _engine(url: URL) -> sa.Engine:
    # Parameters hold personal data: they stay out of error messages.
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            url, hide_parameters=True, pool_size=8, max_overflow=24, connect_args={"timeout": _BUSY_SECONDS}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return sa.create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=24,
            connect_args={"connect_timeout": _PG_CONNECT_SECONDS},
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreError("PostgreSQL needs its driver: install countersign[postgres]") from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by hand below: the driver's own begin takes the write lock too late.
    connection.isolation_level = None
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # The switch happens once in a file's life, and SQLite does not wait for it when others open the file meanwhile.
    for attempt in range(_WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if attempt == _WAL_ATTEMPTS - 1:
                raise
            time.sleep(_WAL_PAUSE_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("countersign_reads", False)
    if connection.info.get(_QUERY_ONLY) is not reads:
        connection.exec_driver_sql(f"PRAGMA query_only={int(reads)}")
        connection.info[_QUERY_ONLY] = reads
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _create_private_file(url: URL) -> None:
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"the database file {path} cannot be created: {error.strerror}") from None


@contextlib.contextmanager
def _named_failures(url: URL) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, InternalError, PoolTimeoutError) as error:
        raise _unavailable(url, error) from None
    except DBAPIError as error:
        if isinstance(error, DataError) and "NUL" in str(error.orig):
            # PostgreSQL keeps none in texts and compares with none; what asks with one was typed by no person.
            raise InputError("a text holds a zero byte; take it out and send it again") from None
        if error.connection_invalidated or (isinstance(error.orig, sqlite3.DatabaseError) and _unreadable(error.orig)):
            raise _unavailable(url, error) from None
        raise


def _unreadable(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def _unavailable(url: URL, error: Exception) -> StoreError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    first_line = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    return StoreError(f"the database {url.render_as_string(hide_password=True)} cannot be used: {first_line}")
