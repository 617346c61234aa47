"""How alike two company names are, and why. Pure.

The verdict of a comparison is a step of a ladder, because that is what a person checks: the same name, the same name
written differently, a typing error, a part of it, an abbreviation of it, a sister company, another name.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

from domain.company_scripts import holds_syllables, ideographs, same_consonants, same_ideographs
from domain.company_words import CANONICAL, GENERIC, PLACES
from domain.legal_forms import CONNECTING, joined_initials, part_glued_forms, part_legal_form
from domain.texts import clean
from domain.transliteration import TEXT_LIMIT, in_other_alphabet, latin, romanised, umlauts_written_out

_SURE_WORD = 0.93
"""From here on two words are one word with a slip of the keyboard."""
_MAYBE_WORD = 0.75
_SHORT_SLIP = 0.85
"""One letter of a short word: perhaps a slip."""
_BEGINNING = 0.8
"""One word is the beginning of the other: perhaps its abbreviation."""
_UNITS = frozenset({"division", "div", "branch", "dept", "department", "unit", "subsidiary", "affiliate", "region"})
_SITES = frozenset({"plant", "plants", "works", "factory", "site", "werk", "usine", "standort", "office"})
_NUMBERING = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xv", "xx"})
"""Roman numbers of more than one letter, which funds and ships have for a name."""
_AROUND = re.compile(r"^\s*(?:M/[sS]\.?|Messrs\.?|Fa\.|Firma)\s+|,\s*The\s*$")
_ALSO_CALLED = re.compile(
    r"(?<=\w)[\s.,;)]*[\s(](?:formerly(?: known as)?|previously(?: known as)?|also known as|doing business as"
    r"|trading as|f/?k/?a|a/?k/?a|d/?b/?a|t/a|vormals|ehemals|anciennement|(?<=\()now)[\s:.]+(?=\w)",
    re.IGNORECASE,
)
"""What stands between a company's name and another one that it has or had."""
_COUNTRIES = ((re.compile(r"\bunited states(?: of america)?\b"), "us"), (re.compile(r"\bunited kingdom\b"), "uk"))
_LEADING_WORD = 5
_SLIP = 0.95
"""Up to here a word is misspelled; above, it is abbreviated or written as another alphabet's letters sound."""
_DISORDERED_WORD = 7
_TELLING_BEGINNING = 5
_ABBREVIATED = re.compile(r"\b(?:\w{3,}(?=\.\s*[\w&(])|\w{4}(?=\.(?!\w)))")
"""A full stop within the name shortens its word; behind a long last word it is mere punctuation."""
_LONG_WORD = 10
"""Letters from which a slip hardly makes another company's name; shorter ones are often other people's surnames."""


class NameStep(StrEnum):
    IDENTICAL = "identical"
    REWRITTEN = "rewritten"
    MISSPELLED = "misspelled"
    SIMILAR = "similar"
    OWN_WORDS = "own_words"
    PART = "part"
    ACRONYM = "acronym"
    ALIAS = "alias"
    SISTER = "sister"
    OTHER = "other"


@dataclass(frozen=True)
class CompanyName:
    """`words` in canonical spelling without legal form and small words; `plain` are the same, as written."""

    words: tuple[str, ...]
    plain: tuple[str, ...]
    written_out: tuple[str, ...]
    forms: frozenset[str]
    place: frozenset[str]
    """Words after form and comma: `Acme B.V., Zoetermeer, NL`."""
    abbreviated: frozenset[str]
    """Words with a full stop behind them."""
    foreign: bool
    initials: str = ""
    """Of all words, those of the legal form included: `TSMC` counts its company."""
    signs: str = ""
    """Its Chinese characters, of which several have one reading."""
    syllables: bool = False
    """In a writing where one sign more or less is another word."""
    of_something: bool = False
    """`University of X`, whose words are not in any order."""
    also: str = ""
    """Another name that it has or had, as written."""


