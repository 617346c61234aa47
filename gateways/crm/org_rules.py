"""What acts in an org when we write: active flows, triggers, assignment, validation and duplicate rules. Reads only.

When do you need to touch this? When the org can do something else by itself. Sources: Object Reference
(FlowDefinitionView, ApexTrigger, AssignmentRule, DuplicateRule) and Tooling API (ValidationRule). Each is asked for
by itself: what the integration user may not see is noted, and the rest goes on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from domain.errors import CrmError
from domain.organisation import OrgRule, RuleKind
from gateways.crm.client import SalesforceSession
from gateways.crm.soql import select

_MANY = "LIMIT 500"
_WHEN = ("BeforeInsert", "BeforeUpdate", "AfterInsert", "AfterUpdate")
Row = Mapping[str, Any]


def rules_on(session: SalesforceSession, objects: Sequence[str]) -> tuple[tuple[OrgRule, ...], tuple[str, ...]]:
    """Active rules on these objects, and a sentence for each kind that could not be read. Five API calls.

    Raises `CrmError` only where the org does not answer at all.
    """
    asked: tuple[tuple[RuleKind, str, bool, Callable[[Row], OrgRule | None]], ...] = (
        (RuleKind.FLOW, _flows(), False, lambda row: _flow(row, objects)),
        (RuleKind.TRIGGER, _triggers(objects), False, _trigger),
        (RuleKind.ASSIGNMENT, _assignment(objects), False, _assigning),
        (RuleKind.VALIDATION, _validation(objects), True, _validating),
        (RuleKind.DUPLICATE, _duplicates(objects), False, _duplicate),
    )
    session.user_id()
    found: list[OrgRule] = []
    notes: list[str] = []
    for kind, soql, tooling, made in asked:
        try:
            rows = session.rows(soql, tooling=tooling)
        except CrmError as refused:
            notes.append(f"{kind.value}s cannot be read: {refused.detail or refused.code.value}")
            continue
        found += [rule for row in rows if (rule := made(row)) is not None]
    return tuple(sorted(found, key=lambda r: (r.object, r.kind, r.name))), tuple(notes)


def _flows() -> str:
    fields = (
        "ApiName",
        "Label",
        "TriggerType",
        "RecordTriggerType",
        "TriggerObjectOrEventLabel",
        "TriggerObjectOrEventId",
    )
    return select("FlowDefinitionView", fields, "IsActive = true AND TriggerType != null", tail=_MANY)


def _flow(row: Row, objects: Iterable[str]) -> OrgRule | None:
    """By id or by label: for standard objects the id is the name."""
    about = {str(row.get("TriggerObjectOrEventId") or ""), str(row.get("TriggerObjectOrEventLabel") or "")}
    name = next((name for name in objects if name in about), None)
    if name is None:
        return None
    when = " on ".join(str(row[f]) for f in ("TriggerType", "RecordTriggerType") if row.get(f))
    return OrgRule(kind=RuleKind.FLOW, object=name, name=str(row.get("Label") or row["ApiName"]), detail=when)


def _triggers(objects: Sequence[str]) -> str:
    fields = ("Name", "TableEnumOrId", *(f"Usage{when}" for when in _WHEN))
    return select("ApexTrigger", fields, "Status = 'Active' AND TableEnumOrId IN {}", list(objects), tail=_MANY)


def _trigger(row: Row) -> OrgRule:
    when = ", ".join(name for name in _WHEN if row.get(f"Usage{name}"))
    return OrgRule(kind=RuleKind.TRIGGER, object=str(row["TableEnumOrId"]), name=str(row["Name"]), detail=when)


def _assignment(objects: Sequence[str]) -> str:
    return select(
        "AssignmentRule", ("Name", "SobjectType"), "Active = true AND SobjectType IN {}", list(objects), tail=_MANY
    )


def _assigning(row: Row) -> OrgRule:
    return OrgRule(
        kind=RuleKind.ASSIGNMENT,
        object=str(row["SobjectType"]),
        name=str(row["Name"]),
        detail="switched off for our writes (Sforce-Auto-Assign: FALSE)",
    )


def _validation(objects: Sequence[str]) -> str:
    return select(
        "ValidationRule",
        ("ValidationName", "ErrorMessage", "EntityDefinition.QualifiedApiName"),
        "Active = true AND EntityDefinition.QualifiedApiName IN {}",
        list(objects),
        tail=_MANY,
    )


def _validating(row: Row) -> OrgRule:
    on = row.get("EntityDefinition") or {}
    return OrgRule(
        kind=RuleKind.VALIDATION,
        object=str(on.get("QualifiedApiName", "")),
        name=str(row["ValidationName"]),
        detail=str(row.get("ErrorMessage") or ""),
    )


def _duplicates(objects: Sequence[str]) -> str:
    return select(
        "DuplicateRule",
        ("MasterLabel", "SobjectType"),
        "IsActive = true AND SobjectType IN {}",
        list(objects),
        tail=_MANY,
    )


def _duplicate(row: Row) -> OrgRule:
    return OrgRule(kind=RuleKind.DUPLICATE, object=str(row["SobjectType"]), name=str(row["MasterLabel"]))
