"""BANT from call transcripts and notes: budget, authority, need and timeline, each with an exact quote or not at all.

What the prospect says counts; what the seller asks gives only the topic of the answer. Nothing here understands:
it finds phrases, says what they mean as a rule, and shows the words. Denials and doubts are findings too.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Protocol

from domain.bant_listening import listen
from domain.bant_speakers import Side, sides_of
from domain.bant_turns import Transcript, Turn, turns_of
from domain.bant_vocabulary import LANGUAGES, language_spoken
from domain.bant_words import BantKind
from domain.drafting import ModelUsage
from domain.model import Value

MAX_PER_KIND = 12
_LONGEST_QUOTE = 400


class Stance(StrEnum):
    """What is said about a matter. `unknown` is never a finding: it is what a matter is that nobody spoke of."""

    STATED = "stated"
    DENIED = "denied"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


class BantFinding(Value):
    """`quote` is the source's text from `start` to `end`, character by character.

    `value` is the amount, the time or who decides, as said; `speaker` for the person who speaks. `question` is the
    seller's question that a short answer belongs to, quoted as exactly. `decoded` marks quotes of a source that
    spells characters with escapes (JSON): they are exact in what the source says.
    """

    kind: BantKind
    stance: Stance
    quote: str
    start: int
    end: int
    speaker: str = ""
    value: str = ""
    question: str = ""
    confidence: float
    language: str = ""
    decoded: bool = False
    corrects: bool = False
    """Said to put right what was said before; the last such statement decides."""


class BantSummary(Value):
    """One matter: where it stands, the finding that says so best, and whether the findings contradict each other."""

    stance: Stance
    best: BantFinding | None = None
    conflicting: bool = False


class BantFindings(Value):
    """`note` says why nothing could be read, where that is so. `speakers` is what each was taken for."""

    findings: tuple[BantFinding, ...] = ()
    language: str = ""
    layout: str = ""
    speakers: dict[str, Side] = {}
    reader: str = "rules"
    note: str = ""
    usage: tuple[ModelUsage, ...] = ()
    """What a model was asked and what it cost; empty for the rules."""

    def of(self, kind: BantKind) -> tuple[BantFinding, ...]:
        return tuple(f for f in self.findings if f.kind is kind)

    def summary(self, kind: BantKind) -> BantSummary:
        """Contradictions about budget or timeline are uncertain; a need or a decider that was named stands.

        So is a denial after which an amount or a time is considered.
        """
        found = self.of(kind)
        stated = [f for f in found if f.stance is Stance.STATED]
        denied = [f for f in found if f.stance is Stance.DENIED]
        clear = [f for f in found if f.stance in {Stance.STATED, Stance.DENIED}]
        if stated and denied and clear[-1].corrects:
            return BantSummary(stance=clear[-1].stance, best=clear[-1], conflicting=True)
        if stated and denied:
            settled = kind in {BantKind.NEED, BantKind.AUTHORITY}
            stance = Stance.STATED if settled else Stance.UNCERTAIN
            return BantSummary(stance=stance, best=_best(stated if settled else [*stated, *denied]), conflicting=True)
        later = [f for f in found if f.stance is Stance.UNCERTAIN and f.value and denied and f.start > denied[-1].start]
        if later and not stated:
            return BantSummary(stance=Stance.UNCERTAIN, best=_best(later), conflicting=True)
        for stance, some in ((Stance.STATED, stated), (Stance.DENIED, denied), (Stance.UNCERTAIN, list(found))):
            if some:
                return BantSummary(stance=stance, best=_best(some))
        return BantSummary(stance=Stance.UNKNOWN)

    @property
    def budget(self) -> BantSummary:
        return self.summary(BantKind.BUDGET)

    @property
    def authority(self) -> BantSummary:
        return self.summary(BantKind.AUTHORITY)

    @property
    def need(self) -> BantSummary:
        return self.summary(BantKind.NEED)

    @property
    def timeline(self) -> BantSummary:
        return self.summary(BantKind.TIMELINE)


class TranscriptReader(Protocol):
    """Reads one transcript. The rules never raise; a model-backed reader raises `ModelError`."""

    def read(self, text: str, *, language: str = "", seller: Sequence[str] = ()) -> BantFindings: ...


def read_transcript(text: str, *, language: str = "", seller: Sequence[str] = ()) -> BantFindings:
    """BANT by rules, in English, Spanish, German and French; any other language gives no findings and a note.

    `language` (BCP 47) is detected where it is empty. `seller` names our own people or company as the transcript
    spells them; without it sides are told from labels and from how people talk. Never raises.
    """
    transcript = turns_of(text)
    spoken = language.casefold().replace("_", "-").partition("-")[0] or language_spoken(transcript.turns)
    if spoken not in LANGUAGES:
        named = f"the language {spoken}" if spoken else "this language"
        note = f"nobody here reads {named}" if transcript.turns else "there is no text"
        return BantFindings(language=spoken, layout=transcript.layout, note=note)
    sides = sides_of(transcript, seller, LANGUAGES, spoken)
    found = tuple(_findings(text, transcript, sides, spoken))
    return BantFindings(findings=_without_repeats(found), language=spoken, layout=transcript.layout, speakers=sides)


class RulesReader:
    """Implements `TranscriptReader` without a model."""

    def read(self, text: str, *, language: str = "", seller: Sequence[str] = ()) -> BantFindings:
        return read_transcript(text, language=language, seller=seller)


def _findings(text: str, transcript: Transcript, sides: dict[str, Side], language: str) -> Iterator[BantFinding]:
    for heard in listen(transcript.turns, sides, language):
        quoted = _quoted(text, heard.turn, heard.start, heard.end)
        if quoted is None:
            continue
        quote, start, end = quoted
        asked = _quoted(text, heard.question[0], *heard.question[1:]) if heard.question is not None else None
        yield BantFinding(
            kind=heard.kind,
            stance=Stance(heard.stance),
            quote=quote,
            start=start,
            end=end,
            speaker=heard.turn.speaker,
            value=heard.value,
            question=asked[0] if asked is not None else "",
            confidence=heard.confidence,
            language=heard.language,
            decoded=heard.turn.decoded,
            corrects=heard.corrects,
        )


def _quoted(text: str, turn: Turn, start: int, end: int) -> tuple[str, int, int] | None:
    """The source's own characters of a span, and where they stand; None where they cannot be shown as they are."""
    if turn.decoded:
        return turn.text[start:end][:_LONGEST_QUOTE], turn.places[start], turn.places[end - 1]
    first, last = turn.places[start], turn.places[end - 1] + 1
    quote = text[first:last][:_LONGEST_QUOTE].rstrip()
    return (quote, first, first + len(quote)) if quote and text.startswith(quote, first) else None


def _without_repeats(found: Sequence[BantFinding]) -> tuple[BantFinding, ...]:
    """One finding per matter, stance and quote, in the order of the call; the best twelve of a matter."""
    kept: dict[tuple[object, ...], BantFinding] = {}
    for finding in found:
        kept.setdefault((finding.kind, finding.stance, finding.start), finding)
    chosen: set[tuple[object, ...]] = set()
    for kind in BantKind:
        keys = [k for k in kept if k[0] is kind]
        keys.sort(key=lambda k: -kept[k].confidence)
        chosen.update(keys[:MAX_PER_KIND])
    return tuple(f for k, f in kept.items() if k in chosen)


def _best(findings: Sequence[BantFinding]) -> BantFinding:
    """With a value before without, then the surer, then the later."""
    return max(findings, key=lambda f: (bool(f.value) and f.value != "speaker", f.confidence, f.start))


def is_quoted(finding: BantFinding, text: str) -> bool:
    """Whether the quote stands in the source where the finding says it does."""
    return finding.decoded or text[finding.start : finding.end] == finding.quote
