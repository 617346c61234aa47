"""Who said what in a call transcript: many layouts in, turns out, each character traceable to the source.

When do you need to touch this? When a recorder writes its transcripts in a layout that is not known here.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from domain.bant_mail import Piece, mail_pieces
from domain.texts import fold

MAX_CHARS = 400_000
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_STAMP = rf"(?:[\[(<]\s?{_CLOCK}(?:\s?(?:-|–|-->)\s?{_CLOCK})?\s?[\])>]|{_CLOCK})"
_NAME = r"[^\W\d_][\w.'’&/#,() -]{0,58}?"
_CUE = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}.*")
_VOICE = re.compile(r"\s*<v(?:\.[\w.]+)?\s+([^>]{1,80})>(.*?)(?:</v>)?\s*")
_LABELLED = re.compile(
    rf"\s*(?:[-*>•]\s+)?(?:{_STAMP}\s*[-–|]?\s*)?\**\[?({_NAME})\]?\**\s*(?:[-–|]?\s*{_STAMP}\s*)?\**\s*[:：]\**\s?(.*)",
    re.DOTALL,
)
_HEADED = (
    re.compile(rf"\s*\**\[?({_NAME})\]?\**\s*[-–|•,]?\s*{_STAMP}\s*(?:[AaPp][Mm])?\s*"),
    re.compile(rf"\s*{_STAMP}\s*[-–|•]?\s*\**\[?({_NAME})\]?\**\s*"),
)
_NAME_LINE = re.compile(rf"\s*\**({_NAME})\**\s*")
_STAMP_LINE = re.compile(rf"\s*{_STAMP}\s*(?:[AaPp][Mm])?\s*")
_LEADING_STAMP = re.compile(rf"\s*{_STAMP}\s+[-–|]?\s*")
_NOISE = re.compile(r"\s*(?:WEBVTT.*|NOTE\b.*|\d{1,5}|Kind:.*|Language:.*|-{3,}|={3,}|\*{3,})\s*")
_BULLET = re.compile(r"\s*[-*•–—]\s+")
_CLOSING_TAG = re.compile(r"</[a-z]{1,5}>\s*$")
HEADINGS = {
    "budget": "budget", "presupuesto": "budget", "pricing": "budget", "investment": "budget",
    "authority": "authority", "decision maker": "authority", "decision makers": "authority", "autoridad": "authority",
    "decision process": "authority", "decision": "authority", "buying process": "authority",
    "dm": "authority", "decisor": "authority", "entscheider": "authority", "decideur": "authority",
    "autorite": "authority", "stakeholders": "authority",
    "need": "need", "needs": "need", "pain": "need", "pain points": "need", "pains": "need", "challenge": "need",
    "challenges": "need", "necesidad": "need", "necesidades": "need", "bedarf": "need", "besoin": "need",
    "besoins": "need", "problem": "need", "use case": "need",
    "timeline": "timeline", "timing": "timeline", "timeframe": "timeline", "time frame": "timeline",
    "plazo": "timeline", "plazos": "timeline", "zeitplan": "timeline", "zeitrahmen": "timeline",
    "calendrier": "timeline", "delai": "timeline", "deadline": "timeline",
}  # fmt: skip
"""Headings of call notes, by what stands under them."""
_FILED = frozenset(
    {
        "date", "duration", "attendees", "participants", "present", "notes", "summary", "next steps", "next step",
        "action items", "title", "subject", "call", "meeting", "company", "account", "recording", "location", "note",
        "fecha", "asistentes", "participantes", "resumen", "datum", "teilnehmer", "dauer", "zusammenfassung",
        "participants ", "duree", "resume", "objet", "http", "https", "topic", "agenda", "outcome", "status", "re",
        "call type", "call id", "product", "background", "current solution", "competition", "risks", "source",
        "owner", "stage", "competitor", "competitors", "competitive", "next", "incumbent", "incumbents", "tech stack",
        "next call", "follow up", "follow-up", "mood", "contact", "contacts", "competencia", "wettbewerb",
        "concurrence",
    }
)  # fmt: skip
_TELLING = frozenset({"notes", "note", "summary", "call", "background", "next steps", "outcome"})
_SPEAKER_KEYS = ("speaker_name", "speakerName", "speaker", "name", "role", "participant", "from", "author", "channel")
_TEXT_KEYS = ("text", "content", "utterance", "sentence", "transcript", "message", "body")
_LIST_KEYS = (
    "transcript",
    "utterances",
    "turns",
    "segments",
    "monologues",
    "messages",
    "entries",
    "sentences",
    "results",
)


@dataclass
class Turn:
    """What one speaker said without a break. `places[i]` is where character `i` of `text` stands in the source."""

    speaker: str
    topic: str = ""
    """The heading of call notes that it stands under, as a BANT kind; empty elsewhere."""
    text: str = ""
    places: list[int] = field(default_factory=list)
    decoded: bool = False
    """The source spells it with escapes, so a quote is exact against what it says, not how it is spelled."""

    def add(self, piece: str, start: int, *, apart: bool = False) -> None:
        """Append what goes on in the same sentence, or with `apart` a message of its own."""
        lead = len(piece) - len(piece.lstrip())
        piece, start = piece.strip(), start + lead
        if not piece:
            return
        if self.text:
            self.text += "\n" if apart else " "
            self.places.append(self.places[-1])
        self.text += piece
        self.places.extend([start] * len(piece) if self.decoded else range(start, start + len(piece)))


@dataclass(frozen=True)
class Transcript:
    """`about` are the lines before and between the turns that say who takes part."""

    turns: tuple[Turn, ...]
    layout: str
    about: tuple[str, ...] = ()


def turns_of(text: str) -> Transcript:
    """The turns of a transcript in any known layout; without speakers, the text as one turn per paragraph."""
    text = text[:MAX_CHARS]
    start = text.lstrip()[:1]
    if start in ("{", "["):
        structured = _from_json(text)
        if structured:
            return Transcript(tuple(structured), "json")
    tabular = _from_table(text)
    if tabular:
        return Transcript(tuple(tabular), "table")
    return _from_lines(text)


def _from_lines(text: str) -> Transcript:
    lines = list(_lines(text))
    if pieces := mail_pieces(lines):
        return Transcript(tuple(_written(pieces)), "mail")
    lines = _headers_joined(lines)
    listing = _Listing(_labels(lines))
    for start, line in lines:
        listing.take(start, line)
    said = tuple(t for t in listing.turns if t.text)
    return Transcript(said, "dialogue" if any(t.speaker for t in said) else "notes", tuple(listing.about))


def _written(pieces: Sequence[Piece]) -> list[Turn]:
    turns: list[Turn] = []
    for piece in pieces:
        if not turns or turns[-1].speaker != piece.writer:
            turns.append(Turn(piece.writer))
        turns[-1].add(piece.text, piece.start, apart=piece.apart)
    return [t for t in turns if t.text]


def _headers_joined(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """A name on one line and its time on the next are one header, as if they stood on one line."""
    joined: list[tuple[int, str]] = []
    skip = False
    for place, (start, line) in enumerate(lines):
        if skip:
            skip = False
            continue
        following = lines[place + 1][1] if place + 1 < len(lines) else ""
        name = _NAME_LINE.fullmatch(line)
        if name and _looks_named(name[1]) and _STAMP_LINE.fullmatch(following):
            joined.append((start, f"{name[1]} {following.strip()}"))
            skip = True
        else:
            joined.append((start, line))
    return joined


class _Listing:
    """Reads a transcript line by line."""

    def __init__(self, labels: frozenset[str]) -> None:
        self._labels = labels
        self._spoken = False
        self._in_cue = False
        """Subtitles cut sentences in pieces; messages do not."""
        self._inline = False
        """The heading of notes stands on the line of its text, so the next line has another subject."""
        self.turns: list[Turn] = []
        self.about: list[str] = []

    def take(self, start: int, line: str) -> None:
        if not line.strip():
            if self.turns and self.turns[-1].text and not self.turns[-1].speaker:
                self.turns.append(Turn("", self.turns[-1].topic))
            return
        if _CUE.fullmatch(line) or _NOISE.fullmatch(line):
            self._in_cue = self._in_cue or bool(_CUE.fullmatch(line))
            return
        header = _headed(line)
        labelled = None if header else _LABELLED.fullmatch(line)
        if found := _VOICE.fullmatch(line):
            self._says(" ".join(found[1].split()), found[2], start + found.start(2))
        elif labelled and self._label(_key(labelled[1]), labelled, start, line):
            return
        elif header and _key(header) in self._labels:
            self._spoken = True
            self.turns.append(Turn(_shown(header)))
        elif heading := HEADINGS.get(_key(line.strip("#*-_ \t:"))):
            self.turns.append(Turn("", heading))
        else:
            self._goes_on(start, line)

    def _label(self, key: str, labelled: re.Match[str], start: int, line: str) -> bool:
        """Whether what stands before the colon is a speaker, a heading of notes or a line of the file's head."""
        said, place = labelled[2], start + labelled.start(2)
        if key in self._labels:
            self._says(_shown(labelled[1]), said, place, apart=not self._in_cue)
        elif key in HEADINGS:
            self.turns.append(Turn("", HEADINGS[key]))
            self.turns[-1].add(said, place)
            self._inline = bool(said.strip()) and bool(_BULLET.match(line))
        elif key in _FILED:
            self.about.append(line)
            self.turns.append(Turn(""))
            if key in _TELLING:
                self.turns[-1].add(said, place)
        else:
            return False
        return True

    def _says(self, speaker: str, said: str, start: int, *, apart: bool = False) -> None:
        self._spoken = True
        if not self.turns or self.turns[-1].speaker != speaker:
            self.turns.append(Turn(speaker))
        self.turns[-1].add(said, start, apart=apart)

    def _goes_on(self, start: int, line: str) -> None:
        if not self.turns:
            self.turns.append(Turn(""))
        if not self._spoken:
            self.about.append(line)
        stamp = _LEADING_STAMP.match(line)
        cut = stamp.end() if stamp else 0
        bullet = _BULLET.match(line[cut:])
        if bullet and not self.turns[-1].speaker:
            self.turns.append(Turn("", "" if self._inline else self.turns[-1].topic))
            cut += bullet.end()
        self.turns[-1].add(_CLOSING_TAG.sub("", line[cut:]), start + cut)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, line.rstrip("\r\n")
        start += len(line)


