"""How far each e-mail got: the record that makes sending at most once."""

from sqlalchemy import update
from sqlmodel import col, select

from domain.errors import StoreError
from domain.model import Instant
from domain.receipts import MailState
from persistence.database import Database, insert_if_absent
from persistence.tables import MailRow

_MAY_STILL_BE_SENT = frozenset({MailState.INTENDED, MailState.SENDING})


class SqlMailLog:
    """`MailLog` over the application database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, message_id: str, case_id: str, decision_id: str, *, now: Instant) -> MailState:
        row = MailRow(
            message_id=message_id,
            case_id=case_id,
            decision_id=decision_id,
            state=MailState.INTENDED.value,
            begun_at=now,
            moved_at=now,
        )
        with self._db.transaction() as session:
            insert_if_absent(session, row)
            stored = session.exec(select(MailRow).where(MailRow.message_id == message_id)).one()
        if (stored.case_id, stored.decision_id) != (case_id, decision_id):
            raise StoreError(f"the e-mail {message_id} already belongs to decision {stored.decision_id}")
        return MailState(stored.state)

    def move(self, message_id: str, before: MailState, after: MailState, *, now: Instant) -> bool:
        """See the port. False too for a way back from an ending to one that could be sent: at most once."""
        if before not in _MAY_STILL_BE_SENT and after in _MAY_STILL_BE_SENT:
            return False
        with self._db.transaction() as session:
            moved = session.connection().execute(
                update(MailRow)
                .where(col(MailRow.message_id) == message_id, col(MailRow.state) == before.value)
                .values(state=after.value, moved_at=now)
            )
        return moved.rowcount == 1

    def of_case(self, case_id: str) -> tuple[tuple[str, MailState], ...]:
        """Message-ID and state, oldest first."""
        with self._db.session() as session:
            rows = session.exec(
                select(MailRow)
                .where(MailRow.case_id == case_id, MailRow.decision_id != "")
                .order_by(col(MailRow.begun_at), col(MailRow.message_id))
            ).all()
        return tuple((row.message_id, MailState(row.state)) for row in rows)