@lru_cache(maxsize=16384)
def read_company_name(raw: str) -> CompanyName:
    """Any text; the name has no words where the text has no letter or digit."""
    name = _AROUND.sub("", clean(raw[: TEXT_LIMIT * 4], TEXT_LIMIT)).replace(" + ", " & ")
    called, *also = _ALSO_CALLED.split(name, maxsplit=1)
    parted, place = _part_place(part_glued_forms(called))
    abbreviated = frozenset(w for found in _ABBREVIATED.findall(parted) for w in latin(found).split())
    # `E.ON` is one word; in `N.V.PHILIPS` the initials end before the name.
    parted = re.sub(r"(?<!\w)(\w)\.(?=\w{1,3}(?!\w))", r"\1", parted)
    every = _words(latin(parted))
    plain, forms = part_legal_form(every)
    written_out, _ = part_legal_form(_words(umlauts_written_out(parted)))
    kept = _without_small(plain)
    return CompanyName(
        words=tuple(CANONICAL.get(w, w) for w in kept),
        plain=kept,
        written_out=_without_small(written_out),
        forms=forms,
        place=place,
        abbreviated=abbreviated,
        foreign=in_other_alphabet(parted),
        initials="".join(w[0] for w in _without_small(every)),
        signs=ideographs(parted),
        syllables=holds_syllables(parted),
        of_something="of" in plain,
        also=also[0].rstrip(" ).") if also else "",
    )


def _words(text: str) -> tuple[str, ...]:
    for country, short in _COUNTRIES:
        text = country.sub(short, text)
    return joined_initials(text.split())


@lru_cache(maxsize=16384)
def name_step(one: CompanyName, other: CompanyName) -> tuple[NameStep, float]:
    """The step and a likeness from 0 to 1. Symmetric. OTHER where one of them has no words."""
    one, other = sorted((one, other), key=lambda n: (n.words, n.plain, n.written_out))
    if not one.words or not other.words:
        return NameStep.OTHER, 0.0
    step, likeness = _step(one, other)
    if step in {NameStep.SISTER, NameStep.OTHER, NameStep.PART} and (one.also or other.also):
        named = [(n, read_company_name(n.also)) if n.also else (n,) for n in (one, other)]
        same = {NameStep.IDENTICAL, NameStep.REWRITTEN}
        if any(_step(a, b)[0] in same for a in named[0] for b in named[1] if a.words and b.words):
            return NameStep.ALIAS, 0.8
    return step, likeness


def _step(one: CompanyName, other: CompanyName) -> tuple[NameStep, float]:
    if one.signs and other.signs and one.signs != other.signs and not same_ideographs(one.signs, other.signs):
        # One reading is no evidence: hundreds of companies sound alike.
        step, likeness = _aligned(one, other)
        return (NameStep.SIMILAR if step is NameStep.MISSPELLED else step), likeness
    if one.words == other.words:
        return NameStep.IDENTICAL, 1.0
    if _rewritten(one, other):
        return NameStep.REWRITTEN, 0.98
    if _is_acronym(one, other) or _is_acronym(other, one):
        return NameStep.ACRONYM, 0.7
    step, likeness = _aligned(one, other)
    if step is NameStep.OTHER and one.foreign != other.foreign and same_consonants(one.plain, other.plain):
        return NameStep.SIMILAR, 0.75
    return step, likeness


def _without_small(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in words if w not in CONNECTING) or words


def _rewritten(one: CompanyName, other: CompanyName) -> bool:
    """Another order, other spaces, umlauts written out, or another romanisation of one original."""
    if sorted(one.words) == sorted(other.words):
        return not _is_reordered_of(one, other)
    spellings = [{"".join(n.words), "".join(n.plain), "".join(n.written_out)} for n in (one, other)]
    if any(len(s) >= 3 or (len(s) == 2 and not s.isalpha()) for s in spellings[0] & spellings[1]):
        return True
    if one.foreign or other.foreign:
        roman = [{romanised(s) for s in names} for names in spellings]
        return any(len(s) >= 4 for s in roman[0] & roman[1])
    return False


def _is_reordered_of(one: CompanyName, other: CompanyName) -> bool:
    """`University of Washington` and `Washington University` are two."""
    few = sum(map(_is_distinctive, one.words)) <= 1
    return few and one.of_something != other.of_something and sorted(one.words) == sorted(other.words)


