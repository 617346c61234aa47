"""The schema as migrated, and processes that migrate at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.sql.schema import Table

from persistence.database import Database, upgrade
from persistence.tables import metadata
from tests.fakes.databases import Postgres

ROOT = Path(__file__).parents[2]
PROCESSES = 4


def test_the_migrated_schema_is_what_the_tables_say(db: Database) -> None:
    with db.transaction() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_difference_would_show(db: Database) -> None:
    with db.transaction() as session:
        session.connection().exec_driver_sql("CREATE TABLE stray (id INTEGER)")
        context = MigrationContext.configure(session.connection())
        (found,) = compare_metadata(context, metadata)
    assert found[0] == "remove_table"
    assert isinstance(found[1], Table)


def test_upgrading_again_changes_nothing(db: Database, database_url: str) -> None:
    upgrade(database_url)
    with db.session() as session:
        versions = session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").all()
    assert len(versions) == 1


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/new.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.empty()


def test_processes_that_start_at_once_make_one_schema(empty_url: str) -> None:
    program = "import sys; from persistence.database import upgrade; sys.stdin.read(1); upgrade(sys.argv[1])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    for process in started:
        _, errors = process.communicate(timeout=150)
        assert process.returncode == 0, errors
    database = Database(empty_url)
    with database.transaction() as session:
        assert compare_metadata(MigrationContext.configure(session.connection()), metadata) == []
    database.close()
