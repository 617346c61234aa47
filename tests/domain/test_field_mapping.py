"""What a field is to the agent decides what is believed, filled and written."""

from typing import Any

import pytest
from pydantic import ValidationError

from activities.assigning import before_anybody_looks
from domain.enrichment import Signal
from domain.field_mapping import MappedField, MappedObject, Use, Write, admitted, may_fill, read_too, takes, writable
from domain.leads import Motion
from domain.model import Scalar
from domain.permissions import Level, RiskCategory
from domain.playbook import Playbook
from domain.playbook_checks import check
from domain.proposals import AddNote, AssignOwner, UpdateFields
from domain.proposed_actions import lead_fields, may_write
from domain.proposing import Proposed, propose
from domain.revising import revise
from domain.risk import assess
from tests.domain.scenes import NOW, inquiry, lead, playbook, proposing, snapshot


def lead_objects(**fields: MappedField) -> dict[str, MappedObject]:
    return {"Lead": MappedObject(fields=fields)}


def with_lead(**fields: MappedField) -> Playbook:
    return playbook().model_copy(update={"objects": lead_objects(**fields)})


def signal(name: str, value: Scalar, system: str = "firmographics") -> Signal:
    return Signal(name=name, value=value, system=system, record="x", field=name, observed_at=NOW, confidence=0.9)


@pytest.mark.parametrize(
    ("mode", "allowed"),
    [
        (Write.NEVER, False),
        (Write.SUGGEST, False),
        (Write.DRAFT, True),
        (Write.WRITE_AFTER_APPROVAL, True),
        (Write.WRITE_AUTOMATICALLY, True),
        (None, True),
    ],
)
def test_a_mapped_mode_decides_over_the_plain_list(mode: Write | None, allowed: bool) -> None:
    objects = lead_objects(Rating=MappedField(write=mode))
    assert ("Rating" in writable(objects, {"Lead": ("Rating", "Industry")})["Lead"]) is allowed
    assert "Industry" in writable(objects, {"Lead": ("Rating", "Industry")})["Lead"]
    rules = with_lead(Rating=MappedField(write=mode))
    assert may_write(rules, "Lead", "Rating") is allowed
    assert ("Rating" in rules.write_policy().allowed_fields["Lead"]) is allowed


def test_a_field_that_only_the_mapping_knows_may_be_written() -> None:
    objects = {"Case": MappedObject(fields={"Tier__c": MappedField(write=Write.WRITE_AFTER_APPROVAL)})}
    assert writable(objects, {}) == {"Case": frozenset({"Tier__c"})}


def test_a_field_for_people_raises_what_the_policy_key_would_sign() -> None:
    before, after = "00G000000000001AAA", "005000000000001AAA"
    assign = AssignOwner(
        key="owner", record=lead().ref, before_owner_id=before, after_owner_id=after, first_assignment=True
    )
    note = AddNote(key="note", subject="Brief", owner_id=after)
    assert assess((assign, note), with_lead().write_policy()).category is RiskCategory.LOW
    asks = with_lead(OwnerId=MappedField(write=Write.WRITE_AFTER_APPROVAL)).write_policy()
    judged = assess((assign, note), asks)
    assert (judged.category, judged.reasons) == (RiskCategory.MEDIUM, ("only a person may sign for OwnerId",))
    alone = with_lead(OwnerId=MappedField(write=Write.WRITE_AUTOMATICALLY)).write_policy()
    assert assess((assign, note), alone).category is RiskCategory.LOW
    tasks = {"Task": MappedObject(fields={"Subject": MappedField(write=Write.WRITE_AFTER_APPROVAL)})}
    policy = playbook().model_copy(update={"objects": tasks}).write_policy()
    assert assess((note,), policy).category is RiskCategory.MEDIUM


def test_what_is_never_inferred_is_left_to_the_crm() -> None:
    found = (signal("industry", "Retail", "Salesforce"), signal("industry", "Shipping"), signal("country", "ES"))
    left = admitted(found, lead_objects(Industry=MappedField(use=Use.NEVER_INFER)))
    assert [s.value for s in left] == ["Retail", "ES"]
    assert admitted(found[1:2], lead_objects(Industry=MappedField(use=Use.NEVER_INFER))) == ()
    assert admitted(found, {}) == found


