"""What the playbook says a record type takes, held against the record's type at the moment of the write."""

from domain.leads import CrmRecord, RecordRef
from domain.model import Scalar
from gateways.crm.field_rules import untaken
from gateways.crm.plan import Change, Plan
from tests.domain.scenes import NOW

LEAD = RecordRef(object="Lead", id="00Q000000000001AAA")
TYPES = {"Lead": {"Small": {"Industry": ("Retail",)}, "Large": {"Industry": ("Transportation",)}}}


def plan(value: str | None, record: RecordRef = LEAD) -> Plan:
    return Plan(changes=(Change(record=record, values={"Industry": value}, expected={}, action_keys=("a",)),))


def now(kind: str) -> dict[str, CrmRecord]:
    fields: dict[str, Scalar] = {"RecordType.DeveloperName": kind} if kind else {}
    return {LEAD.id: CrmRecord(object="Lead", id=LEAD.id, fields=fields, modified_at=NOW)}


def test_a_value_of_another_record_type_is_named() -> None:
    (broken,) = untaken(plan("Transportation"), now("Small"), TYPES)
    assert (broken.field, "record type Small does not take Transportation" in broken.message) == ("Industry", True)
    assert untaken(plan("Transportation"), now("Large"), TYPES) == ()


def test_what_the_mapping_does_not_say_is_taken() -> None:
    assert untaken(plan("Anything"), now("Unknown"), TYPES) == ()
    assert untaken(plan(None), now("Small"), TYPES) == ()
    assert untaken(plan("Anything"), now(""), TYPES) == ()
    assert untaken(plan("Anything"), {}, TYPES) == ()
    account = RecordRef(object="Account", id="001000000000001AAA")
    assert untaken(plan("Anything", account), now("Small"), TYPES) == ()
