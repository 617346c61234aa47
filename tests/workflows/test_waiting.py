"""Three days of waiting: the ladder, the expiry, and decisions that come late."""

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType

from activities.messages import EscalateInput
from domain.cases import CaseOutcome, ExceptionCode, LadderStep
from domain.decisions import RoundState, Verdict
from domain.errors import RefusalReason
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.script import Script

pytestmark = pytest.mark.asyncio(loop_scope="session")

TIMER_STARTED = EventType.EVENT_TYPE_TIMER_STARTED


def steps(script: Script) -> list[LadderStep]:
    return [order.step for order in script.orders("escalate", EscalateInput)]


async def waits_of(case: RunningCase) -> list[timedelta]:
    """How long each timer of the history was to run."""
    started = [e.timer_started_event_attributes for e in await case.history() if e.event_type == TIMER_STARTED]
    return [attributes.start_to_fire_timeout.ToTimedelta() for attributes in started]


async def test_silence_climbs_the_ladder_and_expires(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXPIRED, ExceptionCode.REVIEW_EXPIRED)
    assert ended.receipts == ()
    assert steps(script) == [LadderStep.REMINDER, LadderStep.FALLBACK, LadderStep.MANAGER]
    handed_over = ["open_exception", "remind_of_exception", "remind_of_exception", "end_exception", "close"]
    assert script.names()[-6:] == ["expire_round", *handed_over]
    assert "apply_changes" not in script.names()


async def test_each_step_comes_at_its_deadline(desk: Desk, script: Script) -> None:
    """In the engine's time; nothing of it passes on the wall."""
    case = await desk.open(script)
    await case.result()
    due = {rung.step: rung.at for rung in script.arbiter.rounds[1].rungs}
    came = {
        call.order.step: call.at
        for call in script.calls
        if call.name == "escalate" and isinstance(call.order, EscalateInput)
    }
    came[LadderStep.EXPIRY] = next(call.at for call in script.calls if call.name == "expire_round")
    assert set(came) == set(due)
    assert all(timedelta(0) <= came[step] - due[step] < timedelta(minutes=1) for step in due)


async def test_a_decision_after_the_reminder_ends_the_ladder(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await desk.skip(timedelta(hours=25))
    await script.until_called("escalate")
    await case.decide(Verdict.APPROVE)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert steps(script) == [LadderStep.REMINDER]


async def test_a_stored_decision_that_was_never_delivered_counts_at_the_expiry(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    case.store(Verdict.APPROVE)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.WRITTEN
    assert "open_exception" not in script.names()
    assert script.names()[-4:] == ["expire_round", "verify_decision", "apply_changes", "close"]


async def test_a_rejection_that_was_never_delivered_counts_too(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    case.store(Verdict.REJECT)
    assert (await case.result()).outcome is CaseOutcome.REJECTED


async def test_a_decision_stored_between_the_last_timer_and_the_expiry_counts(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    script.before["expire_round"] = lambda: _store(case)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN


def _store(case: RunningCase) -> None:
    case.store(Verdict.APPROVE)


async def test_a_late_decision_that_is_delivered_first_does_not_count(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    expires_at = script.arbiter.rounds[1].expires_at
    late = case.store(Verdict.APPROVE, decided_at=expires_at + timedelta(seconds=1))
    answer = await case.deliver(late)
    await case.signal(late)
    await script.until_called("verify_decision", times=2)
    assert (answer.accepted, answer.reason) == (False, RefusalReason.LATE)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.EXPIRED
    assert script.arbiter.rounds[1].state is RoundState.EXPIRED
    assert "apply_changes" not in script.names()


async def test_refused_decisions_leave_the_deadlines_untouched(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    before = await waits_of(case)
    expires_at = script.arbiter.rounds[1].expires_at
    for _ in range(3):
        await case.deliver(case.store(Verdict.APPROVE, decided_at=expires_at + timedelta(days=1)))
    assert await waits_of(case) == before
    assert (await case.result()).outcome is CaseOutcome.EXPIRED
    # One timer a rung of the review and of the exception after it, no more: no refusal has started one anew.
    assert len(await waits_of(case)) == len(script.ladder) + len(script.patience)
    assert await case.count(EventType.EVENT_TYPE_TIMER_CANCELED) == 0


async def test_a_ladder_that_has_run_out_expires_at_once(desk: Desk, script: Script) -> None:
    """The engine was down for a week: every step is taken in its order, none is skipped."""
    script.ladder = tuple((step, after - timedelta(days=7)) for step, after in script.ladder)
    case = await desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.EXPIRED
    assert steps(script) == [LadderStep.REMINDER, LadderStep.FALLBACK, LadderStep.MANAGER]
