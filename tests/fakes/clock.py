"""A clock that stands still until it is told otherwise."""

from datetime import UTC, datetime, timedelta

from domain.model import Instant

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""


class FakeClock:
    """`Clock` for tests."""

    def __init__(self, now: Instant = START) -> None:
        self.time = now

    def now(self) -> Instant:
        return self.time

    def advance(self, by: timedelta) -> Instant:
        """Move on and say the new time."""
        self.time += by
        return self.time
