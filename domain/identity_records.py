"""Two simple records in, a scored verdict out: the shapes of `domain.identity.compare`."""

from typing import Any

from pydantic import field_validator

from domain.leads import MatchPart, MatchVerdict
from domain.model import Value

MATCH_BITS = 12.0
POSSIBLE_BITS = 4.0
_EVEN_BITS = 5.37
"""Where the odds are even; 12 bits are then 99 to 1."""


class _Comparable(Value):
    """Every field may be missing: empty, or None. Text of any length and kind; it is data and never raises."""

    email: str = ""
    phone: str = ""
    website: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    """ISO 3166-1 code or English name; also makes national phone numbers readable."""
    identifier: str = ""
    """A number that only one has: register, VAT, tax, D-U-N-S or customer number. Compared with its own kind only."""

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        if value is None:
            return ""
        return str(value) if isinstance(value, int | float) else value


class PersonRecord(_Comparable):
    """A person. Give `first_name` and `last_name`, or `name` as one text in any order (`Ruiz, Marta` too)."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    birth_date: str = ""
    """ISO 8601 as a rule; `19710624` and `24.06.1971` are read too."""


class CompanyRecord(_Comparable):
    """A company or one of its sites."""

    name: str = ""


class Verdict(Value):
    """`score` is how sure it is that both are one, 0 to 1; a match has at least 0.99 of it, a possible one 0.28.

    `parts` sum up to it: bits for and against, each with its reason and the values compared. A guard (see `reason` of
    a part with weight 0) can hold a match back to `possible`, and the score with it.
    """

    verdict: MatchVerdict
    score: float
    parts: tuple[MatchPart, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks most for it (or against) first."""
        return tuple(p.reason for p in sorted(self.parts, key=lambda p: (-p.weight, p.field)))


def verdict_of(parts: list[MatchPart], held_back: str = "", *, certain: bool = False, worth: bool = False) -> Verdict:
    """Sum up. `held_back` names a guard against a match; `certain` makes one; `worth` a look makes it possible."""
    bits = sum(p.weight for p in parts)
    if worth:
        bits = max(bits, POSSIBLE_BITS)
    if certain:
        bits = max(bits, MATCH_BITS + 4)
    elif held_back and bits >= MATCH_BITS:
        parts = [*parts, MatchPart(field="guard", weight=0, likeness=0, reason=held_back)]
        bits = MATCH_BITS - 1
    score = 1 / (1 + 2 ** (_EVEN_BITS - max(-40.0, min(40.0, bits))))
    if bits >= MATCH_BITS:
        verdict = MatchVerdict.MATCH
    else:
        verdict = MatchVerdict.POSSIBLE if bits >= POSSIBLE_BITS else MatchVerdict.NONE
    return Verdict(verdict=verdict, score=round(score, 4), parts=tuple(parts))
