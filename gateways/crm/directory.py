"""Who can own a lead: users, queues and their load. The same for every case, so read once a minute."""

import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from domain.leads import CrmRecord
from domain.model import Instant, Value
from domain.ports import Clock
from gateways.crm.client import SalesforceSession, query_part
from gateways.crm.fields import ReadFields
from gateways.crm.hierarchies import HierarchyReader
from gateways.crm.soql import select
from gateways.crm.values import records_from

FRESH_FOR = timedelta(seconds=60)
MAX_USERS = 1000
MAX_GROUPS = 500
MAX_MEMBERS = 2000
MAX_OWNERS = 2000
"""Whose open leads are counted, the busiest first: an org refuses more groups than fit one answer."""


class People(Value):
    """Active users, queues with everybody's groups, and how many unconverted open leads each owner has."""

    users: tuple[CrmRecord, ...]
    queues: tuple[CrmRecord, ...]
    open_leads_by_owner: dict[str, int]
    group_members: dict[str, tuple[str, ...]] = {}
    """Per developer name of a queue or public group the ids of its users, through nested groups and roles."""
    territory_members: dict[str, tuple[str, ...]] = {}
    """Per developer name of an active territory the ids of its own users."""
    read_at: Instant


class Directory:
    """Thread-safe. Two API calls a minute; one in an org without territories and roles in groups."""

    def __init__(self, session: SalesforceSession, clock: Clock, fields: ReadFields) -> None:
        self._session = session
        self._clock = clock
        self._fields = fields
        self._lock = threading.Lock()
        self._people: People | None = None
        self._hierarchies = HierarchyReader(session)

    def read(self) -> People:
        with self._lock:
            now = self._clock.now()
            if self._people is None or not timedelta(0) <= now - self._people.read_at < FRESH_FOR:
                self._people = self._ask(now)
            return self._people

    def _ask(self, now: Instant) -> People:
        users = select("User", self._fields.of("User"), "IsActive = true", tail=f"ORDER BY Id LIMIT {MAX_USERS}")
        kinds = "Type IN ('Queue', 'Regular')"
        groups = select("Group", self._fields.of("Group"), kinds, tail=f"ORDER BY Id LIMIT {MAX_GROUPS}")
        members = select(
            "GroupMember",
            ("GroupId", "UserOrGroupId"),
            "Group.Type IN ('Queue', 'Regular')",
            tail=f"ORDER BY GroupId LIMIT {MAX_MEMBERS}",
        )
        load = select(
            "Lead",
            ("OwnerId", "COUNT(Id) total"),
            "IsConverted = false AND (NOT Status LIKE 'Closed%')",
            tail=f"GROUP BY OwnerId ORDER BY COUNT(Id) DESC LIMIT {MAX_OWNERS}",
        )
        asked = {"users": users, "groups": groups, "members": members, "load": load}
        parts = [query_part(name, soql) for name, soql in asked.items()]
        answer = self._session.composite(parts, all_or_none=False)
        found = records_from("Group", answer.parts["groups"].records())
        members_of_groups = answer.parts["members"].records()
        known = {g.id for g in found}
        inside = {str(row["UserOrGroupId"]) for row in members_of_groups}
        hierarchies = self._hierarchies.read(i for i in inside if i.startswith("00G") and i not in known)
        return People(
            users=records_from("User", answer.parts["users"].records()),
            queues=tuple(g for g in found if g.text("Type") == "Queue"),
            group_members=_by_group(found, members_of_groups, hierarchies.by_group),
            territory_members=hierarchies.territories,
            open_leads_by_owner={str(r["OwnerId"]): int(r["total"]) for r in answer.parts["load"].records()},
            read_at=now,
        )


def _by_group(
    groups: Sequence[CrmRecord], rows: Sequence[Mapping[str, Any]], linked: Mapping[str, frozenset[str]]
) -> dict[str, tuple[str, ...]]:
    """Who is in each group, through any depth of groups. `linked` are the users behind roles and territories."""
    listed: dict[str, list[str]] = {}
    for row in rows:
        listed.setdefault(str(row["GroupId"]), []).append(str(row["UserOrGroupId"]))

    def users_in(group_id: str, above: frozenset[str]) -> set[str]:
        members = listed.get(group_id, [])
        inner = (m for m in members if m in listed and m not in above)
        own = {m for m in members if m.startswith("005")}.union(*(linked.get(m, frozenset()) for m in members))
        return own.union(*(users_in(m, above | {m}) for m in inner))

    found = {g.text("DeveloperName"): tuple(sorted(users_in(g.id, frozenset({g.id})))) for g in groups}
    return {name: members for name, members in found.items() if name and members}
