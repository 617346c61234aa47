"""Listens to one call: sentence by sentence, with the seller's question as the topic of the answer.

When do you need to touch this? When a way of answering is misread; phrases are in the files per language.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.bant_speakers import Side
from domain.bant_turns import Turn
from domain.bant_vocabulary import LANGUAGES, language_of_turn
from domain.bant_words import BantKind, BantWords
from domain.texts import fold

_NEGATION_REACH = 26
_LONG_SENTENCE = 320
_ANSWER_SENTENCES = 4
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Za-z])(?<!\bapprox)(?<!\bca)(?<!\bbzw)(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSr)(?<!\bno)[.!?…]+[\"'”’)]*(?=\s|$)|\s[–—]\s|;\s|\n"
)
_NOTHING_NOTED = re.compile(
    r"\W*(?:unknown|n/?a|tbd|tbc|not (?:yet )?(?:discussed|mentioned|known|clear|covered)|none mentioned|unclear|\?|-|"
    r"unbekannt|offen|desconocido|por definir|inconnu|a definir|sin (?:definir|datos)|k\.? ?a\.?)?\W*"
)
_UNTIL = re.compile(r"\b(?:until|till|before|bis|bevor|hasta|antes|jusqu|avant)\b")
_TO_BE_RELEASED = re.compile(
    r"(?<!n't )(?<!not )(?<!without )\b(?:still|needs?|must|has to|have to|pending|subject to|isn't|hasn't"
    r"|not|until|once|noch|muss|erst|falta|todavia|debe|encore|doit|sous reserve)\b[^.]{0,60}"
    r"\b(?:approv|sign|releas|confirm|genehmig|freig|bestatig|aprob|aprueb|autoriz|valid|approuv)"
)
_DATED = re.compile(
    r"\b(?:live|launch|start|decid|deadline|expire|renew|implement|roll|deploy|switch|sign|arranc|empez|implant|firm|plazo"
    r"|lanz|vence|funcionando|einfuhr|umstell|entscheid|laufen|frist|endet|auslauf|demarr|lanc|deploi|echeance|production"
    r"|operationnel|kick)"
)
Span = tuple[int, int]


@dataclass(frozen=True)
class Heard:
    """`stance` is `stated`, `denied` or `uncertain`; `start` and `end` count in the turn's text."""

    kind: BantKind
    stance: str
    turn: Turn
    start: int
    end: int
    value: str
    confidence: float
    language: str
    question: tuple[Turn, int, int] | None = None
    corrects: bool = False
    """Said to put right what was said before."""


@dataclass(frozen=True)
class _Asked:
    """What an answer would be about. `claims` are what a yes would confirm."""

    turn: Turn
    span: Span
    kinds: tuple[BantKind, ...]
    is_open: bool
    is_about_others: bool
    claims: tuple[tuple[BantKind, str, str], ...]


def listen(turns: Sequence[Turn], sides: Mapping[str, Side], language: str) -> Iterator[Heard]:
    """Everything that a buyer, or somebody whose side nobody knows, says about the four matters."""
    asked: _Asked | None = None
    for turn in turns:
        words = LANGUAGES[language_of_turn(turn.text, language)]
        folded = fold(turn.text)
        side = sides.get(turn.speaker, Side.UNKNOWN)
        if side is Side.SELLER:
            question = _question_in(turn, folded, words)
            if question is not None or len(folded.split()) > 6:
                asked = question
            continue
        yield from _answered(turn, folded, words, asked)
        last = _question_in(turn, folded, words) if side is Side.UNKNOWN else None
        if last is not None:
            asked = last
        elif turn.speaker == "":
            asked = None


def _answered(turn: Turn, folded: str, words: BantWords, asked: _Asked | None) -> Iterator[Heard]:
    awaited = set(asked.kinds) if asked is not None else set()
    fresh = True
    for number, (start, end) in enumerate(sentence_spans(folded)):
        sentence = folded[start:end]
        if turn.topic:
            yield from _noted(turn, folded, (start, end), words)
            continue
        if _is_question(sentence, words):
            question = _as_asked(turn, folded, (start, end), words)
            if not turn.speaker and question.kinds:
                asked, awaited, fresh = question, set(question.kinds), True
            continue
        told = _told(sentence, words)
        for kind, stance, certainty, (a, b) in told:
            about = (start, end) if end - start <= _LONG_SENTENCE else (start + a, start + b)
            value = _value(
                kind,
                folded[start + a : start + b] if len(told) > 1 else sentence,
                words,
                turn.text[start:end],
                a if len(told) > 1 else 0,
            )
            corrects = words.first(words.corrections, sentence) is not None
            yield Heard(kind, stance, turn, *about, value, certainty, words.language, corrects=corrects)
            awaited.discard(kind)
        if asked is not None and awaited and number < _ANSWER_SENTENCES:
            for heard in _answer(turn, folded, (start, end), words, asked, awaited, first=fresh, told=bool(told)):
                yield heard
                awaited.discard(heard.kind)
        fresh = False


