"""Child rows that not every org has or opens to us: read with their parents, and left out once they are refused.

A refusal fails the whole query, so that what is asked for without them is asked again.
"""

import threading
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any, TypeVar

import structlog

from gateways.crm.client import PartAnswer

_REFUSED = frozenset(
    {
        *("INVALID_TYPE", "INVALID_FIELD", "MALFORMED_QUERY"),
        *("INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"),
    }
)
_log = structlog.get_logger(__name__)
Read = TypeVar("Read")


class Rows(StrEnum):
    """By the name of the child relationship."""

    TERRITORIES = "ObjectTerritory2Associations"
    EMAILS = "EmailMessageRelations"
    CASES = "Cases"


class _Refused(Exception):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows.value)
        self.rows = rows


class OptionalRows:
    """Which of them the org gives us. Thread-safe: a race of two readers only asks twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed: frozenset[Rows] = frozenset()

    def read(self, wanted: Collection[Rows], read: Callable[[frozenset[Rows]], Read]) -> Read:
        """`read` with what may be asked for; again, without what `rows_of` found refused. Raises what `read` does."""
        refused: frozenset[Rows] = frozenset()
        while True:
            with self._lock:
                asked = frozenset(wanted) - self._closed - refused
            try:
                answer = read(asked)
            except _Refused as closed:
                refused |= {closed.rows}
                continue
            # Only now is it known that this was what the org refused.
            with self._lock:
                self._closed |= refused
            for rows in refused:
                _log.info("the org does not give us such rows", relationship=rows.value)
            return answer


def rows_of(part: PartAnswer, asked: Collection[Rows], rows: Rows) -> list[dict[str, Any]]:
    """The rows of a query that had these children. Raises `CrmError`; where the children may be at fault, so that
    `OptionalRows` asks again without them."""
    if rows in asked and {fault.code for fault in part.faults()} & _REFUSED:
        raise _Refused(rows)
    return part.records()
