"""What a field is to the agent decides what is believed, filled and written."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.enrichment import Signal
from domain.field_mapping import MappedField, MappedObject, Use, Write, admitted, may_fill, read_too, takes, writable
from domain.model import Scalar
from domain.permissions import RiskCategory
from domain.playbook import Playbook
from domain.playbook_checks import check
from domain.proposals import AddNote, AssignOwner, CreateTask, UpdateFields
from domain.proposed_actions import may_write
from domain.proposing import propose
from domain.risk import assess
from tests.domain.scenes import NOW, lead, playbook, proposing, snapshot


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
        (Write.DRAFT, False),
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


@pytest.mark.parametrize(
    ("mode", "told"),
    [(Write.SUGGEST, True), (Write.DRAFT, True), (Write.NEVER, False), (Write.WRITE_AFTER_APPROVAL, False)],
)
def test_what_is_only_suggested_stands_in_the_owner_s_task(mode: Write, told: bool) -> None:
    made = propose(proposing(snap=snapshot(), book_of_rules=with_lead(Industry=MappedField(write=mode))))
    assert made is not None
    (task,) = (a for a in made.content.actions if isinstance(a, CreateTask))
    assert ("Industry: Transportation (not written" in task.description) is told
    assert ("Industry" in _proposed_fields(with_lead(Industry=MappedField(write=mode)))) is (
        mode is Write.WRITE_AFTER_APPROVAL
    )


def test_a_record_type_that_does_not_take_the_value_is_not_given_it() -> None:
    types: dict[str, dict[str, tuple[str, ...]]] = {
        "Small": {"Industry": ("Retail",)},
        "Large": {"Industry": ("Transportation",)},
    }
    rules = playbook().model_copy(update={"objects": {"Lead": MappedObject(record_types=types)}})
    key = "RecordType.DeveloperName"
    assert "Industry" not in _proposed_fields(rules, **{key: "Small"})
    assert _proposed_fields(rules, **{key: "Large"})["Industry"] == "Transportation"
    assert takes(rules.objects, "Lead", "Unknown", "Industry", "Anything")
    assert takes(rules.objects, "Lead", "Small", "Industry", None)


def test_the_mapping_says_what_is_read_beside_the_usual() -> None:
    objects = {
        "Account": MappedObject(hierarchy="ParentId", fields={"Tier__c": MappedField()}),
        "Lead": MappedObject(record_types={"Small": {}}),
    }
    assert read_too(objects) == {"Account": ("Tier__c", "ParentId"), "Lead": ("RecordType.DeveloperName",)}


def test_a_list_and_a_mapping_that_disagree_are_found() -> None:
    (found,) = check(with_lead(Rating=MappedField(write=Write.DRAFT)))
    assert found.path == ("objects", "Lead", "fields", "Rating", "write")
    assert "allowed_fields lists Lead.Rating, and objects says draft" in found.what
    assert check(with_lead(Rating=MappedField(use=Use.TRUST))) == ()


@pytest.mark.parametrize("wrong", [{"use": "believe"}, {"write": "always"}, {"means": "Two Words"}, {"trust": True}])
def test_a_word_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MappedField.model_validate(wrong)


def test_a_playbook_without_a_mapping_writes_what_it_lists() -> None:
    plain = playbook().model_copy(update={"objects": {}})
    assert plain.write_policy().allowed_fields == {k: frozenset(v) for k, v in plain.allowed_fields.items()}
