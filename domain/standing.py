"""Where each BANT matter stands over everything that was written and said: the newest clear statement decides."""

from collections.abc import Sequence

from domain.bant import Stance
from domain.calls import Heard, cite_heard
from domain.citing import cite_inquiry
from domain.evidence import EvidenceBook
from domain.leads import Inquiry
from domain.model import Instant, Value
from domain.qualification import BantLine
from domain.reading import Finding, ReadFacts

_CLEAR = (Stance.STATED, Stance.DENIED)


class Statement(Value):
    """One source's word on a matter: a message's finding, or a call's."""

    name: str
    stance: Stance
    at: Instant
    source: Finding | Heard

    @property
    def value(self) -> str:
        """What a call names as the amount, the time or who decides; nothing where it is the speaker."""
        value = self.source.finding.value if isinstance(self.source, Heard) else ""
        return "" if value == "speaker" else value


class Standing(Value):
    """One matter. `statements` are those of its stance, newest first."""

    name: str
    stance: Stance
    statements: tuple[Statement, ...]
    conflicting: bool = False


def standing_of(name: str, facts: ReadFacts, heard: Sequence[Heard], inquiries: Sequence[Inquiry]) -> Standing | None:
    """None where nobody spoke of it. A hedge counts only where nothing clear was ever said."""
    said = [
        Statement(name=name, stance=Stance.STATED, at=inquiries[f.inquiry].received_at, source=f)
        for f in facts.bant
        if f.name == name
    ]
    said += [Statement(name=name, stance=h.stance, at=h.occurred_at, source=h) for h in heard if h.name.value == name]
    if not said:
        return None
    said.sort(key=lambda s: s.at, reverse=True)
    deciding = next((s for s in said if s.stance in _CLEAR), said[0])
    agreeing = tuple(s for s in said if s.stance is deciding.stance)
    inner = any(isinstance(s.source, Heard) and s.source.conflicting for s in agreeing)
    apart = {s.stance for s in said if s.stance in _CLEAR}
    return Standing(name=name, stance=deciding.stance, statements=agreeing, conflicting=inner or len(apart) > 1)


def cite_statement(book: EvidenceBook, statement: Statement, inquiries: Sequence[Inquiry]) -> str:
    found = statement.source
    if isinstance(found, Heard):
        return cite_heard(book, found)
    return cite_inquiry(book, inquiries[found.inquiry], found.field, quote=found.quote)


def bant_lines(
    facts: ReadFacts, heard: Sequence[Heard], inquiries: Sequence[Inquiry], book: EvidenceBook
) -> tuple[BantLine, ...]:
    """Each matter that somebody spoke of, with the words that say so."""
    lines = []
    for name in ("budget", "authority", "need", "timeline"):
        standing = standing_of(name, facts, heard, inquiries)
        if standing is None:
            continue
        newest = standing.statements[0]
        lines.append(
            BantLine(
                name=name,
                stance=standing.stance.value,
                value=newest.value,
                evidence=tuple(cite_statement(book, s, inquiries) for s in standing.statements[:2]),
                said_at=newest.at,
                conflicting=standing.conflicting,
            )
        )
    return tuple(lines)