def _labels(lines: Sequence[tuple[int, str]]) -> frozenset[str]:
    """Names before a colon or a time that are speakers: they come back, or look like a name or a role."""
    seen: Counter[str] = Counter()
    named: set[str] = set()
    often = Counter(_key(m[1]) for _, line in lines if not _headed(line) and (m := _LABELLED.fullmatch(line)))
    repeated = {k for k, n in often.items() if n > 1} - set(HEADINGS) - _FILED
    for _, line in lines:
        if _CUE.fullmatch(line) or _NOISE.fullmatch(line):
            continue
        shown = _headed(line)
        labelled = None if shown else _LABELLED.fullmatch(line)
        if labelled is not None:
            shown = _shown(labelled[1])
        key = _key(shown)
        if not key or key in HEADINGS or key in _FILED:
            continue
        # Before the talk begins, "Agent: Sarah Johnson" says who takes part.
        heading = labelled is not None and not re.search(r"[.?!…]", labelled[2]) and not repeated & {key}
        if heading and repeated and not repeated & set(seen):
            continue
        seen[key] += 1
        if labelled is None or _looks_named(shown):
            named.add(key)
    return frozenset(k for k, n in seen.items() if n > 1 or k in named)


def _looks_named(label: str) -> bool:
    words = re.findall(r"[^\W\d_][\w'’.-]*", label)
    return bool(words) and len(words) <= 7 and all(w[0].isupper() or len(w) <= 3 for w in words)


