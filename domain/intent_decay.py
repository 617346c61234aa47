"""What somebody wanted some time ago is worth less now: points halve with every half-life."""

from collections.abc import Iterable
from datetime import timedelta

from domain.model import Instant

FRESH = timedelta(days=1)
"""Within a day of being said, intent is worth all of its points: review and retries must not move a score."""


def decayed(points: int, said_at: Instant, now: Instant, half_life_seconds: int) -> int:
    """Points left at `now`, rounded towards zero. Never more than before, never of another sign; 0 means no decay."""
    age = now - said_at
    if half_life_seconds <= 0 or age <= FRESH:
        return points
    left = abs(points) * 0.5 ** (age.total_seconds() / half_life_seconds)
    return int(left) if points >= 0 else -int(left)


def newest(moments: Iterable[Instant]) -> Instant | None:
    return max(moments, default=None)
