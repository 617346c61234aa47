"""What became of a case's earlier proposals, as the card of the current one says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from approval_ui.views.wording import VERDICT
from domain.decisions import RoundState
from domain.reviewer_notes import ReviewerNote
from persistence.queue import DecisionItem, QueueItem

_LONGEST = 300


@dataclass(frozen=True)
class Earlier:
    """One earlier round; its card stays readable under its own address."""

    round: int
    said: str


def earlier_of(
    rounds: Iterable[QueueItem],
    decisions: Iterable[DecisionItem],
    notes: Mapping[str, ReviewerNote],
    people: Mapping[str, str],
) -> tuple[Earlier, ...]:
    """Newest first. `notes` by decision: the instructions that a reviewer gave for the next draft."""
    last = {d.round: d for d in decisions if d.counts}
    return tuple(
        Earlier(item.round, _said(item, last.get(item.round), notes, people))
        for item in sorted(rounds, key=lambda item: -item.round)
        if item.round > 0
    )


def _said(
    item: QueueItem, decision: DecisionItem | None, notes: Mapping[str, ReviewerNote], people: Mapping[str, str]
) -> str:
    if decision is None:
        return "expired" if item.state is RoundState.EXPIRED else "replaced before anybody decided"
    who = people.get(decision.reviewer, decision.reviewer)
    note = notes.get(decision.decision_id)
    words = f": “{note.text[:_LONGEST]}”" if note is not None and note.text else ""
    return f"{who} {VERDICT[decision.verdict]}{words}"
