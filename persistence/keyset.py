"""Pages that begin behind a row: the order of a list as the database compares it, and who may see which rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from domain.model import Instant
from domain.record_access import BELIEVED_FOR
from domain.review_queue import Place, Viewer, instant_of
from persistence.database import Database
from persistence.tables import UtcDateTime

Row = TypeVar("Row")
Conditions = Sequence[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class Order:
    """The keys of a list, the last of them the row's own, so that no two rows share a place."""

    name: str
    keys: tuple[sa.ColumnElement[Any], ...]
    descending: bool = False

    def clauses(self, *, backwards: bool = False) -> list[sa.ColumnElement[Any]]:
        down = self.descending is not backwards
        return [key.desc() if down else key.asc() for key in self.keys]

    def beyond(self, values: Sequence[Any], *, backwards: bool = False) -> sa.ColumnElement[bool]:
        """Behind the row with these key values, in the direction of reading."""
        bound = [sa.literal(value, key.type) for key, value in zip(self.keys, values, strict=True)]
        here, there = sa.tuple_(*self.keys), sa.tuple_(*bound)
        return here < there if self.descending is not backwards else here > there

    def values(self, place: Place) -> list[Any] | None:
        """The place's key as the database compares it; None where it was made for another order."""
        if place.sort != self.name or len(place.key) != len(self.keys):
            return None
        values: list[Any] = []
        for key, said in zip(self.keys, place.key, strict=True):
            value: Any = said
            if isinstance(key.type, UtcDateTime):
                value = instant_of(said)
            elif not isinstance(said, int if isinstance(key.type, sa.Integer) else str):
                value = None
            if value is None or (isinstance(value, int) and abs(value) > 10**6):
                return None
            if isinstance(value, str) and "\x00" in value:
                return None
            values.append(value)
        return values

    def place(self, values: Sequence[Any]) -> Place:
        key = tuple(v.astimezone(UTC).isoformat() if isinstance(v, datetime) else v for v in values)
        return Place(sort=self.name, key=key)


def read_page(
    database: Database, table: type[Row], order: Order, conditions: Conditions, *, behind: Place | None, limit: int
) -> tuple[list[Row], Place | None]:
    """The first `limit` rows, or those behind a place, and the place behind the last of them; None where nothing
    follows. A place of another order counts as none."""
    query = sa.select(table, *order.keys).where(*conditions)
    values = order.values(behind) if behind is not None else None
    if values is not None:
        query = query.where(order.beyond(values))
    with database.session() as session:
        rows = session.execute(query.order_by(*order.clauses()).limit(limit + 1)).all()
    shown = rows[:limit]
    return [row[0] for row in shown], order.place(shown[-1][1:]) if len(rows) > limit else None


def count_rows(database: Database, table: type[Any], conditions: Conditions) -> int:
    with database.session() as session:
        return int(session.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())


def how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Of the rows that are counted together, those that fulfil it."""
    return sa.func.sum(sa.case((condition, 1), else_=0))


def accessible(
    viewer: Viewer, now: Instant, *, denied: sa.ColumnElement[str], access_at: sa.ColumnElement[Any]
) -> sa.ColumnElement[bool]:
    """Not where the CRM keeps this person from the records, unless it said so too long ago."""
    if not viewer.crm_user:
        return sa.true()
    return sa.or_(
        access_at.is_(None),
        access_at <= now - BELIEVED_FOR,
        sa.not_(denied.contains(f"\n{viewer.login}\n", autoescape=True)),
    )
