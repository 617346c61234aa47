"""How alike two names of people are. Pure: order, initials, nicknames, typing errors, romanisation, generation."""

import re
from dataclasses import dataclass
from functools import lru_cache

from nicknames import NickNamer
from rapidfuzz.distance import OSA, JaroWinkler

from domain.transliteration import in_other_alphabet, latin, romanised, umlauts_written_out

_TITLES_LISTED = """
    mr mrs ms miss mx dr prof professor herr frau sir madam dame lord lady rev ing dipl mag med phd md mba msc
    bsc esq cpa llm sra srta don dona mme mlle monsieur madame sig sigra dott dottssa ir drs
"""
_TITLES = frozenset(_TITLES_LISTED.split())
_GENERATIONS = {
    "jr": 2, "junior": 2, "jun": 2, "jnr": 2, "ii": 2, "iii": 3, "iv": 4, "sr": 1, "senior": 1, "sen": 1, "snr": 1,
}  # fmt: skip
_COMMON_LISTED = """
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson
    anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson
    walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell
    mitchell carter roberts muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann rossi russo
    ferrari bianchi silva santos ferreira pereira oliveira costa kim park choi wang li zhang liu chen yang huang zhao
    wu singh kumar sharma patel khan ahmed ali ivanov petrov smirnov kowalski novak nowak hansen jensen nielsen
    andersson johansson karlsson dubois durand bernard petit evans davies tanaka suzuki sato
"""
_COMMON = frozenset(_COMMON_LISTED.split())
_TELLING_NAME = 6
"""Letters of a whole name from which spaces hardly matter."""
_FEMININE = frozenset({"a", "e", "ne", "na", "ina", "ine", "ette", "ella"})
"""What makes a woman's name of a man's."""


@dataclass(frozen=True)
class PersonName:
    """Words of given and family name in ASCII. `in_order` is False where they came as one text."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    generation: int
    in_order: bool
    foreign: bool


@dataclass(frozen=True)
class NamePart:
    """The likeness of one half of a name: bits for or against, and words for it."""

    bits: float
    likeness: float
    reason: str


_SAME_NOTHING = NamePart(0.0, 0.0, "")


@lru_cache(maxsize=16384)
def read_person_name(name: str, first: str, last: str) -> PersonName:
    """From the parts, else from the whole: its last word is the family's, or all before a comma."""
    in_order = True
    if not (first.strip() or last.strip()):
        before, comma, after = name.partition(",")
        if comma and not _only_suffix(after):
            first, last = after, before
        else:
            words = latin(name).split()
            bare = [w for w in words if w not in _TITLES and w not in _GENERATIONS]
            first, last = " ".join(bare[:-1]), " ".join(bare[-1:])
            return PersonName(
                tuple(first.split()), tuple(last.split()), _generation(words), False, in_other_alphabet(name)
            )
    given_words, family_words = latin(first).split(), latin(last).split()
    words = [*given_words, *family_words]
    return PersonName(
        given=_bare(given_words),
        family=_bare(family_words),
        generation=_generation(words),
        in_order=in_order,
        foreign=in_other_alphabet(first + last),
    )


@lru_cache(maxsize=16384)
def written_out(name: str, first: str, last: str) -> PersonName:
    """The same with umlauts as two letters."""
    return read_person_name(umlauts_written_out(name), umlauts_written_out(first), umlauts_written_out(last))


def compare_names(one: PersonName, other: PersonName) -> tuple[NamePart, NamePart, bool]:
    """Given name, family name, and whether they are taken in exchanged order. Symmetric."""
    if not (one.in_order and other.in_order) and (whole := _whole(one, other)):
        return *whole, False
    foreign = one.foreign or other.foreign
    straight = (_given(one.given, other.given, foreign), _family(one.family, other.family, foreign))
    crossed = max(
        (_given(one.given, other.family, foreign), _family(one.family, other.given, foreign)),
        (_given(one.family, other.given, foreign), _family(one.given, other.family, foreign)),
        key=lambda halves: (halves[0].bits + halves[1].bits, halves[0].bits, halves[1].reason),
    )
    # Exchanged halves are a claim of their own: it must be clearly the better one.
    total = crossed[0].bits + crossed[1].bits
    if total >= 4 and total > straight[0].bits + straight[1].bits + 4 and min(h.bits for h in crossed) >= 0:
        return crossed[0], crossed[1], True
    return straight[0], straight[1], False


def _whole(one: PersonName, other: PersonName) -> tuple[NamePart, NamePart] | None:
    """Names of which nobody said where the family's begins: written as one word, or one shorter by further names."""
    short, long = sorted(((*one.given, *one.family), (*other.given, *other.family)), key=lambda w: (len(w), w))
    if short != long and "".join(short) == "".join(long) and len("".join(short)) >= _TELLING_NAME:
        return NamePart(5.0, 0.97, "same first name, spaced another way"), NamePart(6.0, 0.97, "same last name")
    if 2 <= len(short) < len(long) and short[0] == long[0] and set(short) <= set(long) and short[-1] != long[-1]:
        return NamePart(5.0, 0.97, "same first name"), NamePart(4.0, 0.85, "one of the last names is the same")
    return None


def generations_differ(one: PersonName, other: PersonName) -> bool:
    """Father and son. One who says junior may be the one who leaves it out, so silence is no difference."""
    return bool(one.generation and other.generation) and one.generation != other.generation


