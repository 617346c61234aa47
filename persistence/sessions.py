"""Signed-in browsers, on the server's side, so that signing out and disabling an account work at once."""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

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
    last_seen_at: Instant | None = None
    proved_at: Instant | None = None
    """When an identity provider last vouched for it; None for a local password."""
    upstream: str = ""
    """What the provider is asked again with, encrypted."""


class SqlSessions:
    """Sessions by token digest."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def start(self, session: UiSession) -> None:
        """Keep it. Sessions that are over by then are dropped on the way."""
        with self._db.transaction() as tx:
            tx.connection().execute(delete(SessionRow).where(col(SessionRow.expires_at) <= session.created_at))
            tx.add(SessionRow(**session.model_dump()))

    def find(self, token_digest: str, *, now: Instant, idle: timedelta | None = None) -> UiSession | None:
        """None where there is none, it is over, or nobody used it for longer than `idle`."""
        with self._db.session() as tx:
            row = tx.get(SessionRow, token_digest)
        if row is None or row.expires_at <= now or _idle(row, now, idle):
            return None
        return UiSession.model_validate(row.model_dump())

    def of(self, login: str, *, now: Instant) -> tuple[UiSession, ...]:
        """A person's sessions that are not over, newest first."""
        query = (
            select(SessionRow)
            .where(col(SessionRow.login) == login, col(SessionRow.expires_at) > now)
            .order_by(col(SessionRow.created_at).desc(), col(SessionRow.token_digest))
        )
        with self._db.session() as tx:
            return tuple(UiSession.model_validate(row.model_dump()) for row in tx.exec(query))

    def seen(self, token_digest: str, *, now: Instant) -> None:
        """Somebody used it."""
        self._change(token_digest, last_seen_at=now)

    def proved(self, token_digest: str, *, now: Instant, upstream: str) -> None:
        """The provider vouched for it again."""
        self._change(token_digest, proved_at=now, upstream=upstream)

    def _change(self, token_digest: str, **values: object) -> None:
        with self._db.transaction() as tx:
            tx.connection().execute(
                update(SessionRow).where(col(SessionRow.token_digest) == token_digest).values(**values)
            )

    def end(self, token_digest: str) -> None:
        with self._db.transaction() as tx:
            tx.connection().execute(delete(SessionRow).where(col(SessionRow.token_digest) == token_digest))

    def end_all(self, login: str) -> None:
        """Sign a person out everywhere."""
        with self._db.transaction() as tx:
            tx.connection().execute(delete(SessionRow).where(col(SessionRow.login) == login))


def _idle(row: SessionRow, now: Instant, idle: timedelta | None) -> bool:
    return idle is not None and (row.last_seen_at or row.created_at) + idle <= now
