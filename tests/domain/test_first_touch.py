"""Deadlines between an assignment and its first touch, and who is passed over after a breach."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.first_touch_rules import FirstTouchRules
from domain.ladder import business_add, business_between
from domain.playbook import Calendar, Playbook
from domain.playbook_checks import check
from domain.reading import read
from domain.routing import RoutingDecision, route
from domain.scoring import qualify
from tests.domain.scenes import COMPANY, IRENE, NOW, QUEUES, TOMAS, inquiry, lead, playbook, snapshot

MADRID = Calendar(time_zone="Europe/Madrid", holidays_country="ES", holidays_region="MD")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 364 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes))


@given(moments, st.integers(0, 200 * 60))
def test_between_is_the_inverse_of_add(start: datetime, minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert business_between(start, business_add(start, span, MADRID), MADRID) == span


@given(moments, moments, moments)
def test_spans_add_up(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert business_between(a, b, MADRID) + business_between(b, c, MADRID) == business_between(a, c, MADRID)


def test_nights_and_weekends_count_for_nothing() -> None:
    friday, monday = datetime(2026, 11, 20, 16, 30, tzinfo=UTC), datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert business_between(friday, monday, MADRID) == timedelta(hours=1)
    assert business_between(friday, monday, Calendar(always=True)) == monday - friday
    assert business_between(monday, friday, MADRID) == timedelta(0)


def routed(set_aside: dict[str, str], **changes: object) -> RoutingDecision:
    said, snap, rules, book = (inquiry(),), snapshot(**changes), playbook(), EvidenceBook()
    facts = read(said, rules)
    enrichment: Enrichment = COMPANY
    found = qualify(said, snap, enrichment, facts, rules, book, now=NOW)
    return route(said, snap, enrichment, found, rules, book, now=NOW, set_aside=set_aside)


def test_an_owner_who_did_not_answer_is_passed_over_although_the_lead_is_theirs() -> None:
    theirs = lead(OwnerId=IRENE.id)
    assert routed({}, lead=theirs).owner_id == IRENE.id
    again = routed({IRENE.id: "did not answer"}, lead=theirs)
    assert again.owner_id == TOMAS.id
    assert any(c.owner_id == IRENE.id and "did not answer" in c.why for c in again.considered)


def test_where_all_of_them_and_their_queue_did_not_answer_a_person_chooses() -> None:
    queue = next(q for q in QUEUES if q.text("Name") == "EMEA mid-market")
    tired = {IRENE.id: "did not answer", TOMAS.id: "did not answer"}
    assert routed(tired).owner_id == queue.id
    nobody = routed({**tired, queue.id: "did not answer"})
    assert (nobody.owner_id, bool(nobody.conflict)) == ("", True)


def with_manager(login: str) -> Playbook:
    rules = playbook()
    told = rules.routing.first_touch.model_copy(update={"manager": login})
    return rules.model_copy(update={"routing": rules.routing.model_copy(update={"first_touch": told})})


def test_the_check_finds_a_manager_who_cannot_hear_of_it() -> None:
    at = ("routing", "first_touch", "manager")
    assert [f.what for f in check(with_manager("nobody")) if f.path == at] == ["there is no reviewer nobody"]
    assert ["neither email" in f.what for f in check(with_manager("boss")) if f.path == at] == [True]
    assert [f for f in check(with_manager("")) if f.path == at] == []


def test_settings_that_leave_no_time_are_refused() -> None:
    with pytest.raises(ValidationError):
        FirstTouchRules(at_least=0)
    assert FirstTouchRules(at_least=0, watch=False).watch is False
    with pytest.raises(ValidationError):
        FirstTouchRules(look_at_percent=100)
