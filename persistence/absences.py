"""Who said that they are away, and until when."""

from sqlalchemy import delete
from sqlmodel import col, select

from domain.model import Instant
from persistence.database import Database
from persistence.tables import AbsenceRow


class SqlAbsences:
    """One absence per login: the last that was said."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def set(self, login: str, until: Instant, *, by: str, now: Instant) -> None:
        with self._db.transaction() as session:
            session.merge(AbsenceRow(login=login, until=until, set_by=by, set_at=now))

    def clear(self, login: str) -> bool:
        """False where there was none."""
        with self._db.transaction() as session:
            row = session.get(AbsenceRow, login)
            if row is None:
                return False
            session.connection().execute(delete(AbsenceRow).where(col(AbsenceRow.login) == login))
            return True

    def current(self, *, now: Instant) -> dict[str, Instant]:
        """Who is away now, and when they are back."""
        with self._db.session() as session:
            rows = session.exec(select(AbsenceRow).where(col(AbsenceRow.until) > now)).all()
        return {row.login: row.until for row in rows}
