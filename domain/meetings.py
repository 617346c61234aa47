"""Calls and meetings of which there are words: cut into sentences that can be cited one by one, and summed up by rules.

The summary of the rules is quotes alone. A model's is held to the same sentences (`domain.grounding`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from domain.bant_listening import sentence_spans
from domain.bant_speakers import Side, sides_of
from domain.bant_turns import Transcript, Turn, turns_of
from domain.bant_vocabulary import LANGUAGES, language_spoken
from domain.calls import calls_of, own_people
from domain.context import CaseContext, ContextItem, ContextKind
from domain.drafting import DraftSentence, Matter, Meeting, MeetingSummary, SpokenLine
from domain.evidence import Evidence, EvidenceSource
from domain.injection import detect
from domain.leads import CrmSnapshot
from domain.meeting_cues import heading_in, leaves_open, matters_in
from domain.model import Instant
from domain.qualification import InjectionFinding
from domain.texts import clean, fold
from domain.verifiable import PartKind, parts_of

MAX_MEETINGS = 2
"""The newest ones; what was agreed before them was taken up since, or was not."""
MAX_LINES = 60
"""Sentences of one meeting that may be cited, about 6,000 characters; those that say what came of it go first."""
MOST_OF_A_MATTER = 4
_SHORTEST_LINE = 12
_LONGEST_LINE = 400
_CALL_TASK = ("call", "anruf", "telefonat", "llamada", "appel")


def meetings_of(
    context: CaseContext, snapshot: CrmSnapshot, seller: str, *, now: Instant, day_of: Callable[[Instant], str]
) -> tuple[Meeting, ...]:
    """Newest first. `day_of` gives the ISO date of a moment where the seller works. Notes of a task that is no call are
    somebody's plans, and what is yet to come was not said."""
    held = [i for i in calls_of(context) if i.occurred_at <= now and _is_talk(i, snapshot)]
    found = (_meeting(n, item, snapshot, seller, day_of) for n, item in enumerate(held[:MAX_MEETINGS], start=1))
    return tuple(m for m in found if m.lines)


def summary_by_rules(meeting: Meeting) -> MeetingSummary:
    """Who said what was agreed, left open and comes next, in their words. Lines that talk to a machine, and links and
    addresses, are nobody's next step."""
    matters: dict[Matter, list[DraftSentence]] = {m: [] for m in Matter}
    lines = meeting.lines
    for place, line in enumerate(lines):
        said = line.evidence.quote or ""
        found = {Matter(line.heading)} if line.heading else matters_in(said)
        if _put_off(lines, place):
            found = {*found, Matter.OPEN}
        if not found or not _may_be_quoted(said):
            continue
        for matter in found:
            if len(matters[matter]) < MOST_OF_A_MATTER:
                matters[matter].append(DraftSentence(text=quoted(line), evidence=(line.evidence.id,)))
    return summary_of(meeting, matters)


def summary_of(meeting: Meeting, said: Mapping[Matter, Sequence[DraftSentence]]) -> MeetingSummary:
    """Of that meeting, with what was said of each matter."""
    blank = MeetingSummary.model_validate(meeting.model_dump(exclude={"lines"}))
    return blank.revised(lambda matter, _: tuple(said.get(matter, ())))


def words_of(meeting: Meeting, name: str) -> tuple[Evidence, ...]:
    """What the person of that name says in it. Empty where no speaker is called so: then nobody knows that they took
    part, and a colleague's notes are not their words."""
    wanted = fold(name).split()
    if not wanted:
        return ()
    return tuple(line.evidence for line in meeting.lines if line.speaker and _is_called(line.speaker, wanted))


def _is_called(speaker: str, wanted: Sequence[str]) -> bool:
    """By the whole name. A first name alone may be somebody else's, so the source has to give it with the surname."""
    words = fold(speaker).replace(",", " ").split()
    return len(wanted) > 1 and all(part in words for part in wanted)


def _is_talk(item: ContextItem, snapshot: CrmSnapshot) -> bool:
    if item.kind is not ContextKind.TASK:
        return True
    task = next((a for a in snapshot.activities if f"{a.object}/{a.id}" == item.record), None)
    if task is None or not task.flag("IsClosed"):
        return False
    return task.text("TaskSubtype") == "Call" or fold(task.text("Subject")).startswith(_CALL_TASK)


