"""By which beginnings of a name a company is looked up where only beginnings can be asked for. Pure.

A directory that sorts by name finds `Severny Veter LLC` neither under `ООО «Северный Ветер»` nor under
`The Severny Group`: so a name is asked for as written, without what stands in front of it, in Latin letters, by the
first word that tells it apart, and by its initials. The other way round it is asked for where the country tells which
letters a Latin name stands for (`native_names.py`); else that, and the legal form before it, are too many guesses.
"""

import re

from domain.company_names import CompanyName, read_company_name
from domain.company_scripts import holds_syllables
from domain.company_words import CANONICAL, GENERIC, PLACES
from domain.legal_forms import part_glued_forms
from domain.model import Value
from domain.texts import clean
from domain.transliteration import TEXT_LIMIT, in_other_alphabet, is_foreign, latin, umlauts_written_out

_LONGEST = 12
_SHORTEST = 4
"""Shorter beginnings belong to too many companies; such a name is asked for as a whole."""
_TRANSLITERATED = 5
"""Letters of a transliterated word to go by: its ways of spelling part later than those of its ending."""
_SHORTEST_SIGNS = 2
"""The same in writings of syllables and words, which put no space behind the name."""
_MOST = 6
_LONGEST_INITIALS = 7
_WHOLE = 80


class NameLookup(Value):
    """`beginnings` to look for, and names that have to be equal. Each at most six; none where the text names nobody."""

    beginnings: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


def name_lookup(raw: str) -> NameLookup:
    written = clean(raw[: TEXT_LIMIT * 4], TEXT_LIMIT).strip()
    name = read_company_name(raw)
    if not written or not name.words:
        return NameLookup(whole=(written[:_WHOLE],) if written else ())
    parted = " ".join(part_glued_forms(written).split())
    start, end = _span(parted, name)
    bare = parted[start:end]
    spellings = [bare[:_LONGEST], *_in_latin(bare, name)]
    # What stands in front may be part of the name where we do not know it as a form.
    spellings.append((parted[:end] if parted == written else written)[:_LONGEST])
    told_apart = [w for w in name.plain if _tells_apart(w)]
    if told_apart and told_apart[0] != name.plain[0]:
        spellings.append(told_apart[0][: _TRANSLITERATED if name.foreign else _LONGEST])
    known = tuple(dict.fromkeys(s.strip() for s in spellings if s.strip()))
    short = [s for s in known if not _is_long(s)]
    initials = "".join(w[0] for w in name.plain)
    if 3 <= len(initials) <= _LONGEST_INITIALS:
        short.append(initials.upper())
    beginnings = _unlike([*(s for s in known if _is_long(s)), *(f"{s} " for s in short)])[:_MOST]
    if not written.startswith(beginnings):
        short.append(written[:_WHOLE])
    return NameLookup(beginnings=beginnings, whole=tuple(dict.fromkeys(short))[:_MOST])


def _is_long(beginning: str) -> bool:
    return len(beginning) >= (_SHORTEST_SIGNS if holds_syllables(beginning) else _SHORTEST)


def last_names(raw: str) -> tuple[str, ...]:
    """A last name as written, and as it is written in Latin letters."""
    written = raw.strip()
    other = (latin(written), umlauts_written_out(written)) if is_foreign(written) else ()
    return tuple(dict.fromkeys(n for n in (written, *other) if n))


def _span(written: str, name: CompanyName) -> tuple[int, int]:
    """Where the name itself stands: without `The`, `ООО` or `株式会社` before it and `GmbH` behind."""
    found = [(word, latin(word[0]).split()) for word in re.finditer(r"[^\W_]+", written)]
    starts = [word.start() for word, read in found if read and name.plain[0].startswith(read[0])]
    ends = [word.end() for word, read in found if read and name.plain[-1].endswith(read[-1])]
    start, end = (starts[0] if starts else 0), (ends[-1] if ends else len(written))
    return (start, end) if start < end else (0, len(written))


def _in_latin(bare: str, name: CompanyName) -> list[str]:
    """With its accents off and with its umlauts written out; of another alphabet, the beginning of the first word."""
    if not is_foreign(bare):
        return []
    if not in_other_alphabet(bare):
        return ["".join(to(c) if c.isalpha() else c for c in bare)[:_LONGEST] for to in (latin, umlauts_written_out)]
    length = _TRANSLITERATED if _tells_apart(name.plain[0]) else _LONGEST
    return [" ".join(words)[:length] for words in (name.plain, name.written_out)]


def _tells_apart(word: str) -> bool:
    common = CANONICAL.get(word, word)
    return len(word) >= _SHORTEST and common not in GENERIC and common not in PLACES


def _unlike(beginnings: list[str]) -> tuple[str, ...]:
    """Without those that a shorter one finds already, whatever their case."""
    folded = [b.casefold() for b in beginnings]
    return tuple(
        b
        for b, text in zip(beginnings, folded, strict=True)
        if not any(o != text and text.startswith(o) for o in folded)
    )
