"""Text that speaks to a machine instead of to a person: found by what it tries to do, with the exact span.

Cues with weights (`domain.injection_cues`) are summed over each passage of up to three sentences, so that one doubtful
word says little and several say much. What no cue was written for is read by how it sounds (`domain.injection_model`),
which also clears what only looks like it. The text is also read without hidden characters, with look-alike letters as
the ones they imitate, with figures as letters, with spaced-out words joined, and with what is encoded in it decoded.

A finding raises the risk of a case. It is no proof, and no finding is none either: what may be done, to whom and by
whom is decided elsewhere and does not grow with any text.
"""

import base64
import binascii
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from rapidfuzz.distance import OSA

from domain.injection_cues import CUES, DECISIVE
from domain.injection_model import SURE, UNLIKELY, probability
from domain.model import Value
from domain.texts import HIDDEN, fold

LIMIT = 20_000
"""Characters that are read; the rest of a longer text is not."""
_QUOTED = 240
_PASSAGE = 3
"""Sentences that are weighed together."""
_PIECE = 500
"""Characters that are heard at once where no sentence ends."""


class InjectionSpan(Value):
    """`text[start:end]` is what was found, of which `quote` is at most 240 characters. `hidden` says how it hid."""

    rule: str
    start: int
    end: int
    quote: str
    hidden: str = ""


class InjectionVerdict(Value):
    suspected: bool
    spans: tuple[InjectionSpan, ...] = ()


class _Seen(NamedTuple):
    """A cue that was seen, and the sentences it reaches over."""

    cue: int
    start: int
    end: int
    first: int
    last: int


_COMMENT = re.compile(r"<!--(.{0,400}?)(?:-->|$)|<[^>]{0,80}(?:display:\s?none|font-size:\s?0"
            r"|visibility:\s?hidden)[^>]{0,80}>", re.DOTALL)  # fmt: skip
_LOOK_ALIKES = str.maketrans(  # Cyrillic, Greek and others as the Latin letters that they look like
    "аеорсухіјѕԁһӏѵкмтвнοαεικνρτυɡⅼ",
    "aeopcyxijsdhlvkmtbhoaeikvptugl",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)\s*|\n+")
_BEFORE_WORDS = ' \t\r\n.!?:;,)>-"“]'
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){4,}\w(?!\w)")
_SPELLED = re.compile(
    r"(?:ignor|disregard|forget|override|bypass|vergiss|olvida|oubli).{0,40}(?:instruc|previous|all|rules|prompt|anweisung|tout|todo)"
    r"|^say(?:that|you)|^(?:print|write|act|reveal)"
)
_TELLING = (
    "ignore",
    "disregard",
    "forget",
    "previous",
    "instructions",
    "prompt",
    "system",
    "assistant",
    "approve",
    "password",
    "override",
)
_WORD = re.compile(r"[a-z]{5,}")
_HARMLESS_HIDDEN = frozenset("\u200c\u200d\u00ad\u2028\u2029\ufeff")


def detect(text: str) -> InjectionVerdict:
    """What in the text reads like instructions to a machine. Never raises; an empty text is clean."""
    text = str(text or "")[:LIMIT]
    spans = dict.fromkeys(_spans(text))
    first_of_each: dict[str, InjectionSpan] = {}
    for span in spans:
        first_of_each.setdefault(span.rule, span)
    return InjectionVerdict(suspected=bool(spans), spans=tuple(first_of_each.values()))


def _spans(text: str) -> Iterator[InjectionSpan]:
    plain = fold(text)
    yield from _found(plain, text)
    seen = [(c, at) for at, c in enumerate(text) if c not in HIDDEN]
    if len(seen) < len(text) or plain.translate(_LOOK_ALIKES) != plain:
        bare = fold("".join(c for c, _ in seen)).translate(_LOOK_ALIKES)
        yield from _mapped(bare, [at for _, at in seen], text, "hidden characters or look-alike letters")
    marks = re.sub(r"(?<=[a-z])[@$!|](?=[a-z])|[@$](?=[a-z])", _as_letters, plain)
    leet = re.sub(r"\w*[a-z]\w*", _as_letters, marks)
    if leet != plain and len(leet) == len(plain):
        yield from _mapped(leet, list(range(len(text))), text, "figures for letters")
    spelt, places = _spelt(plain)
    if spelt != plain:
        yield from _mapped(spelt, places, text, "misspelt words")
    for run in _SPACED.finditer(plain):
        # Words in a spaced-out run are apart by more than one blank, or not at all.
        if _SPELLED.search(re.sub(r"(?<=\w)[ .\-_*](?=\w)", "", plain[run.start() :][:400])):
            yield _span("lifts_the_rules", run.start(), run.end(), text, "spaced-out letters")
    yield from _decoded(text)
    for match in _COMMENT.finditer(text):
        yield _span("breaks_the_frame", match.start(), match.end(), text, "a comment or invisible markup")
    unseen = next((i for i, c in enumerate(text) if c in HIDDEN and c not in _HARMLESS_HIDDEN), None)
    if unseen is not None:
        yield _span("hidden_characters", max(0, unseen - 20), min(len(text), unseen + 60), text, "hidden characters")


def _spelt(plain: str) -> tuple[str, list[int]]:
    """The text with words that are a slip away from a telling one read as that; and where each character stands."""
    read: list[str] = []
    places: list[int] = []
    at = 0
    for match in _WORD.finditer(plain):
        meant = _meant(match[0])
        if meant is None:
            continue
        read.extend((plain[at : match.start()], meant))
        places.extend(range(at, match.start()))
        places.extend(min(match.start() + n, match.end() - 1) for n in range(len(meant)))
        at = match.end()
    read.append(plain[at:])
    places.extend(range(at, len(plain)))
    return "".join(read), places


