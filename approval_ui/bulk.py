"""Several reviews at once: each is looked at again, all are decided by one signature, each is answered for by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from approval_ui.deciding import Deciding, Ready
from approval_ui.decision_requests import DecisionRefused, DecisionRequest, Reviewer, Taken
from approval_ui.group_signing import sign_group
from approval_ui.stored_reviews import Review, load_review
from domain.decision_groups import GroupMember
from domain.decisions import APPROVALS, RoundState, SignedDecision, Verdict, parse_envelope
from domain.model import Value
from domain.permissions import RiskCategory
from persistence.queue import QueueItem, ReviewQueue

MAX_AT_ONCE = 50
"""More than this nobody has looked at."""


class Pick(Value):
    """One ticked line of the queue. `digest` is what was shown at the confirm step; empty before it."""

    case_id: str
    round: int
    digest: str = ""

    @property
    def key(self) -> str:
        return f"{self.case_id}.{self.round}"


@dataclass(frozen=True)
class Planned:
    """One item of the confirm step: what would be signed, or why it has to be looked at by itself."""

    pick: Pick
    title: str
    changes: tuple[str, ...] = ()
    refused: str = ""
    reasons: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one item. `taken` None where nothing was signed; `refused` says why."""

    pick: Pick
    title: str
    taken: Taken | None
    refused: str = ""


def picks_of(values: Sequence[str]) -> tuple[Pick, ...]:
    """Ticks as a form sends them, `case.round` or `case.round.digest`; the same one twice counts once."""
    found: dict[str, Pick] = {}
    for value in values:
        case_id, _, rest = value.partition(".")
        number, _, digest = rest.partition(".")
        if case_id and number.isdecimal() and len(number) < 6:
            pick = Pick(case_id=case_id[:64], round=int(number), digest=digest[:64])
            found.setdefault(pick.key, pick)
    return tuple(found.values())


@dataclass(frozen=True)
class BulkDeciding:
    """Approves or rejects several reviews for one organisation, by one signature over the list of their digests."""

    deciding: Deciding
    queue: ReviewQueue
    changes_of: Callable[[Review], tuple[str, ...]]
    """One line per action, in the words of the page."""

    def plan(self, picks: Sequence[Pick], verdict: Verdict, reviewer: Reviewer) -> tuple[Planned, ...]:
        """What the confirm step shows. Signs nothing."""
        return tuple(self._planned(pick, verdict, reviewer) for pick in picks)

    def decide(
        self, picks: Sequence[Pick], verdict: Verdict, reviewer: Reviewer, *, reason_code: str = "", text: str = ""
    ) -> tuple[Outcome, ...]:
        """One decision per pick: what one is refused for does not stop the others."""
        outcomes: dict[str, Outcome] = {}
        ready: dict[str, Ready] = {}
        for pick in picks:
            planned = self._planned(pick, verdict, reviewer)
            outcomes[pick.key] = Outcome(pick, planned.title, None, planned.refused)
            if planned.refused:
                continue
            # The digest is the one that the confirm step showed, so a proposal that moved since is refused.
            request = DecisionRequest(verdict=verdict, shown_digest=pick.digest, reason_code=reason_code, text=text)
            try:
                ready[pick.key] = self.deciding.prepared(pick.case_id, pick.round, request, reviewer)
            except DecisionRefused as refused:
                outcomes[pick.key] = Outcome(pick, planned.title, None, refused.sentence)
        signatures = self._signed(tuple(ready.values()), reviewer)
        for (key, each), signed in zip(ready.items(), signatures, strict=True):
            outcomes[key] = self._kept(outcomes[key], each, signed)
        return tuple(outcomes.values())

    def _kept(self, outcome: Outcome, ready: Ready, signed: SignedDecision) -> Outcome:
        try:
            return Outcome(outcome.pick, outcome.title, self.deciding.keep(ready, signed, parse_envelope(signed)))
        except DecisionRefused as refused:
            return Outcome(outcome.pick, outcome.title, None, refused.sentence)

    def _signed(self, ready: Sequence[Ready], reviewer: Reviewer) -> tuple[SignedDecision, ...]:
        """One signature over the list, and each member's place in it; one alone is signed as ever."""
        if not ready:
            return ()
        first = self.deciding.envelope(ready[0], reviewer)
        if len(ready) == 1:
            return (self.deciding.signer.sign(first),)
        openings = [each.review.opening for each in ready]
        return sign_group(
            self.deciding.signer,
            first,
            [
                GroupMember(
                    case_id=opening.case_id,
                    round=opening.round,
                    proposal_digest=opening.proposal_digest,
                    final_digest=each.final_digest,
                )
                for opening, each in zip(openings, ready, strict=True)
            ],
        )

    def _planned(self, pick: Pick, verdict: Verdict, reviewer: Reviewer) -> Planned:
        item = self.queue.item(pick.case_id, pick.round)
        if item is None:
            return Planned(pick, f"Review {pick.key}", refused="There is no such review, or its data was erased.")
        if item.state is not RoundState.OPEN:
            return Planned(pick, item.title, refused=self._ended(item))
        review = load_review(self.deciding.reviews, self.deciding.documents, pick.case_id, pick.round)
        if review is None:
            return Planned(pick, item.title, refused="Its data was erased.")
        refused = _by_itself(item, verdict, reviewer) or self._obstacle(review, pick, verdict, reviewer)
        return Planned(
            pick.model_copy(update={"digest": review.opening.proposal_digest}),
            item.title,
            self.changes_of(review),
            refused,
            review.card.reject_reasons,
        )

    def _obstacle(self, review: Review, pick: Pick, verdict: Verdict, reviewer: Reviewer) -> str:
        if pick.digest and pick.digest != review.opening.proposal_digest:
            return "The proposal changed while you looked at it; open it by itself."
        request = DecisionRequest(verdict=verdict, shown_digest=review.opening.proposal_digest)
        return self.deciding.obstacle(review, request, reviewer) if verdict in APPROVALS else ""

    def _ended(self, item: QueueItem) -> str:
        match item.state:
            case RoundState.DECIDED:
                counting = [d for d in self.queue.decisions_of(item.case_id) if d.counts and d.round == item.round]
                return f"Already decided by {counting[-1].reviewer}." if counting else "Already decided."
            case RoundState.EXPIRED:
                return "It expired; nothing was signed."
            case _:
                return "A newer proposal replaced it; open that one by itself."


def _by_itself(item: QueueItem, verdict: Verdict, reviewer: Reviewer) -> str:
    """Why this one is never part of a bulk decision."""
    if item.risk in (RiskCategory.HIGH, RiskCategory.FORBIDDEN):
        return "High risk: open it by itself."
    if item.quorum > 1:
        return f"{item.quorum} people must sign this; open it by itself."
    if item.claimed_by and item.claimed_by != reviewer.login:
        return f"Claimed by {item.claimed_by}."
    return ""
