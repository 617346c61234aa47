"""Whose turn it is: weighted round robin, smooth and exact.

The rule is the one that nginx balances with. Every seat that may be chosen gains its weight, the richest is chosen
and pays what all gained. After as many turns as the weights add up to, each seat had exactly its weight of them, in
whatever order ties were settled; and nobody who was away comes back with turns saved up.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import Field

from domain.model import Instant, Value


class Seat(Value):
    """A member who may be chosen now. `room` is how many more leads they can take, as far as the CRM knows."""

    member: str
    weight: int = Field(gt=0)
    room: int = Field(gt=0)


class Turn(Value):
    """What a turn is taken for. The same case and round never takes two turns in a pool."""

    org_id: str
    pool: str
    case_id: str
    round: int


class Turns(Protocol):
    """Turns as routing asks for them, for the one lead that it looks at."""

    def take(self, pool: str, seats: Sequence[Seat]) -> str:
        """The member whose turn it is; empty where nobody has room. Ties go to the earlier seat."""
        ...


class Rotation(Protocol):
    """The shared memory of all turns, fair among any number of workers."""

    def take(self, turn: Turn, seats: Sequence[Seat], *, now: Instant) -> str:
        """The member whose turn it is; empty where nobody has room, leads that still wait for approval counted.

        A repeated call for the same turn gives the same member. A case that comes back in another round stays with
        its member while that one is among the seats.
        """
        ...


def next_turn(credits: Mapping[str, int], seats: Sequence[Seat]) -> tuple[str, dict[str, int]]:
    """The chosen member and everybody's new credit. Raises `ValueError` without seats."""
    if not seats:
        raise ValueError("nobody to choose from")
    after = dict(credits)
    for seat in seats:
        after[seat.member] = after.get(seat.member, 0) + seat.weight
    chosen = max(seats, key=lambda s: after[s.member])
    after[chosen.member] -= sum(s.weight for s in seats)
    return chosen.member, after


class LocalTurns:
    """Turns that nobody else takes: for explaining, simulating and replaying. Begins with an even table."""

    def __init__(self) -> None:
        self._credits: dict[str, dict[str, int]] = {}

    def take(self, pool: str, seats: Sequence[Seat]) -> str:
        if not seats:
            return ""
        member, self._credits[pool] = next_turn(self._credits.get(pool, {}), seats)
        return member


class TurnsOfCase:
    """The turns of one case and round, at one moment."""

    def __init__(self, rotation: Rotation, org_id: str, case_id: str, round: int, *, now: Instant) -> None:
        self._rotation = rotation
        self._key = (org_id, case_id, round)
        self._now = now

    def take(self, pool: str, seats: Sequence[Seat]) -> str:
        org_id, case_id, round = self._key
        turn = Turn(org_id=org_id, pool=pool, case_id=case_id, round=round)
        return self._rotation.take(turn, seats, now=self._now)
