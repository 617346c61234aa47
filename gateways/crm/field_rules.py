"""What the org's own describe says a field takes, asked before a write is tried."""

import contextlib
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from domain.field_facts import NUMBERS, FieldFact, misfit
from domain.field_mapping import RECORD_TYPE, RecordTypes, takes
from domain.leads import CrmRecord
from domain.model import Instant, Scalar, Value
from domain.ports import Clock
from gateways.crm.client import SalesforceSession
from gateways.crm.plan import Plan

FRESH_FOR = timedelta(hours=1)


class FieldRule(Value):
    createable: bool
    updateable: bool
    restricted: bool = False
    """True where a picklist takes the values of its list and no others."""
    fact: FieldFact = FieldFact(kind="string")
    """What it takes, in the org's own spelling."""

    @property
    def for_writing(self) -> FieldFact:
        """What the API refuses: less than what a person should be offered. Whether it is writable was asked before."""
        return self.fact.model_copy(
            update={"updateable": True, "options": self.fact.options if self.restricted else ()}
        )


class Broken(Value):
    field: str
    message: str


class FieldRules:
    """Thread-safe. One describe call an hour for each object that is written."""

    def __init__(self, session: SalesforceSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Instant, dict[str, FieldRule]]] = {}

    def broken_by(self, plan: Plan) -> tuple[Broken, ...]:
        """What the org would refuse anyway, by field. Raises `CrmError` where describe does not answer."""
        found: list[Broken] = []
        for change in plan.changes:
            rules = self._rules(change.record.object)
            found += [b for f, v in change.values.items() if (b := _broken(rules, f, v, creating=False))]
        for insert in plan.inserts:
            rules = self._rules(insert.object)
            found += [b for f, v in insert.values.items() if (b := _broken(rules, f, v, creating=True))]
        return tuple(found)

    def facts(self, object_name: str, names: Sequence[str]) -> dict[str, FieldFact]:
        """What the named fields take; those that the org does not have are left out. Raises `CrmError`."""
        rules = self._rules(object_name)
        return {name: rules[name].fact for name in names if name in rules}

    def _rules(self, object_name: str) -> dict[str, FieldRule]:
        with self._lock:
            now = self._clock.now()
            known = self._known.get(object_name)
            if known is None or not timedelta(0) <= now - known[0] < FRESH_FOR:
                known = (now, rules_from(self._session.describe(object_name)))
                self._known[object_name] = known
            return known[1]


def untaken(plan: Plan, records: Mapping[str, CrmRecord], types: Mapping[str, RecordTypes]) -> tuple[Broken, ...]:
    """What the playbook says a record of its present type does not take. `records` are as the CRM has them now.

    A record whose type was not read is not judged.
    """
    return tuple(
        Broken(field=field, message=f"{field} of record type {kind} does not take {str(value)[:80]}")
        for change in plan.changes
        if change.record.object in types and (record := records.get(change.record.id)) is not None
        for kind in (record.text(RECORD_TYPE),)
        for field, value in change.values.items()
        if not takes(types[change.record.object], kind, field, value)
    )


def rules_from(describe: dict[str, Any]) -> dict[str, FieldRule]:
    """The rules of every field that a describe answer names."""
    return {str(field["name"]): _rule(field) for field in describe.get("fields") or () if "name" in field}


def _rule(field: dict[str, Any]) -> FieldRule:
    active = tuple(str(v["value"]) for v in field.get("picklistValues") or () if v.get("active", True))
    updateable, length = bool(field.get("updateable")), int(field.get("length") or 0)
    return FieldRule(
        createable=bool(field.get("createable")),
        updateable=updateable,
        restricted=bool(field.get("restrictedPicklist")),
        fact=FieldFact(
            kind=str(field.get("type") or "string"),
            length=length,
            options=active,
            updateable=updateable,
            required=field.get("nillable") is False and not field.get("defaultedOnCreate"),
        ),
    )


def _broken(rules: dict[str, FieldRule], field: str, value: Scalar, *, creating: bool) -> Broken | None:
    rule = rules.get(field)
    if rule is None:
        return Broken(field=field, message=f"{field} does not exist in the CRM, or is hidden from the integration user")
    if not (rule.createable if creating else rule.updateable):
        return Broken(field=field, message=f"{field} cannot be written by the integration user")
    why = misfit(field, _as_taken(value, rule.fact.kind), rule.for_writing)
    return Broken(field=field, message=why) if why else None


def _as_taken(value: Scalar, kind: str) -> Scalar:
    """As the CRM takes it: blanks are no text, and a number or a yes may come spelled out."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if kind == "boolean" and text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    if kind in NUMBERS:
        with contextlib.suppress(ValueError):
            return float(text)
    return value if text else None
