"""The outbox of notifications. A notice is committed with its event; everything after that may be done again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import case, delete, func, or_, update
from sqlmodel import Session, col, select

from domain.model import Instant
from domain.notices import (
    ASKS,
    TROUBLE,
    Channel,
    ChannelHealth,
    Notice,
    Notification,
    NotificationState,
)
from persistence.database import Database, insert_if_absent
from persistence.tables import ChannelHealthRow, NoticeRow, NotificationRow

_OVERDUE = timedelta(minutes=10)
_MOVING = (NotificationState.WAITING.value, NotificationState.SENDING.value)


def keep(session: Session, notice: Notice | None) -> None:
    """Add a notice to the transaction of its event. The same key again changes nothing."""
    if notice is not None:
        insert_if_absent(session, NoticeRow(key=notice.key, body=notice.model_dump_json()))


class SqlNotices:
    """`Outbox` over the application database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def tell(self, notice: Notice) -> None:
        with self._db.transaction() as session:
            keep(session, notice)

    def unspread(self, limit: int) -> tuple[Notice, ...]:
        """Oldest first."""
        query = select(NoticeRow).where(col(NoticeRow.spread_at).is_(None)).order_by(col(NoticeRow.seq)).limit(limit)
        with self._db.session() as session:
            return tuple(Notice.model_validate_json(row.body) for row in session.exec(query))

    def spread(self, notice: Notice, into: tuple[Notification, ...], *, now: Instant) -> None:
        with self._db.transaction() as session:
            for notification in into:
                insert_if_absent(session, _row(notification))
            session.connection().execute(
                update(NoticeRow)
                .where(col(NoticeRow.key) == notice.key, col(NoticeRow.spread_at).is_(None))
                .values(spread_at=now)
            )

    def due(self, now: Instant, limit: int) -> tuple[Notification, ...]:
        query = (
            select(NotificationRow)
            .where(NotificationRow.state == NotificationState.WAITING.value, col(NotificationRow.due_at) <= now)
            .order_by(col(NotificationRow.attempts), col(NotificationRow.due_at), col(NotificationRow.notification_id))
            .limit(limit)
        )
        return self._found(query)

    def get(self, id: str) -> Notification | None:
        with self._db.session() as session:
            row = session.get(NotificationRow, id)
        return None if row is None else _notification(row)

    def begin(self, ids: tuple[str, ...], *, now: Instant) -> tuple[str, ...]:
        with self._db.transaction() as session:
            taken = session.connection().execute(
                update(NotificationRow)
                .where(
                    col(NotificationRow.notification_id).in_(ids),
                    col(NotificationRow.state) == NotificationState.WAITING.value,
                )
                .values(state=NotificationState.SENDING.value, moved_at=now)
                .returning(col(NotificationRow.notification_id))
            )
            return tuple(sorted(str(id) for (id,) in taken))

    def end(
        self, ids: tuple[str, ...], state: NotificationState, *, now: Instant, code: str = "", reference: str = ""
    ) -> None:
        tried = 0 if state is NotificationState.OBSOLETE else 1
        self._move(
            ids,
            state=state.value,
            moved_at=now,
            code=code,
            reference=reference,
            attempts=col(NotificationRow.attempts) + tried,
        )

    def wait(self, ids: tuple[str, ...], until: Instant, *, now: Instant, code: str = "", tried: bool = True) -> None:
        self._move(
            ids,
            state=NotificationState.WAITING.value,
            due_at=until,
            moved_at=now,
            code=code,
            attempts=col(NotificationRow.attempts) + (1 if tried else 0),
        )

    def _move(self, ids: tuple[str, ...], **values: Any) -> None:
        with self._db.transaction() as session:
            session.connection().execute(
                update(NotificationRow)
                .where(col(NotificationRow.notification_id).in_(ids), col(NotificationRow.state).in_(_MOVING))
                .values(**values)
            )

    def hold(self, channel: Channel, until: Instant) -> None:
        with self._db.transaction() as session:
            session.connection().execute(
                update(NotificationRow)
                .where(
                    col(NotificationRow.channel) == channel.value,
                    col(NotificationRow.state) == NotificationState.WAITING.value,
                    col(NotificationRow.due_at) < until,
                )
                .values(due_at=until)
            )

    def asking(self, case_id: str, round: int, channel: Channel) -> tuple[Notification, ...]:
        return self._found(
            select(NotificationRow)
            .where(
                NotificationRow.case_id == case_id,
                NotificationRow.round == round,
                NotificationRow.channel == channel.value,
                NotificationRow.updates == "",
                col(NotificationRow.kind).in_([kind.value for kind in ASKS]),
            )
            .order_by(col(NotificationRow.notification_id))
        )

    def begun_before(self, at: Instant) -> tuple[Notification, ...]:
        return self._found(
            select(NotificationRow).where(
                NotificationRow.state == NotificationState.SENDING.value, col(NotificationRow.moved_at) < at
            )
        )

    def note_health(self, channel: Channel, code: str, *, now: Instant) -> None:
        row = ChannelHealthRow(channel=channel.value, code=code, since=now, checked_at=now)
        with self._db.transaction() as session:
            if not insert_if_absent(session, row):
                changed = col(ChannelHealthRow.code) != code
                session.connection().execute(
                    update(ChannelHealthRow)
                    .where(col(ChannelHealthRow.channel) == channel.value)
                    .values(code=code, checked_at=now, since=case((changed, now), else_=col(ChannelHealthRow.since)))
                )

    def configure(self, channels: frozenset[Channel], *, now: Instant) -> None:
        with self._db.transaction() as session:
            session.connection().execute(
                delete(ChannelHealthRow).where(col(ChannelHealthRow.channel).not_in([c.value for c in channels]))
            )
            for channel in channels:
                insert_if_absent(session, ChannelHealthRow(channel=channel.value, code="", since=now, checked_at=now))

    # For the pages

    def health(self) -> tuple[ChannelHealth, ...]:
        """Of the configured channels."""
        with self._db.session() as session:
            rows = session.exec(select(ChannelHealthRow).order_by(col(ChannelHealthRow.channel))).all()
        return tuple(
            ChannelHealth(channel=Channel(r.channel), code=r.code, since=r.since, checked_at=r.checked_at) for r in rows
        )

    def trouble_count(self, org_id: str, now: Instant) -> int:
        """Those that were given up, or may have been lost, or are long overdue."""
        query = (
            select(func.count()).select_from(NotificationRow).where(NotificationRow.org_id == org_id, _in_trouble(now))
        )
        with self._db.session() as session:
            return int(session.exec(query).one())

    def trouble(self, org_id: str, now: Instant, limit: int = 100) -> tuple[Notification, ...]:
        """Newest first."""
        return self._found(
            select(NotificationRow)
            .where(NotificationRow.org_id == org_id, _in_trouble(now))
            .order_by(col(NotificationRow.moved_at).desc(), col(NotificationRow.notification_id))
            .limit(limit)
        )

    def recent(self, org_id: str, *, login: str = "", limit: int = 50) -> tuple[Notification, ...]:
        """Newest first; of one person where `login` is given. Updates of messages are left out."""
        query = select(NotificationRow).where(NotificationRow.org_id == org_id, NotificationRow.updates == "")
        if login:
            query = query.where(NotificationRow.login == login)
        newest = query.order_by(col(NotificationRow.moved_at).desc(), col(NotificationRow.notification_id))
        return self._found(newest.limit(limit))

    def of_case(self, case_id: str) -> tuple[Notification, ...]:
        """Oldest first, without updates of messages."""
        return self._found(
            select(NotificationRow)
            .where(NotificationRow.case_id == case_id, NotificationRow.updates == "")
            .order_by(col(NotificationRow.moved_at), col(NotificationRow.notification_id))
        )

    def replay(self, org_id: str, id: str, *, now: Instant) -> bool:
        """Send one that was given up again, from the first try on. False where there is none such."""
        with self._db.transaction() as session:
            moved = session.connection().execute(
                update(NotificationRow)
                .where(
                    col(NotificationRow.notification_id) == id,
                    col(NotificationRow.org_id) == org_id,
                    or_(
                        col(NotificationRow.state).in_([s.value for s in TROUBLE]),
                        col(NotificationRow.state) == NotificationState.WAITING.value,
                    ),
                )
                .values(state=NotificationState.WAITING.value, due_at=now, moved_at=now, attempts=0)
            )
        return moved.rowcount == 1

    def _found(self, query: Any) -> tuple[Notification, ...]:
        with self._db.session() as session:
            rows: Sequence[NotificationRow] = session.exec(query).all()
        return tuple(_notification(row) for row in rows)


