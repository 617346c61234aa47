"""One look as a workflow, and the schedule that starts looks on the real server."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.messages import PollHead
from domain.errors import ErrorCode
from runtime.settings import PollSettings
from tests.workflows.driving import Desk
from tests.workflows.script import WAIT
from workers.polling import schedule_polling
from workflows.messages import PollInput, PollResult, TaskQueue, poll_workflow_id
from workflows.polling import PollCrm

pytestmark = pytest.mark.asyncio(loop_scope="session")


def rarely(poll_seconds: int = 86_400) -> PollSettings:
    """So rarely that only what a test triggers runs."""
    return PollSettings(poll_seconds=poll_seconds)


async def look(client: Client, org: str) -> PollResult:
    return await client.execute_workflow(
        PollCrm.run, PollInput(org_id=org), id=poll_workflow_id(org), task_queue=TaskQueue.CASES
    )


async def test_a_look_says_how_many_and_never_who(desk: Desk) -> None:
    desk.activities.polls["counts"] = [PollHead(new=3, joined=1, repeated=7, skipped=2)]
    assert await look(desk.env.client, "counts") == PollResult(new=3, joined=1, repeated=7, skipped=2)


async def test_the_first_look_says_so(desk: Desk) -> None:
    desk.activities.polls["first"] = [PollHead(first=True)]
    assert await look(desk.env.client, "first") == PollResult(first=True)


async def test_an_outage_is_waited_out(desk: Desk) -> None:
    desk.activities.polls["down"] = [ErrorCode.CRM_UNAVAILABLE, ErrorCode.INVALID_PLAYBOOK, PollHead(new=1)]
    assert (await look(desk.env.client, "down")).new == 1


async def test_a_refusal_ends_the_look_and_not_the_next(desk: Desk) -> None:
    desk.activities.polls["refused"] = [ErrorCode.CRM_FORBIDDEN, PollHead(new=1)]
    with pytest.raises(WorkflowFailureError):
        await look(desk.env.client, "refused")
    assert (await look(desk.env.client, "refused")).new == 1


async def started_by(client: Client, schedule: ScheduleHandle) -> WorkflowHandle[PollCrm, PollResult]:
    """Trigger the schedule and wait for the look that it starts."""
    await schedule.trigger()
    async with asyncio.timeout(WAIT):
        while True:
            done = (await schedule.describe()).info.recent_actions
            if done:
                assert isinstance(done[-1].action, ScheduleActionExecutionStartWorkflow)
                return client.get_workflow_handle_for(PollCrm.run, done[-1].action.workflow_id)


@pytest.mark.server
async def test_the_schedule_starts_looks_and_is_made_once(real_desk: Desk) -> None:
    client, org = real_desk.env.client, "scheduled"
    real_desk.activities.polls[org] = [PollHead(new=1)]
    await schedule_polling(client, org, rarely())
    await schedule_polling(client, org, rarely())
    schedule = client.get_schedule_handle(poll_workflow_id(org))
    found = await schedule.describe()
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert [i.every for i in found.schedule.spec.intervals] == [timedelta(days=1)]
    look = await started_by(client, schedule)
    assert look.id.startswith(f"poll/{org}")
    assert await look.result() == PollResult(new=1)


@pytest.mark.server
async def test_workers_that_start_at_once_make_one_schedule(real_desk: Desk) -> None:
    client, org = real_desk.env.client, "crowd"
    await asyncio.gather(*(schedule_polling(client, org, rarely()) for _ in range(8)))
    found = await client.get_schedule_handle(poll_workflow_id(org)).describe()
    assert len(found.schedule.spec.intervals) == 1


@pytest.mark.server
async def test_another_interval_is_taken_over_and_a_pause_by_ops_stays(real_desk: Desk) -> None:
    client, org = real_desk.env.client, "slower"
    real_desk.activities.polls[org] = [PollHead(new=2)]
    await schedule_polling(client, org, rarely())
    schedule = client.get_schedule_handle(poll_workflow_id(org))
    await schedule.pause(note="the org is being migrated")
    await schedule_polling(client, org, rarely(43_200))
    found = (await schedule.describe()).schedule
    assert [i.every for i in found.spec.intervals] == [timedelta(hours=12)]
    assert (found.state.paused, found.state.note) == (True, "the org is being migrated")
    assert (await (await started_by(client, schedule)).result()).new == 2, "what it starts has not changed"


@pytest.mark.server
async def test_zero_switches_it_off_and_may_be_said_again(real_desk: Desk) -> None:
    client, org = real_desk.env.client, "off"
    await schedule_polling(client, org, rarely())
    for _ in range(2):
        await schedule_polling(client, org, PollSettings(poll_seconds=0))
    with pytest.raises(RPCError) as gone:
        await client.get_schedule_handle(poll_workflow_id(org)).describe()
    assert gone.value.status is RPCStatusCode.NOT_FOUND
