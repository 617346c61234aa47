"""Tasks, events and e-mails as child rows of the person or deal that they are about: no query of their own.

When do you need to touch this? When another kind of record shows that somebody worked with a person.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from domain.leads import CrmRecord
from domain.model import Value
from gateways.crm.optional import Rows
from gateways.crm.soql import Children, children
from gateways.crm.values import records_from

MAX_ACTIVITIES = 50
"""Of each kind and person."""
NEWEST_FIRST = "DESC"
OLDEST_FIRST = "ASC"


class _Kind(Value):
    """One kind of activity: the child relationship, the object, and the way from the child row to its fields."""

    relationship: str
    object: str
    way: str = ""


_KINDS = (
    _Kind(relationship="Tasks", object="Task"),
    _Kind(relationship="Events", object="Event"),
    # An e-mail is tied to those it went to and came from by rows of their own.
    _Kind(relationship=Rows.EMAILS, object="EmailMessage", way="EmailMessage."),
)


def activity_rows(
    fields_of: Callable[[str], Iterable[str]],
    asked: Collection[Rows],
    *,
    where: Sequence[str] = (),
    order: str = NEWEST_FIRST,
) -> tuple[Children, ...]:
    """To stand among the fields of a person or deal. `fields_of` names an object's fields; each condition of `where`
    begins with a field. E-mails only where they are `asked` for: not every org keeps them so."""
    kinds = [kind for kind in _KINDS if kind.relationship != Rows.EMAILS or Rows.EMAILS in asked]
    return tuple(
        children(
            kind.relationship,
            tuple(f"{kind.way}{field}" for field in fields_of(kind.object)),
            f"ORDER BY {kind.way}LastModifiedDate {order} LIMIT {MAX_ACTIVITIES}",
            where=" AND ".join(f"{kind.way}{condition}" for condition in where),
        )
        for kind in kinds
    )


def activities_in(rows: Iterable[Mapping[str, Any]]) -> list[CrmRecord]:
    """By kind. An e-mail comes once for each of its addresses that is a person's: it is given once."""
    found: dict[str, CrmRecord] = {}
    for row in rows:
        for kind in _KINDS:
            listed = child_rows(row, kind.relationship)
            # An e-mail that is kept from us comes as null.
            inner = [mail for child in listed if (mail := child[kind.object])] if kind.way else listed
            found |= {record.id: record for record in records_from(kind.object, inner)}
    return list(found.values())


def without_activities(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row's own fields: where it has no such children they come as null, and are no fields."""
    names = {kind.relationship for kind in _KINDS}
    return {name: value for name, value in row.items() if name not in names}


def child_rows(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """None where the relationship was not asked for, or has no rows."""
    listed = row.get(name)
    return list(listed["records"]) if isinstance(listed, Mapping) else []
