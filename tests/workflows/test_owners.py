"""An owner who leaves, is away or is full while people are asked."""

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.messages import ProposeInput
from activities.owner_messages import OwnerCheckHead, UnfitOwner
from domain.cases import CaseOutcome
from domain.decisions import RoundState, Verdict
from domain.errors import ErrorCode
from runtime.settings import OwnerCheckSettings
from tests.workflows.driving import ORG, Desk
from tests.workflows.script import Script
from workers.owners import schedule_owner_check
from workflows.messages import OwnerCheckInput, OwnerCheckResult, TaskQueue, owner_check_workflow_id
from workflows.owner_check import CheckOwners
from workflows.review import MAX_REROUTINGS

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def look(desk: Desk) -> OwnerCheckResult:
    return await desk.env.client.execute_workflow(
        CheckOwners.run, OwnerCheckInput(org_id=ORG), id=owner_check_workflow_id(ORG), task_queue=TaskQueue.CASES
    )


async def test_the_case_routes_anew_and_keeps_its_place_in_the_ladder(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.drop_owner()
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    assert script.arbiter.rounds[1].state is RoundState.SUPERSEDED
    assert script.names().count("route") == 2
    again = script.orders("propose", ProposeInput)[1]
    assert (again.reopened_because, again.keeps_ladder_of_round) == ("owner_unfit", 1)


async def test_a_look_tells_the_case_and_passes_over_one_that_has_ended(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    told = UnfitOwner(workflow_id=case.handle.id, case_id=script.case_id, round=1, reason="full")
    gone = UnfitOwner(workflow_id="inbound/acme/nobody", case_id="nobody", round=1, reason="inactive")
    desk.activities.unfit[ORG] = [OwnerCheckHead(looked_at=7, unfit=(gone, told))]
    assert await look(desk) == OwnerCheckResult(looked_at=7, told=1, gone=1)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).rounds == 2


async def test_told_again_of_the_same_round_it_is_voided_once(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.drop_owner()
    await case.until_waiting(2)
    await case.drop_owner()
    await case.drop_owner()
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).rounds == 2


async def test_a_decision_that_was_stored_before_stands(desk: Desk, script: Script) -> None:
    """The write looks at the owner again, so nothing wrong can come of it."""
    case = await desk.open(script)
    await case.until_waiting()
    case.store(Verdict.APPROVE)
    await case.drop_owner()
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 1)
    assert script.arbiter.rounds[1].state is RoundState.DECIDED


async def test_told_before_it_waits_it_does_not_ask_about_that_round(desk: Desk, script: Script) -> None:
    script.hold("propose")
    case = await desk.open(script)
    await script.until_called("propose")
    await case.drop_owner()
    script.release("propose")
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).rounds == 2


async def test_after_many_owners_the_wait_is_left_alone(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    for round in range(1, MAX_REROUTINGS + 2):
        await case.until_waiting(round)
        await case.drop_owner(round)
    await case.decide(Verdict.APPROVE, round=MAX_REROUTINGS + 1)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, MAX_REROUTINGS + 1)


async def test_it_survives_a_replay_at_every_task(forgetful_desk: Desk, script: Script) -> None:
    case = await forgetful_desk.open(script)
    await case.until_waiting()
    await case.drop_owner()
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


async def test_an_outage_of_the_crm_calls_nobody_unfit(desk: Desk) -> None:
    desk.activities.unfit[ORG] = [ErrorCode.CRM_UNAVAILABLE, OwnerCheckHead(looked_at=2)]
    assert await look(desk) == OwnerCheckResult(looked_at=2)


@pytest.mark.server
async def test_the_schedule_is_made_once_and_zero_takes_it_away(real_desk: Desk) -> None:
    client = real_desk.env.client
    for _ in range(2):
        await schedule_owner_check(client, "looked-at", OwnerCheckSettings(owner_check_seconds=86_400))
    handle = client.get_schedule_handle(owner_check_workflow_id("looked-at"))
    assert len((await handle.describe()).schedule.spec.intervals) == 1
    await schedule_owner_check(client, "looked-at", OwnerCheckSettings(owner_check_seconds=0))
    with pytest.raises(RPCError) as gone:
        await handle.describe()
    assert gone.value.status is RPCStatusCode.NOT_FOUND
