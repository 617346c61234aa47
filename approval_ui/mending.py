"""The playbook's lines that people correct again and again, with the place where each stands."""

from collections.abc import Collection
from dataclasses import dataclass

from domain.corrections import Correction, DecidedCard, MendOffer, mend_offers, standing
from domain.errors import DomainError
from domain.model import Instant
from domain.ports import PlaybookLines, Playbooks
from persistence.decided_cards import DecidedCards


@dataclass(frozen=True)
class MendLine:
    """An offer as it is shown. `place` is `file.yaml:line`, empty where the files cannot be read now."""

    place: str
    sentence: str
    times: int
    newest_at: Instant
    cases: tuple[tuple[str, str], ...]
    """Case id and title, newest first."""


@dataclass(frozen=True)
class Mending:
    """Reads decisions and the playbook; changes neither. A broken playbook means that nothing is offered."""

    cards: DecidedCards
    playbooks: Playbooks
    lines: PlaybookLines

    def offers(self, decision_ids: Collection[str] | None = None) -> tuple[MendLine, ...]:
        """What is to mend; with `decision_ids`, only where one of these decisions took part."""
        decided = {d.note.decision_id: d for d in self.cards.newest()}
        if decision_ids is not None and not decided.keys() & set(decision_ids):
            return ()
        try:
            now = self.playbooks.current()
        except DomainError:
            return ()
        found = [c for d in decided.values() for c in self._standing(d)]
        return tuple(
            self._line(offer, decided)
            for offer in mend_offers(found, after=now.mend_after)
            if decision_ids is None or any(c.decision_id in decision_ids for c in offer.corrections)
        )

    def _standing(self, decided: DecidedCard) -> tuple[Correction, ...]:
        try:
            then = self.playbooks.pinned(decided.playbook_digest)
        except DomainError:
            return ()
        return standing(decided, then, self.playbooks.current())

    def _line(self, offer: MendOffer, decided: dict[str, DecidedCard]) -> MendLine:
        cards = [(c.case_id, decided[c.decision_id].card.title) for c in offer.corrections]
        return MendLine(
            place=self._place(offer.newest),
            sentence=_sentence(offer.newest, decided[offer.newest.decision_id]),
            times=len(offer.corrections),
            newest_at=offer.newest.at,
            cases=tuple(cards),
        )

    def _place(self, correction: Correction) -> str:
        try:
            return self.lines.place_of(correction.path)
        except DomainError:
            return ""


def _sentence(correction: Correction, decided: DecidedCard) -> str:
    """What was put right, in a reviewer's words."""
    card, became = decided.card, correction.became
    match correction.about, became:
        case "owner", "":
            return "The proposed owner was refused."
        case "owner", _:
            names = {c.owner_id: c.name for c in card.routing.considered} | card.names
            return f"The owner was changed to {names.get(became, became)}."
        case "score", _:
            return f"The score should be {became}."
        case "closing", _:
            return "The lead was not to be closed."
        case name, "":
            return f"{name}: {correction.was} was left out." if correction.was else f"{name} was left out."
        case name, _:
            was = f"{correction.was} → " if correction.was else ""
            return f"{name}: {was}{became}."
