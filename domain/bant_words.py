"""The little language in which BANT phrases are written, and the words of one language.

A phrase is words in order. `a|b` is either; a word or choice that ends in `?` may be missing; `stem~` is any ending;
`two_words` are one of the alternatives (a space would end the choice); `ss` is an eszett too; `*` stands for up to
four words; `<money>`, `<when>`, `<who>` and `<number>` for an amount, a time, a person who decides, a figure.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from domain.texts import fold


class BantKind(StrEnum):
    BUDGET = "budget"
    AUTHORITY = "authority"
    NEED = "need"
    TIMELINE = "timeline"


Phrases = dict[BantKind, tuple[str, ...]]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Phrases set apart by semicolons; lines may break between words and after a `|`."""
    joined = re.sub(r"\|\s+", "|", text)
    return tuple(" ".join(p.split()) for p in joined.split(";") if p.strip())


@dataclass(frozen=True)
class BantWords:
    """What one language says about buying. All of it folded: lower case, without accents."""

    language: str
    common: frozenset[str]
    """Words that give the language away."""
    numbers: str
    scales: str
    """Number words, and thousand or million, each as alternatives of an expression."""
    after_amount: str
    """What may follow a bare thousand: no noun, or it would be a count of something."""
    times: tuple[str, ...]
    """Alternatives of an expression for `<when>`."""
    who: tuple[str, ...]
    stated: Phrases
    denied: Phrases
    open: Phrases
    """Said, but not settled."""
    clear: Phrases
    """Looks like a denial and is none: `budget is not an issue`."""
    ruled_out: Phrases
    """Where one of these stands in the clause, a plain phrase of that kind does not count."""
    asks: Phrases
    """Questions of the seller, by what they ask for."""
    himself: tuple[str, ...]
    """Answers to `who decides` that mean the speaker."""
    yes: str
    no: str
    negations: tuple[str, ...]
    hedges: tuple[str, ...]
    contrast: tuple[str, ...]
    corrections: tuple[str, ...]
    question_starts: tuple[str, ...]
    seller_cues: tuple[str, ...]
    buyer_cues: tuple[str, ...]
    patterns: "dict[str, re.Pattern[str]]" = field(default_factory=dict, compare=False, hash=False)

    def search(self, phrase: str, folded: str) -> re.Match[str] | None:
        found = self.patterns.get(phrase)
        if found is None:
            found = self.patterns.setdefault(phrase, compile_phrase(phrase, self))
        plain = folded.replace("ß", "ss")
        return found.search(folded) if all(any(w in plain for w in alts) for alts in _wanted(phrase)) else None

    def first(self, phrases: tuple[str, ...], folded: str) -> re.Match[str] | None:
        """The first phrase, in their order, that is there."""
        return next((m for p in phrases if (m := self.search(p, folded)) is not None), None)


_CURRENCY = (
    r"(?:€|\$|£|(?:eur|usd|gbp|chf|euros?|dollars?|dolares|pounds?|quid|bucks|francs?|franken|pesos?|libras?"
    r"|dollar|pfund)\b)"
)
_AMOUNT = r"\d{1,3}(?:[.,'\u00a0\u202f ]\d{3}){1,3}(?!\d)(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_GAP = r"(?:(?:\W{1,3}|(?<='))\w{1,31}+(?:['-](?:\w{1,30}+)?)?){0,4}?"
"""Up to four words. Each ends in few ways only: were it free where to, a row of apostrophes would take hours."""
_BREAK = r"(?:[^\w\n.!?]{1,3}|(?<='))"
"""Between two words; nothing stands after an elision, as in `n'avons`."""


def _money(words: BantWords) -> str:
    number = rf"(?:{words.numbers})(?:[ -]?(?:and |und |y |et )?(?:{words.numbers}))*"
    scale = rf"(?:{words.scales})"
    range_ = rf"(?:(?:{_AMOUNT}|{number})\s?k?\s?(?:-|–|to|and|or|bis|und|oder|y|o|a|et|ou)\s?)?"
    base = (
        rf"[€$£]\s?(?:{_AMOUNT})(?:\s?(?:k|m|mio|{words.scales})\b)?"
        rf"(?:\s?(?:-|–|to)\s?[€$£]?\s?(?:{_AMOUNT})\s?(?:k|m|mio|{words.scales})\b)?"
        rf"|(?:eur|usd|gbp|chf)\s?(?:{_AMOUNT})(?:\s?(?:k|m)\b)?"
        rf"|(?:{_AMOUNT})\s?(?:k|m|mio\.?|mill\.?|{words.scales})?\s?(?:de |d')?{_CURRENCY}"
        rf"|(?:{_AMOUNT})\s?(?:k|grand|mio)\b"
        rf"|(?:{number})[ -]?(?:{scale}\s?)*(?:de |d')?(?:grand\b|{_CURRENCY})"
        rf"|(?:(?:{_AMOUNT}|{number})[ -]?)?{scale}(?:[ -](?:and )?(?:{number}))?\b(?={words.after_amount})"
        rf"|\d{{1,3}}(?:[.,'\u00a0 ]\d{{3}})+(?!\d)(?={words.after_amount})"
        r"|(?:low |mid |high )?(?:four|five|six|seven)[ -]figures?"
    )
    return f"{range_}(?:{base})"


def compile_phrase(phrase: str, words: BantWords) -> re.Pattern[str]:
    """Built from escaped words only: whoever writes a phrase cannot make it slow."""
    built = ""
    joined = False
    for token in phrase.split():
        if token == "*":  # noqa: S105 - a mark of the little language
            built += _GAP
            continue
        optional = token.endswith("?")
        piece = _piece(token.rstrip("?"), words)
        if not joined:
            built += f"(?:{piece}{_BREAK})?" if optional else piece
            joined = not optional
        else:
            built += f"(?:{_BREAK}{piece})?" if optional else f"{_BREAK}{piece}"
    return re.compile(rf"(?<!\w){built}(?!\w)")


def _piece(token: str, words: BantWords) -> str:
    match token:
        case "<money>":
            return f"(?:{_money(words)})"
        case "<when>":
            return f"(?:{'|'.join(words.times)})"
        case "<who>":
            return f"(?:{'|'.join(words.who)})"
        case "<number>":
            return rf"(?:\d[\d.,]{{0,10}}|{words.numbers})"
        case _:
            return f"(?:{'|'.join(_word(word) for word in token.split('|'))})"


def _word(word: str) -> str:
    if word == "n't":
        return r"\w{2,7}n't"
    # Folding keeps every length, so an ß stays one.
    spelled = re.escape(fold(word.rstrip("~"))).replace("_", _BREAK).replace("ss", "(?:ss|ß)")
    return spelled + (r"\w{0,12}" if word.endswith("~") else "")


@lru_cache(maxsize=8192)
def _wanted(phrase: str) -> tuple[tuple[str, ...], ...]:
    """Per fixed word its alternatives: much cheaper to ask for than the expression."""
    fixed = (t for t in phrase.split() if t != "*" and not t.startswith("<") and not t.endswith("?"))
    return tuple(tuple(fold(a.rstrip("~")).partition("_")[0] for a in t.split("|")) for t in fixed)