@lru_cache(maxsize=16384)
def two_given_names(one: PersonName, other: PersonName) -> bool:
    """`Daniel` and `Daniela`, `Maria` and `Marie`: both are names people have, so neither is the other misspelled."""
    if not one.given or not other.given:
        return False
    a, b = one.given[0], other.given[0]
    if a == b or min(len(a), len(b)) < 2 or {a, b} & {*one.family, *other.family}:
        return False
    short, long = sorted((a, b), key=len)
    if len(short) >= 3 and long.removeprefix(short) in _FEMININE:
        return True
    return {a, b} <= _known_names() and b not in _short_forms(a) and a not in _short_forms(b)


@lru_cache(maxsize=65536)
def _given(one: tuple[str, ...], other: tuple[str, ...], foreign: bool) -> NamePart:
    if not one or not other:
        return _SAME_NOTHING
    first, second = one[0], other[0]
    middle = _middle_differs(one[1:], other[1:])
    if one == other or "".join(one) == "".join(other):
        return NamePart(5.5, 1.0, "same first name")
    if first == second:
        return NamePart(1.0 if middle else 5.0, 0.8 if middle else 0.97, f"same first name{middle}")
    if len(first) == 1 or len(second) == 1:
        if first[0] == second[0]:
            return NamePart(2.0, 0.8, "first name fits the initial")
        return NamePart(-4.0, 0.0, "another initial")
    if second in one[1:] or first in other[1:]:
        return NamePart(3.5, 0.85, "first name is among the first names")
    return _first_names(first, second, foreign)


def _first_names(first: str, second: str, foreign: bool) -> NamePart:
    """Two first names that are not the same."""
    likeness = _word(first, second, foreign)
    if likeness >= 0.97:
        return NamePart(5.0, likeness, "same first name, spelled another way")
    if second in _short_forms(first) or first in _short_forms(second):
        return NamePart(4.0, 0.9, "a short form of the first name")
    if likeness >= 0.86:
        return NamePart(4.0, likeness, "first name with a typing error")
    if likeness >= 0.76:
        return NamePart(1.5, likeness, "similar first name")
    if min(len(first), len(second)) >= 3 and (first.startswith(second) or second.startswith(first)):
        return NamePart(3.0, 0.85, "first name, cut short")
    if likeness >= 0.58:
        return NamePart(-1.5, likeness, "first name hardly alike")
    return NamePart(-7.5, likeness, "another first name")


@lru_cache(maxsize=65536)
def _family(one: tuple[str, ...], other: tuple[str, ...], foreign: bool) -> NamePart:
    if not one or not other:
        return _SAME_NOTHING
    a, b = "".join(one), "".join(other)
    known = 5.5 if a in _COMMON or b in _COMMON else 7.0
    if a == b:
        return NamePart(known, 1.0, "same last name")
    if len(a) == 1 or len(b) == 1:
        return (
            NamePart(1.0, 0.7, "last name fits the initial") if a[0] == b[0] else NamePart(-4.0, 0.0, "another initial")
        )
    likeness = _word(a, b, foreign)
    if likeness >= 0.97:
        return NamePart(known - 0.5, likeness, "same last name, spelled another way")
    if likeness >= 0.86:
        return NamePart(known - 1.5, likeness, "last name with a typing error")
    shared = [w for w in one if w in other and len(w) >= 3]
    if shared:
        return NamePart(known - 2.0, 0.85, "one of the last names is the same")
    if likeness >= 0.76:
        return NamePart(2.0, likeness, "similar last name")
    if likeness >= 0.6:
        return NamePart(-1.5, likeness, "last name hardly alike")
    return NamePart(-5.0, likeness, "another last name")


@lru_cache(maxsize=65536)
def _word(one: str, other: str, foreign: bool) -> float:
    """0 to 1; from 0.97 on one word in two spellings, from 0.86 on a slip or letters in disorder."""
    if one == other:
        return 1.0
    roman, other_roman = romanised(one), romanised(other)
    if roman == other_roman and len(roman) >= 3:
        return 0.98 if foreign or len(roman) >= 4 else 0.9
    distance, longest = OSA.distance(one, other), max(len(one), len(other))
    if distance == 1 and longest >= 4:
        return 0.92 if longest >= 5 else 0.88
    if distance == 2 and longest >= 7:
        return 0.88
    if longest >= 4 and sorted(one) == sorted(other):
        return 0.87
    if foreign and len(roman) >= 5 and OSA.distance(roman, other_roman) <= 1:
        return 0.9
    return min(0.85, max(1 - distance / longest, JaroWinkler.similarity(*sorted((one, other))) - 0.08))


@lru_cache(maxsize=1)
def _namer() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=1)
def _known_names() -> frozenset[str]:
    """Names that the list of short forms has, long and short."""
    lookup = _namer().nickname_lookup
    return frozenset(lookup).union(*lookup.values())


@lru_cache(maxsize=16384)
def _short_forms(name: str) -> frozenset[str]:
    return frozenset(_namer().nicknames_of(name))


def _middle_differs(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    if not one or not other:
        return ""
    a, b = one[0], other[0]
    fits = a[0] == b[0] if 1 in {len(a), len(b)} else _word(a, b, False) >= 0.76
    return "" if fits else ", another middle name"


def _bare(words: list[str]) -> tuple[str, ...]:
    kept = [w for w in words if w not in _TITLES and w not in _GENERATIONS]
    return tuple(kept or words)


def _generation(words: list[str]) -> int:
    return next((_GENERATIONS[w] for w in reversed(words[1:]) if w in _GENERATIONS), 0)


def _only_suffix(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return all(w in _GENERATIONS or w in _TITLES for w in words)
