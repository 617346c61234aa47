"""One round of telling people as a workflow, and the schedule that starts rounds on the real server."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.messages import TellHead
from domain.errors import ErrorCode
from runtime.settings import NotifySettings
from tests.workflows.driving import Desk
from workers.telling import schedule_telling
from workflows.messages import TaskQueue, TellInput, TellResult, tell_workflow_id
from workflows.telling import TellPeople

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def a_round(client: Client, org: str) -> TellResult:
    return await client.execute_workflow(
        TellPeople.run, TellInput(org_id=org), id=tell_workflow_id(org), task_queue=TaskQueue.CASES
    )


async def test_a_round_says_how_many_and_never_whom(desk: Desk) -> None:
    desk.activities.rounds["counts"] = [TellHead(delivered=3, waiting=1, failed=2)]
    assert await a_round(desk.env.client, "counts") == TellResult(delivered=3, waiting=1, failed=2)


async def test_an_outage_of_the_database_is_waited_out(desk: Desk) -> None:
    desk.activities.rounds["down"] = [ErrorCode.STORE_UNAVAILABLE, ErrorCode.STORE_UNAVAILABLE, TellHead(delivered=1)]
    assert (await a_round(desk.env.client, "down")).delivered == 1


@pytest.mark.server
async def test_the_schedule_is_made_once_and_taken_away(real_desk: Desk) -> None:
    client, org = real_desk.env.client, "told"
    for _ in range(2):
        await schedule_telling(client, org, NotifySettings(notify_seconds=3_600))
    schedule = client.get_schedule_handle(tell_workflow_id(org))
    assert (await schedule.describe()).schedule.spec.intervals[0].every.total_seconds() == 3_600
    await schedule_telling(client, org, NotifySettings(notify_seconds=0))
    with pytest.raises(RPCError) as gone:
        await schedule.describe()
    assert gone.value.status is RPCStatusCode.NOT_FOUND
