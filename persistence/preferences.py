"""How somebody likes their pages. Nothing in here decides anything."""

from sqlmodel import col, select

from persistence.database import Database
from persistence.tables import PreferenceRow


class SqlPreferences:
    """Small choices by person and name."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, login: str) -> dict[str, str]:
        with self._db.session() as session:
            rows = session.exec(select(PreferenceRow).where(col(PreferenceRow.login) == login)).all()
        return {row.name: row.value for row in rows}

    def set(self, login: str, name: str, value: str) -> None:
        """Replaces the one before."""
        with self._db.transaction() as session:
            session.merge(PreferenceRow(login=login, name=name, value=value))
