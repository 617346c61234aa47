"""The readiness audits of an org, the newest of which the pages show. They hold counts, and nothing about a person."""

from sqlalchemy import delete
from sqlmodel import col, select

from domain.model import Instant, Value
from domain.readiness_report import ReadinessReport
from persistence.database import Database
from persistence.tables import ReadinessRow

KEPT = 50
"""Reports of one org; the oldest go."""


class ReadinessPoint(Value):
    """One audit in the course of time."""

    measured_at: Instant
    score: int


class SqlReadiness:
    """Reports by org. Raises `StoreError` where the database is out of reach."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, report: ReadinessReport) -> None:
        row = ReadinessRow(
            org_id=report.org_id,
            measured_at=report.measured_at,
            score=report.score,
            body=report.model_dump_json().encode(),
        )
        with self._db.transaction() as session:
            session.add(row)
            session.flush()
            of_org = select(ReadinessRow.seq).where(col(ReadinessRow.org_id) == report.org_id)
            newest = session.exec(of_org.order_by(col(ReadinessRow.seq).desc()).limit(KEPT)).all()
            oldest = newest[-1] if len(newest) == KEPT else None
            if oldest is not None:
                stale = (col(ReadinessRow.org_id) == report.org_id) & (col(ReadinessRow.seq) < oldest)
                session.connection().execute(delete(ReadinessRow).where(stale))

    def latest(self, org_id: str) -> ReadinessReport | None:
        """The last audit; None where there was none."""
        with self._db.session() as session:
            wanted = select(ReadinessRow).where(col(ReadinessRow.org_id) == org_id)
            row = session.exec(wanted.order_by(col(ReadinessRow.seq).desc()).limit(1)).first()
        return ReadinessReport.model_validate_json(row.body) if row is not None else None

    def course(self, org_id: str, limit: int = 20) -> tuple[ReadinessPoint, ...]:
        """The last audits' scores, oldest first."""
        with self._db.session() as session:
            wanted = select(ReadinessRow.measured_at, ReadinessRow.score).where(col(ReadinessRow.org_id) == org_id)
            rows = session.exec(wanted.order_by(col(ReadinessRow.seq).desc()).limit(limit)).all()
        return tuple(ReadinessPoint(measured_at=at, score=score) for at, score in reversed(rows))
