"""What was read a moment ago, so that the next step need not read it again: a write is conditional on it anyway."""

import threading
from collections import OrderedDict
from datetime import timedelta

from domain.model import Instant
from domain.ports import WriteOrder
from gateways.crm.live import Live

FRESH_FOR = timedelta(seconds=60)
"""Older than this a record is read again before it is written."""
KEPT = 500


class RecentReads:
    """By case and decision; each is given out once. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[Instant, Live]] = OrderedDict()

    def keep(self, order: WriteOrder, live: Live, *, now: Instant) -> None:
        with self._lock:
            self._kept[order.case_id, order.decision_id] = (now, live)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def take(self, order: WriteOrder, *, now: Instant) -> Live | None:
        with self._lock:
            at, live = self._kept.pop((order.case_id, order.decision_id), (now, None))
        return live if live is not None and timedelta(0) <= now - at < FRESH_FOR else None
