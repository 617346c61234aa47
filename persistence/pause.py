"""The stop button."""

from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from domain.leads import Motion
from domain.model import Instant
from domain.pausing import Resumed
from persistence.database import Database, insert_if_absent
from persistence.tables import PauseRow

EVERY_MOTION = "*"
_SWITCHES: dict[str, Motion | None] = {EVERY_MOTION: None, **{motion.value: motion for motion in Motion}}


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

    def resumed(self) -> tuple[Resumed, ...]:
        """The switches that stand on go, each with the decision that released it."""
        with self._db.session() as session:
            released = select(PauseRow).where(~col(PauseRow.paused), col(PauseRow.motion).in_(_SWITCHES))
            rows = session.exec(released.order_by(PauseRow.motion)).all()
        return tuple(
            Resumed(
                switch=_SWITCHES[row.motion],
                by_motion=None if row.released_all else _SWITCHES[row.motion],
                at=row.set_at,
                decision_id=row.decision_id,
            )
            for row in rows
        )

    def set(self, motion: Motion | None, paused: bool, *, by: str, now: Instant, decision_id: str = "") -> None:
        """See the port. Resuming every motion resumes those too that were paused one by one."""
        name = EVERY_MOTION if motion is None else motion.value
        released = {"decision_id": "" if paused else decision_id, "released_all": motion is None and not paused}
        changed: dict[str, Any] = {"paused": paused, "set_by": by, "set_at": now, **released}
        with self._db.transaction() as session:
            if not insert_if_absent(session, PauseRow(motion=name, **changed)):
                session.connection().execute(update(PauseRow).where(col(PauseRow.motion) == name).values(**changed))
            if motion is None and not paused:
                session.connection().execute(update(PauseRow).where(col(PauseRow.paused)).values(**changed))
