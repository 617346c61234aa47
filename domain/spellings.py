"""Values that mean the same and are spelled differently: case, accents, punctuation, misspellings, country names."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from domain.model import Value
from domain.naming import country_code
from domain.readiness_facts import Counted
from domain.texts import clean, fold

_NEARLY = 92.0
"""Likeness in percent from which two longer words count as one with a slip of the keyboard."""
_LONG_ENOUGH = 6


class Spelling(Value):
    """`best` is the most frequent spelling, or the listed one where there is one; `others` mean the same."""

    best: str
    others: tuple[str, ...]
    records: int
    """How many records carry one of the others."""


def spellings(
    spread: Sequence[Counted], listed: Iterable[str] = (), *, countries: bool = False
) -> tuple[Spelling, ...]:
    """Groups of values that mean the same, the costliest first. Values of the list itself are never merged."""
    options = frozenset(listed)
    groups: dict[str, list[Counted]] = {}
    for counted in sorted(spread, key=lambda c: -c.count):
        key = _key(counted.value, countries)
        near = "" if counted.value in options else _near(key, groups)
        groups.setdefault(near or key, []).append(counted)
    found = []
    for members in groups.values():
        if len(members) > 1:
            best = next((m for m in members if m.value in options), members[0])
            others = [m for m in members if m is not best]
            found.append(
                Spelling(best=best.value, others=tuple(o.value for o in others), records=sum(o.count for o in others))
            )
    return tuple(sorted(found, key=lambda s: (-s.records, s.best)))


def unlisted(spread: Iterable[Counted], listed: Sequence[str]) -> tuple[Counted, ...]:
    """Values in use that the picklist does not offer; none where there is no list."""
    options = frozenset(listed)
    return tuple(c for c in spread if options and c.value not in options)


def _key(value: str, countries: bool) -> str:
    if countries:
        code = country_code(value)
        if code:
            return code
    return re.sub(r"[\W_]+", "", fold(clean(value, 200)))


def _near(key: str, groups: Iterable[str]) -> str:
    if len(key) < _LONG_ENOUGH or any(c.isdigit() for c in key):
        return ""
    return next((g for g in groups if len(g) >= _LONG_ENOUGH and fuzz.ratio(key, g) >= _NEARLY), "")
