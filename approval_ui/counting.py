"""How many reviews each choice shows: counted once for everybody who asks the same before anything changes."""

import threading
from dataclasses import dataclass
from datetime import timedelta

from domain.leads import Motion
from domain.model import Instant
from domain.ports import Clock
from domain.review_queue import Facets, Viewer
from persistence.lanes import ReviewLanes

FOR = timedelta(seconds=1)
"""How long a count may stand although nothing happened: time alone makes things due and wakes what was snoozed."""
_MOST = 200


@dataclass(frozen=True)
class _Counted:
    version: str
    at: Instant
    facets: Facets


class QueueCounts:
    """Counts of one organisation's queue, at most a second old and never older than the last change."""

    def __init__(self, lanes: ReviewLanes, clock: Clock) -> None:
        self._lanes = lanes
        self._clock = clock
        self._known: dict[tuple[Motion | None, Viewer], _Counted] = {}
        self._lock = threading.Lock()

    def facets(self, motion: Motion | None, viewer: Viewer, version: str) -> Facets:
        """What each choice would show. `version` is that of the lanes, read before what is shown beside the counts."""
        now = self._clock.now()
        with self._lock:
            known = self._known.get((motion, viewer))
        if known is not None and _holds(known, version, now):
            return known.facets
        found = _Counted(version, now, self._lanes.facets(motion, viewer, now))
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[(motion, viewer)] = found
        return found.facets

    def open_by_lane(self, looking: Viewer) -> dict[Motion, int]:
        """How many are open, by motion: from whatever this person had counted last, where that still holds."""
        now, version = self._clock.now(), self._lanes.version()
        with self._lock:
            counted = [counted for (_, viewer), counted in self._known.items() if viewer.login == looking.login]
        holding = next((c for c in counted if _holds(c, version, now)), None)
        return dict(holding.facets.lanes) if holding is not None else self._lanes.open_by_lane(looking, now)


def _holds(known: _Counted, version: str, now: Instant) -> bool:
    return known.version == version and timedelta() <= now - known.at < FOR
