"""The runs whose histories are kept. Their ladders and undo windows are short, since their time is real."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from activities.messages import MatchHead, RoutingHead
from activities.owner_messages import LookHead
from domain.cases import Act
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.first_touch import Standing
from domain.leads import MatchVerdict
from domain.receipts import WriteOutcomeKind
from tests.workflows.driving import RunningCase
from tests.workflows.script import THREE_DAYS, Script, applied, assigned
from workflows.messages import DecisionRef

Play = Callable[[RunningCase], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """`prepare` sets the scene before the case starts, `play` is what people do while it runs."""

    name: str
    play: Play
    prepare: Callable[[Script], None] = lambda _script: None


async def _approve(case: RunningCase) -> None:
    await case.decide(Verdict.APPROVE)


async def _approve_edited(case: RunningCase) -> None:
    await case.decide(Verdict.APPROVE_EDITED)


async def _reject_by_signal(case: RunningCase) -> None:
    await case.until_waiting()
    await case.deliver(DecisionRef(decision_id="invented", round=1))
    await case.signal(case.store(Verdict.REJECT))


async def _nobody_answers(case: RunningCase) -> None:
    await case.script.until_called("expire_round")


async def _approve_twice(case: RunningCase) -> None:
    await case.decide(Verdict.APPROVE)
    await case.decide(Verdict.APPROVE, round=2)


async def _respond_then_approve(case: RunningCase) -> None:
    await case.decide(Verdict.RESPOND)
    await case.decide(Verdict.APPROVE, round=2)


async def _write_again_while_waiting(case: RunningCase) -> None:
    await case.until_waiting()
    await case.join(2)
    await case.decide(Verdict.APPROVE, round=2)


async def _owner_drops_out(case: RunningCase) -> None:
    await case.until_waiting()
    await case.drop_owner()
    await case.decide(Verdict.APPROVE, round=2)


async def _stop_the_mail(case: RunningCase) -> None:
    await case.decide(Verdict.APPROVE)
    await case.stop_mail()


async def _choose_the_owner(case: RunningCase) -> None:
    await case.resolve(Act.CHOOSE_OWNER)
    await case.decide(Verdict.APPROVE, round=2)


async def _approve_and_have_it_tried_again(case: RunningCase) -> None:
    await case.decide(Verdict.APPROVE)
    await case.resolve(Act.RETRY)


def _with_mail(script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    script.undo_window_seconds = 1


def _with_a_long_undo_window(script: Script) -> None:
    script.has_mail = True


def _with_little_time(script: Script) -> None:
    script.ladder = tuple((step, timedelta(seconds=0.3 * (n + 1))) for n, (step, _) in enumerate(THREE_DAYS))
    script.patience = tuple((step, timedelta(seconds=0.3 * (n + 1))) for n, (step, _) in enumerate(script.patience))


def _with_two_rules_that_disagree(script: Script) -> None:
    script.route.first(RoutingHead(owner_id="", rule="territory", confidence=0.0, conflict=True))


def _with_a_write_that_breaks_off(script: Script) -> None:
    script.fail("apply_changes", ErrorCode.CRM_FORBIDDEN)


def _with_a_moved_record(script: Script) -> None:
    script.crm.first(applied(WriteOutcomeKind.CONFLICT))


def _with_a_new_person(script: Script) -> None:
    script.match.usual = MatchHead(verdict=MatchVerdict.NONE)


async def _until_told(case: RunningCase) -> None:
    await case.decide(Verdict.APPROVE)
    await case.script.until_called("look_for_touch")


def _with_an_owner_who_answers(script: Script) -> None:
    script.crm.usual = assigned()
    script.deadlines = (timedelta(0), timedelta(hours=4), timedelta(hours=6))
    script.look.usual = LookHead(standing=Standing.TOUCHED, minutes=17)


CASES = (
    Scenario("approve", _approve, _with_mail),
    Scenario("approve_edited", _approve_edited),
    Scenario("reject", _reject_by_signal),
    Scenario("expire", _nobody_answers, _with_little_time),
    Scenario("conflict", _approve_twice, _with_a_moved_record),
    Scenario("redraft", _respond_then_approve),
    Scenario("joined", _write_again_while_waiting),
    Scenario("owner_unfit", _owner_drops_out),
    Scenario("new_lead", _approve, _with_a_new_person),
    Scenario("assigned", _until_told, _with_an_owner_who_answers),
    Scenario("resolved", _choose_the_owner, _with_two_rules_that_disagree),
    Scenario("retried_write", _approve_and_have_it_tried_again, _with_a_write_that_breaks_off),
    Scenario("mail_stopped", _stop_the_mail, _with_a_long_undo_window),
)


class Other(StrEnum):
    """What the other workflows leave; they need nobody to play."""

    OWNERS = "owners"
    POLL = "poll"
    AUDIT = "audit"
    TELL = "tell"
    TOUCHED = "watch_touched"
    REASSIGNED = "watch_reassigned"
    EXCEPTION_TASK = "exception_task"
    UNDO = "undo"
    UNDO_MANY = "undo_many"
    CANCELLED = "cancelled"
    UNDO_CANCELLED = "undo_cancelled"
    RECONCILE = "reconcile"
    RECOVER = "recover"
