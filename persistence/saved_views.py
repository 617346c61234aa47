"""Filters of the queue that people gave a name, to come back to and to hand to others."""

import secrets
from urllib.parse import parse_qsl

from sqlalchemy import ColumnElement, delete, func
from sqlmodel import Session, col, select

from domain.errors import InputError
from domain.model import Instant, Value
from domain.review_queue import QueueFilter, read_filter
from persistence.database import Database, lock
from persistence.tables import SavedViewRow

MOST_VIEWS = 30
"""Per person; a longer list would need a search of its own."""


class SavedView(Value):
    """`view_id` cannot be guessed. What it shows depends on who opens it: `mine` is the reader's own."""

    view_id: str
    login: str
    name: str
    wanted: QueueFilter


class SavedViews:
    """Named filters of one organisation."""

    def __init__(self, db: Database, org_id: str) -> None:
        self._db = db
        self._org_id = org_id

    def save(self, login: str, name: str, wanted: QueueFilter, *, now: Instant) -> SavedView:
        """Keep a filter under a name; the same name again replaces it and keeps its address.

        What was searched for is left out: it is somebody's name, and nobody would find it here to erase it. Raises
        `InputError` for a person who has too many.
        """
        query = wanted.but(search="").query()
        with self._db.transaction() as session:
            lock(session, "saved_view", self._org_id, login)
            row = self._named(session, login, name)
            if row is None:
                count = select(func.count()).select_from(SavedViewRow).where(*self._of(login))
                if session.exec(count).one() >= MOST_VIEWS:
                    raise InputError(f"You have {MOST_VIEWS} saved views. Delete one first.")
                row = SavedViewRow(
                    view_id=secrets.token_urlsafe(12),
                    org_id=self._org_id,
                    login=login,
                    name=name,
                    query=query,
                    saved_at=now,
                )
            row.query, row.saved_at = query, now
            session.add(row)
            return _view(row)

    def get(self, view_id: str) -> SavedView | None:
        """Anybody's: who has its address may look through it."""
        with self._db.session() as session:
            row = session.get(SavedViewRow, view_id)
        return _view(row) if row is not None and row.org_id == self._org_id else None

    def of(self, login: str) -> tuple[SavedView, ...]:
        """By name."""
        with self._db.session() as session:
            rows = session.exec(select(SavedViewRow).where(*self._of(login)).order_by(col(SavedViewRow.name))).all()
        return tuple(_view(row) for row in rows)

    def delete(self, view_id: str, login: str) -> bool:
        """False where there is none, or it is somebody else's."""
        own = delete(SavedViewRow).where(col(SavedViewRow.view_id) == view_id, *self._of(login))
        with self._db.transaction() as session:
            return session.connection().execute(own).rowcount > 0

    def _of(self, login: str) -> tuple[ColumnElement[bool], ...]:
        return (col(SavedViewRow.org_id) == self._org_id, col(SavedViewRow.login) == login)

    def _named(self, session: Session, login: str, name: str) -> SavedViewRow | None:
        return session.exec(select(SavedViewRow).where(*self._of(login), SavedViewRow.name == name)).one_or_none()


def _view(row: SavedViewRow) -> SavedView:
    # A choice that a later version no longer knows is left out.
    wanted, _ = read_filter(parse_qsl(row.query))
    return SavedView(view_id=row.view_id, login=row.login, name=row.name, wanted=wanted)
