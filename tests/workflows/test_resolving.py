"""An exception waits for a person; each act resumes the same case, and nobody's silence loses it."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from activities.errors import TRIES
from activities.messages import (
    ApplyInput,
    EndExceptionInput,
    ExceptionInput,
    FetchInput,
    Gate,
    MatchHead,
    RemindInput,
    RoutingHead,
    StepInput,
)
from domain.cases import Act, CaseOutcome, ExceptionCode, LadderStep
from domain.decisions import Verdict
from domain.errors import ErrorCode, RefusalReason
from domain.leads import MatchVerdict
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.script import LEAD, Script
from workflows.inbound import InboundLead
from workflows.messages import ResolutionRef, WatchOutcome
from workflows.resolving import MAX_EXCEPTIONS
from workflows.watching import OwnerWatch

pytestmark = pytest.mark.asyncio(loop_scope="session")

AMBIGUOUS = MatchHead(verdict=MatchVerdict.POSSIBLE, exception=ExceptionCode.AMBIGUOUS_MATCH)
CONFLICT = RoutingHead(owner_id="", rule="territory", confidence=0.0, conflict=True)


def _stored(case: RunningCase, act: Act) -> None:
    """The page has stored it, and could not reach the engine."""
    case.resolve_in_store(act)


async def test_a_chosen_match_goes_on_with_that_record(desk: Desk, script: Script) -> None:
    script.match.usual = AMBIGUOUS
    case = await desk.open(script)
    assert (await case.resolve(Act.CHOOSE_MATCH, record_id=LEAD)).accepted
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.WRITTEN, None)
    assert script.names().count("match") == 1
    assert [order.lead_id for order in script.orders("fetch", FetchInput)] == [LEAD]


async def test_none_of_the_candidates_makes_a_new_lead(desk: Desk, script: Script) -> None:
    script.match.usual = AMBIGUOUS
    case = await desk.open(script)
    script.gate.usual = Gate.POLICY
    await case.resolve(Act.CHOOSE_MATCH)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    (proposed,) = script.orders("propose_lead", StepInput)
    assert (proposed.round, script.names().count("match")) == (0, 1)


async def test_a_chosen_owner_routes_anew(desk: Desk, script: Script) -> None:
    script.route.first(CONFLICT)
    case = await desk.open(script)
    await case.resolve(Act.CHOOSE_OWNER)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)


async def test_a_supplied_field_begins_with_the_search_again(desk: Desk, script: Script) -> None:
    script.match.first(AMBIGUOUS)
    case = await desk.open(script)
    await case.resolve(Act.SUPPLY_FIELD)
    await case.until_waiting(2)
    assert [order.round for order in script.orders("match", StepInput)] == [0, 1]


async def test_a_closed_exception_ends_the_case(desk: Desk, script: Script) -> None:
    script.route.usual = CONFLICT
    case = await desk.open(script)
    await case.resolve(Act.CLOSE)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.ROUTING_CONFLICT)
    assert script.names()[-2:] == ["take_resolution", "close"]


async def test_an_unread_answer_of_the_crm_is_shown_and_the_same_approval_is_written(
    desk: Desk, script: Script
) -> None:
    script.fail("apply_changes", ErrorCode.CRM_PROTOCOL, times=TRIES[ErrorCode.CRM_PROTOCOL])
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    script.before["remind_of_exception"] = lambda: _stored(case, Act.RETRY)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 1)
    orders = script.orders("apply_changes", ApplyInput)
    assert len(orders) == TRIES[ErrorCode.CRM_PROTOCOL] + 1
    assert {(o.round, o.decision_id) for o in orders} == {(1, f"d1-{script.case_id}")}
    assert [o.again for o in orders[-2:]] == [False, True], "the last one looks first for what the others did"
    assert [o.code for o in script.orders("open_exception", ExceptionInput)] == [ExceptionCode.CRM_PROTOCOL]


async def test_an_approved_write_comes_before_an_inquiry_that_joined_meanwhile(desk: Desk, script: Script) -> None:
    script.fail("apply_changes", ErrorCode.CRM_FORBIDDEN)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.until_asked()
    await case.join(2)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    orders = script.orders("apply_changes", ApplyInput)
    assert [(o.round, o.again) for o in orders] == [(1, False), (1, True), (2, False)]


async def test_a_new_lead_is_made_under_its_first_signature(desk: Desk, script: Script) -> None:
    script.match.usual = MatchHead(verdict=MatchVerdict.NONE)
    script.fail("apply_changes", ErrorCode.CRM_FORBIDDEN)
    case = await desk.open(script)
    await case.resolve(Act.RETRY)
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    first, again, _ = script.orders("apply_changes", ApplyInput)
    assert (first.round, first.decision_id) == (again.round, again.decision_id)
    assert again.again


async def test_what_the_guard_refused_is_decided_anew(desk: Desk, script: Script) -> None:
    script.fail("apply_changes", ErrorCode.NOT_AUTHORISED)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.resolve(Act.RETRY)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


async def test_an_expired_review_can_be_asked_again(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    script.before["remind_of_exception"] = lambda: _stored(case, Act.RETRY)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.EXPIRED, 2), "nobody decided the second one either"
    assert script.names().count("open_exception") == 2


async def test_silence_reminds_then_tells_the_manager_then_closes(desk: Desk, script: Script) -> None:
    script.route.usual = CONFLICT
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.ROUTING_CONFLICT)
    reminded = [order.step for order in script.orders("remind_of_exception", RemindInput)]
    assert reminded == [LadderStep.REMINDER, LadderStep.MANAGER]
    calls = {call.name: call.at for call in script.calls}
    assert calls["end_exception"] - calls["open_exception"] >= timedelta(hours=27)


async def test_a_resolution_that_was_never_delivered_counts_at_the_deadline(desk: Desk, script: Script) -> None:
    script.route.first(CONFLICT)
    script.gate.usual = Gate.POLICY
    case = await desk.open(script)
    script.before["remind_of_exception"] = lambda: _stored(case, Act.CHOOSE_OWNER)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    names = script.names()
    assert names.index("end_exception") < names.index("take_resolution"), "the engine was not told before"


async def _refused(case: RunningCase, ref: ResolutionRef) -> str | None:
    with pytest.raises(WorkflowUpdateFailedError) as turned_away:
        await case.handle.execute_update(InboundLead.resolve, ref)
    cause = turned_away.value.cause
    assert isinstance(cause, ApplicationError)
    return cause.type


async def test_only_the_resolution_that_the_store_names_counts(desk: Desk, script: Script) -> None:
    script.route.first(CONFLICT)
    case = await desk.open(script)
    await case.until_asked()
    invented = await case.handle.execute_update(InboundLead.resolve, ResolutionRef(resolution_id="other", number=1))
    assert (invented.accepted, invented.reason) == (False, RefusalReason.UNKNOWN_DECISION)
    assert await _refused(case, ResolutionRef(resolution_id="x", number=7)) == RefusalReason.NOT_WAITING
    assert await _refused(case, ResolutionRef(resolution_id="", number=1)) == RefusalReason.UNKNOWN_DECISION
    ref = case.resolve_in_store(Act.RETRY)
    assert (await case.handle.execute_update(InboundLead.resolve, ref)).accepted
    await case.until_waiting(2)
    assert await _refused(case, ref) == RefusalReason.NOT_WAITING, "resolved once"


async def test_another_inquiry_withdraws_the_exception(desk: Desk, script: Script) -> None:
    script.route.first(CONFLICT)
    case = await desk.open(script)
    await case.until_asked()
    await case.join(2)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    (withdrawn,) = script.orders("end_exception", EndExceptionInput)
    assert withdrawn.superseded


async def test_a_case_that_stops_again_and_again_is_not_asked_about_for_ever(desk: Desk, script: Script) -> None:
    script.route.usual = CONFLICT
    case = await desk.open(script)
    for number in range(1, MAX_EXCEPTIONS + 1):
        await case.resolve(Act.RETRY, number)
    assert (await case.result()).outcome is CaseOutcome.EXCEPTION
    assert script.names().count("open_exception") == MAX_EXCEPTIONS


async def test_a_lead_that_nobody_answers_gets_the_owner_whom_a_person_chose(desk: Desk, script: Script) -> None:
    script.reassign_gate.first(Gate.FORBIDDEN)
    watch = await desk.watch(script)
    await desk.skip(timedelta(hours=7))
    await script.until_called("open_exception")
    (asked,) = script.orders("open_exception", ExceptionInput)
    assert (asked.code, asked.of_a_watch, asked.workflow_id) == (ExceptionCode.NO_OWNER, True, watch.handle.id)
    assert script.questions.resolve("x1", Act.CHOOSE_OWNER, number=1)
    ref = ResolutionRef(resolution_id="x1", number=1)
    assert (await watch.handle.execute_update(OwnerWatch.resolve, ref)).accepted
    await watch.decide(Verdict.APPROVE)
    assert (await watch.result()).outcome is WatchOutcome.REASSIGNED


async def test_closing_it_ends_the_watch(desk: Desk, script: Script) -> None:
    script.reassign_gate.usual = Gate.FORBIDDEN
    watch = await desk.watch(script)
    await desk.skip(timedelta(hours=7))
    await script.until_called("open_exception")
    assert script.questions.resolve("x1", Act.CLOSE, number=1)
    await watch.handle.execute_update(OwnerWatch.resolve, ResolutionRef(resolution_id="x1", number=1))
    assert (await watch.result()).outcome is WatchOutcome.NOBODY_ELSE
    assert "remind_of_exception" not in script.names()
