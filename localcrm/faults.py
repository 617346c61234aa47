"""Faults a test asks for: what the network and a busy org do to a client at the worst moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from localcrm.errors import ApiError
from localcrm.request import Reply, refusal


class FaultKind(StrEnum):
    """What befalls a matching call."""

    SERVER_UNAVAILABLE = "503"
    SERVER_ERROR = "500"
    TOO_MANY_REQUESTS = "429"
    REQUEST_LIMIT = "limit"
    EXPIRED_SESSION = "session"
    LOCK = "lock"
    SLOW = "slow"
    # Committed, and the answer never arrives: the connection closes after `delay`.
    TIMEOUT_AFTER_COMMIT = "timeout_after_commit"
    # Never carried out, and the connection closes.
    DROP_BEFORE_COMMIT = "drop_before_commit"


@dataclass
class Fault:
    """Befalls `count` matching calls after letting `after` of them pass.

    `match` is the first address part after the version (composite, sobjects, query …), `write` for
    any call but GET, `token` for the token endpoint, or `*`. `contains` must occur in the body or
    address. `delay` is in seconds.
    """

    kind: FaultKind
    match: str = "*"
    method: str | None = None
    contains: str | None = None
    count: int = 1
    after: int = 0
    delay: float = 0.2

    def fits(self, method: str, resource: str, text: str) -> bool:
        if self.match != "*" and self.match != resource and not (self.match == "write" and method != "GET"):
            return False
        if self.method is not None and self.method.upper() != method:
            return False
        return self.contains is None or self.contains in text


_ANSWERS = {
    FaultKind.SERVER_UNAVAILABLE: (503, "SERVER_UNAVAILABLE", "Service is not available: try again later."),
    FaultKind.SERVER_ERROR: (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    FaultKind.TOO_MANY_REQUESTS: (429, "REQUEST_LIMIT_EXCEEDED", "Too many requests: slow down."),
    FaultKind.REQUEST_LIMIT: (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    FaultKind.EXPIRED_SESSION: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
}


def refused_by(fault: Fault) -> Reply | None:
    """The answer a fault gives instead of the call, if it is of that kind."""
    answer = _ANSWERS.get(fault.kind)
    return None if answer is None else refusal(ApiError(*answer))


class FaultQueue:
    """First fitting fault first. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def take(self, method: str, resource: str, text: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if not fault.fits(method, resource, text):
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
                return fault
        return None


def parse_fault(body: Mapping[str, Any]) -> Fault:
    """Raises ValueError for an unknown kind or a number that is none."""
    known = {"kind", "match", "method", "contains", "count", "after", "delay"}
    unknown = sorted(body.keys() - known)
    if unknown:
        raise ValueError(f"unknown fault settings: {', '.join(unknown)}")
    return Fault(
        kind=FaultKind(str(body.get("kind"))),
        match=str(body.get("match", "*")),
        method=None if body.get("method") is None else str(body["method"]),
        contains=None if body.get("contains") is None else str(body["contains"]),
        count=int(body.get("count", 1)),
        after=int(body.get("after", 0)),
        delay=float(body.get("delay", 0.2)),
    )