def _in_trouble(now: Instant) -> Any:
    overdue = (col(NotificationRow.state) == NotificationState.WAITING.value) & (
        col(NotificationRow.due_at) < now - _OVERDUE
    )
    tried = (col(NotificationRow.state) == NotificationState.WAITING.value) & (col(NotificationRow.attempts) > 0)
    return or_(col(NotificationRow.state).in_([s.value for s in TROUBLE]), overdue, tried)


def _row(notification: Notification) -> NotificationRow:
    return NotificationRow(
        notification_id=notification.id,
        org_id=notification.notice.org_id,
        case_id=notification.notice.case_id,
        round=notification.notice.round,
        kind=notification.notice.kind.value,
        login=notification.login,
        channel=notification.channel.value,
        grouped=notification.grouped,
        updates=notification.updates,
        state=notification.state.value,
        due_at=notification.due_at,
        attempts=notification.attempts,
        code=notification.code,
        reference=notification.reference,
        moved_at=notification.moved_at,
        notice=notification.notice.model_dump_json(),
    )


def _notification(row: NotificationRow) -> Notification:
    return Notification(
        id=row.notification_id,
        notice=Notice.model_validate_json(row.notice),
        login=row.login,
        channel=Channel(row.channel),
        grouped=row.grouped,
        updates=row.updates,
        state=NotificationState(row.state),
        due_at=row.due_at,
        attempts=row.attempts,
        code=row.code,
        reference=row.reference,
        moved_at=row.moved_at,
    )
