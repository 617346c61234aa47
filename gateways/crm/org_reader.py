"""What an org says about itself: describe, users, queues, statuses, business hours, holidays, territories. Reads only.

When do you need to touch this? When a first playbook could be drafted from more. An object that the org lacks is
noted, and the rest goes on.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from domain.errors import CrmError, ErrorCode
from domain.org_sketch import DayOff, Hours, LeadStatus, OrgField, OrgObject, OrgSketch, SalesTerritory
from domain.ports import Clock
from domain.readiness_facts import Placed
from gateways.crm.client import MAX_QUERIES, Part, PartAnswer, SalesforceSession, query_part
from gateways.crm.directory import Directory
from gateways.crm.fields import ReadFields
from gateways.crm.soql import select

MAPPED_OBJECTS = ("Lead", "Contact", "Account", "Opportunity")
_WEEK = (
    *(("mon", "Monday"), ("tue", "Tuesday"), ("wed", "Wednesday"), ("thu", "Thursday"), ("fri", "Friday")),
    *(("sat", "Saturday"), ("sun", "Sunday")),
)
_ADDRESS = ("Street", "PostalCode", "City", "Country")
_ORGANISATION = ("Id", "Name", "IsSandbox", *_ADDRESS, "TimeZoneSidKey", "LanguageLocaleKey")
_COUNTRY_FIELDS = ("country",)
_OPTIONAL = ("LeadStatus", "BusinessHours", "Holiday", "Territory2", "ObjectTerritory2AssignmentRuleItem")
_MASTER = "Master"
_ALWAYS_OPEN = frozenset({"OwnerId", "Status", "StageName", "LastName", "Company"})
"""Standard fields that nobody's field-level security covers."""


