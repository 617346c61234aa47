"""The registry of declared objects: look-up by name and by id prefix, and the relationships between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from localcrm import errors
from localcrm.fields import Field, SObject
from localcrm.objects.activity import ACTIVITY
from localcrm.objects.automation import AUTOMATION, TOOLING
from localcrm.objects.ledger import LEDGER
from localcrm.objects.people import PEOPLE
from localcrm.objects.sales import SALES


@dataclass(frozen=True)
class ChildRelationship:
    """Rows of `child` point to a parent through `field`; SOQL calls them `name`."""

    name: str
    child: SObject
    field: Field


class Schema:
    def __init__(self, objects: Iterable[SObject]) -> None:
        self._by_lower = {o.name.lower(): o for o in objects}
        self._by_prefix = {o.prefix: o for o in self._by_lower.values()}
        self._children: dict[str, list[ChildRelationship]] = {o.name: [] for o in self}
        for child in self:
            for field in child.fields:
                if field.child is not None:
                    for parent in field.refers:
                        self._children[parent].append(ChildRelationship(field.child, child, field))

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._by_lower.values())

    def find(self, name: str) -> SObject | None:
        return self._by_lower.get(name.lower())

    def get(self, name: str) -> SObject:
        """Raises 400 INVALID_TYPE for an undeclared object (bodies and SOQL; addresses answer 404)."""
        found = self.find(name)
        if found is None:
            raise errors.invalid_type(name)
        return found

    def of_id(self, record_id: str) -> SObject | None:
        return self._by_prefix.get(record_id[:3])

    def children(self, parent: SObject) -> list[ChildRelationship]:
        return self._children[parent.name]

    def child(self, parent: SObject, relationship: str) -> ChildRelationship | None:
        wanted = relationship.lower()
        return next((c for c in self._children[parent.name] if c.name.lower() == wanted), None)


DATA = Schema((*PEOPLE, *SALES, *ACTIVITY, *LEDGER, *AUTOMATION))
"""What the data API knows."""

SCHEMA = Schema((*DATA, *TOOLING))
"""What is stored; the Tooling API knows all of it."""
