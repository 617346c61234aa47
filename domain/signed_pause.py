"""The stop button as the write guard and the pages believe it: anybody who can write the database may press it, only
a signature releases it.

When do you need to touch this? When more than a role decides who may let writing go on.
"""

from collections.abc import Callable

from domain.countersign import Expected, SignatureVerifier, authorises, verified
from domain.decisions import Purpose, SignedDecision
from domain.errors import NotAuthorised
from domain.leads import Motion
from domain.model import Instant
from domain.pausing import RESUME_ROUND, Resumed, Stopped, resume_case, resume_digest
from domain.permissions import Permission
from domain.ports import PauseSwitch


class VerifiedPause:
    """Implements `PauseSwitch`. What the store says was resumed, without a good signature over it, is paused.

    So is what the audit says was stopped and no signature released since: the switch is a row that somebody may
    delete or set back to an earlier state, the audit is not.
    """

    def __init__(
        self,
        switch: PauseSwitch,
        *,
        resumed: Callable[[], tuple[Resumed, ...]],
        stopped: Callable[[], tuple[Stopped, ...]],
        decision: Callable[[str], SignedDecision | None],
        verifier: SignatureVerifier,
        org_id: str,
    ) -> None:
        self._switch = switch
        self._resumed = resumed
        self._stopped = stopped
        self._decision = decision
        self._verifier = verifier
        self._org_id = org_id

    def paused(self, motion: Motion) -> bool:
        return motion in self.all_paused()

    def all_paused(self) -> frozenset[Motion]:
        plain, resumed, stopped = self._switch.all_paused(), self._resumed(), self._stopped()
        unsigned = {r.switch for r in resumed if not self._signed(r)}
        held = {
            motion
            for motion in Motion
            if unsigned & {motion, None}
            or any(s.holds(motion) and not any(r.releases(s) for r in resumed if r.covers(motion)) for s in stopped)
        }
        return plain | held

    def set(self, motion: Motion | None, paused: bool, *, by: str, now: Instant, decision_id: str = "") -> None:
        self._switch.set(motion, paused, by=by, now=now, decision_id=decision_id)

    def _signed(self, resumed: Resumed) -> bool:
        signed = self._decision(resumed.decision_id) if resumed.decision_id else None
        if signed is None:
            return False
        expected = Expected(
            org_id=self._org_id,
            case_id=resume_case(resumed.by_motion),
            round=RESUME_ROUND,
            proposal_digest=resume_digest(resumed.by_motion, resumed.at),
            purpose=Purpose.RESUME,
        )
        try:
            envelope = verified(signed, expected, self._verifier)
            authorises([envelope], needed=Permission.RESUME, quorum=1, now=None)
        except NotAuthorised:
            return False
        return envelope.decision_id == resumed.decision_id
