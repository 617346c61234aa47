"""Whose turn it is: weighted round robin, smooth and exact.

The rule is the one that nginx balances with. Every seat that may be chosen gains its weight, the richest is chosen
and pays what all gained. After as many turns as the weights add up to, each seat had exactly its weight of them, in
whatever order ties were settled; and nobody who was away comes back with turns saved up.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pydantic import Field

from domain.model import Value


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
