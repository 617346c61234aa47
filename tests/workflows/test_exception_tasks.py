"""The CRM task about an exception: beside the case, never in its way.

On the real server: nobody waits for time here, and the one that skips it stands still while a child that outlives its
case tries an activity again, which would take the clock from whichever test comes next.
"""

import pytest

from activities.messages import ApplyInput, MirrorInput, RoundInput
from domain.cases import Act, CaseOutcome
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.receipts import WriteOutcomeKind
from tests.workflows.driving import Desk
from tests.workflows.script import Script, applied
from tests.workflows.test_resolving import CONFLICT

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_task_is_made_when_it_opens_and_closed_when_it_ends(real_desk: Desk, script: Script) -> None:
    script.mirrored = True
    script.route.first(CONFLICT)
    case = await real_desk.open(script)
    await script.until_called("apply_changes")
    await case.resolve(Act.CHOOSE_OWNER)
    await script.until_called("propose_closing_task")
    await script.until_called("apply_changes", 2)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    assert [order.number for order in script.orders("propose_exception_task", MirrorInput)] == [1]
    assert [order.round for order in script.orders("sign_by_policy", RoundInput)] == [-1, -2]
    assert [order.round for order in script.orders("apply_changes", ApplyInput)] == [-1, -2, 2]
    assert "propose_ending_note" not in script.names()


async def test_a_task_that_somebody_took_up_is_left_to_them_with_a_note(real_desk: Desk, script: Script) -> None:
    script.mirrored = True
    script.route.first(CONFLICT)
    script.crm.first(applied(WriteOutcomeKind.WRITTEN), applied(WriteOutcomeKind.CONFLICT))
    case = await real_desk.open(script)
    await script.until_called("apply_changes")
    await case.resolve(Act.CHOOSE_OWNER)
    await script.until_called("apply_changes", 3)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert [order.round for order in script.orders("sign_by_policy", RoundInput)] == [-1, -2, -3]


async def test_a_crm_that_is_away_holds_up_nobody_who_resolves(real_desk: Desk, script: Script) -> None:
    script.mirrored = True
    script.route.first(CONFLICT)
    script.fail("propose_exception_task", ErrorCode.CRM_UNAVAILABLE, times=5)
    case = await real_desk.open(script)
    await script.until_called("propose_exception_task")
    assert (await case.resolve(Act.CHOOSE_OWNER)).accepted
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


async def test_where_policy_refuses_the_case_goes_on_without_a_task(real_desk: Desk, script: Script) -> None:
    script.mirrored = True
    script.signer_refuses = "policy_cap_reached"
    script.route.first(CONFLICT)
    case = await real_desk.open(script)
    await script.until_called("sign_by_policy")
    await case.resolve(Act.CHOOSE_OWNER)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert "propose_closing_task" not in script.names()
