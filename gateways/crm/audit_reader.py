"""What the readiness audit counts in the org: describe, limits and aggregate SOQL. Reads only; no lead is fetched.

When do you need to touch this? When the audit should measure something else. About a dozen API calls, whatever the
size of the org. A query that the org refuses (a hidden field, a time-out) is noted and the rest goes on.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.errors import CrmError, ErrorCode
from domain.leads import Motion
from domain.model import Value
from domain.owners import is_queue
from domain.playbook import Playbook
from domain.ports import Clock
from domain.readiness_facts import (
    ACTIVE_DAYS,
    AUDITED_OBJECTS,
    FRESH_DAYS,
    QUIET_DAYS,
    Activities,
    AuditedField,
    Counted,
    FieldFacts,
    ObjectAccess,
    OrgFacts,
    OwnerFacts,
    Placed,
    audited_fields,
)
from gateways.crm.client import MAX_PARTS, MAX_QUERIES, Part, PartAnswer, SalesforceSession, query_part
from gateways.crm.directory import Directory, People
from gateways.crm.fields import LEDGER, ReadFields
from gateways.crm.soql import select

_MOST_VALUES = 200
_MOST_PAIRS = 2000
_LIVE = {"Lead": "IsConverted = false", "Opportunity": "IsClosed = false", "Account": "", "Contact": ""}
_OPEN_LEADS = "IsConverted = false AND (NOT Status LIKE 'Closed%')"
_OWNED = ("Lead", "Account", "Opportunity")
_NEEDED = (*AUDITED_OBJECTS, "Task", "Event", "EmailMessage", "ContactPointTypeConsent", "User", "Group", LEDGER)
_COUNT = "COUNT(Id) n"
_ACTIVITY = "LastActivityDate"
_RECENT = f"CreatedDate = LAST_N_DAYS:{ACTIVE_DAYS}"


class Described(Value):
    """One field as far as the audit cares."""

    name: str
    type: str
    createable: bool
    updateable: bool
    countable: bool
    groupable: bool
    listed: tuple[str, ...] = ()


class AuditReader:
    """Measures one org. Every method raises `CrmError` only where nothing at all could be asked."""

    def __init__(self, session: SalesforceSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def measure(self, playbook: Playbook) -> OrgFacts:
        """Everything that the audit rests on."""
        before = self._session.calls
        asked = _Asked(self._session)
        schema, bodies = _describe(self._session, sorted({*_NEEDED, *playbook.objects, *playbook.writable()}))
        wanted = audited_fields(playbook.objects)
        for soql in _queries(wanted, schema):
            asked.add(*soql)
        asked.run()
        api = _limits(self._session, asked)
        people = _people(self._session, self._clock, schema, asked)
        return OrgFacts(
            measured_at=self._clock.now(),
            fields=tuple(_facts(field, wanted, schema, asked) for field in wanted),
            owners=_owners(schema, asked),
            placed=tuple(
                Placed(country=str(r["Country"]), owner_id=str(r["OwnerId"]), count=int(r["n"]))
                for r in asked.rows("placed")
            ),
            opted_out=asked.number("opted_out"),
            consents=_counted(asked.rows("consents"), "PrivacyConsentStatus"),
            activities=Activities(
                tasks=asked.number("tasks"),
                events=asked.number("events"),
                emails=asked.number("emails"),
                tasks_without_link=asked.number("tasks_unlinked"),
            ),
            volumes={
                Motion.INBOUND: asked.number("new_leads"),
                Motion.RESEARCH: asked.number("worked_accounts"),
                Motion.FOLLOW_UP: asked.number("quiet_leads"),
                Motion.HYGIENE: asked.number("poor_leads") + asked.number("poor_accounts"),
                Motion.NUDGE: asked.number("late_deals"),
            },
            access=tuple(_access(name, schema, bodies[name], playbook) for name in bodies),
            scopes=_scopes(self._session, asked),
            api_limit=api[0],
            api_left=api[1],
            users=people.users if people is not None else (),
            queues=people.queues if people is not None else (),
            group_members=people.group_members if people is not None else {},
            territory_members=people.territory_members if people is not None else {},
            api_calls=self._session.calls - before,
            unmeasured=asked.failed,
        )


class _Asked:
    """Queries by name, run five to a call, and their answers."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session
        self._parts: list[Part] = []
        self._answers: dict[str, PartAnswer] = {}
        self._failed: list[str] = []

    def add(self, name: str, soql: str) -> None:
        self._parts.append(query_part(name, soql))

    def run(self) -> None:
        for start in range(0, len(self._parts), MAX_QUERIES):
            answer = self._session.composite(self._parts[start : start + MAX_QUERIES], all_or_none=False)
            self._answers |= answer.parts

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Empty where it was not asked, or was refused (which is noted once)."""
        answer = self._answers.get(name)
        if answer is None:
            return []
        try:
            return answer.records()
        except CrmError as refused:
            self.note(name, refused)
            return []

    def number(self, name: str, column: str = "n") -> int:
        """One count; 0 where there is none."""
        rows = self.rows(name)
        return int(rows[0].get(column) or 0) if rows else 0

    def note(self, name: str, refused: CrmError) -> None:
        line = f"{name.replace('_', ' ')}: {refused.detail or refused.code.value}"
        if line not in self._failed:
            self._failed.append(line)

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(self._failed)


Schema = Mapping[str, Mapping[str, Described]]


def _describe(session: SalesforceSession, names: Sequence[str]) -> tuple[Schema, dict[str, dict[str, Any]]]:
    """The fields of each object by name, and the describe bodies; an object that the org lacks has an empty body."""
    bodies: dict[str, dict[str, Any]] = {}
    for start in range(0, len(names), MAX_PARTS):
        chunk = names[start : start + MAX_PARTS]
        parts = [Part(name=name, method="GET", path=f"sobjects/{name}/describe") for name in chunk]
        answer = session.composite(parts, all_or_none=False)
        for name in chunk:
            part = answer.parts[name]
            bodies[name] = part.body if part.ok and isinstance(part.body, dict) else {}
    return {name: {f.name: f for f in _fields(body)} for name, body in bodies.items()}, bodies


def _fields(body: Mapping[str, Any]) -> Iterable[Described]:
    for field in body.get("fields") or ():
        values = field.get("picklistValues") or () if field.get("type") in ("picklist", "multipicklist") else ()
        yield Described(
            name=str(field["name"]),
            type=str(field.get("type", "")),
            createable=bool(field.get("createable")),
            updateable=bool(field.get("updateable")),
            countable=bool(field.get("aggregatable", True)) and field.get("type") != "boolean",
            groupable=bool(field.get("groupable")),
            listed=tuple(str(v["value"]) for v in values if v.get("active", True)),
        )


def _queries(wanted: Sequence[AuditedField], schema: Schema) -> Iterable[tuple[str, str]]:
    """Name and SOQL of everything that this org can be asked."""
    for name in AUDITED_OBJECTS:
        yield from _of_object(name, [f for f in wanted if f.object == name], schema)
    yield from _of_motions(schema)
    leads = schema.get("Lead", {})
    if "Country" in leads:
        where = f"{_LIVE['Lead']} AND Country != null"
        tail = f"GROUP BY Country, OwnerId ORDER BY COUNT(Id) DESC LIMIT {_MOST_PAIRS}"
        yield "placed", select("Lead", ("Country", "OwnerId", _COUNT), where, tail=tail)
    if "HasOptedOutOfEmail" in leads:
        yield "opted_out", select("Lead", (_COUNT,), f"{_LIVE['Lead']} AND HasOptedOutOfEmail = true")
    if "PrivacyConsentStatus" in schema.get("ContactPointTypeConsent", {}):
        grouped = ("PrivacyConsentStatus", _COUNT)
        yield "consents", select("ContactPointTypeConsent", grouped, "", tail="GROUP BY PrivacyConsentStatus")
    for key, name in (("tasks", "Task"), ("events", "Event"), ("emails", "EmailMessage")):
        if schema.get(name):
            yield key, select(name, (_COUNT,), _RECENT)
    if schema.get("Task"):
        yield "tasks_unlinked", select("Task", (_COUNT,), f"{_RECENT} AND WhoId = null AND WhatId = null")


def _of_motions(schema: Schema) -> Iterable[tuple[str, str]]:
    """How many records each motion would be about."""
    quiet = f"LastActivityDate < LAST_N_DAYS:{QUIET_DAYS}"
    if schema.get("Lead"):
        yield "new_leads", select("Lead", (_COUNT,), _RECENT)
        yield "quiet_leads", select("Lead", (_COUNT,), f"{_OPEN_LEADS} AND {quiet}")
        yield "poor_leads", select("Lead", (_COUNT,), f"{_OPEN_LEADS} AND {_poor('Country')}")
    if schema.get("Account"):
        yield "worked_accounts", select("Account", (_COUNT,), f"LastActivityDate = LAST_N_DAYS:{ACTIVE_DAYS}")
        yield "poor_accounts", select("Account", (_COUNT,), _poor("BillingCountry"))
    if schema.get("Opportunity"):
        yield "late_deals", select("Opportunity", (_COUNT,), f"IsClosed = false AND (CloseDate < TODAY OR {quiet})")


def _poor(country: str) -> str:
    return f"(Industry = null OR NumberOfEmployees = null OR {country} = null)"


def _of_object(name: str, wanted: Sequence[AuditedField], schema: Schema) -> Iterable[tuple[str, str]]:
    """Two counts over all its audited fields at once, and one for each field whose values are counted."""
    fields = schema.get(name, {})
    if not fields:
        return
    columns = _columns(wanted, fields)
    counts = (_COUNT, *(f"COUNT({field}) {column}" for field, column in columns.items()))
    live = _LIVE[name]
    fresh = f"LastModifiedDate = LAST_N_DAYS:{FRESH_DAYS}"
    yield f"{name}_filled", select(name, counts, live)
    yield f"{name}_fresh", select(name, counts, " AND ".join(c for c in (live, fresh) if c))
    if _ACTIVITY in columns:
        active = f"{_ACTIVITY} = LAST_N_DAYS:{ACTIVE_DAYS}"
        yield f"{name}_active", select(name, (_COUNT,), " AND ".join(c for c in (live, active) if c))
    for field in wanted:
        known = fields.get(field.field)
        if field.spread and known is not None and known.groupable:
            where = " AND ".join(c for c in (live, f"{field.field} != null") if c)
            tail = f"GROUP BY {field.field} ORDER BY COUNT(Id) DESC LIMIT {_MOST_VALUES}"
            yield f"{name}_of_{field.field}", select(name, (field.field, _COUNT), where, tail=tail)
    if name in _OWNED and "OwnerId" in fields:
        gone = "OwnerId IN (SELECT Id FROM User WHERE IsActive = false)"
        yield f"{name}_left", select(name, (_COUNT,), " AND ".join(c for c in (live, gone) if c))


def _columns(wanted: Iterable[AuditedField], fields: Mapping[str, Described]) -> dict[str, str]:
    """Countable fields of one object to the names of their columns in its counts."""
    countable = [f.field for f in wanted if f.field in fields and fields[f.field].countable]
    return {field: f"f{n}" for n, field in enumerate(countable)}


def _facts(field: AuditedField, wanted: Sequence[AuditedField], schema: Schema, asked: _Asked) -> FieldFacts:
    fields = schema.get(field.object, {})
    known = fields.get(field.field)
    if known is None:
        return FieldFacts(area=field.area, object=field.object, field=field.field, exists=False)
    column = _columns([f for f in wanted if f.object == field.object], fields).get(field.field, "")
    fresh = asked.number(f"{field.object}_fresh", column)
    if field.field == _ACTIVITY:
        fresh = asked.number(f"{field.object}_active")
    return FieldFacts(
        area=field.area,
        object=field.object,
        field=field.field,
        records=asked.number(f"{field.object}_filled"),
        filled=asked.number(f"{field.object}_filled", column),
        fresh=fresh,
        spread=_counted(asked.rows(f"{field.object}_of_{field.field}"), field.field),
        listed=known.listed,
    )


def _owners(schema: Schema, asked: _Asked) -> tuple[OwnerFacts, ...]:
    waiting = sum(int(r["n"]) for r in asked.rows("placed") if is_queue(str(r["OwnerId"])))
    return tuple(
        OwnerFacts(
            object=name,
            records=asked.number(f"{name}_filled"),
            inactive=asked.number(f"{name}_left"),
            queued=waiting if name == "Lead" else 0,
        )
        for name in _OWNED
        if "OwnerId" in schema.get(name, {})
    )


def _counted(rows: Iterable[Mapping[str, Any]], field: str) -> tuple[Counted, ...]:
    return tuple(Counted(value=str(r[field]), count=int(r["n"])) for r in rows if r.get(field) is not None)


def _access(name: str, schema: Schema, body: Mapping[str, Any], playbook: Playbook) -> ObjectAccess:
    fields = schema.get(name, {})
    mapped = playbook.objects.get(name)
    written = playbook.writable().get(name, frozenset())
    named = sorted({*(mapped.fields if mapped is not None else ()), *written})
    locked = [f for f in sorted(written) if f in fields and not (fields[f].createable or fields[f].updateable)]
    return ObjectAccess(
        object=name,
        exists=bool(body),
        readable=bool(body.get("queryable")),
        createable=bool(body.get("createable")),
        updateable=bool(body.get("updateable")),
        missing_fields=tuple(f for f in named if f not in fields),
        locked_fields=tuple(locked),
    )


def _people(session: SalesforceSession, clock: Clock, schema: Schema, asked: _Asked) -> People | None:
    """Active users, queues and groups with the fields that this org has; None where it does not answer."""
    usual = ReadFields().by_object
    there = ReadFields(by_object={**usual, "User": tuple(f for f in usual["User"] if f in schema.get("User", {}))})
    try:
        return Directory(session, clock, there).read()
    except CrmError as refused:
        asked.note("users_and_queues", refused)
        return None


def _scopes(session: SalesforceSession, asked: _Asked) -> tuple[str, ...] | None:
    """The OAuth scopes of the token in use; None where the org does not say."""
    found = session.scopes()
    if found is None:
        unsaid = CrmError("the token endpoint does not say what the token may do", code=ErrorCode.CRM_PROTOCOL)
        asked.note("oauth_scopes", unsaid)
    return found


def _limits(session: SalesforceSession, asked: _Asked) -> tuple[int, int]:
    """Daily API calls: how many there are, and how many are left. Zeros where the org does not say."""
    try:
        daily = session.limits().get("DailyApiRequests") or {}
        return int(daily.get("Max") or 0), int(daily.get("Remaining") or 0)
    except CrmError as refused:
        asked.note("limits", refused)
        return 0, 0