@lru_cache(maxsize=4096)
def _meant(word: str) -> str | None:
    if word.startswith(_TELLING):
        return None
    close = [
        told for told in _TELLING if abs(len(told) - len(word)) <= 1 and OSA.distance(told, word, score_cutoff=1) <= 1
    ]
    return close[0] if close else None


def _as_letters(match: re.Match[str]) -> str:
    return match[0].translate(_LEET)


def _found(read: str, text: str) -> Iterator[InjectionSpan]:
    for rule, start, end in _weighty(read):
        yield _span(rule, start, end, text, "")


def _mapped(read: str, places: list[int], text: str, hidden: str) -> Iterator[InjectionSpan]:
    for rule, start, end in _weighty(read):
        yield _span(rule, places[start], places[end - 1] + 1, text, hidden)


def _weighty(read: str) -> tuple[tuple[str, int, int], ...]:
    """Rules and places of the weightiest passage; nothing where none weighs enough."""
    seen = tuple(_cues_in(read))
    best: tuple[float, tuple[_Seen, ...]] = (0.0, ())
    for first in sorted({s.first for s in seen}):
        for last in range(first, first + _PASSAGE):
            within = {s.cue: s for s in reversed(seen) if first <= s.first and s.last <= last}
            weights = [CUES[number].weight for number in within]
            weight = max(sum(weights), max(weights, default=0.0))
            if weight > best[0]:
                best = (weight, tuple(s for s in within.values() if CUES[s.cue].weight > 0))
    likely, start, end = max(_likely(read, seen), default=(0.0, 0, 0))
    if best[0] >= DECISIVE and likely >= UNLIKELY:
        telling = sorted(best[1], key=lambda s: (-CUES[s.cue].weight, s.start))
        return tuple((CUES[s.cue].rule, s.start, s.end) for s in telling)
    return (("sounds_like_instructions", start, end),) if likely >= SURE else ()


def _likely(read: str, seen: tuple[_Seen, ...]) -> Iterator[tuple[float, int, int]]:
    """Each passage: how likely it is an instruction to a machine, and where it stands."""
    for start, end, cues in _passages(read, seen):
        yield probability(read[start:end], cues), start, end


def passages_of(text: str) -> tuple[tuple[str, tuple[tuple[str, float], ...]], ...]:
    """What `domain.injection_model` reads: the folded passages of a text, each with rules and weights seen in it."""
    read = fold(text[:LIMIT])
    return tuple((read[start:end], cues) for start, end, cues in _passages(read, tuple(_cues_in(read))))


def _passages(read: str, seen: tuple[_Seen, ...]) -> Iterator[tuple[int, int, tuple[tuple[str, float], ...]]]:
    """Each sentence, and each with the one behind it; of an endless one, pieces that overlap."""
    ends = [match.end() for match in _SENTENCE_END.finditer(read)]
    if not ends or ends[-1] < len(read):
        ends.append(len(read))
    starts = [0, *ends[:-1]]
    for number, start in enumerate(starts):
        for last in (number, number + 1):
            if last < len(ends) and read[start : ends[last]].strip():
                within = (s for s in seen if number <= s.first and s.last <= last)
                yield from _pieces(start, ends[last], tuple(within))


def _pieces(
    start: int, end: int, within: tuple[_Seen, ...]
) -> Iterator[tuple[int, int, tuple[tuple[str, float], ...]]]:
    for at in range(start, max(start + 1, end - _PIECE // 2), _PIECE // 2):
        stop = end if end - at <= _PIECE else at + _PIECE
        cues = (CUES[s.cue] for s in within if at <= s.start and s.end <= stop)
        yield at, stop, tuple(sorted({(cue.rule, cue.weight) for cue in cues}))


def _cues_in(read: str) -> Iterator[_Seen]:
    """Once per cue and sentence."""
    ends = [match.end() for match in _SENTENCE_END.finditer(read)]
    for number, cue in enumerate(CUES):
        had: set[int] = set()
        for match in cue.pattern.finditer(read):
            start, end = match.span()
            # What stands before the words, such as the full stop that a sentence follows, belongs to no sentence.
            start += len(match[0]) - len(match[0].lstrip(_BEFORE_WORDS))
            first = bisect_right(ends, start)
            if end <= start or first in had:
                continue
            had.add(first)
            yield _Seen(number, start, end, first, bisect_left(ends, end))


def _decoded(text: str) -> Iterator[InjectionSpan]:
    for match in _ENCODED.finditer(text):
        try:
            raw = base64.b64decode(match[0].rstrip("=").translate(str.maketrans("-_", "+/")) + "==", validate=False)
            inner = raw.decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            continue
        if inner.isprintable() and _weighty(fold(inner)):
            yield _span("encoded_instructions", match.start(), match.end(), text, "Base64")
    for match in re.finditer(r"(?:%[0-9A-Fa-f]{2}|[\w+]){12,}", text):
        inner = unquote(match[0].replace("+", " "))
        if "%" in match[0] and _weighty(fold(inner)):
            yield _span("encoded_instructions", match.start(), match.end(), text, "percent encoding")


def _span(rule: str, start: int, end: int, text: str, hidden: str) -> InjectionSpan:
    return InjectionSpan(rule=rule, start=start, end=end, quote=text[start:end].strip()[:_QUOTED], hidden=hidden)