def _is_acronym(short: CompanyName, long: CompanyName) -> bool:
    """`IBM` of International Business Machines; with the rest of the name the same, `BMW Motorrad` too."""
    letters = "".join(short.plain)
    if len(letters) == len(short.plain) and len(letters) >= 2:
        short_words: tuple[str, ...] = (letters,)
    else:
        short_words = short.plain
    head, rest = short_words[0], short_words[1:]
    if not rest and len(long.plain) >= 2 and len(head) >= max(3, len(long.plain)) and long.initials.startswith(head):
        return True
    count = len(long.plain) - len(rest)
    if not (2 <= len(head) <= 7 and count >= 2 and (not rest or long.plain[count:] == rest)):
        return False
    initials = "".join(w[0] for w in long.plain[:count])
    return head == initials or (len(head) >= 3 and head in {i + initials[1:] for i in initials[:1]})


Word = tuple[str, str]
"""Canonical and as written."""
Aligned = list[tuple[str, str, float]]


def _aligned(one: CompanyName, other: CompanyName) -> tuple[NameStep, float]:
    foreign, short = one.foreign or other.foreign, one.abbreviated | other.abbreviated
    left, right, pairs = _align(
        list(zip(one.words, one.plain, strict=True)), list(zip(other.words, other.plain, strict=True)), foreign, short
    )
    weight = sum(_weight(a) + _weight(b) for a, b, _ in pairs)
    total = weight + sum(map(_weight, (*left, *right)))
    likeness = sum((_weight(a) + _weight(b)) * like for a, b, like in pairs) / total if total else 0.0
    distinctive = any(_is_distinctive(a) and like >= _SURE_WORD for a, b, like in pairs)
    if not left and not right:
        if (one.syllables and other.syllables) or _is_reordered_of(one, other):
            return NameStep.SIMILAR, likeness
        return _step_of_pairs(pairs, {one.words[0], other.words[0]}), likeness
    if not left or not right:
        return (NameStep.PART if distinctive and likeness >= 0.3 else NameStep.OTHER), likeness
    own = (*left, *right)
    counted = any(w.isdigit() for w in own) or all(map(_is_number, own))
    if counted or (set(left) & PLACES and set(right) & PLACES):
        return (NameStep.SISTER if distinctive else NameStep.OTHER), likeness
    return (NameStep.OWN_WORDS if likeness >= 0.78 and distinctive else NameStep.OTHER), likeness


def _is_number(word: str) -> bool:
    return len(word) == 1 or word in _NUMBERING or any(c.isdigit() for c in word)


def _is_distinctive(word: str) -> bool:
    return word not in GENERIC and word not in PLACES and len(word) > 1


def _part_place(raw: str) -> tuple[str, frozenset[str]]:
    """Where the company is, said behind its legal form and a comma, or a country code in brackets or after a comma."""
    name = re.sub(r"\s*[,(]\s*[A-Z]{2}\s*\)?[\s.]*$", "", raw) or raw
    for before, comma, after in (name.rpartition(","), name.partition(",")):
        words = latin(after).split()
        if not comma or not 0 < len(words) <= 3 or any(CANONICAL.get(w, w) in GENERIC or w in _UNITS for w in words):
            continue
        head, tail = (part_legal_form(joined_initials(latin(text).split()))[1] for text in (before, f"x {after}"))
        if head and not tail:
            return before, frozenset(words) - _SITES
    return name, frozenset()


def _step_of_pairs(pairs: list[tuple[str, str, float]], first: set[str]) -> NameStep:
    """All words have a partner. Sure of every one: a misspelling; else merely similar. `first` words carry the name."""
    unsure = [(a, b) for a, b, like in pairs if like < _SURE_WORD]
    slips = [(a, b) for a, b, like in pairs if like <= _SLIP and (a, b) not in unsure]
    same = [a for a, _, like in pairs if like == 1.0]
    backed_up = len(same) >= 2 and any(map(_is_distinctive, same)) and sum(map(len, same)) >= 10
    if unsure and not (len(unsure) == 1 and backed_up and {like for *_, like in pairs} & {_BEGINNING, _SHORT_SLIP}):
        return NameStep.SIMILAR
    # One slip in a short name may be another name; other words that agree make it unlikely.
    led = any(w in first and _is_distinctive(w) and len(w) >= _LEADING_WORD for w in same)
    enough = led or backed_up or all(_is_slip_alone(*slip) for slip in slips)
    return NameStep.MISSPELLED if len(slips) <= 3 and enough else NameStep.SIMILAR


