"""A fresh org for every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.database import Database
from tests.fakes.databases import sqlite_template
from tests.fakes.timed_server import timed_crm
from tests.gateways.crm.world import START, World

__all__ = ["sqlite_template"]


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    path = tmp_path / "countersign.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    with timed_crm(START) as crm:
        yield World(crm, database, keys)
    database.close()