def _meeting(
    number: int, item: ContextItem, snapshot: CrmSnapshot, seller: str, day_of: Callable[[Instant], str]
) -> Meeting:
    transcript = turns_of(item.quote)
    ours = own_people(item, snapshot.users, seller)
    language = language_spoken(transcript.turns)
    sides = sides_of(transcript, ours, LANGUAGES, language) if language in LANGUAGES else {}
    cut = tuple(_in_notes(item.quote) if _are_notes(transcript) else _in_talk(transcript, sides))
    lines = (
        SpokenLine(evidence=_cited(item, f"m{number}.{place}", text), speaker=speaker, side=side, heading=heading)
        for place, (text, speaker, side, heading) in enumerate(_chosen(cut), start=1)
    )
    return Meeting(
        key=f"m{number}",
        kind=item.kind.value,
        system=item.system,
        record=item.record,
        occurred_at=item.occurred_at,
        day=day_of(item.occurred_at),
        lines=tuple(lines),
    )


def _are_notes(transcript: Transcript) -> bool:
    """Nobody is named as speaking; a heading with a colon looks like a name and is none."""
    return all(heading_in(f"{t.speaker}:")[0] is not None for t in transcript.turns if t.speaker)


_Cut = tuple[str, str, Side, str]
"""Sentence, speaker, side, heading."""


def _in_talk(transcript: Transcript, sides: dict[str, Side]) -> Iterator[_Cut]:
    for turn in transcript.turns:
        for sentence in _sentences(turn):
            yield sentence, clean(turn.speaker, 80), sides.get(turn.speaker, Side.UNKNOWN), ""


def _in_notes(text: str) -> Iterator[_Cut]:
    heading = ""
    for line in text.splitlines():
        if not line.strip():
            continue
        opened, rest = heading_in(line)
        if opened is not None:
            heading = opened.value
        for sentence in _sentences(Turn("", text=rest.strip(" \t-*•–—"))):
            yield sentence, "", Side.UNKNOWN, heading
        if opened is not None and rest:
            heading = ""


def _sentences(turn: Turn) -> Iterator[str]:
    for start, end in sentence_spans(fold(turn.text)):
        # A sentence is cited whole or not at all: one that was cut would be no quote.
        sentence = clean(turn.text[start:end], len(turn.text) + 1)
        if _SHORTEST_LINE <= len(sentence) <= _LONGEST_LINE:
            yield sentence


def _chosen(lines: Sequence[_Cut]) -> Sequence[_Cut]:
    """All where they fit, else those that say what came of it with the sentence before, and then the last ones."""
    if len(lines) <= MAX_LINES:
        return lines
    telling = [n for n, (text, _, _, heading) in enumerate(lines) if heading or matters_in(text)]
    wanted = dict.fromkeys(n for place in telling for n in (place, place - 1) if n >= 0)
    places = [*wanted, *(n for n in reversed(range(len(lines))) if n not in wanted)][:MAX_LINES]
    return [lines[n] for n in sorted(places)]


def _cited(item: ContextItem, id: str, text: str) -> Evidence:
    return Evidence(
        id=id,
        source=EvidenceSource.CONTEXT,
        system=item.system,
        record=item.record,
        field=f"{item.kind.value}.text",
        quote=text,
        observed_at=item.occurred_at,
    )


def _put_off(lines: Sequence[SpokenLine], place: int) -> bool:
    """A question that nobody answered: put off by the next speaker, or the last word of the call."""
    line = lines[place]
    if not (line.speaker and (line.evidence.quote or "").endswith("?")):
        return False
    after = lines[place + 1 :]
    answer = next((other for other in after if other.speaker != line.speaker), None)
    return answer is None or leaves_open(answer.evidence.quote or "")


def _may_be_quoted(said: str) -> bool:
    if any(p.kind in (PartKind.LINK, PartKind.EMAIL) for p in parts_of(said)):
        return False
    return not detect(said).suspected


def orders_in(meetings: Sequence[Meeting]) -> tuple[InjectionFinding, ...]:
    """What was said that reads like an instruction to a machine. Read line by line: who speaks is no part of it."""
    spans = (span for m in meetings for line in m.lines for span in detect(line.evidence.quote or "").spans)
    return tuple(dict.fromkeys(InjectionFinding(quote=s.quote, rule=s.rule) for s in spans))


def quoted(line: SpokenLine) -> str:
    """A line of the rules' summary: who says it, and the words."""
    return f"{speaker_of(line)}: “{line.evidence.quote or ''}”"


def speaker_of(line: SpokenLine) -> str:
    """As the source names them, else by side; `Notes` where a colleague wrote it down."""
    sides = {Side.SELLER: "Our side", Side.BUYER: "Their side"}
    return line.speaker or sides.get(line.side, "Notes")