def _is_slip_alone(one: str, other: str) -> bool:
    """Letters in disorder make no other name; another letter does, unless there are many that agree."""
    longest = max(len(one), len(other))
    return longest >= _LONG_WORD or (longest >= _DISORDERED_WORD and sorted(one) == sorted(other))


def _align(
    left: list[Word], right: list[Word], foreign: bool, short: frozenset[str]
) -> tuple[list[str], list[str], Aligned]:
    """Words of both sides in pairs, best first, and what is left over. Two words may be the other's one."""
    pairs: Aligned = []
    for word in sorted({w for w, _ in left} & {w for w, _ in right}):
        while (a := _first(left, word)) is not None and (b := _first(right, word)) is not None:
            left.remove(a)
            right.remove(b)
            pairs.append((word, word, 1.0))
    for here, there in ((left, right), (right, left)):
        _join_neighbours(here, there, pairs, foreign)
    ranked = sorted(
        (-like, min(a, b), max(a, b), a, b)
        for a in set(left)
        for b in set(right)
        if (like := max(_word_likeness(a[i], b[i], foreign, a[i] in short or b[i] in short) for i in (0, 1)))
        >= _MAYBE_WORD
    )
    for less, _, _, a, b in ranked:
        if a in left and b in right:
            left.remove(a)
            right.remove(b)
            pairs.append((a[0], b[0], -less))
    return [w for w, _ in left], [w for w, _ in right], pairs


def _first(words: list[Word], canonical: str) -> Word | None:
    return next((w for w in words if w[0] == canonical), None)


def _join_neighbours(here: list[Word], there: list[Word], pairs: Aligned, foreign: bool) -> None:
    """`micro soft` is `microsoft`."""
    for at in range(len(here) - 1, 0, -1):
        if at >= len(here):
            continue
        joined = here[at - 1][1] + here[at][1]
        for word in list(there):
            like = _word_likeness(joined, word[1], foreign) if len(joined) >= 4 else 0.0
            if like >= _SURE_WORD:
                there.remove(word)
                del here[at - 1 : at + 1]
                pairs.append((joined, word[1], like))
                break


@lru_cache(maxsize=65536)
def _word_likeness(one: str, other: str, foreign: bool, cut: bool = False) -> float:
    """0 to 1. From `_SURE_WORD` on a slip or an inflection of one word; numbers are equal or nothing."""
    if one == other:
        return 1.0
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return 0.0
    short, long = sorted((one, other), key=lambda w: (len(w), w))
    if len(short) >= 4 and romanised(short) == romanised(long) and len(romanised(short)) >= 4:
        return 0.98 if foreign else 0.94
    if cut and 3 <= len(short) < len(long) and long.startswith(short):
        return 0.96
    if len(short) >= 5 and long.removeprefix(short) in {"s", "es", "e", "n", "en"}:
        return _SLIP
    distance = OSA.distance(one, other)
    same_start = one[0] == other[0]
    if distance == 1 and len(short) >= 5 and same_start:
        return 0.95 if len(short) >= 6 else _SHORT_SLIP
    if distance == 2 and len(short) >= 9 and same_start:
        return 0.93
    if _TELLING_BEGINNING <= len(short) < len(long) and long.startswith(short):
        return _BEGINNING
    likeness = min(1 - distance / len(long), 0.9)
    return likeness if likeness >= _MAYBE_WORD else 0.0


def _weight(word: str) -> float:
    """How much a word tells which company it is."""
    if word in PLACES or word in GENERIC:
        return 1.0
    return 1.0 if len(word) == 1 else 2.0 if len(word) <= 3 else 3.0
