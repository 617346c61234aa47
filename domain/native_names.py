"""Under which beginnings an account may be kept in Cyrillic, for a company that wrote its name in Latin letters. Pure.

Only where the country says in which language: then each letter stands for one, and the few legal forms that stand in
front of a name are known. What comes back is compared like any other candidate.
"""

import re

from domain.company_names import read_company_name
from domain.company_words import CANONICAL, GENERIC, PLACES
from domain.model import Value
from domain.transliteration import TEXT_LIMIT, in_other_alphabet

_LETTERS = 4
"""Of the word that tells the company apart: ways of writing part later than that."""
_SHORTEST = 3
MOST = 6


class Writing(Value):
    """`letters` from Latin, the longest first; `before` is what stands in front of a name, with its quotation mark."""

    letters: tuple[tuple[str, str], ...]
    before: tuple[str, ...] = ("",)


_COMMON = (
    ("shch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("ks", "кс"), ("yu", "ю"),
    ("ya", "я"), ("ju", "ю"), ("ja", "я"), ("a", "а"), ("b", "б"), ("v", "в"), ("w", "в"), ("g", "г"), ("d", "д"),
    ("e", "е"), ("z", "з"), ("i", "и"), ("k", "к"), ("c", "к"), ("q", "к"), ("l", "л"), ("m", "м"), ("n", "н"),
    ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("f", "ф"), ("h", "х"), ("x", "кс"),
)  # fmt: skip
_RUSSIAN = Writing(
    letters=(("yo", "ё"), ("ye", "е"), *_COMMON, ("j", "й"), ("y", "ы")),
    before=("", "ООО «", 'ООО "', "АО «", 'АО "', "ПАО «"),
)
_UKRAINIAN = Writing(
    letters=(("yi", "ї"), ("ye", "є"), ("h", "г"), ("i", "і"), *_COMMON, ("j", "й"), ("y", "и")),
    before=("", "ТОВ «", 'ТОВ "', "ПрАТ «", 'ПрАТ "'),
)
_BULGARIAN = Writing(letters=(("sht", "щ"), *_COMMON, ("j", "й"), ("y", "й")), before=("", "„", '"'))
_SERBIAN = Writing(
    letters=(("lj", "љ"), ("nj", "њ"), ("dz", "џ"), *(p for p in _COMMON if p[1] not in "юя"), ("j", "ј"))
)
_OF_COUNTRY = {
    **dict.fromkeys(("RU", "BY", "KZ", "KG"), _RUSSIAN),
    "UA": _UKRAINIAN,
    "BG": _BULGARIAN,
    **dict.fromkeys(("RS", "MK"), _SERBIAN),
}


def native_beginnings(raw: str, country: str) -> tuple[str, ...]:
    """At most six; none where the country writes in Latin letters, or the name is in another alphabet already."""
    writing = _OF_COUNTRY.get(country)
    if writing is None or in_other_alphabet(raw[:TEXT_LIMIT]):
        return ()
    words = read_company_name(raw).plain
    word = next((w for w in words if w.isascii() and _tells_apart(w)), "")
    piece = _written(word, writing)[:_LETTERS]
    if len(piece) < _SHORTEST:
        return ()
    return tuple(f"{before}{piece.capitalize()}" for before in writing.before)[:MOST]


def _written(word: str, writing: Writing) -> str:
    known = dict(reversed(writing.letters))
    longest = sorted(known, key=len, reverse=True)
    return "".join(known[found[0]] for found in re.finditer("|".join(map(re.escape, longest)), word.casefold()))


def _tells_apart(word: str) -> bool:
    common = CANONICAL.get(word, word)
    return len(word) >= _LETTERS and common not in GENERIC and common not in PLACES
