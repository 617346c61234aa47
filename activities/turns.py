"""Turns in a team as routing asks for them, taken from the memory that all workers share."""

from collections.abc import Sequence

from domain.model import Instant
from domain.ports import Rotation
from domain.round_robin import Seat, Turn


class TurnsOfCase:
    """The turns of one case and round at one moment: a retried step gets the member that it had."""

    def __init__(self, rotation: Rotation, org_id: str, case_id: str, round: int, *, now: Instant) -> None:
        self._rotation = rotation
        self._key = (org_id, case_id, round)
        self._now = now

    def take(self, pool: str, seats: Sequence[Seat]) -> str:
        """Implements `domain.round_robin.Turns`."""
        org_id, case_id, round = self._key
        turn = Turn(org_id=org_id, pool=pool, case_id=case_id, round=round)
        return self._rotation.take(turn, seats, now=self._now)
