"""What a signed resume is about. Stopping needs no signature; to let writing go on is signed like a write."""

from hashlib import sha256

import rfc8785

from domain.leads import Motion
from domain.model import Instant, Value

RESUME_ROUND = 0
EVERY_MOTION = "all"


class Stopped(Value):
    """The last time a switch was pressed, as the audit holds it. `motion` is None for the switch of all motions."""

    motion: Motion | None
    at: Instant

    def holds(self, motion: Motion) -> bool:
        return self.motion in (None, motion)


class Resumed(Value):
    """One switch that stands on go; `switch` is None for the switch of all motions.

    `by_motion` is None where the switch for all motions was released, which releases the others too.
    """

    switch: Motion | None
    by_motion: Motion | None
    at: Instant
    decision_id: str

    def covers(self, motion: Motion) -> bool:
        return self.switch in (None, motion)

    def releases(self, stopped: Stopped) -> bool:
        """The switch for all motions releases what was stopped alone; nothing releases a stop that came after it."""
        return self.by_motion in (None, stopped.motion) and self.at >= stopped.at


def resume_case(motion: Motion | None) -> str:
    """In place of a case's id: stopping and resuming belong to no case. The audit keeps both under it."""
    return f"pause/{motion.value if motion is not None else EVERY_MOTION}"


def resume_digest(motion: Motion | None, at: Instant) -> str:
    """SHA-256 over what is released and when, so that one signature releases one stop."""
    return sha256(rfc8785.dumps({"resume": resume_case(motion), "at": at.isoformat()})).hexdigest()
