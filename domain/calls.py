"""What calls and call notes said about buying, ready to count: which items are read, and one line per matter.

A reading is kept per text, so that a later round of the case, and a retry, read nothing twice.
"""

import hashlib
from collections.abc import Iterator, Sequence

from domain.bant import BantFinding, BantFindings, Stance, TranscriptReader
from domain.bant_words import BantKind
from domain.context import CaseContext, ContextItem, ContextKind
from domain.evidence import EvidenceBook, EvidenceSource
from domain.leads import CrmRecord
from domain.model import Instant, Value
from domain.texts import clean_block

CALL_KINDS = (ContextKind.TRANSCRIPT, ContextKind.VOICE_CALL, ContextKind.EVENT, ContextKind.TASK)
MAX_CALLS = 12
"""The newest ones of a case; what is older says little about today."""
_SHORTEST = 20
"""Characters below which a note says nothing about buying: `Left a voicemail`."""
_LONGEST_QUOTE = 400


class CallReading(Value):
    """One call or note as it was read. `findings` hold the reader, and what a model was asked and cost."""

    kind: ContextKind
    system: str
    record: str
    occurred_at: Instant
    findings: BantFindings


class Heard(Value):
    """One matter of one call: where it stands there, and the finding that says so best."""

    name: BantKind
    stance: Stance
    finding: BantFinding
    conflicting: bool = False
    kind: ContextKind
    system: str
    record: str
    occurred_at: Instant


def calls_of(context: CaseContext) -> tuple[ContextItem, ...]:
    """The calls and call notes with words in them, newest first."""
    spoken = [i for i in context.of_kind(*CALL_KINDS) if len(i.quote.strip()) >= _SHORTEST]
    return tuple(spoken[:MAX_CALLS])


def slot_of(item: ContextItem) -> str:
    """Where a case keeps its reading of this text; a changed text is another one."""
    return hashlib.sha256(f"{item.system}\n{item.record}\n{item.quote}".encode()).hexdigest()[:32]


def own_people(item: ContextItem, users: Sequence[CrmRecord], company: str) -> tuple[str, ...]:
    """Names of our side that stand in the text: what they say is never the prospect's word."""
    text = item.quote.casefold()
    names = (company, *(u.text("Name") for u in users))
    return tuple(dict.fromkeys(n for n in names if n.strip() and n.casefold() in text))


def reading_of(item: ContextItem, reader: TranscriptReader, *, seller: Sequence[str] = ()) -> CallReading:
    """Read one item. Raises what the reader raises; the rules raise nothing."""
    findings = reader.read(item.quote, seller=seller)
    return CallReading(
        kind=item.kind, system=item.system, record=item.record, occurred_at=item.occurred_at, findings=findings
    )


def heard_in(readings: Sequence[CallReading]) -> tuple[Heard, ...]:
    """One line per call and matter that was spoken of, newest call first."""
    newest = sorted(readings, key=lambda r: (r.occurred_at, r.system, r.record), reverse=True)
    return tuple(heard for reading in newest for heard in _heard(reading))


def cite_heard(book: EvidenceBook, heard: Heard) -> str:
    """The exact words, with the call they stand in."""
    return book.cite(
        EvidenceSource.CONTEXT,
        heard.system,
        heard.record,
        f"{heard.kind.value}.{heard.name.value}",
        observed_at=heard.occurred_at,
        quote=clean_block(heard.finding.quote, _LONGEST_QUOTE),
        confidence=heard.finding.confidence,
    )


def _heard(reading: CallReading) -> Iterator[Heard]:
    for kind in BantKind:
        summary = reading.findings.summary(kind)
        if summary.best is not None:
            yield Heard(
                name=kind,
                stance=summary.stance,
                finding=summary.best,
                conflicting=summary.conflicting,
                kind=reading.kind,
                system=reading.system,
                record=reading.record,
                occurred_at=reading.occurred_at,
            )