def _told(sentence: str, words: BantWords) -> list[tuple[BantKind, str, float, Span]]:
    """Matter, stance, certainty and clause, of every clause that says something by itself."""
    found: dict[tuple[BantKind, str], tuple[BantKind, str, float, Span]] = {}
    for start, end in _clauses(sentence, words):
        clause = sentence[start:end]
        for kind in BantKind:
            judged = _judge(clause, kind, words)
            if judged is None:
                continue
            # "40k approved for this year" dates the budget, not the purchase.
            if kind is BantKind.TIMELINE and (BantKind.BUDGET in {k for k, _ in found}) and not _DATED.search(clause):
                continue
            found.setdefault((kind, judged[0]), (kind, *judged, (start, end)))
            if kind is BantKind.AUTHORITY and judged[0] == "denied" and words.search("<who>", clause):
                found.setdefault((kind, "stated"), (kind, "stated", 0.75, (start, end)))
    named = found.get((BantKind.BUDGET, "stated"))
    if named is not None and _TO_BE_RELEASED.search(sentence, named[3][1]):
        # "30k, but it still has to be approved" is no budget yet.
        del found[BantKind.BUDGET, "stated"]
        found[BantKind.BUDGET, "uncertain"] = (BantKind.BUDGET, "uncertain", 0.6, named[3])
    return list(found.values())


def _judge(clause: str, kind: BantKind, words: BantWords) -> tuple[str, float] | None:
    """Idioms first, then denials, then what is open, then what is stated, less what is negated or hedged."""
    hedged = kind is not BantKind.NEED and words.first(words.hedges, clause) is not None
    if words.first(words.clear.get(kind, ()), clause):
        return ("uncertain", 0.5) if hedged else ("stated", 0.8)
    if kind is BantKind.NEED and words.first(words.ruled_out.get(kind, ()), clause):
        return None
    if words.first(words.denied.get(kind, ()), clause):
        return ("uncertain", 0.5) if hedged and kind is not BantKind.BUDGET else ("denied", 0.8)
    if words.first(words.ruled_out.get(kind, ()), clause):
        return None
    if words.first(words.open.get(kind, ()), clause):
        return "uncertain", 0.55
    match = words.first(words.stated.get(kind, ()), clause)
    if match is None:
        return None
    before = re.split(r"[,:]", clause[max(0, match.start() - _NEGATION_REACH) : match.start()])[-1]
    # "Not released until the board approves" says who approves.
    if words.first(words.negations, before) and not (kind is BantKind.AUTHORITY and _UNTIL.search(before)):
        return ("denied", 0.6) if kind in {BantKind.BUDGET, BantKind.AUTHORITY} else None
    return ("uncertain", 0.55) if hedged else ("stated", 0.85)


def _answer(
    turn: Turn,
    folded: str,
    span: Span,
    words: BantWords,
    asked: _Asked,
    awaited: set[BantKind],
    *,
    first: bool,
    told: bool,
) -> Iterator[Heard]:
    """What a sentence means only because of the question before it."""
    sentence = folded[span[0] : span[1]]
    said_yes = first and re.match(rf"\W*(?:{words.yes})\b", sentence)
    said_no = first and re.match(rf"\W*(?:{words.no})\b", sentence)
    hedged = words.first(words.hedges, sentence) is not None
    stance = "uncertain" if hedged else "stated"
    claims = {kind: (how, value) for kind, how, value in asked.claims}
    for kind in sorted(awaited):
        value = _value(kind, sentence, words, turn.text[span[0] : span[1]], 0, answering=True)
        question = (asked.turn, *asked.span)
        names_another = kind is BantKind.AUTHORITY and value not in {"", "speaker"}
        if (
            value
            and (names_another or not said_no)
            and not words.first(words.ruled_out.get(kind, ()) if kind is not BantKind.TIMELINE else (), sentence)
        ):
            yield Heard(kind, stance, turn, *span, value, 0.7, words.language, question)
        elif kind is BantKind.AUTHORITY and asked.is_about_others and not asked.is_open and (said_yes or said_no):
            how = "stated" if said_no else "uncertain"
            yield Heard(kind, how, turn, *span, "speaker" if said_no else "", 0.6, words.language, question)
        elif said_yes and not asked.is_open:
            how, known = claims.get(kind, (stance, ""))
            if kind is BantKind.AUTHORITY and not known:
                known = "speaker"
            yield Heard(kind, "uncertain" if hedged else how, turn, *span, known, 0.6, words.language, question)
        elif said_no and not asked.is_open:
            yield Heard(kind, "uncertain" if hedged else "denied", turn, *span, "", 0.6, words.language, question)
        elif kind is BantKind.NEED and asked.is_open and not told and len(sentence.split()) >= 5:
            yield Heard(kind, "stated", turn, *span, "", 0.5, words.language, question)
        elif hedged and first and kind is not BantKind.NEED:
            yield Heard(kind, "uncertain", turn, *span, "", 0.5, words.language, question)