class OrgReader:
    """Reads one org. Raises `CrmError` where the org does not answer at all."""

    def __init__(self, session: SalesforceSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._notes: list[str] = []

    def sketch(self) -> OrgSketch:
        described = self._describe((*MAPPED_OBJECTS, "Organization", "User", *_OPTIONAL))
        fields = {name: tuple(_fields(body)) for name, body in described.items()}
        asked = self._ask(tuple(_queries({n: {f.name for f in found} for n, found in fields.items()})))
        organisation = next(iter(asked.get("organisation", [])), None)
        if organisation is None:
            raise CrmError("the org does not say who it is", code=ErrorCode.CRM_PROTOCOL)
        people = self._directory({f.name for f in fields["User"]}).read()
        return OrgSketch(
            org_id=str(organisation["Id"]),
            sandbox=organisation.get("IsSandbox") is True,
            name=str(organisation.get("Name") or ""),
            address=", ".join(str(organisation[f]) for f in _ADDRESS if organisation.get(f)),
            country=str(organisation.get("Country") or ""),
            time_zone=str(organisation.get("TimeZoneSidKey") or "UTC"),
            language=str(organisation.get("LanguageLocaleKey") or "en")[:2].lower(),
            users=people.users,
            queues=people.queues,
            group_members=people.group_members,
            statuses=tuple(_status(r) for r in asked.get("statuses", [])),
            hours=tuple(h for r in asked.get("hours", []) if (h := _hours(r)) is not None),
            days_off=tuple(_day_off(r) for r in asked.get("days_off", []) if r.get("ActivityDate")),
            territories=_territories(asked),
            placed=tuple(_placed(asked)),
            objects=tuple(self._object(name, fields[name], described[name]) for name in MAPPED_OBJECTS),
            notes=tuple(self._notes),
        )

    def _describe(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        parts = [Part(name=name, method="GET", path=f"sobjects/{name}/describe") for name in names]
        answers = self._session.composite(parts, all_or_none=False).parts
        bodies: dict[str, dict[str, Any]] = {}
        for name in names:
            bodies[name] = answers[name].body if _is_object(answers[name]) else {}
            if not bodies[name]:
                self._notes.append(f"the org has no {name}, or hides it from the integration user")
        return bodies

    def _ask(self, queries: Sequence[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
        rows: dict[str, list[dict[str, Any]]] = {}
        for start in range(0, len(queries), MAX_QUERIES):
            chunk = queries[start : start + MAX_QUERIES]
            answers = self._session.composite([query_part(*q) for q in chunk], all_or_none=False).parts
            for name, _ in chunk:
                try:
                    rows[name] = answers[name].records()
                except CrmError as refused:
                    self._notes.append(f"{name.replace('_', ' ')} could not be read: {refused.detail}")
        return rows

    def _directory(self, there: set[str]) -> Directory:
        usual = ReadFields()
        users = tuple(f for f in usual.by_object["User"] if f in there)
        return Directory(self._session, self._clock, ReadFields(by_object={**usual.by_object, "User": users}))

    def _object(self, name: str, fields: tuple[OrgField, ...], body: Mapping[str, Any]) -> OrgObject:
        types = [t for t in body.get("recordTypeInfos") or () if t.get("active", True) and not t.get("master")]
        named = {str(t["recordTypeId"]): str(t["developerName"]) for t in types if t.get("developerName") != _MASTER}
        lists: dict[str, dict[str, tuple[str, ...]]] = {}
        if named:
            part = Part(name=name, method="GET", path=f"sobjects/{name}/describe/layouts")
            answer = self._session.composite([part], all_or_none=False).parts[name]
            if _is_object(answer):
                lists = dict(_record_types(answer.body, named))
            else:
                self._notes.append(f"the record types of {name} could not be read")
        return OrgObject(name=name, fields=fields, record_types=lists)


def _is_object(answer: PartAnswer) -> bool:
    return answer.ok and isinstance(answer.body, dict)


def _queries(there: Mapping[str, set[str]]) -> Iterable[tuple[str, str]]:
    """Name and SOQL of everything that this org can be asked."""
    yield "organisation", select("Organization", [f for f in _ORGANISATION if f in there["Organization"]], "")
    wanted: tuple[str, ...]
    if there["LeadStatus"]:
        wanted = ("MasterLabel", "IsDefault", "IsConverted")
        yield "statuses", select("LeadStatus", wanted, "", tail="ORDER BY SortOrder LIMIT 100")
    if there["BusinessHours"]:
        times = [f"{day}{edge}Time" for _, day in _WEEK for edge in ("Start", "End")]
        wanted = ("Name", "IsDefault", "TimeZoneSidKey", *times)
        yield "hours", select("BusinessHours", wanted, "IsActive = true", tail="ORDER BY Name LIMIT 50")
    if there["Holiday"]:
        wanted = ("Name", "ActivityDate", "IsRecurrence")
        yield "days_off", select("Holiday", wanted, "", tail="ORDER BY ActivityDate LIMIT 200")
    for key, name, country in (("placed_leads", "Lead", "Country"), ("placed_accounts", "Account", "BillingCountry")):
        if country in there[name]:
            tail = f"GROUP BY {country}, OwnerId ORDER BY COUNT(Id) DESC LIMIT 2000"
            yield key, select(name, (country, "OwnerId", "COUNT(Id) n"), f"{country} != null", tail=tail)
    if there["Territory2"]:
        active = "Territory2Model.State = 'Active'"
        yield "territories", select("Territory2", ("Id", "Name"), active, tail="ORDER BY Name LIMIT 500")
        wanted = ("Territory2Id", "UserId")
        yield "territory_users", select("UserTerritory2Association", wanted, "IsActive = true", tail="LIMIT 2000")
        yield "territory_rules", select("RuleTerritory2Association", ("Territory2Id", "RuleId"), "", tail="LIMIT 2000")
    if there["ObjectTerritory2AssignmentRuleItem"]:
        wanted = ("RuleId", "Field", "Operation", "Value")
        yield "rule_items", select("ObjectTerritory2AssignmentRuleItem", wanted, "", tail="LIMIT 2000")


def _fields(body: Mapping[str, Any]) -> Iterable[OrgField]:
    # Describe tells each login its own rights; one that may only read is told of nothing that can be written.
    reads_only = not body.get("updateable")
    for field in body.get("fields") or ():
        kind = str(field.get("type", ""))
        values = field.get("picklistValues") or () if kind in ("picklist", "multipicklist") else ()
        yield OrgField(
            name=str(field["name"]),
            label=str(field.get("label") or field["name"]),
            type=kind,
            custom=bool(field.get("custom")),
            writable=bool(field.get("updateable")) or (reads_only and _could_be_written(field)),
            calculated=bool(field.get("calculated")),
            listed=tuple(str(v["value"]) for v in values if v.get("active", True)),
            refers=tuple(str(name) for name in field.get("referenceTo") or ()),
        )


def _could_be_written(field: Mapping[str, Any]) -> bool:
    """By somebody who is allowed to: what field-level security can open, and what it never closes."""
    return not field.get("calculated") and (bool(field.get("permissionable")) or field.get("name") in _ALWAYS_OPEN)


def _record_types(
    layouts: Mapping[str, Any], named: Mapping[str, str]
) -> Iterable[tuple[str, dict[str, tuple[str, ...]]]]:
    for mapping in layouts.get("recordTypeMappings") or ():
        name = named.get(str(mapping.get("recordTypeId")), "")
        lists = mapping.get("picklistsForRecordType") or ()
        if name:
            yield (
                name,
                {
                    str(p["picklistName"]): tuple(
                        str(v["value"]) for v in p.get("picklistValues") or () if v.get("active", True)
                    )
                    for p in lists
                },
            )


def _status(row: Mapping[str, Any]) -> LeadStatus:
    return LeadStatus(
        label=str(row["MasterLabel"]), default=bool(row.get("IsDefault")), converted=bool(row.get("IsConverted"))
    )


def _hours(row: Mapping[str, Any]) -> Hours | None:
    """None where the row has no usable working day: closed all week, or open around the clock."""
    spans = {short: (_time(row.get(f"{day}StartTime")), _time(row.get(f"{day}EndTime"))) for short, day in _WEEK}
    worked = {d: (o, c) for d, (o, c) in spans.items() if o is not None and c is not None and o < c}
    if not worked:
        return None
    common, _ = Counter(worked.values()).most_common(1)[0]
    return Hours(
        name=str(row["Name"]),
        default=bool(row.get("IsDefault")),
        time_zone=str(row.get("TimeZoneSidKey") or "UTC"),
        days=tuple(worked),
        opens=common[0],
        closes=common[1],
        uneven=len(set(worked.values())) > 1,
    )


def _time(value: object) -> time | None:
    """`09:00:00.000Z`; the Z is not meant: the time is in the row's own zone."""
    try:
        return time.fromisoformat(str(value)[:5])
    except ValueError:
        return None


def _day_off(row: Mapping[str, Any]) -> DayOff:
    day = date.fromisoformat(str(row["ActivityDate"])[:10])
    return DayOff(name=str(row.get("Name") or ""), day=day, recurs=bool(row.get("IsRecurrence")))


def _placed(asked: Mapping[str, list[dict[str, Any]]]) -> Iterable[Placed]:
    for key, country in (("placed_leads", "Country"), ("placed_accounts", "BillingCountry")):
        for row in asked.get(key, []):
            yield Placed(country=str(row[country]), owner_id=str(row["OwnerId"]), count=int(row["n"]))


def _territories(asked: Mapping[str, list[dict[str, Any]]]) -> tuple[SalesTerritory, ...]:
    items: dict[str, list[str]] = {}
    for item in asked.get("rule_items", []):
        if str(item.get("Operation")) == "equals" and str(item.get("Field", "")).lower().endswith(_COUNTRY_FIELDS):
            items.setdefault(str(item["RuleId"]), []).extend(v.strip() for v in str(item.get("Value") or "").split(","))
    conditions: dict[str, list[str]] = {}
    for link in asked.get("territory_rules", []):
        conditions.setdefault(str(link["Territory2Id"]), []).extend(items.get(str(link["RuleId"]), []))
    users: dict[str, list[str]] = {}
    for link in asked.get("territory_users", []):
        users.setdefault(str(link["Territory2Id"]), []).append(str(link["UserId"]))
    return tuple(
        SalesTerritory(
            name=str(row["Name"]),
            conditions=tuple(v for v in dict.fromkeys(conditions.get(str(row["Id"]), [])) if v),
            users=tuple(users.get(str(row["Id"]), ())),
        )
        for row in asked.get("territories", [])
    )
