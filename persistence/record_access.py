"""What the CRM said about who may edit the records of what waits for a person."""

from collections.abc import Collection

import sqlalchemy as sa

from domain.decisions import RoundState
from domain.model import Instant
from domain.record_access import RECHECKED_AFTER
from domain.resolutions import ExceptionState
from persistence.database import Database
from persistence.tables import metadata

_REVIEW = metadata.tables["review"]
_EXCEPTION = metadata.tables["case_exception"]


class SqlRecordAccess:
    """Kept with the review or exception itself: the lane leaves out by it without another read."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def due(self, org_id: str, *, now: Instant, limit: int) -> tuple[tuple[str, int], ...]:
        """Open rounds that nobody asked the CRM about for an hour; those never asked about first."""
        c = _REVIEW.columns
        waiting = (c.org_id == org_id, c.state == RoundState.OPEN.value, c.round > 0)
        return self._due(_REVIEW, c.round, waiting, now, limit)

    def keep(self, case_id: str, round: int, denied: Collection[str], *, now: Instant) -> None:
        """Who may not edit its records, as of now; the others may."""
        self._keep(_REVIEW, _REVIEW.columns.round == round, case_id, denied, now)

    def due_exceptions(self, org_id: str, *, now: Instant, limit: int) -> tuple[tuple[str, int], ...]:
        """The same for open exceptions, by case and number."""
        c = _EXCEPTION.columns
        waiting = (c.org_id == org_id, c.state == ExceptionState.OPEN.value)
        return self._due(_EXCEPTION, c.number, waiting, now, limit)

    def keep_exception(self, case_id: str, number: int, denied: Collection[str], *, now: Instant) -> None:
        self._keep(_EXCEPTION, _EXCEPTION.columns.number == number, case_id, denied, now)

    def _due(
        self,
        table: sa.Table,
        number: sa.ColumnElement[int],
        waiting: tuple[sa.ColumnElement[bool], ...],
        now: Instant,
        limit: int,
    ) -> tuple[tuple[str, int], ...]:
        case_id, asked = table.columns.case_id, table.columns.access_at
        query = sa.select(case_id, number).where(*waiting, sa.or_(asked.is_(None), asked <= now - RECHECKED_AFTER))
        query = query.order_by(sa.case((asked.is_(None), 0), else_=1), asked, case_id, number).limit(limit)
        with self._db.session() as session:
            return tuple((case, each) for case, each in session.execute(query))

    def _keep(
        self, table: sa.Table, this: sa.ColumnElement[bool], case_id: str, denied: Collection[str], now: Instant
    ) -> None:
        said = "".join(f"\n{login}\n" for login in sorted(denied))
        with self._db.transaction() as session:
            session.connection().execute(
                sa.update(table).where(table.columns.case_id == case_id, this).values(denied=said, access_at=now)
            )
