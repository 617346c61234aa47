"""How leads were worked before the agent: counts over some days, first activities of the newest leads. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from simple_salesforce.format import format_soql

from domain.model import Instant
from domain.organisation import Baseline, WorkedLead, hours_to_first_activity
from domain.ports import Clock
from gateways.crm.client import MAX_QUERIES, SalesforceSession, query_part
from gateways.crm.soql import children, select

DAYS = 90
FIELDS = ("Email", "Phone", "Website", "Country", "Industry", "NumberOfEmployees", "LeadSource", "Rating")
_ACTIVITIES = ("Task", "Event")
_A_PAGE = 2000
_AT_ONCE = 200
"""Leads of one query with their activities; a page of parents with children is smaller than one without."""


def read_baseline(session: SalesforceSession, clock: Clock, org_id: str) -> Baseline:
    """Three API calls. Raises `CrmError`."""
    window = f"CreatedDate = LAST_N_DAYS:{DAYS}"
    counts = ("COUNT(Id) n", *(f"COUNT({name}) f{place}" for place, name in enumerate(FIELDS)))
    answer = session.composite(
        [
            query_part("all", select("Lead", counts, window)),
            query_part("converted", select("Lead", ("COUNT(Id) n",), f"{window} AND IsConverted = true")),
            *(query_part(name, _of_converted(session, name, window)) for name in _ACTIVITIES),
        ],
        all_or_none=False,
    )
    row = answer.parts["all"].records()[0]
    moved = _by_person(activity for name in _ACTIVITIES for activity in answer.parts[name].records())
    leads = tuple(_worked(session, window, moved))
    touched, hours = hours_to_first_activity(leads)
    return Baseline(
        org_id=org_id,
        measured_at=clock.now(),
        days=DAYS,
        leads=int(row["n"]),
        converted=int(answer.parts["converted"].records()[0]["n"]),
        sampled=len(leads),
        touched=touched,
        median_hours_to_first_activity=hours,
        filled={name: int(row[f"f{place}"]) for place, name in enumerate(FIELDS)},
    )


def newest_open_leads(session: SalesforceSession, count: int) -> tuple[str, ...]:
    """Ids of the newest leads that nobody converted. One API call. Raises `CrmError`."""
    soql = select("Lead", ("Id",), "IsConverted = false", tail=f"ORDER BY CreatedDate DESC, Id DESC LIMIT {int(count)}")
    return tuple(str(row["Id"]) for row in session.rows(soql))


def _of_converted(session: SalesforceSession, name: str, window: str) -> str:
    """Converting a lead ties its activities to the contact that it became."""
    people = f"WhoId IN ({select('Lead', ('ConvertedContactId',), f'{window} AND IsConverted = true')})"
    where = f"{people} AND CreatedById != {{}}"
    return select(
        name, ("WhoId", "CreatedDate"), where, session.user_id(), tail=f"ORDER BY CreatedDate DESC LIMIT {_A_PAGE}"
    )


def _by_person(activities: Iterable[Mapping[str, Any]]) -> dict[str, list[Instant]]:
    found: dict[str, list[Instant]] = {}
    for activity in activities:
        found.setdefault(str(activity["WhoId"]), []).append(_moment(activity))
    return found


def _worked(session: SalesforceSession, window: str, moved: Mapping[str, Sequence[Instant]]) -> Iterable[WorkedLead]:
    """The newest thousand of the window, each with the first activity that somebody else than we made."""
    by_people = format_soql("CreatedById != {}", session.user_id())
    first = "ORDER BY CreatedDate ASC LIMIT 1"
    asked = (
        "Id",
        "CreatedDate",
        "ConvertedContactId",
        *(children(name, ("CreatedDate",), first, where=by_people) for name in ("Tasks", "Events")),
    )
    parts = [
        query_part(
            f"page{n}",
            select(
                "Lead", asked, window, tail=f"ORDER BY CreatedDate DESC, Id DESC LIMIT {_AT_ONCE} OFFSET {n * _AT_ONCE}"
            ),
        )
        for n in range(MAX_QUERIES)
    ]
    answer = session.composite(parts, all_or_none=False)
    for part in parts:
        for row in answer.parts[part.name].records():
            created = _moment(row)
            # The contact may be older than the lead, and have been worked with before.
            later = [moment for moment in moved.get(str(row.get("ConvertedContactId")), ()) if moment >= created]
            yield WorkedLead(created_at=created, first_activity=min((*_own(row), *later), default=None))


def _own(row: Mapping[str, Any]) -> list[Instant]:
    return [_moment(activity) for name in ("Tasks", "Events") for activity in (row.get(name) or {}).get("records", ())]


def _moment(row: Mapping[str, Any]) -> Instant:
    return datetime.fromisoformat(str(row["CreatedDate"]))