def _headed(line: str) -> str:
    if len(line) > 90:
        return ""
    for pattern in _HEADED:
        if found := pattern.fullmatch(line):
            return _shown(found[1])
    return ""


def _shown(label: str) -> str:
    return " ".join(label.strip(" *[]-–|•,").split())


def _key(label: str) -> str:
    return fold(_shown(label))


def _from_json(text: str) -> list[Turn]:
    try:
        rows: object = json.loads(text)
    except (ValueError, RecursionError):
        rows = _json_lines(text)
    names: dict[str, str] = {}
    for _ in range(3):
        if not isinstance(rows, dict):
            break
        names |= _names(rows)
        rows = next((rows[k] for k in _LIST_KEYS if isinstance(rows.get(k), list | dict)), None)
    if not isinstance(rows, list):
        return []
    turns: list[Turn] = []
    cursor = 0
    for row in rows:
        if not isinstance(row, dict):
            continue
        speaker = next((str(row[k]) for k in _SPEAKER_KEYS if isinstance(row.get(k), str | int)), "")
        if not speaker and isinstance(row.get("speaker"), dict):
            speaker = str(row["speaker"].get("name") or row["speaker"].get("id") or "")
        speaker = names.get(str(row.get("speakerId", speaker)), speaker)
        for said in _said(row):
            cursor = _place(turns, text, speaker, said, cursor)
    return turns


