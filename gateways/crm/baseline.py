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
        ],
        all_or_none=False,
    )
    row = answer.parts["all"].records()[0]
    leads = tuple(_worked(session, window))
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


def _worked(session: SalesforceSession, window: str) -> Iterable[WorkedLead]:
    """The newest thousand of the window, each with the first activity that somebody else than we made."""
    by_people = format_soql("CreatedById != {}", session.user_id())
    first = "ORDER BY CreatedDate ASC LIMIT 1"
    asked = (
        "Id",
        "CreatedDate",
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
            yield WorkedLead(created_at=_moment(row), first_activity=_first(row))


def _first(row: Mapping[str, Any]) -> Instant | None:
    found: Sequence[Mapping[str, Any]] = [
        activity for name in ("Tasks", "Events") for activity in (row.get(name) or {}).get("records", ())
    ]
    return min(map(_moment, found), default=None)


def _moment(row: Mapping[str, Any]) -> Instant:
    return datetime.fromisoformat(str(row["CreatedDate"]))
