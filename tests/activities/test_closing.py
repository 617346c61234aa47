"""How a case ends, is handed over or is cancelled: once, whatever is repeated or comes in between."""

from datetime import timedelta

import pytest

from activities.cases import CaseActivities
from activities.messages import CloseInput, RoundInput
from domain.audit import AuditKind
from domain.cases import Case, CaseOutcome, CaseState
from domain.decisions import RoundState
from domain.model import Instant
from persistence.cases import SqlCases
from persistence.exceptions import SqlExceptions
from tests.activities.world import RATING, World
from tests.fakes.examples import ORG, inquiry
from workflows.messages import workflow_id


def closing_of(world: World, cases: SqlCases | None = None) -> CaseActivities:
    return CaseActivities(
        cases=cases or world.cases,
        reviews=world.reviews,
        exceptions=SqlExceptions(world.database),
        audit=world.audit,
        clock=world.clock,
    )


@pytest.fixture
def case(world: World) -> Case:
    return world.take_in(inquiry())


@pytest.fixture
def closing(world: World) -> CaseActivities:
    return closing_of(world)


def written(case: Case, seen: int = 1) -> CloseInput:
    return CloseInput(case_id=case.case_id, org_id=ORG, outcome=CaseOutcome.WRITTEN, seen_inquiries=seen)


def test_closing_twice_is_one_ending_on_record_once(world: World, closing: CaseActivities, case: Case) -> None:
    first = closing.close(written(case))
    ended = world.cases.get(case.case_id)
    world.clock.advance(timedelta(hours=1))
    assert closing.close(written(case)) == first
    assert first.closed
    assert world.cases.get(case.case_id) == ended
    (event,) = world.audited()
    assert (event.kind, event.subject) == (AuditKind.CASE_CLOSED, "written")


def test_an_inquiry_that_joined_unseen_keeps_the_case_open(world: World, closing: CaseActivities, case: Case) -> None:
    world.take_in(inquiry("evt-2"))
    answer = closing.close(written(case))
    assert (answer.closed, answer.inquiry_count) == (False, 2)
    assert world.cases.get(case.case_id).state is CaseState.OPEN
    assert world.audited() == []
    assert closing.close(written(case, seen=2)).closed


def test_a_closed_case_keeps_its_first_ending(world: World, closing: CaseActivities, case: Case) -> None:
    closing.close(written(case))
    closing.cancel(RoundInput(case_id=case.case_id, org_id=ORG, round=1))
    assert world.cases.get(case.case_id).outcome is CaseOutcome.WRITTEN
    assert [e.subject for e in world.audited(AuditKind.CASE_CLOSED)] == ["written"]


def test_cancelling_takes_the_card_away_and_is_on_record_once(
    world: World, closing: CaseActivities, case: Case
) -> None:
    world.propose(RATING, case_id=case.case_id)
    world.take_in(inquiry("evt-2"))
    order = RoundInput(case_id=case.case_id, org_id=ORG, round=1)
    assert closing.cancel(order) == closing.cancel(order)
    assert world.cases.get(case.case_id).outcome is CaseOutcome.CANCELLED
    assert world.reviews.outcome(case.case_id, 1).state is RoundState.SUPERSEDED
    assert [e.subject for e in world.audited()] == ["cancelled_by_ops"]


def test_cancelling_does_not_undo_a_decision(world: World, closing: CaseActivities, case: Case) -> None:
    world.decide(world.propose(RATING, case_id=case.case_id), case_id=case.case_id)
    closing.cancel(RoundInput(case_id=case.case_id, org_id=ORG, round=1))
    assert world.reviews.outcome(case.case_id, 1).state is RoundState.DECIDED


def test_an_inquiry_that_joins_while_ops_cancel_does_not_keep_the_case_open(world: World, case: Case) -> None:
    class JoinedMeanwhile(SqlCases):
        """Somebody writes again between the count and the ending."""

        def close(self, case_id: str, outcome: CaseOutcome, *, seen_inquiries: int, now: Instant) -> bool:
            if seen_inquiries == 1:
                world.take_in(inquiry("evt-2"))
            return super().close(case_id, outcome, seen_inquiries=seen_inquiries, now=now)

    cases = JoinedMeanwhile(world.database, world.clock, b"secret", workflow_id)
    answer = closing_of(world, cases).cancel(RoundInput(case_id=case.case_id, org_id=ORG, round=1))
    assert (answer.closed, answer.inquiry_count) == (True, 2)
    assert world.cases.get(case.case_id).state is CaseState.CLOSED
