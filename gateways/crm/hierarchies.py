"""Who is in a territory, and in the roles and territories that groups have as members. Read with the directory.

Salesforce writes such a member of a group as another group, of a type that says role or territory, whose `RelatedId`
is the role or territory. Not every org has territories; their absence is noticed once.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog

from domain.errors import CrmError
from domain.model import Value
from gateways.crm.client import CompositeAnswer, Part, SalesforceSession, query_part
from gateways.crm.soql import select

MAX_LINKED_GROUPS = 200
MAX_ROLES = 2000
MAX_TERRITORIES = 500
MAX_ASSIGNMENTS = 2000
_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD"})
_WITH_THOSE_BELOW = ("RoleAndSubordinates", "RoleAndSubordinatesInternal", "TerritoryAndSubordinates")
_log = structlog.get_logger(__name__)


class Hierarchies(Value):
    """`by_group` are the users behind role and territory groups, by the group's id; `territories` by developer name."""

    by_group: dict[str, frozenset[str]] = {}
    territories: dict[str, tuple[str, ...]] = {}


class HierarchyReader:
    """Thread-safe. One API call; none in an org without territories whose groups have no roles as members."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._no_territories = False

    def read(self, linked: Iterable[str]) -> Hierarchies:
        """`linked` are ids of members that are groups of no listed kind. Raises `CrmError`."""
        ids = sorted(set(linked))[:MAX_LINKED_GROUPS]
        with self._lock:
            without = self._no_territories
        parts = [*_roles(ids), *(() if without else _territories())]
        if not parts:
            return Hierarchies()
        answer = self._session.composite(parts, all_or_none=False)
        named, users, below = self._territories_in(answer)
        roles = answer.parts["roles"].records() if ids else []
        children = _children(roles, "ParentRoleId") | below
        holders = _collected(answer.parts["role_users"].records() if ids else [], "UserRoleId", "Id")
        holders |= users
        by_group = {
            str(row["Id"]): frozenset(
                _users_of(str(row["RelatedId"]), holders, children, row["Type"] in _WITH_THOSE_BELOW)
            )
            for row in (answer.parts["linked"].records() if ids else [])
            if row.get("RelatedId")
        }
        territories = {name: tuple(sorted(users.get(key, ()))) for key, name in named.items()}
        return Hierarchies(by_group=by_group, territories=territories)

    def _territories_in(
        self, answer: CompositeAnswer
    ) -> tuple[dict[str, str], dict[str, set[str]], dict[str, list[str]]]:
        """Developer names, users and children by territory id; empty where the org has none."""
        if "territories" not in answer.parts:
            return {}, {}, {}
        try:
            rows = answer.parts["territories"].records()
            assigned = answer.parts["territory_users"].records()
        except CrmError:
            codes = {f.code for n in ("territories", "territory_users") for f in answer.parts[n].faults()}
            if not codes & _NOT_HERE:
                raise
            _log.info("the org has no territories for us")
            with self._lock:
                self._no_territories = True
            return {}, {}, {}
        named = {str(r["Id"]): str(r["DeveloperName"]) for r in rows if r.get("DeveloperName")}
        return named, _collected(assigned, "Territory2Id", "UserId"), _children(rows, "ParentTerritory2Id")


def _roles(linked: Sequence[str]) -> list[Part]:
    if not linked:
        return []
    groups = select("Group", ("Id", "Type", "RelatedId"), "Id IN {}", list(linked), tail=f"LIMIT {MAX_LINKED_GROUPS}")
    roles = select("UserRole", ("Id", "ParentRoleId"), "", tail=f"ORDER BY Id LIMIT {MAX_ROLES}")
    holders = "IsActive = true AND UserRoleId != null"
    users = select("User", ("Id", "UserRoleId"), holders, tail=f"ORDER BY Id LIMIT {MAX_ROLES}")
    return [query_part("linked", groups), query_part("roles", roles), query_part("role_users", users)]


def _territories() -> list[Part]:
    fields = ("Id", "DeveloperName", "ParentTerritory2Id")
    active = "Territory2Model.State = 'Active'"
    territories = select("Territory2", fields, active, tail=f"ORDER BY Id LIMIT {MAX_TERRITORIES}")
    wanted = ("Territory2Id", "UserId")
    users = select(
        "UserTerritory2Association", wanted, "IsActive = true", tail=f"ORDER BY Territory2Id LIMIT {MAX_ASSIGNMENTS}"
    )
    return [query_part("territories", territories), query_part("territory_users", users)]


def _collected(rows: Iterable[Mapping[str, Any]], key: str, value: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(str(row[key]), set()).add(str(row[value]))
    return found


def _children(rows: Iterable[Mapping[str, Any]], parent: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.get(parent):
            found.setdefault(str(row[parent]), []).append(str(row["Id"]))
    return found


def _users_of(top: str, holders: Mapping[str, set[str]], children: Mapping[str, list[str]], below: bool) -> set[str]:
    """Of one role or territory, or of all below it too; a circle in the data is walked once."""
    users: set[str] = set()
    seen: set[str] = set()
    waiting = [top]
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        users |= holders.get(place, set())
        waiting += children.get(place, []) if below else []
    return users
