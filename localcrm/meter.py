"""How many API calls each client made: for `Sforce-Limit-Info`, the limits resource, and tests."""

from __future__ import annotations

import threading
from collections import Counter, deque
from datetime import datetime, timedelta

from localcrm.errors import ApiError

_WINDOW = timedelta(hours=24)


class Meter:
    """A rolling 24 hours, kept in memory."""

    def __init__(self, daily_limit: int) -> None:
        self.daily_limit = daily_limit
        self._lock = threading.Lock()
        self._moments: deque[datetime] = deque()
        self._calls: Counter[tuple[str, str, str]] = Counter()

    def count(self, client_id: str, method: str, resource: str, now: datetime) -> int:
        """Books one call and returns the usage with it. Raises 403 REQUEST_LIMIT_EXCEEDED when used up."""
        with self._lock:
            self._forget(now)
            if len(self._moments) >= self.daily_limit:
                raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
            self._moments.append(now)
            self._calls[client_id, method, resource] += 1
            return len(self._moments)

    def used(self, now: datetime) -> int:
        with self._lock:
            self._forget(now)
            return len(self._moments)

    def calls(self) -> list[dict[str, str | int]]:
        with self._lock:
            return [
                {"client_id": client, "method": method, "resource": resource, "count": number}
                for (client, method, resource), number in sorted(self._calls.items())
            ]

    def reset_calls(self) -> None:
        """Forgets the tally for tests, not the usage."""
        with self._lock:
            self._calls.clear()

    def _forget(self, now: datetime) -> None:
        while self._moments and self._moments[0] <= now - _WINDOW:
            self._moments.popleft()