def test_what_is_trusted_is_asked_of_others_only_where_it_is_empty() -> None:
    objects = lead_objects(Industry=MappedField(use=Use.TRUST))
    recorded, told = signal("industry", "Retail", "Salesforce"), signal("industry", "Shipping")
    assert admitted((recorded, told), objects) == (recorded,)
    unknown = signal("industry", None, "Salesforce")
    assert admitted((unknown, told), objects) == (unknown, told)
    assert admitted((recorded, told), lead_objects(Industry=MappedField(use=Use.ENRICH))) == (recorded, told)


def test_the_stricter_of_two_fields_of_one_meaning_counts() -> None:
    objects = {
        "Lead": MappedObject(fields={"Industry": MappedField(use=Use.ENRICH)}),
        "Account": MappedObject(fields={"Sector__c": MappedField(use=Use.NEVER_INFER, means="industry")}),
    }
    assert admitted((signal("industry", "Retail"),), objects) == ()


def _proposed_fields(rules: Playbook, **known: Scalar) -> dict[str, Scalar]:
    made = propose(proposing(snap=snapshot(lead=lead(**known)), book_of_rules=rules))
    assert made is not None
    updates = [a for a in made.content.actions if isinstance(a, UpdateFields)]
    return {c.field: c.after for a in updates for c in a.changes}


def test_an_empty_field_is_filled_unless_it_is_never_inferred() -> None:
    assert _proposed_fields(with_lead())["Industry"] == "Transportation"
    never = with_lead(Industry=MappedField(use=Use.NEVER_INFER))
    assert "Industry" not in _proposed_fields(never)
    assert may_fill(never.objects, "Lead", "NumberOfEmployees")


def _made(mode: Write | None, field: str = "Industry") -> Proposed:
    made = propose(proposing(snap=snapshot(), book_of_rules=with_lead(**{field: MappedField(write=mode)})))
    assert made is not None
    return made


def _writing(made: Proposed, field: str) -> list[tuple[str, bool]]:
    updates = (a for a in made.content.actions if isinstance(a, UpdateFields))
    return [(a.key, a.opt_in) for a in updates if field in {c.field for c in a.changes}]


@pytest.mark.parametrize(
    ("mode", "writing", "suggested"),
    [
        (Write.NEVER, [], ()),
        (Write.SUGGEST, [], ("Industry",)),
        (Write.DRAFT, [("qualification_draft", True)], ()),
        (Write.WRITE_AFTER_APPROVAL, [("qualification", False)], ()),
        (Write.WRITE_AUTOMATICALLY, [("qualification", False)], ()),
    ],
)
def test_each_mode_does_something_else_with_a_value(
    mode: Write, writing: list[tuple[str, bool]], suggested: tuple[str, ...]
) -> None:
    made = _made(mode)
    assert _writing(made, "Industry") == writing
    assert tuple(c.field for c in made.card.suggested) == suggested
    if mode is Write.SUGGEST:
        (told,) = made.card.suggested
        assert (told.after, set(told.evidence) <= {e.id for e in made.card.evidence}) == ("Transportation", True)
        assert b"Transportation" not in made.content.to_bytes(), "no signature covers what is only suggested"


def test_whatever_writes_a_draft_waits_for_a_tick_of_its_own() -> None:
    owner = next(a for a in _made(Write.DRAFT, "OwnerId").content.actions if isinstance(a, AssignOwner))
    assert owner.opt_in
    assert not next(a for a in _made(None, "OwnerId").content.actions if isinstance(a, AssignOwner)).opt_in
    ticked = frozenset(a.key for a in _made(Write.DRAFT).content.actions if not a.opt_in)
    final = revise(_made(Write.DRAFT).content, ticked=ticked, edits=())
    assert "qualification_draft" not in {a.key for a in final.actions}


def test_only_what_is_automatic_is_low_risk_and_only_if_nothing_else_is_in_it() -> None:
    rules = with_lead(Industry=MappedField(write=Write.WRITE_AUTOMATICALLY)).write_policy()
    (update,) = (a for a in _made(None).content.actions if isinstance(a, UpdateFields) and not a.after_mail)
    alone = update.model_copy(update={"changes": tuple(c for c in update.changes if c.field == "Industry")})
    assert assess((alone,), rules).category is RiskCategory.LOW
    assert assess((update,), rules).category is RiskCategory.MEDIUM
    assert assess((alone.model_copy(update={"opt_in": True}),), rules).category is RiskCategory.MEDIUM
    assert assess((alone,), with_lead().write_policy()).category is RiskCategory.MEDIUM


