"""The same person writes again while the case is open."""

import pytest

from activities.messages import CloseInput, FetchInput, MatchHead, ProposeInput
from domain.cases import Act, CaseOutcome, ExceptionCode
from domain.decisions import RoundState, Verdict
from domain.leads import MatchVerdict
from domain.resolutions import ExceptionState
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.script import Script

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_while_waiting_it_voids_the_round(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.join(2)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    assert script.arbiter.rounds[1].state is RoundState.SUPERSEDED
    assert [order.inquiries for order in script.orders("fetch", FetchInput)] == [1, 2]
    again = script.orders("propose", ProposeInput)[1]
    assert (again.reopened_because, again.keeps_ladder_of_round) == ("another_inquiry", None)


async def test_a_decision_that_was_stored_before_stands(desk: Desk, script: Script) -> None:
    """It is written first; then the new inquiry gets a round of its own, since the case was not closed over it."""
    case = await desk.open(script)
    await case.until_waiting()
    case.store(Verdict.APPROVE)
    await case.join(2)
    await case.decide(Verdict.REJECT, round=2)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.REJECTED
    assert ended.receipts == (f"r-d1-{script.case_id}-crm",)
    assert script.arbiter.rounds[1].state is RoundState.DECIDED
    assert [order.seen_inquiries for order in script.orders("close", CloseInput)] == [1, 2]


async def test_between_proposal_and_wait_it_voids_the_round_as_well(desk: Desk, script: Script) -> None:
    script.hold("propose")
    case = await desk.open(script)
    await script.until_called("propose")
    await case.join(2)
    script.release("propose")
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert script.arbiter.rounds[1].state is RoundState.SUPERSEDED


async def test_between_the_last_look_and_the_closing_it_reopens_the_case(desk: Desk, script: Script) -> None:
    case = await desk.open(script)

    def another() -> None:
        script.inquiries = 2

    script.before["close"] = another
    await case.decide(Verdict.REJECT)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    assert script.names().count("match") == 1
    assert [order.seen_inquiries for order in script.orders("close", CloseInput)] == [1, 2]


async def test_an_exception_is_looked_at_anew_with_the_next_inquiry(desk: Desk, script: Script) -> None:
    """Too little was known to tell who wrote; the second message says it."""
    script.match.first(MatchHead(verdict=MatchVerdict.POSSIBLE, exception=ExceptionCode.AMBIGUOUS_MATCH))
    case = await desk.open(script)
    await case.until_asked()
    await case.join(2)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.WRITTEN, None)
    assert script.names().count("match") == 2
    assert script.questions.asked[0].state is ExceptionState.SUPERSEDED


async def test_an_exception_that_is_being_closed_is_looked_at_anew_too(desk: Desk, script: Script) -> None:
    script.match.first(MatchHead(verdict=MatchVerdict.POSSIBLE, exception=ExceptionCode.AMBIGUOUS_MATCH))
    case = await desk.open(script)

    def another() -> None:
        script.inquiries = 2

    script.before["close"] = another
    await case.resolve(Act.CLOSE)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.WRITTEN, None)
    assert script.names().count("match") == 2


async def test_a_signal_told_twice_or_out_of_order_counts_once(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.join(3)
    await case.until_waiting(2)
    await _told_again(case)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)


async def _told_again(case: RunningCase) -> None:
    await case.join(2)
    await case.join(3)
