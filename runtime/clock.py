"""The time of this machine, for everything outside workflows."""

from datetime import UTC, datetime

from domain.model import Instant


class SystemClock:
    """`Clock` in UTC."""

    def now(self) -> Instant:
        return datetime.now(UTC)
