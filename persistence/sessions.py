"""Signed-in browsers, on the server's side, so that signing out and disabling an account work at once."""

from sqlalchemy import delete
from sqlmodel import col

from domain.model import Instant, Value
from persistence.database import Database
from persistence.tables import SessionRow


class UiSession(Value):
    """`token_digest` is SHA-256 of the cookie's token; the token itself is kept nowhere."""

    token_digest: str
    login: str
    csrf: str
    created_at: Instant
    expires_at: Instant


class SqlSessions:
    """Sessions by token digest."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def start(self, session: UiSession) -> None:
        """Keep it. Sessions that are over by then are dropped on the way."""
        with self._db.transaction() as tx:
            tx.connection().execute(delete(SessionRow).where(col(SessionRow.expires_at) <= session.created_at))
            tx.add(SessionRow(**session.model_dump()))

    def find(self, token_digest: str, *, now: Instant) -> UiSession | None:
        """None where there is none, or it is over."""
        with self._db.session() as tx:
            row = tx.get(SessionRow, token_digest)
        if row is None or row.expires_at <= now:
            return None
        return UiSession.model_validate(row.model_dump())

    def end(self, token_digest: str) -> None:
        with self._db.transaction() as tx:
            tx.connection().execute(delete(SessionRow).where(col(SessionRow.token_digest) == token_digest))

    def end_all(self, login: str) -> None:
        """Sign a person out everywhere."""
        with self._db.transaction() as tx:
            tx.connection().execute(delete(SessionRow).where(col(SessionRow.login) == login))
