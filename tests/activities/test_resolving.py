"""An exception on record: opened once, resolved once, whatever is repeated or comes in between."""

from datetime import timedelta

import pytest

from activities.messages import EndExceptionInput, ExceptionInput, RemindInput, ResolutionInput
from activities.resolving import ResolvingActivities
from domain.audit import AuditKind
from domain.casefile import CaseFile
from domain.cases import Act, Case, DocumentKind, ExceptionCode, LadderStep
from domain.decisions import RoundState
from domain.errors import RefusalReason
from domain.resolutions import ExceptionState, Recording, Resolution, Resolved, Retry, SupplyField
from persistence.exceptions import SqlExceptions
from persistence.notices import SqlNotices
from tests.activities.world import RATING, World
from tests.fakes.examples import ORG, inquiry


@pytest.fixture
def case(world: World) -> Case:
    return world.take_in(inquiry())


@pytest.fixture
def store(world: World) -> SqlExceptions:
    return SqlExceptions(world.database)


@pytest.fixture
def resolving(world: World, store: SqlExceptions) -> ResolvingActivities:
    return ResolvingActivities(
        cases=world.cases,
        documents=world.documents,
        reviews=world.reviews,
        exceptions=store,
        audit=world.audit,
        playbooks=world.playbooks,
        notices=SqlNotices(world.database),
        clock=world.clock,
    )


def raised(case: Case, code: ExceptionCode = ExceptionCode.AMBIGUOUS_MATCH, *, nth: int = 0) -> ExceptionInput:
    return ExceptionInput(case_id=case.case_id, org_id=ORG, round=1, code=code, nth=nth)


def offer(world: World, store: SqlExceptions, case: Case, resolution: Resolution, id: str = "x1") -> Recording:
    """What the page does."""
    given = Resolved(resolution=resolution, by="sam", by_name="Sam Reviewer", at=world.clock.now())
    CaseFile(world.documents, case.case_id).keep(DocumentKind.OFFERED, id, given)
    return store.resolve(case.case_id, 1, id, resolution.act, "sam", now=world.clock.now())


def test_an_exception_names_one_person_however_often_it_is_opened(
    world: World, resolving: ResolvingActivities, case: Case
) -> None:
    world.propose(RATING, case_id=case.case_id)
    first = resolving.open_exception(raised(case))
    kept = CaseFile(world.documents, case.case_id).exception(1)
    assert kept is not None
    assert (kept.code, kept.owner) == (ExceptionCode.AMBIGUOUS_MATCH, first.owner)
    # The rules name another manager before the step is repeated.
    reviewers = world.playbooks.current().reviewers
    world.playbooks.change(reviewers=tuple(r.model_copy(update={"name": f"{r.name} II"}) for r in reviewers))
    world.clock.advance(timedelta(hours=1))
    assert resolving.open_exception(raised(case)) == first
    assert CaseFile(world.documents, case.case_id).exception(1) == kept
    assert world.reviews.outcome(case.case_id, 1).state is RoundState.SUPERSEDED
    (event,) = world.audited()
    assert (event.kind, event.code) == (AuditKind.EXCEPTION_OPENED, "ambiguous_match")


@pytest.mark.parametrize("code", list(ExceptionCode))
def test_every_exception_names_somebody_and_a_next_step(
    world: World, resolving: ResolvingActivities, case: Case, code: ExceptionCode
) -> None:
    head = resolving.open_exception(raised(case, code))
    kept = CaseFile(world.documents, case.case_id).exception(1)
    assert kept is not None
    assert head.owner
    assert kept.next_step
    assert kept.acts


def test_the_next_exception_of_a_case_has_the_next_number(
    resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    assert [resolving.open_exception(raised(case, nth=n)).number for n in (0, 1, 0)] == [1, 2, 1]
    assert [e.opening.title for e in store.of_case(case.case_id)] == ["Analytical Engines"] * 2


def test_a_resolution_is_taken_once_and_is_on_record(
    world: World, resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    resolving.open_exception(raised(case))
    assert offer(world, store, case, Retry()) is Recording.RECORDED
    assert offer(world, store, case, Retry(), "x2") is Recording.ALREADY_RESOLVED
    order = ResolutionInput(case_id=case.case_id, org_id=ORG, number=1, resolution_id="x1")
    taken = resolving.take_resolution(order)
    assert (taken.accepted, taken.act) == (True, Act.RETRY)
    assert resolving.take_resolution(order) == taken
    late = resolving.take_resolution(order.model_copy(update={"resolution_id": "x2"}))
    assert (late.accepted, late.reason) == (False, RefusalReason.UNKNOWN_DECISION)
    (event,) = world.audited(AuditKind.EXCEPTION_RESOLVED)
    assert (event.actor, event.code) == ("sam", "retry")
    assert store.undelivered(10) == ()


def test_what_does_not_fit_the_exception_is_refused_although_it_is_stored(
    world: World, resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    resolving.open_exception(raised(case))
    offer(world, store, case, SupplyField(field="Email", value="ada@example.org"))
    refused = resolving.take_resolution(ResolutionInput(case_id=case.case_id, org_id=ORG, number=1, resolution_id="x1"))
    assert not refused.accepted
    assert CaseFile(world.documents, case.case_id).resolved() == ()


def test_a_stated_field_is_what_later_steps_read(
    world: World, resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    resolving.open_exception(raised(case, ExceptionCode.MISSING_IDENTITY))
    offer(world, store, case, SupplyField(field="Company", value="Babbage & Sons"))
    resolving.take_resolution(ResolutionInput(case_id=case.case_id, org_id=ORG, number=1, resolution_id="x1"))
    (told,) = CaseFile(world.documents, case.case_id).inquiries(1)
    assert told.company == "Babbage & Sons"


def test_the_end_asks_the_store_first(
    world: World, resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    resolving.open_exception(raised(case))
    resolving.open_exception(raised(case, nth=1))
    offer(world, store, case, Retry())
    ended = resolving.end_exception(EndExceptionInput(case_id=case.case_id, org_id=ORG, number=1))
    assert (ended.state, ended.resolution_id) == (ExceptionState.RESOLVED, "x1")
    silent = EndExceptionInput(case_id=case.case_id, org_id=ORG, number=2)
    assert resolving.end_exception(silent).state is ExceptionState.UNRESOLVED
    assert store.resolve(case.case_id, 2, "x3", Act.RETRY, "sam", now=world.clock.now()) is Recording.CLOSED
    assert [e.code for e in world.audited(AuditKind.EXCEPTION_UNRESOLVED)] == ["unresolved"]


def test_after_its_ladder_nothing_is_taken(
    world: World, resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    resolving.open_exception(raised(case))
    world.clock.advance(timedelta(days=30))
    assert offer(world, store, case, Retry()) is Recording.LATE


def test_a_reminder_tells_whom_the_ladder_names_once(
    world: World, resolving: ResolvingActivities, store: SqlExceptions, case: Case
) -> None:
    resolving.open_exception(raised(case))
    order = RemindInput(case_id=case.case_id, org_id=ORG, number=1, step=LadderStep.MANAGER)
    for _ in range(2):
        resolving.remind_of_exception(order)
    (event,) = world.audited(AuditKind.EXCEPTION_ESCALATED)
    assert (event.actor, event.code) == ("boss", "manager")
    opened = store.get(case.case_id, 1)
    assert opened is not None
    assert opened.rung is LadderStep.MANAGER
    assert [n.to for n in SqlNotices(world.database).unspread(10)] == [("boss",), ("boss",)]
