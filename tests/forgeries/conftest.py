"""An org with real stores, keys and guard, and an engine whose workflow believes nobody but the real verification."""

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio import activity

from activities.messages import VerifiedDecision, VerifyInput
from activities.reviewing import ReviewActivities
from tests.fakes.databases import sqlite_template
from tests.gateways.crm.conftest import world
from tests.workflows.driving import Desk, workers_of
from tests.workflows.engines import time_skipping
from tests.workflows.scripted import ScriptedActivities

__all__ = ["sqlite_template", "world"]


class BelievingNobody(ScriptedActivities):
    """Every step is scripted but the one that decides whether a decision counts."""

    reviewing: ReviewActivities

    @activity.defn
    def verify_decision(self, order: VerifyInput) -> VerifiedDecision:
        self._enter("verify_decision", order)
        return self.reviewing.verify_decision(order)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def door_and_desk() -> AsyncIterator[tuple[BelievingNobody, Desk]]:
    activities = BelievingNobody()
    async with time_skipping() as env, workers_of(env.client, activities):
        yield activities, Desk(env, activities)
