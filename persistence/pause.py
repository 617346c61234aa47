"""The stop button."""

from sqlalchemy import update
from sqlmodel import col, select

from domain.leads import Motion
from domain.model import Instant
from persistence.database import Database, insert_if_absent
from persistence.tables import PauseRow

EVERY_MOTION = "*"


class SqlPauseSwitch:
    """`PauseSwitch` over the application database. A motion is paused by its own switch or by the one for all."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def paused(self, motion: Motion) -> bool:
        with self._db.session() as session:
            switches = session.exec(
                select(PauseRow.paused).where(col(PauseRow.motion).in_([motion.value, EVERY_MOTION]))
            ).all()
        return any(switches)

    def all_paused(self) -> frozenset[Motion]:
        with self._db.session() as session:
            names = set(session.exec(select(PauseRow.motion).where(col(PauseRow.paused))).all())
        return frozenset(m for m in Motion if EVERY_MOTION in names or m.value in names)

    def set(self, motion: Motion | None, paused: bool, *, by: str, now: Instant) -> None:
        """See the port. Resuming every motion resumes those too that were paused one by one."""
        name = EVERY_MOTION if motion is None else motion.value
        changed = {"paused": paused, "set_by": by, "set_at": now}
        with self._db.transaction() as session:
            if not insert_if_absent(session, PauseRow(motion=name, paused=paused, set_by=by, set_at=now)):
                session.connection().execute(update(PauseRow).where(col(PauseRow.motion) == name).values(**changed))
            if motion is None and not paused:
                session.connection().execute(update(PauseRow).where(col(PauseRow.paused)).values(**changed))