def _noted(turn: Turn, folded: str, span: Span, words: BantWords) -> Iterator[Heard]:
    """A line of notes under a heading: the heading says what it is about."""
    sentence = folded[span[0] : span[1]]
    kind = BantKind(turn.topic)
    if _NOTHING_NOTED.fullmatch(sentence):
        return
    judged = _judge(sentence, kind, words)
    value = _value(kind, sentence, words, turn.text[span[0] : span[1]], 0, answering=True)
    if judged is None:
        if re.match(rf"\W*(?:{words.no})\b", sentence):
            judged = ("denied", 0.7)
        elif value or kind is BantKind.NEED:
            judged = ("uncertain" if words.first(words.hedges, sentence) else "stated", 0.7)
        else:
            return
    yield Heard(kind, judged[0], turn, *span, value, judged[1], words.language)


def _value(kind: BantKind, folded: str, words: BantWords, shown: str, offset: int, *, answering: bool = False) -> str:
    """The amount, the time or the person, as written."""
    phrase = {BantKind.BUDGET: "<money>", BantKind.TIMELINE: "<when>", BantKind.AUTHORITY: "<who>"}.get(kind)
    if phrase is None:
        return ""
    match = words.search(phrase, folded)
    if match is not None:
        return shown[offset + match.start() : offset + match.end()]
    if kind is BantKind.AUTHORITY:
        short = len(folded.split()) <= 9
        if not answering or (short and words.first(words.himself, folded) and not words.first(words.negations, folded)):
            return "speaker"
    return ""


def _question_in(turn: Turn, folded: str, words: BantWords) -> _Asked | None:
    """The last question of a turn that asks about one of the four, with the claims made beside it."""
    found = None
    for span in sentence_spans(folded):
        if _is_question(folded[span[0] : span[1]], words):
            question = _as_asked(turn, folded, span, words)
            if question.kinds or found is None:
                found = question
    return found if found is not None and found.kinds else None


def _as_asked(turn: Turn, folded: str, span: Span, words: BantWords) -> _Asked:
    sentence = folded[span[0] : span[1]]
    kinds = [
        k for k in (BantKind.BUDGET, BantKind.AUTHORITY, BantKind.TIMELINE) if words.first(words.asks[k], sentence)
    ]
    if not kinds and words.first(words.asks[BantKind.NEED], sentence):
        kinds = [BantKind.NEED]
    claims = tuple(
        (k, stance, _value(k, sentence, words, turn.text[span[0] : span[1]], 0))
        for k, stance, _, _ in _told(sentence, words)
    )
    kinds += [k for k, _, _ in claims if k not in kinds and k is not BantKind.NEED]
    opening = [w for w in words.question_starts if " " not in w]
    return _Asked(
        turn=turn,
        span=span,
        kinds=tuple(kinds),
        is_open=any(re.search(rf"(?<!\w){re.escape(fold(w))}(?!\w)", sentence) for w in opening),
        is_about_others=bool(
            re.search(
                r"\b(?:else|besides|other than|apart from|alguien mas|otra persona|noch jemand|ausser ihnen|sonst"
                r"|weitere|d'autres?|autre|quelqu'un)\b",
                sentence,
            )
        ),
        claims=claims,
    )


def _is_question(sentence: str, words: BantWords) -> bool:
    if "?" in sentence[-4:]:
        return True
    bare = re.sub(r"^(?:\W|\b(?:and|so|ok|okay|well|y|und|et|also|alors|bueno|pues)\b)*", "", sentence)
    unpunctuated = not re.search(r"[.!]\W*$", sentence)
    return unpunctuated and any(re.match(rf"{re.escape(fold(q))}\b", bare) for q in words.question_starts)


@lru_cache(maxsize=512)
def sentence_spans(folded: str) -> tuple[Span, ...]:
    """Where each sentence of a folded text begins and ends; what holds no letter or figure is none."""
    spans, start = [], 0
    for stop in _SENTENCE_END.finditer(folded):
        spans.append((start, stop.end()))
        start = stop.end()
    spans.append((start, len(folded)))
    return tuple(trimmed for s in spans if (trimmed := _trim(folded, *s)) is not None)


def _trim(folded: str, start: int, end: int) -> Span | None:
    text = folded[start:end]
    lead = len(text) - len(text.lstrip(" \t\n–—-;"))
    tail = len(text.rstrip(" \t\n–—;"))
    return (start + lead, start + tail) if any(c.isalnum() for c in text) else None


def _clauses(sentence: str, words: BantWords) -> Iterator[Span]:
    """Parts of a sentence around words of contrast, and its parts joined by `and` where each has enough to say."""
    contrast = "|".join(re.escape(fold(w)) for w in words.contrast)
    start = 0
    for mark in re.finditer(rf"[,;:]?\s+(?:{contrast})\s+", sentence):
        if mark.start() > start:
            yield start, mark.start()
        start = mark.end()
    yield start, len(sentence)
