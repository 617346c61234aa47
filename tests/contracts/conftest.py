"""Every storage contract runs on SQLite and on PostgreSQL."""

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.databases import database_url, db, postgres, sqlite_template

__all__ = ["clock", "database_url", "db", "postgres", "sqlite_template"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
