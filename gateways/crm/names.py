"""Everybody's names, deactivated users included: for checking a playbook, never for one case."""

from domain.leads import CrmRecord
from domain.model import Value
from gateways.crm.client import SalesforceSession, query_part
from gateways.crm.fields import ReadFields
from gateways.crm.hierarchies import HierarchyReader
from gateways.crm.soql import select
from gateways.crm.values import records_from

MAX_USERS = 2000
MAX_GROUPS = 1000


class OrgNames(Value):
    users: tuple[CrmRecord, ...]
    queues: tuple[CrmRecord, ...]
    groups: tuple[str, ...]
    """Developer names of public groups."""
    territories: tuple[str, ...] = ()
    """Developer names of active territories, where the org has them."""


def read_names(session: SalesforceSession, fields: ReadFields | None = None) -> OrgNames:
    """Two calls. Raises `CrmError`."""
    read = fields or ReadFields()
    kinds = "Type IN ('Queue', 'Regular')"
    parts = [
        query_part("users", select("User", read.of("User"), "", tail=f"ORDER BY Id LIMIT {MAX_USERS}")),
        query_part("groups", select("Group", read.of("Group"), kinds, tail=f"ORDER BY Id LIMIT {MAX_GROUPS}")),
    ]
    answer = session.composite(parts, all_or_none=False)
    groups = records_from("Group", answer.parts["groups"].records())
    return OrgNames(
        users=records_from("User", answer.parts["users"].records()),
        queues=tuple(g for g in groups if g.text("Type") == "Queue"),
        groups=tuple(g.text("DeveloperName") for g in groups if g.text("Type") == "Regular"),
        territories=tuple(HierarchyReader(session).read(()).territories),
    )
