"""Who gets the lead, why, and by when. (Rules below the types are pure: `route`.)"""

from domain.model import Instant, Value


class Candidate(Value):
    """An owner that was considered, and why it was or was not chosen."""

    owner_id: str
    name: str
    chosen: bool
    why: str


class RoutingDecision(Value):
    """`owner_id` empty means nobody could be chosen: then `conflict` says why, and a person decides."""

    owner_id: str
    owner_name: str
    owner_is_queue: bool = False
    team: str = ""
    territory: str = ""
    rule: str
    reason: str
    confidence: float
    evidence: tuple[str, ...] = ()
    considered: tuple[Candidate, ...] = ()
    fallback_owner_id: str = ""
    fallback_owner_name: str = ""
    strategic: bool = False
    conflict: str = ""
    respond_by: Instant | None = None
    """The SLA deadline for the first human answer."""
