"""One engine that skips time, and one set of workers, for all tests of this folder."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.workflows.driving import Desk, workers_of
from tests.workflows.engines import development_server, time_skipping
from tests.workflows.script import Script
from tests.workflows.scripted import ScriptedActivities


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_desk() -> AsyncIterator[Desk]:
    activities = ScriptedActivities()
    async with time_skipping() as env, workers_of(env.client, activities):
        yield Desk(env, activities)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def forgetful_desk_of_all() -> AsyncIterator[Desk]:
    activities = ScriptedActivities()
    async with time_skipping() as env, workers_of(env.client, activities, max_cached_workflows=0):
        yield Desk(env, activities)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def real_desk_of_all() -> AsyncIterator[Desk]:
    activities = ScriptedActivities()
    async with development_server() as env, workers_of(env.client, activities):
        yield Desk(env, activities)


@pytest_asyncio.fixture(loop_scope="session")
async def desk(shared_desk: Desk) -> AsyncIterator[Desk]:
    yield shared_desk
    await shared_desk.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def forgetful_desk(forgetful_desk_of_all: Desk) -> AsyncIterator[Desk]:
    """Its worker caches no workflow, so that every single task replays the history from its start."""
    yield forgetful_desk_of_all
    await forgetful_desk_of_all.clear()


@pytest_asyncio.fixture(loop_scope="session")
async def real_desk(real_desk_of_all: Desk) -> AsyncIterator[Desk]:
    """The development server, whose history is what production keeps. Time is real: let nobody wait for it."""
    yield real_desk_of_all
    await real_desk_of_all.clear()


@pytest.fixture
def script(request: pytest.FixtureRequest) -> Script:
    """A known lead whose proposal waits for a person; the case is named after the test."""
    return Script(case_id=re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-"))