@pytest.mark.parametrize("field", ["Status", "DoNotCall", "HasOptedOutOfEmail"])
def test_what_people_decide_is_never_automatic(field: str) -> None:
    rules = with_lead(**{field: MappedField(write=Write.WRITE_AUTOMATICALLY)})
    assert not rules.write_policy().automatic_fields["Lead"]
    (found,) = (f for f in check(rules) if f.path == ("objects", "Lead", "fields", field, "write"))
    assert "decided by people" in found.what


@pytest.mark.parametrize(
    ("level", "mode", "fields"),
    [
        (Level.LIMITED_AUTOMATION, Write.WRITE_AUTOMATICALLY, ["Industry"]),
        (Level.APPROVED_WRITEBACK, Write.WRITE_AUTOMATICALLY, []),
        (Level.LIMITED_AUTOMATION, Write.WRITE_AFTER_APPROVAL, []),
        (Level.LIMITED_AUTOMATION, Write.DRAFT, []),
        (Level.LIMITED_AUTOMATION, Write.SUGGEST, []),
    ],
)
def test_before_anybody_looks_policy_writes_the_automatic_fields(level: Level, mode: Write, fields: list[str]) -> None:
    rules = with_lead(Industry=MappedField(write=mode))
    rules = rules.model_copy(update={"levels": {Motion.INBOUND: level}})
    given = proposing(snap=snapshot(), book_of_rules=rules)
    actions = before_anybody_looks(
        given.snapshot, given.qualification, given.enrichment, given.routing, rules, Motion.INBOUND
    )
    assert [c.field for a in actions if isinstance(a, UpdateFields) for c in a.changes] == fields
    refused = given.qualification.model_copy(update={"disqualify_reason": "spam"})
    assert before_anybody_looks(given.snapshot, refused, given.enrichment, given.routing, rules, Motion.INBOUND) == ()


def test_a_new_lead_holds_no_draft() -> None:
    sent = lead_fields((inquiry(),), with_lead(Title=MappedField(write=Write.DRAFT)))
    assert "Title" in lead_fields((inquiry(),), with_lead())
    assert "Title" not in sent


def test_a_record_type_that_does_not_take_the_value_is_not_given_it() -> None:
    types: dict[str, dict[str, tuple[str, ...]]] = {
        "Small": {"Industry": ("Retail",)},
        "Large": {"Industry": ("Transportation",)},
    }
    rules = playbook().model_copy(update={"objects": {"Lead": MappedObject(record_types=types)}})
    key = "RecordType.DeveloperName"
    assert "Industry" not in _proposed_fields(rules, **{key: "Small"})
    assert _proposed_fields(rules, **{key: "Large"})["Industry"] == "Transportation"
    assert takes(types, "Unknown", "Industry", "Anything")
    assert takes(types, "Small", "Industry", None)


def test_the_mapping_says_what_is_read_beside_the_usual() -> None:
    objects = {
        "Account": MappedObject(hierarchy="ParentId", fields={"Tier__c": MappedField()}),
        "Lead": MappedObject(record_types={"Small": {}}),
    }
    assert read_too(objects) == {"Account": ("Tier__c", "ParentId"), "Lead": ("RecordType.DeveloperName",)}


def test_a_list_and_a_mapping_that_disagree_are_found() -> None:
    (found,) = check(with_lead(Rating=MappedField(write=Write.SUGGEST)))
    assert found.path == ("objects", "Lead", "fields", "Rating", "write")
    assert "allowed_fields lists Lead.Rating, and objects says suggest" in found.what
    assert check(with_lead(Rating=MappedField(use=Use.TRUST))) == ()


@pytest.mark.parametrize("wrong", [{"use": "believe"}, {"write": "always"}, {"means": "Two Words"}, {"trust": True}])
def test_a_word_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MappedField.model_validate(wrong)


def test_a_playbook_without_a_mapping_writes_what_it_lists() -> None:
    plain = playbook().model_copy(update={"objects": {}})
    assert plain.write_policy().allowed_fields == {k: frozenset(v) for k, v in plain.allowed_fields.items()}
