"""`Cases`: one open case per person and motion, whatever arrives how often and at the same time."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from domain.cases import CaseOutcome, CaseState, DocumentKind
from domain.errors import DomainError, ErrorCode
from domain.leads import Inquiry, InquirySource, Motion
from domain.ports import IntakeResult
from persistence.cases import SqlCases, new_case_id
from persistence.database import Database
from persistence.documents import SqlDocuments
from tests.fakes.clock import START, FakeClock
from tests.fakes.examples import ORG, inquiry
from tests.fakes.races import at_once


@pytest.fixture
def cases(db: Database, clock: FakeClock) -> SqlCases:
    return SqlCases(db, clock, b"secret", lambda motion, org, case_id: f"{motion.value}/{org}/{case_id}")


def take_in(cases: SqlCases, told: Inquiry, motion: Motion = Motion.INBOUND, org_id: str = ORG) -> IntakeResult:
    return cases.take_in(
        told, org_id=org_id, motion=motion, playbook_digest="p" * 64, agent_version="1.0/p/t", now=START
    )


def test_a_first_inquiry_opens_a_case(cases: SqlCases, db: Database, clock: FakeClock) -> None:
    told = inquiry()
    taken = take_in(cases, told)
    case = taken.case
    assert (taken.kind, taken.inquiry_number) == ("new", 1)
    assert case.state is CaseState.OPEN
    assert case.workflow_id == f"inbound/{ORG}/{case.case_id}"
    assert (case.playbook_digest, case.agent_version, case.opened_at) == ("p" * 64, "1.0/p/t", START)
    assert cases.get(case.case_id) == case
    stored = SqlDocuments(db, clock).find(case.case_id, DocumentKind.INQUIRY, "1")
    assert stored is not None
    assert Inquiry.model_validate_json(stored) == told


def test_the_same_delivery_again_changes_nothing(cases: SqlCases) -> None:
    first = take_in(cases, inquiry())
    again = take_in(cases, inquiry(message="altered on the way"))
    assert (again.kind, again.inquiry_number) == ("repeated", 1)
    assert again.case == first.case


def test_a_repeated_delivery_is_known_after_its_case_closed(cases: SqlCases) -> None:
    first = take_in(cases, inquiry())
    assert cases.close(first.case.case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=START)
    again = take_in(cases, inquiry())
    assert again.kind == "repeated"
    assert again.case.state is CaseState.CLOSED


def test_the_same_event_id_from_another_source_is_another_delivery(cases: SqlCases) -> None:
    first = take_in(cases, inquiry())
    other = take_in(cases, inquiry(source=InquirySource.FILE))
    assert (other.kind, other.case.case_id) == ("joined", first.case.case_id)


def test_the_same_person_joins_the_open_case(cases: SqlCases, db: Database, clock: FakeClock) -> None:
    first = take_in(cases, inquiry())
    second = take_in(cases, inquiry("evt-2", email=" ADA@example.org ", first_name="A.", message="Fifty seats."))
    assert (second.kind, second.inquiry_number) == ("joined", 2)
    assert second.case.case_id == first.case.case_id
    assert second.case.inquiry_count == 2
    stored = SqlDocuments(db, clock).find(first.case.case_id, DocumentKind.INQUIRY, "2")
    assert stored is not None
    assert b"Fifty seats." in stored


def test_next_months_inquiry_is_a_new_case(cases: SqlCases) -> None:
    first = take_in(cases, inquiry())
    assert cases.close(first.case.case_id, CaseOutcome.REJECTED, seen_inquiries=1, now=START)
    second = take_in(cases, inquiry("evt-2"))
    assert second.kind == "new"
    assert second.case.case_id != first.case.case_id


@pytest.mark.parametrize(
    "other",
    [
        {"email": "bob@example.org"},
        {"email": "", "phone": ""},
        {"email": "", "phone": "+49 30 1234567"},
    ],
)
def test_another_person_is_another_case(cases: SqlCases, other: dict[str, str]) -> None:
    take_in(cases, inquiry())
    assert take_in(cases, inquiry("evt-2", **other)).kind == "new"


def test_motions_and_orgs_are_apart(cases: SqlCases) -> None:
    take_in(cases, inquiry())
    assert take_in(cases, inquiry("evt-2"), motion=Motion.FOLLOW_UP).kind == "new"
    assert take_in(cases, inquiry(), org_id="other").kind == "new"


@pytest.mark.parametrize(
    "thin",
    [
        {"email": "", "company": ""},
        {"email": "", "first_name": "", "last_name": ""},
        {"email": "", "company": "", "phone": "n/a"},
    ],
)
def test_strangers_with_too_little_identity_are_never_joined(cases: SqlCases, thin: dict[str, str]) -> None:
    assert take_in(cases, inquiry("evt-1", **thin)).kind == "new"
    assert take_in(cases, inquiry("evt-2", **thin)).kind == "new"


def test_an_open_case_of_the_same_lead_is_joined(cases: SqlCases) -> None:
    first = take_in(cases, inquiry())
    cases.set_lead(first.case.case_id, "00Q000000000001AAA")
    second = take_in(cases, inquiry("evt-2", email="private@example.net", lead_id="00Q000000000001AAA"))
    assert (second.kind, second.case.case_id) == ("joined", first.case.case_id)
    assert cases.get(first.case.case_id).lead_id == "00Q000000000001AAA"


def test_closing_waits_for_an_inquiry_that_was_not_seen(cases: SqlCases) -> None:
    case_id = take_in(cases, inquiry()).case.case_id
    take_in(cases, inquiry("evt-2"))
    assert not cases.close(case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=START)
    assert cases.get(case_id).state is CaseState.OPEN
    later = START + timedelta(days=1)
    assert cases.close(case_id, CaseOutcome.WRITTEN, seen_inquiries=2, now=later)
    closed = cases.get(case_id)
    assert (closed.state, closed.outcome, closed.closed_at) == (CaseState.CLOSED, CaseOutcome.WRITTEN, later)


def test_closing_again_keeps_the_first_outcome(cases: SqlCases) -> None:
    case_id = take_in(cases, inquiry()).case.case_id
    assert cases.close(case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=START)
    assert cases.close(case_id, CaseOutcome.EXPIRED, seen_inquiries=1, now=START)
    assert cases.get(case_id).outcome is CaseOutcome.WRITTEN


@pytest.mark.parametrize(
    "call",
    [
        lambda cases: cases.get("c-none"),
        lambda cases: cases.set_lead("c-none", "00Q1"),
        lambda cases: cases.close("c-none", CaseOutcome.WRITTEN, seen_inquiries=1, now=START),
    ],
)
def test_an_unknown_case_is_named(cases: SqlCases, call: Callable[[SqlCases], object]) -> None:
    with pytest.raises(DomainError) as caught:
        call(cases)
    assert caught.value.code is ErrorCode.CASE_UNKNOWN
    assert "c-none" in caught.value.detail


def test_the_delivery_list_holds_what_no_workflow_has_heard_of(cases: SqlCases, clock: FakeClock) -> None:
    first = take_in(cases, inquiry())
    take_in(cases, inquiry("evt-2"))
    other = take_in(cases, inquiry("evt-3", email="bob@example.org"))
    waiting = cases.undelivered_inquiries(10)
    assert {(u.case.case_id, u.inquiry_number, u.kind) for u in waiting} == {
        (first.case.case_id, 1, "new"),
        (first.case.case_id, 2, "joined"),
        (other.case.case_id, 1, "new"),
    }
    assert len(cases.undelivered_inquiries(2)) == 2
    cases.inquiry_delivered(first.case.case_id, 1)
    cases.inquiry_delivered(first.case.case_id, 1)
    cases.inquiry_delivered(other.case.case_id, 1)
    assert [(u.case.case_id, u.inquiry_number) for u in cases.undelivered_inquiries(10)] == [(first.case.case_id, 2)]


def test_racing_deliveries_of_one_event_make_one_case(cases: SqlCases) -> None:
    results = at_once([partial(take_in, cases, inquiry()) for _ in range(8)])
    assert len({r.case.case_id for r in results}) == 1
    assert sorted(r.kind for r in results) == ["new"] + ["repeated"] * 7


def test_racing_inquiries_of_one_person_make_one_case(cases: SqlCases) -> None:
    results = at_once([partial(take_in, cases, inquiry(f"evt-{n}")) for n in range(8)])
    assert len({r.case.case_id for r in results}) == 1
    assert sorted(r.inquiry_number for r in results) == list(range(1, 9))
    assert [r.kind for r in results].count("new") == 1


def test_racing_inquiries_about_one_lead_make_one_case(cases: SqlCases) -> None:
    told = [inquiry(f"evt-{n}", email=f"a{n}@example.org", lead_id="00Q000000000001AAA") for n in range(6)]
    results = at_once([partial(take_in, cases, each) for each in told])
    assert len({r.case.case_id for r in results}) == 1


def test_an_inquiry_never_joins_a_case_that_closes_under_it(cases: SqlCases) -> None:
    case_id = take_in(cases, inquiry()).case.case_id
    outcomes: list[IntakeResult | bool] = at_once(
        [
            partial(take_in, cases, inquiry("evt-2")),
            partial(cases.close, case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=START),
        ]
    )
    taken, closed = outcomes
    assert isinstance(taken, IntakeResult)
    assert (taken.kind, closed) in {("joined", False), ("new", True)}


def test_case_ids_sort_by_time_and_differ() -> None:
    early = [new_case_id(START) for _ in range(50)]
    late = new_case_id(START + timedelta(milliseconds=1))
    assert len(set(early)) == 50
    assert max(early) < late
    assert all(len(i) == 21 and i.isalnum() and i == i.lower() for i in early)
