"""Decay, hard disqualifiers, evidence behind every point; and that no path disqualifies without a person."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.enrichment import Enrichment
from domain.errors import DomainError
from domain.evidence import EvidenceBook
from domain.field_mapping import MappedField, MappedObject, Write
from domain.intent_decay import decayed
from domain.leads import CrmSnapshot, Inquiry, RecordRef
from domain.permissions import Level, RiskCategory
from domain.playbook import Playbook
from domain.proposals import Action, AssignOwner, Disqualify, FieldChange, UpdateFields
from domain.proposing import propose
from domain.qualification import Qualification
from domain.reading import read
from domain.risk import assess
from domain.scoring import qualify
from domain.scoring_rules import Disqualifier, OnHost
from tests.domain.scenes import COMPANY, INTAKE, IRENE, NOW, inquiry, playbook, proposing, snapshot
from tests.domain.test_hostile_text import ENRICHMENTS, INQUIRIES, SLOW, snapshots

DAY = 86_400
LEAD = RecordRef(object="Lead", id="00QLc0000000001AAA")


def score(said: Inquiry, rules: Playbook | None = None, snap: CrmSnapshot | None = None) -> Qualification:
    rules = rules or playbook()
    facts = read((said,), rules)
    return qualify((said,), snap or snapshot(), COMPANY, facts, rules, EvidenceBook(), now=NOW)


def points(result: Qualification) -> dict[str, int]:
    return {line.rule: line.points for line in result.lines}


@pytest.mark.parametrize(("days", "left"), [(0, 30), (1, 30), (30, 15), (60, 7), (90, 3), (365, 0)], ids=str)
def test_points_halve_with_every_half_life(days: int, left: int) -> None:
    assert decayed(30, NOW - timedelta(days=days), NOW, 30 * DAY) == left
    assert decayed(-30, NOW - timedelta(days=days), NOW, 30 * DAY) == -left
    assert decayed(30, NOW - timedelta(days=days), NOW, 0) == 30


@given(st.integers(-100, 100), st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 366 * DAY))
def test_decay_never_grows_and_never_turns(full: int, days: int, more: int, half_life: int) -> None:
    early = decayed(full, NOW - timedelta(days=days), NOW, half_life)
    late = decayed(full, NOW - timedelta(days=days + more), NOW, half_life)
    assert abs(late) <= abs(early) <= abs(full)
    assert early * full >= 0


def test_what_was_said_long_ago_counts_less_and_says_so() -> None:
    fresh, old = score(inquiry()), score(inquiry(received_at=NOW - timedelta(days=30)))
    assert points(fresh)["asked_for_demo"] == 30
    line = next(x for x in old.lines if x.rule == "asked_for_demo")
    assert (line.points, line.full_points, line.said_days_ago) == (15, 30, 30)
    # What a company is does not grow old with the message.
    assert points(old)["size_in_range"] == points(fresh)["size_in_range"]
    assert old.score < fresh.score


def test_a_new_inquiry_makes_old_intent_fresh_again() -> None:
    old = inquiry(event_id="old", received_at=NOW - timedelta(days=200))
    rules, both = playbook(), (old, inquiry())
    result = qualify(both, snapshot(), COMPANY, read(both, rules), rules, EvidenceBook(), now=NOW)
    assert points(result)["asked_for_demo"] == 30


def test_the_sum_is_the_lines_and_every_line_has_a_reason_and_evidence() -> None:
    result = score(inquiry())
    assert result.sum_of_points == sum(line.points for line in result.lines)
    assert all(line.label and line.evidence for line in result.lines)


def test_a_throw_away_address_is_proposed_to_be_closed_however_many_points_it_has() -> None:
    result = score(inquiry(email="marta@mailinator.com"))
    assert result.disqualify_reason == "spam"
    assert [h.rule for h in result.disqualifiers] == ["throwaway_address"]
    assert result.disqualifiers[0].evidence
    assert not score(inquiry()).disqualifiers


def test_a_disqualifier_of_ones_own() -> None:
    rule = Disqualifier(
        id="free_mail", label="Free mail", reason="not_a_fit", when=OnHost(kind="email_host", any_of=("free",))
    )
    rules = playbook().model_copy(update={"disqualifiers": (rule,)})
    assert score(inquiry(email="marta@gmail.com"), rules).disqualify_reason == "not_a_fit"


@SLOW
@given(said=INQUIRIES, snap=snapshots(), enrichment=ENRICHMENTS)
def test_every_point_has_evidence_whatever_is_sent(said: Inquiry, snap: CrmSnapshot, enrichment: Enrichment) -> None:
    rules, book = playbook(), EvidenceBook()
    result = qualify((said,), snap, enrichment, read((said,), rules), rules, book, now=NOW)
    known = {e.id for e in book.entries()}
    assert all(line.label and line.evidence and set(line.evidence) <= known for line in result.lines)
    assert all(hit.evidence and set(hit.evidence) <= known for hit in result.disqualifiers)
    assert result.score == max(0, min(100, sum(line.points for line in result.lines)))


NAMES = st.permutations(
    [
        "Marta Ruiz",
        "Mohammed Al-Sayed",
        "Nguyễn Thị Hoa",
        "O'Brien",
        "Władysław Żółć",
        "李 伟",
        "Lakisha Washington",
    ]
)


@SLOW
@given(said=INQUIRIES, snap=snapshots(), names=NAMES)
def test_names_may_be_permuted_without_moving_a_point(said: Inquiry, snap: CrmSnapshot, names: list[str]) -> None:
    """Inquiry and CRM record alike: band, points, reason to disqualify and confidence stay."""

    def renamed(name: str) -> Qualification:
        first, _, last = name.partition(" ")
        person = said.model_copy(update={"first_name": first, "last_name": last or first})
        known = snap.lead and snap.lead.model_copy(
            update={"fields": {**snap.lead.fields, "FirstName": first, "LastName": last, "Name": name}}
        )
        rules = playbook()
        facts = read((person,), rules)
        return qualify(
            (person,), snap.model_copy(update={"lead": known}), COMPANY, facts, rules, EvidenceBook(), now=NOW
        )

    results = [renamed(name) for name in names]
    assert all(r == results[0] for r in results[1:])


LEVELS = st.sampled_from(Level)
CLOSING = Disqualify(
    key="disqualify",
    record=LEAD,
    before_status="Open - Not Contacted",
    after_status="Closed - Not Converted",
    reason_code="spam",
)
STATUS = UpdateFields(
    key="fields",
    record=LEAD,
    changes=(FieldChange(field="Status", before="Open - Not Contacted", after="Closed - Not Converted"),),
)
OWNER = AssignOwner(key="owner", record=LEAD, before_owner_id=INTAKE.id, after_owner_id=IRENE.id, first_assignment=True)
ACTIONS = st.lists(st.sampled_from([CLOSING, STATUS, OWNER]), max_size=3)


@settings(max_examples=60)
@given(level=LEVELS, before=ACTIONS, after=ACTIONS, closing=st.sampled_from([CLOSING, STATUS]))
def test_no_set_of_actions_with_a_closing_one_is_for_the_policy_key(
    level: Level, before: list[Action], after: list[Action], closing: Action
) -> None:
    actions = [*before, closing, *after]
    # As bold as a playbook can be: whatever it maps is written automatically.
    bold = {name: MappedField(write=Write.WRITE_AUTOMATICALLY) for name in ("Status", "OwnerId", "Rating")}
    rules = playbook().model_copy(
        update={"objects": {"Lead": MappedObject(fields=bold)}, "levels": dict.fromkeys(playbook().levels, level)}
    )
    risk = assess(actions, rules.write_policy()).category
    assert risk is not RiskCategory.LOW
    if CLOSING in actions:
        assert risk in {RiskCategory.HIGH, RiskCategory.FORBIDDEN}


@SLOW
@given(said=INQUIRIES, snap=snapshots())
def test_rules_only_ever_propose_to_disqualify(said: Inquiry, snap: CrmSnapshot) -> None:
    """What a disqualifying qualification leads to is one high-risk action, alone, for a person's signature."""
    made = proposing((said.model_copy(update={"email": "x@mailinator.com"}),), snap)
    assert made.qualification.disqualify_reason
    try:
        proposed = propose(made)
    except DomainError:
        return
    if proposed is None:
        return
    closing = [a for a in proposed.content.actions if isinstance(a, Disqualify)]
    if closing:
        assert list(proposed.content.actions) == closing
        assert proposed.risk.category is RiskCategory.HIGH
