"""How far each poll has read."""

from sqlalchemy import update
from sqlmodel import col

from domain.model import Instant
from domain.polling import PollCursor
from persistence.database import Database, insert_if_absent
from persistence.tables import PollCursorRow


class SqlCursors:
    """`Cursors` over the application database. Raises `StoreError`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, org_id: str) -> PollCursor | None:
        with self._db.session() as session:
            row = session.get(PollCursorRow, org_id)
        return None if row is None else PollCursor.model_validate_json(row.body)

    def put(self, org_id: str, cursor: PollCursor, *, now: Instant) -> None:
        body = cursor.model_dump_json().encode()
        with self._db.transaction() as session:
            if not insert_if_absent(session, PollCursorRow(org_id=org_id, body=body, moved_at=now)):
                moved = update(PollCursorRow).where(col(PollCursorRow.org_id) == org_id)
                session.connection().execute(moved.values(body=body, moved_at=now))
