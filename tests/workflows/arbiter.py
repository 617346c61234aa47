"""A decision store in memory: one ending per round, first come first served, late is late."""

import threading
from dataclasses import dataclass
from datetime import timedelta

from activities.messages import RoundEnding, Rung, VerifiedDecision
from domain.decisions import APPROVALS, Recorded, RoundState, Verdict
from domain.errors import RefusalReason
from domain.model import Instant


@dataclass(frozen=True)
class Stored:
    """What a reviewer signed, as far as a workflow can tell."""

    decision_id: str
    round: int
    verdict: Verdict
    decided_at: Instant
    has_mail: bool
    has_after_mail: bool


@dataclass
class Round:
    rungs: tuple[Rung, ...]
    opened_at: Instant
    quorum: int
    state: RoundState = RoundState.OPEN
    signed: tuple[str, ...] = ()

    @property
    def expires_at(self) -> Instant:
        return self.rungs[-1].at


class Arbiter:
    """Its time is what a test says a decision was made at; the engine's own time plays no part here."""

    def __init__(self) -> None:
        self.rounds: dict[int, Round] = {}
        self.decisions: dict[str, Stored] = {}
        self._lock = threading.RLock()

    def open(self, round: int, rungs: tuple[Rung, ...], *, opened_at: Instant, quorum: int) -> tuple[Rung, ...]:
        """Open a round once; asked again, say the ladder it has."""
        with self._lock:
            return self.rounds.setdefault(round, Round(rungs, opened_at, quorum)).rungs

    def record(
        self,
        decision_id: str,
        round: int,
        verdict: Verdict,
        *,
        decided_at: Instant | None = None,
        has_mail: bool = False,
        has_after_mail: bool = False,
    ) -> Recorded:
        """What the approval page does before it tells the workflow. An hour after opening unless said otherwise."""
        with self._lock:
            review = self.rounds.get(round)
            if review is None:
                return Recorded.UNKNOWN_ROUND
            at = decided_at or review.opened_at + timedelta(hours=1)
            # Kept even where it is worthless, so that a workflow can be shown a signed but late decision.
            self.decisions.setdefault(
                decision_id, Stored(decision_id, round, verdict, at, has_mail and verdict in APPROVALS, has_after_mail)
            )
            if at > review.expires_at:
                return Recorded.LATE
            if decision_id in review.signed:
                return Recorded.SAME_AGAIN
            if review.state is RoundState.DECIDED:
                return Recorded.ALREADY_DECIDED
            if review.state is not RoundState.OPEN:
                return Recorded.ROUND_CLOSED
            review.signed = (*review.signed, decision_id)
            if verdict in APPROVALS and len(review.signed) < review.quorum:
                return Recorded.RECORDED_QUORUM_OPEN
            review.state = RoundState.DECIDED
            return Recorded.RECORDED

    def end(self, round: int, state: RoundState) -> RoundEnding:
        """Expire or supersede, unless the round has ended: then as it ended."""
        with self._lock:
            review = self.rounds[round]
            if review.state is RoundState.OPEN:
                review.state = state
            decided = review.state is RoundState.DECIDED
            return RoundEnding(state=review.state, decision_id=review.signed[-1] if decided else "")

    def verify(self, decision_id: str, round: int) -> VerifiedDecision:
        """As the real activity answers: a refusal is a result."""
        with self._lock:
            review, stored = self.rounds.get(round), self.decisions.get(decision_id)
            if review is None:
                return _refused(decision_id, RefusalReason.WRONG_ROUND)
            if stored is None:
                return _refused(decision_id, RefusalReason.UNKNOWN_DECISION)
            if stored.round != round:
                return _refused(decision_id, RefusalReason.WRONG_ROUND)
            if stored.decided_at > review.expires_at:
                return _refused(decision_id, RefusalReason.LATE)
            if decision_id not in review.signed:
                decided = review.state is RoundState.DECIDED
                return _refused(decision_id, RefusalReason.ALREADY_DECIDED if decided else RefusalReason.ROUND_CLOSED)
            if review.state is RoundState.OPEN:
                return VerifiedDecision(accepted=True, reason="quorum_open", decision_id=decision_id)
            return VerifiedDecision(
                accepted=True,
                complete=True,
                decision_id=decision_id,
                verdict=stored.verdict,
                has_mail=stored.has_mail,
                has_after_mail=stored.has_after_mail,
            )


def _refused(decision_id: str, reason: RefusalReason) -> VerifiedDecision:
    return VerifiedDecision(accepted=False, reason=reason.value, decision_id=decision_id)
