"""What the CRM said about who may edit the records of waiting reviews."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import col

from domain.decisions import RoundState
from domain.model import Instant
from domain.record_access import RECHECKED_AFTER
from persistence.database import Database
from persistence.tables import ReviewRow


class SqlRecordAccess:
    """Kept with the review itself: the queue leaves out by it without another read."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def due(self, org_id: str, *, now: Instant, limit: int) -> tuple[tuple[str, int], ...]:
        """Open rounds that nobody asked the CRM about for an hour; those never asked about first."""
        asked = col(ReviewRow.access_at)
        query = sa.select(col(ReviewRow.case_id), col(ReviewRow.round)).where(
            col(ReviewRow.org_id) == org_id,
            col(ReviewRow.state) == RoundState.OPEN.value,
            col(ReviewRow.round) > 0,
            sa.or_(asked.is_(None), asked <= now - RECHECKED_AFTER),
        )
        order = (sa.case((asked.is_(None), 0), else_=1), asked, col(ReviewRow.case_id), col(ReviewRow.round))
        with self._db.session() as session:
            return tuple((case_id, round) for case_id, round in session.execute(query.order_by(*order).limit(limit)))

    def keep(self, case_id: str, round: int, denied: Collection[str], *, now: Instant) -> None:
        """Who may not edit its records, as of now; the others may."""
        said = "".join(f"\n{login}\n" for login in sorted(denied))
        with self._db.transaction() as session:
            session.connection().execute(
                sa.update(ReviewRow)
                .where(col(ReviewRow.case_id) == case_id, col(ReviewRow.round) == round)
                .values(denied=said, access_at=now)
            )
