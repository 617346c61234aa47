"""Whose turn it is, shared by every worker: an org's turns are taken by one transaction at a time."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain.cases import CaseState
from domain.model import Instant
from domain.round_robin import Seat, Turn, next_turn
from persistence.database import Database, lock
from persistence.tables import CaseRow, RotationSeatRow, RotationTurnRow

CRM_COUNTS_AFTER = timedelta(minutes=2)
"""For so long after a case has closed, the open leads that routing read from the CRM may not hold its lead yet."""


class SqlRotation:
    """Implements `domain.ports.Rotation`. Raises `StoreError`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def take(self, turn: Turn, seats: Sequence[Seat], *, now: Instant) -> str:
        """The member whose turn it is; empty where nobody has room, leads that still wait for approval counted.

        A repeated call for the same turn gives the same member, as long as that one is among the seats.
        """
        with self._db.transaction() as session:
            # One lock for all pools: somebody in two teams must not be filled from both at once.
            lock(session, "rotation", turn.org_id)
            kept = _held(session, turn, {s.member for s in seats})
            if kept:
                _note(session, turn, kept, now)
                return kept
            free = _with_room(session, turn, seats, now)
            if not free:
                return ""
            member = _advance(session, turn, free)
            _note(session, turn, member, now)
            return member

    def turns_taken(self, org_id: str, pool: str) -> dict[str, int]:
        """How many turns each member of a pool has had."""
        with self._db.session() as session:
            query = select(RotationSeatRow).where(RotationSeatRow.org_id == org_id, RotationSeatRow.pool == pool)
            return {row.member: row.turns for row in session.exec(query) if row.turns}


def _held(session: Session, turn: Turn, members: set[str]) -> str:
    """Who has this case from this round or an earlier one, if they may still have it; empty otherwise."""
    of_case = (
        select(RotationTurnRow)
        .where(
            RotationTurnRow.org_id == turn.org_id,
            RotationTurnRow.pool == turn.pool,
            RotationTurnRow.case_id == turn.case_id,
            col(RotationTurnRow.round) <= turn.round,
        )
        .order_by(col(RotationTurnRow.round).desc())
    )
    newest = session.exec(of_case.limit(1)).first()
    return newest.member if newest is not None and newest.member in members else ""


def _with_room(session: Session, turn: Turn, seats: Sequence[Seat], now: Instant) -> list[Seat]:
    """The seats that stay below their room with what was given to them and is not in the CRM's count yet."""
    waiting = _waiting(session, turn, [s.member for s in seats], now)
    return [s for s in seats if waiting.get(s.member, 0) < s.room]


def _waiting(session: Session, turn: Turn, members: Sequence[str], now: Instant) -> dict[str, int]:
    given, case = RotationTurnRow, CaseRow
    last = (
        sa.select(col(given.case_id), sa.func.max(given.round).label("round"))
        .where(col(given.org_id) == turn.org_id)
        .group_by(col(given.case_id))
        .subquery()
    )
    counted = (
        sa.select(col(given.member), sa.func.count())
        .join(last, sa.and_(last.c.case_id == given.case_id, last.c.round == given.round))
        .join(case, col(case.case_id) == col(given.case_id))
        .where(
            col(given.org_id) == turn.org_id,
            col(given.member).in_(members),
            col(given.case_id) != turn.case_id,
            sa.or_(col(case.state) == CaseState.OPEN.value, col(case.closed_at) > now - CRM_COUNTS_AFTER),
        )
        .group_by(col(given.member))
    )
    return {str(member): int(total) for member, total in session.connection().execute(counted)}


def _advance(session: Session, turn: Turn, free: Sequence[Seat]) -> str:
    rows = {
        row.member: row
        for row in session.exec(
            select(RotationSeatRow).where(RotationSeatRow.org_id == turn.org_id, RotationSeatRow.pool == turn.pool)
        )
    }
    member, credits = next_turn({name: row.credit for name, row in rows.items()}, free)
    for name, credit in credits.items():
        row = rows.get(name) or RotationSeatRow(org_id=turn.org_id, pool=turn.pool, member=name)
        row.credit = credit
        row.turns += name == member
        session.add(row)
    return member


def _note(session: Session, turn: Turn, member: str, now: Instant) -> None:
    key = (turn.org_id, turn.pool, turn.case_id, turn.round)
    row = session.get(RotationTurnRow, key)
    if row is not None and row.member == member:
        return
    row = row or RotationTurnRow(
        org_id=turn.org_id, pool=turn.pool, case_id=turn.case_id, round=turn.round, member=member, taken_at=now
    )
    row.member, row.taken_at = member, now
    session.add(row)
