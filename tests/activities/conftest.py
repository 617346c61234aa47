"""A world per test, over a SQLite file of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.database import Database
from tests.activities.world import World
from tests.fakes.databases import sqlite_template

__all__ = ["sqlite_template", "world"]


@pytest.fixture
def world(tmp_path: Path, sqlite_template: Path) -> Iterator[World]:
    shutil.copy(sqlite_template, tmp_path / "countersign.db")
    database = Database(f"sqlite:///{tmp_path / 'countersign.db'}")
    yield World(database, tmp_path / "keys")
    database.close()
