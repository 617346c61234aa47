"""Who is looking at a review now, so that two people do not do the same work."""

from domain.cases import Deadline, Ladder, LadderStep
from domain.decisions import RoundState
from domain.model import Instant
from domain.notices import reassigned_notice
from persistence.database import Database
from persistence.notices import keep
from persistence.reviews import opening_of
from persistence.tables import ReviewRow
from persistence.timeline import note


class SqlClaims:
    """Claims and snoozes. Neither moves a deadline or ends a round, and the assignee stays who it was."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(self, case_id: str, round: int, login: str, *, now: Instant) -> str:
        """Take the review if nobody has it. The login that has it now; empty when it is not open."""
        with self._db.transaction() as session:
            row = session.get(ReviewRow, (case_id, round), with_for_update=True)
            if row is None or row.state != RoundState.OPEN:
                return ""
            if not row.claimed_by:
                row.claimed_by, row.claimed_at = login, now
                session.add(row)
                note(session, case_id, round, "claimed", key=f"claimed.{now.isoformat()}", who=login, at=now)
            return row.claimed_by

    def release(self, case_id: str, round: int, login: str, *, now: Instant, anyone: bool = False) -> bool:
        """Give back one's own claim; with `anyone` whoever's it is. False when there is none to give back."""
        with self._db.transaction() as session:
            row = session.get(ReviewRow, (case_id, round), with_for_update=True)
            if row is None or not row.claimed_by or not (anyone or row.claimed_by == login):
                return False
            row.claimed_by, row.claimed_at = "", None
            session.add(row)
            note(session, case_id, round, "released", key=f"released.{now.isoformat()}", who=login, at=now)
            return True

    def snooze(self, case_id: str, round: int, until: Instant | None, by: str, *, now: Instant) -> bool:
        """Hide an open review from the queue's top until then; None wakes it. False when it is not open."""
        with self._db.transaction() as session:
            row = session.get(ReviewRow, (case_id, round), with_for_update=True)
            if row is None or row.state != RoundState.OPEN:
                return False
            row.snoozed_until = until
            session.add(row)
            kind = "woken" if until is None else "snoozed"
            note(session, case_id, round, kind, key=f"{kind}.{now.isoformat()}", who=by, at=now)
            return True

    def reassign(self, case_id: str, round: int, to: str, by: str, *, now: Instant) -> bool:
        """Ask somebody else from now on; False when the review is not open, or is with that person already.

        The deadlines stay, and so does who was asked first: the timeline's first entry and the card name them. The
        reminder goes to who is asked now.
        """
        with self._db.transaction() as session:
            row = session.get(ReviewRow, (case_id, round), with_for_update=True)
            if row is None or row.state != RoundState.OPEN or row.assignee == to:
                return False
            row.assignee, row.snoozed_until = to, None
            row.ladder = _reminding(Ladder.model_validate_json(row.ladder), to).model_dump_json()
            if row.claimed_by == by:
                row.claimed_by, row.claimed_at = "", None
            session.add(row)
            note(session, case_id, round, "reassigned", key=f"reassigned.{now.isoformat()}", who=to, at=now)
            keep(session, reassigned_notice(opening_of(row), to, by, now))
            return True

    def hand_over(self, case_id: str, round: int, absent: str, to: str, *, now: Instant) -> bool:
        """`reassign` for somebody away, together with their claim; False when it is not theirs any more."""
        with self._db.transaction() as session:
            row = session.get(ReviewRow, (case_id, round), with_for_update=True)
            if row is None or row.state != RoundState.OPEN or row.assignee != absent:
                return False
            row.assignee, row.snoozed_until = to, None
            row.ladder = _reminding(Ladder.model_validate_json(row.ladder), to).model_dump_json()
            if row.claimed_by == absent:
                row.claimed_by, row.claimed_at = "", None
            session.add(row)
            note(session, case_id, round, "handed_over", key=f"handed_over.{now.isoformat()}", who=to, at=now)
            return True


def _reminding(ladder: Ladder, login: str) -> Ladder:
    return Ladder(
        deadlines=tuple(
            Deadline(step=d.step, at=d.at, notify=login) if d.step is LadderStep.REMINDER else d
            for d in ladder.deadlines
        )
    )
