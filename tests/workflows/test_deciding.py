"""Every way in which a person ends a round, and every way in which a decision is turned away."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from activities.messages import DraftInput, ExceptionInput, Gate, ProposeInput, RejectionInput, VerifyInput
from domain.cases import CaseOutcome, ExceptionCode
from domain.decisions import Verdict
from domain.errors import ErrorCode, RefusalReason
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.script import Script
from workflows.messages import DecisionRef
from workflows.motion import MAX_REDRAFTS
from workflows.review import MAX_AUDITED_REFUSALS

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACCEPTED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED


async def test_approved_is_written(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    answer = await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert answer.accepted
    assert (ended.outcome, ended.rounds, ended.score, ended.band) == (CaseOutcome.WRITTEN, 1, 72, "B")
    assert ended.receipts == (f"r-d1-{script.case_id}-crm",)
    assert script.names() == [
        "match",
        "fetch",
        "enrich",
        "qualify",
        "route",
        "draft",
        "propose",
        "verify_decision",
        "apply_changes",
        "close",
    ]


async def test_approved_with_edits_is_written(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE_EDITED)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.WRITTEN
    assert len(ended.receipts) == 1


async def test_a_mail_that_the_reviewer_took_out_is_not_sent(desk: Desk, script: Script) -> None:
    script.has_mail = True
    case = await desk.open(script)
    await case.until_waiting()
    script.has_mail = False
    await case.deliver(case.store(Verdict.APPROVE_EDITED))
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, None)
    assert "send_mail" not in script.names()


async def test_rejected_writes_nothing(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.REJECT)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.REJECTED
    assert ended.receipts == ()
    assert "apply_changes" not in script.names()


async def test_a_response_makes_a_new_draft_that_follows_it(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.RESPOND)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    assert [order.redraft_of for order in script.orders("draft", DraftInput)] == ["", f"d1-{script.case_id}"]
    again = script.orders("propose", ProposeInput)[1]
    assert (again.reopened_because, again.keeps_ladder_of_round) == ("redraft", None)


async def test_one_response_too_many_is_an_exception(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    for round in range(1, MAX_REDRAFTS + 2):
        await case.decide(Verdict.RESPOND, round)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.TOO_MANY_REDRAFTS)
    assert script.names().count("draft") == 1 + MAX_REDRAFTS
    assert "apply_changes" not in script.names()


async def test_accepted_at_level_draft_writes_nothing(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.ACCEPT_ONLY
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.ACCEPTED_NOT_WRITTEN
    assert "apply_changes" not in script.names()


async def test_a_decision_by_signal_counts_as_much(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.signal(case.store(Verdict.APPROVE))
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert await case.count(ACCEPTED) == 0


async def test_a_signal_that_comes_before_the_wait_is_not_lost(desk: Desk, script: Script) -> None:
    """The page shows a review as soon as it is stored, a moment before the workflow waits for it."""
    case = await desk.open(script)
    script.hold("propose")
    await script.until_called("propose")
    await case.signal(DecisionRef(decision_id=f"d1-{script.case_id}", round=1))
    script.before["verify_decision"] = lambda: _store(case)
    script.release("propose")
    await script.until_called("verify_decision")
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert "escalate" not in script.names()


def _store(case: RunningCase) -> None:
    case.store(Verdict.APPROVE)


async def test_a_decision_that_nobody_stored_is_refused(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    answer = await case.deliver(DecisionRef(decision_id="invented", round=1))
    assert (answer.accepted, answer.reason) == (False, RefusalReason.UNKNOWN_DECISION)
    assert (await case.progress()).waiting
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


async def test_a_decision_on_another_round_is_refused(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.RESPOND)
    await case.until_waiting(2)
    first = DecisionRef(decision_id=f"d1-{script.case_id}", round=1)
    assert await case.refused(first) == RefusalReason.NOT_WAITING
    renamed = await case.deliver(first.model_copy(update={"round": 2}))
    assert (renamed.accepted, renamed.reason) == (False, RefusalReason.WRONG_ROUND)
    assert (await case.progress()).waiting
    await case.decide(Verdict.REJECT, round=2)
    assert (await case.result()).outcome is CaseOutcome.REJECTED


async def test_a_repeated_decision_changes_nothing(desk: Desk, script: Script) -> None:
    script.hold("apply_changes")
    case = await desk.open(script)
    await case.until_waiting()
    ref = case.store(Verdict.APPROVE)
    assert (await case.deliver(ref)).accepted
    await script.until_called("apply_changes")
    assert await case.refused(ref) == RefusalReason.NOT_WAITING
    await case.signal(ref)
    script.release("apply_changes")
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert script.names().count("verify_decision") == 1
    assert script.names().count("apply_changes") == 1


async def test_of_two_decisions_at_once_the_stored_one_counts(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    stored, second = case.store(Verdict.REJECT), case.store(Verdict.APPROVE)
    answers = await asyncio.gather(case.deliver(second), case.deliver(stored), return_exceptions=True)
    assert (await case.result()).outcome is CaseOutcome.REJECTED
    first_answer = answers[0]
    # The second one either met the store's refusal or came after the wait had ended.
    if isinstance(first_answer, BaseException):
        assert isinstance(first_answer, WorkflowUpdateFailedError)
    else:
        assert (first_answer.accepted, first_answer.reason) == (False, RefusalReason.ALREADY_DECIDED)
    assert "apply_changes" not in script.names()


async def test_one_decision_delivered_twice_at_once_is_written_once(desk: Desk, script: Script) -> None:
    script.hold("verify_decision")
    case = await desk.open(script)
    await case.until_waiting()
    ref = case.store(Verdict.APPROVE)
    twice = asyncio.gather(case.deliver(ref), case.deliver(ref))
    await script.until_called("verify_decision", times=2)
    script.release("verify_decision")
    assert [answer.accepted for answer in await twice] == [True, True]
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert script.names().count("apply_changes") == 1


async def test_a_quorum_waits_for_the_second_signature(desk: Desk, script: Script) -> None:
    script.quorum = 2
    case = await desk.open(script)
    first = await case.decide(Verdict.APPROVE)
    assert (first.accepted, first.reason) == (True, "quorum_open")
    assert (await case.progress()).waiting
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


async def test_worthless_signals_stop_being_looked_at(desk: Desk, script: Script) -> None:
    """A flood that comes in while the first ones are still being verified is capped as well."""
    script.hold("verify_decision")
    case = await desk.open(script)
    await case.until_waiting()
    for number in range(2 * MAX_AUDITED_REFUSALS):
        await case.signal(DecisionRef(decision_id=f"invented-{number}", round=1))
    script.release("verify_decision")
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    asked = [order.decision_id for order in script.orders("verify_decision", VerifyInput)]
    assert sum(decision_id.startswith("invented") for decision_id in asked) == MAX_AUDITED_REFUSALS


async def test_a_good_decision_behind_the_cap_counts_at_the_expiry(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    for number in range(MAX_AUDITED_REFUSALS):
        await case.deliver(DecisionRef(decision_id=f"invented-{number}", round=1))
    good = case.store(Verdict.APPROVE)
    await case.signal(good)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.WRITTEN
    assert script.names().count("expire_round") == 1
    assert script.names().count("verify_decision") == MAX_AUDITED_REFUSALS + 1


@pytest.mark.parametrize("by_signal", [True, False])
async def test_a_decision_that_cannot_be_verified_leaves_the_wait_as_it_was(
    desk: Desk, script: Script, by_signal: bool
) -> None:
    """Its document is gone for good: the case goes on waiting for a better one."""
    script.fail("verify_decision", ErrorCode.DOCUMENT_MISSING)
    case = await desk.open(script)
    await case.until_waiting()
    broken = DecisionRef(decision_id="broken", round=1)
    if by_signal:
        await case.signal(broken)
        await script.until_called("verify_decision")
    else:
        answer = await case.deliver(broken)
        assert (answer.accepted, answer.reason) == (False, ErrorCode.DOCUMENT_MISSING)
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


async def test_a_forbidden_proposal_is_never_asked_about(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.FORBIDDEN
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.FORBIDDEN)
    assert [order.code for order in script.orders("open_exception", ExceptionInput)] == [ExceptionCode.FORBIDDEN]


async def test_a_rejection_is_noted_in_the_crm_before_the_case_closes(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.REJECT)
    assert (await case.result()).outcome is CaseOutcome.REJECTED
    assert script.names()[-2:] == ["note_rejection", "close"]
    (order,) = script.orders("note_rejection", RejectionInput)
    assert (order.round, order.decision_id) == (1, f"d1-{script.case_id}")


async def test_a_rejection_that_cannot_be_noted_ends_the_case_all_the_same(desk: Desk, script: Script) -> None:
    script.fail("note_rejection", ErrorCode.CRM_FORBIDDEN)
    case = await desk.open(script)
    await case.decide(Verdict.REJECT)
    assert (await case.result()).outcome is CaseOutcome.REJECTED


async def test_an_outage_does_not_hold_a_rejected_case_open_for_long(desk: Desk, script: Script) -> None:
    script.fail("note_rejection", ErrorCode.CRM_UNAVAILABLE, times=10_000)
    case = await desk.open(script)
    await case.decide(Verdict.REJECT)
    assert (await case.result()).outcome is CaseOutcome.REJECTED
    tried, closed = (next(c.at for c in script.calls if c.name == name) for name in ("note_rejection", "close"))
    assert closed - tried <= timedelta(hours=1, minutes=5)


async def test_where_accepting_writes_nothing_a_rejection_does_not_either(desk: Desk, script: Script) -> None:
    script.gate.usual = Gate.ACCEPT_ONLY
    case = await desk.open(script)
    await case.decide(Verdict.REJECT)
    assert (await case.result()).outcome is CaseOutcome.REJECTED
    assert "note_rejection" not in script.names()