def _json_lines(text: str) -> object:
    rows = []
    for line in text.splitlines():
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError):
            continue
    return rows


def _names(top: dict[str, object]) -> dict[str, str]:
    """`speakerId` to name, where the file lists its parties."""
    found: dict[str, str] = {}
    for key in ("parties", "participants", "speakers", "attendees"):
        listed = top.get(key)
        for party in listed if isinstance(listed, list) else []:
            if isinstance(party, dict):
                ident = party.get("speakerId", party.get("id"))
                parts = (party.get("name"), party.get("affiliation") or party.get("role") or party.get("title"))
                shown = [str(p) for p in parts if p]
                if ident is not None and shown:
                    found[str(ident)] = shown[0] + (f" ({', '.join(shown[1:])})" if shown[1:] else "")
    return found


def _said(row: dict[str, object]) -> list[str]:
    for key in _TEXT_KEYS:
        if isinstance(row.get(key), str):
            return [str(row[key])]
    inner = row.get("sentences")
    return [s for i in inner if isinstance(i, dict) for s in _said(i)] if isinstance(inner, list) else []


def _from_table(text: str) -> list[Turn]:
    head = text.split("\n", 1)[0]
    mark = next((m for m in ("\t", ";", ",") if m in head), "")
    columns = [fold(c).strip(' "\ufeff\r') for c in head.split(mark)] if mark else []
    who = next((columns.index(k) for k in ("speaker", "speaker_name", "name", "role") if k in columns), -1)
    what = next((columns.index(k) for k in _TEXT_KEYS if k in columns), -1)
    if who < 0 or what < 0:
        return []
    turns: list[Turn] = []
    cursor = len(head)
    try:
        for row in csv.reader(io.StringIO(text[cursor:].lstrip("\n")), delimiter=mark):
            if len(row) > max(who, what):
                cursor = _place(turns, text, row[who], row[what], cursor)
    except csv.Error:
        return []
    return turns


def _place(turns: list[Turn], source: str, speaker: str, said: str, cursor: int) -> int:
    """Append a turn and say where the source goes on."""
    at = source.find(said, cursor) if said else -1
    spelled = said
    if at < 0:
        for spelled in (json.dumps(said)[1:-1], json.dumps(said, ensure_ascii=False)[1:-1], said.replace('"', '""')):
            if (at := source.find(spelled, cursor)) >= 0:
                break
    turn = Turn(" ".join(speaker.split()), decoded=spelled != said or at < 0)
    turn.add(said, max(at, 0))
    if turn.text:
        turns.append(turn)
    return at + len(spelled) if at >= 0 else cursor
