"""What each CRM field is to the agent: whom to believe about it, and how far a change of it may go.

When do you need to touch this? When a field needs a property of its own. The mapping is the playbook's `objects`;
`countersign playbook init --from-org` drafts it from the org.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import Field

from domain.enrichment import Signal
from domain.model import Scalar, Value

CRM = "Salesforce"
"""The `system` of a signal that a person or process recorded in the CRM itself."""
RECORD_TYPE = "RecordType.DeveloperName"


class Use(StrEnum):
    """Whom to believe about a field.

    `trust`: the CRM's value stands, and providers count only where it is empty. `enrich`: providers are asked
    too, and what differs is shown side by side. `never_infer`: what nobody recorded stays empty.
    """

    TRUST = "trust"
    ENRICH = "enrich"
    NEVER_INFER = "never_infer"


class Write(StrEnum):
    """How far a change of a field may go. The guard holds each write to the mapping of that moment.

    `never`: not mentioned. `suggest`: shown on the card beside the change, and part of no signature. `draft`: an action
    of its own that is written only where a person ticked it. `write_after_approval`: part of the change that a person
    signs. `write_automatically`: low risk, so that at `limited_automation` the policy key signs it before the review;
    below that level it waits for a person like the one before.
    """

    NEVER = "never"
    SUGGEST = "suggest"
    DRAFT = "draft"
    WRITE_AFTER_APPROVAL = "write_after_approval"
    WRITE_AUTOMATICALLY = "write_automatically"


FOR_PEOPLE = frozenset(
    {"Status", "StageName", "IsConverted", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "IndividualId"}
)
"""What closes a lead, moves an opportunity or says who may be contacted: no mapping makes these automatic."""

_WRITABLE = frozenset({Write.DRAFT, Write.WRITE_AFTER_APPROVAL, Write.WRITE_AUTOMATICALLY})


class MappedField(Value):
    """`means` names what an enrichment signal, a score rule or the audit calls this field."""

    use: Use = Use.TRUST
    write: Write | None = None
    """Where it is left out, `allowed_fields` decides."""
    means: str = Field(default="", pattern=r"^[a-z_]{0,40}$")
    lookup: tuple[str, ...] = ()
    """The objects that a reference may point to."""


class MappedObject(Value):
    """One object of the org. `record_types` hold, by developer name, the values that each picklist takes there."""

    fields: dict[str, MappedField] = Field(default_factory=dict)
    record_types: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    hierarchy: str = ""
    """The field that points to the parent of the same object, such as `ParentId`."""


Objects = Mapping[str, MappedObject]

SIGNAL_FIELDS: dict[str, str] = {
    "Industry": "industry",
    "NumberOfEmployees": "employees",
    "AnnualRevenue": "annual_revenue",
    "Country": "country",
    "BillingCountry": "country",
    "State": "region",
    "BillingState": "region",
    "Segment__c": "segment",
}
"""What the standard fields mean, where the mapping does not say."""


def meaning(field: str, mapped: MappedField) -> str:
    return mapped.means or SIGNAL_FIELDS.get(field, "")


def writable(objects: Objects, listed: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Per object what may be written: the plain list and the mapping together. Where both speak, the mapping counts.

    What is `draft` is among them: it may be, by whoever ticks it.
    """
    allowed: dict[str, frozenset[str]] = {}
    for name in dict.fromkeys((*listed, *objects)):
        modes = _modes(objects, name)
        unmapped = frozenset(listed.get(name, ())) - modes.keys()
        allowed[name] = unmapped | {field for field, mode in modes.items() if mode in _WRITABLE}
    return allowed


def contradictions(objects: Objects, listed: Mapping[str, Iterable[str]]) -> tuple[tuple[str, str, Write], ...]:
    """Object, field and mapped mode of what the plain list allows and the mapping does not."""
    return tuple(
        (name, field, mode)
        for name in objects
        for field, mode in _modes(objects, name).items()
        if mode not in _WRITABLE and field in frozenset(listed.get(name, ()))
    )


def automatic(objects: Objects) -> dict[str, frozenset[str]]:
    """Per object the fields whose change the policy key may sign."""
    mapped = mapped_as(objects, Write.WRITE_AUTOMATICALLY)
    # An owner changes by assignment, which has rules of its own.
    return {name: fields - FOR_PEOPLE - {"OwnerId"} for name, fields in mapped.items()}


def _modes(objects: Objects, object_name: str) -> dict[str, Write]:
    mapped = objects.get(object_name)
    return {f: rule.write for f, rule in mapped.fields.items() if rule.write is not None} if mapped is not None else {}


def only_suggested(objects: Objects, object_name: str, field: str) -> bool:
    """Whether a value for this field is shown to a person and never written."""
    return _modes(objects, object_name).get(field) is Write.SUGGEST


def mapped_as(objects: Objects, mode: Write) -> dict[str, frozenset[str]]:
    """Per object the fields of that mode; objects without one are left out."""
    found = {name: frozenset(f for f, m in _modes(objects, name).items() if m is mode) for name in objects}
    return {name: fields for name, fields in found.items() if fields}


def needing_approval(objects: Objects) -> dict[str, frozenset[str]]:
    """Per object the mapped fields that the policy key may not sign for."""
    return {
        name: frozenset(f for f, mode in _modes(objects, name).items() if mode is not Write.WRITE_AUTOMATICALLY)
        for name in objects
    }


def may_fill(objects: Objects, object_name: str, field: str) -> bool:
    """Whether a provider's value may be proposed for this field where it is empty. Unmapped fields: yes."""
    mapped = objects.get(object_name)
    rule = mapped.fields.get(field) if mapped is not None else None
    return rule is None or rule.use is not Use.NEVER_INFER


RecordTypes = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Per record type, by developer name, the values that each picklist takes there."""


def takes(types: RecordTypes, record_type: str, field: str, value: Scalar) -> bool:
    """Whether a record of this type takes the value in a picklist. What the mapping does not list, it does."""
    lists = types.get(record_type, {})
    return field not in lists or value is None or value in lists[field]


def admitted(signals: Iterable[Signal], objects: Objects) -> tuple[Signal, ...]:
    """The signals that may count, in their order.

    Of a name that the mapping marks `never_infer` only what the CRM itself holds is left; of one that it marks
    `trust`, the CRM's value alone where there is one. Where two fields of one meaning differ, the stricter counts.
    """
    uses = _uses(objects)
    offered = tuple(signals)
    recorded = {s.name for s in offered if s.system == CRM and s.value is not None}

    def counts(signal: Signal) -> bool:
        if signal.system == CRM or signal.value is None:
            return True
        match uses.get(signal.name):
            case Use.NEVER_INFER:
                return False
            case Use.TRUST:
                return signal.name not in recorded
            case _:
                return True

    return tuple(s for s in offered if counts(s))


def _uses(objects: Objects) -> dict[str, Use]:
    strictness = (Use.ENRICH, Use.TRUST, Use.NEVER_INFER)
    uses: dict[str, Use] = {}
    for mapped in objects.values():
        for field, rule in mapped.fields.items():
            name = meaning(field, rule)
            if name:
                uses[name] = max(uses.get(name, rule.use), rule.use, key=strictness.index)
    return uses


def read_too(objects: Objects) -> dict[str, tuple[str, ...]]:
    """Per object what the mapping needs read beside the usual fields."""
    wanted: dict[str, tuple[str, ...]] = {}
    for name, mapped in objects.items():
        extra = (*mapped.fields, *([mapped.hierarchy] if mapped.hierarchy else []))
        wanted[name] = (*extra, *([RECORD_TYPE] if mapped.record_types else []))
    return wanted
