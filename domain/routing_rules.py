"""Values of routing that RevOps writes beside territories: shares, absences, first-match rules, the known people."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from domain.model import Value

FULL_WEIGHT = 100
_AFTER_ALL = "\U0010ffff"


def postal_form(raw: str) -> str:
    """A postal code without spaces and dashes, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", raw[:20].upper())


def postal_span(spec: str) -> tuple[str, str]:
    """First and last code of `28000-28999`, `SW1*` or `75008`, longer codes that begin alike included.

    A dash separates two ends of equal length; `00-950` and `1000-139` are single codes. Raises `ValueError`.
    """
    ends = [e.strip() for e in re.split(r"\.\.|\s-\s|[–—]", spec, maxsplit=1)]
    if len(ends) == 1 and spec.count("-") == 1:
        parts = [e.strip() for e in spec.split("-")]
        ends = parts if len(parts[0]) == len(parts[1]) else ends
    low, high = postal_form(ends[0]), postal_form(ends[-1])
    if not low or not high:
        raise ValueError("not a postal range; write 28000-28999, SW1* or 75008")
    if len(low) != len(high) or high < low:
        raise ValueError("the postal range must run upwards between codes of equal length")
    return low, high + _AFTER_ALL


def _is_postal(spec: str) -> str:
    postal_span(spec)
    return spec


def postal_in(code: str, specs: tuple[str, ...]) -> bool:
    """Whether the code lies in one of the ranges; a missing code lies in none."""
    form = postal_form(code)
    return bool(form) and any(low <= form <= high for low, high in map(postal_span, specs))


CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Postal = Annotated[str, AfterValidator(_is_postal)]


class RampStep(Value):
    """From `since` on, a new colleague takes `weight` percent of a full share."""

    since: date
    weight: int = Field(ge=0, le=1000)


class Share(Value):
    """What one member of a team takes. `weight` is percent of a full share; 0 takes nothing.

    With `ramp` the newest step that has begun counts, and before the first one nothing is taken.
    """

    member: str
    weight: int = Field(default=FULL_WEIGHT, ge=0, le=1000)
    ramp: tuple[RampStep, ...] = ()
    capacity: int | None = Field(default=None, ge=0)
    """Open leads at most; the team's where it is not given."""
    calendar: str = ""
    """Working hours; the team's where it is not given."""

    def weight_on(self, day: date) -> int:
        if not self.ramp:
            return self.weight
        begun = [step for step in self.ramp if step.since <= day]
        return max(begun, key=lambda s: s.since).weight if begun else 0


class Absence(Value):
    """Whole days away, both included, in the person's own time zone. `cover` takes what would be theirs."""

    who: str
    first_day: date
    last_day: date
    cover: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> "Absence":
        if self.last_day < self.first_day:
            raise ValueError("last_day is before first_day")
        return self


class LanguageTeam(Value):
    """A team for everybody who writes in a language, by its two-letter code."""

    language: str = Field(pattern=r"^[a-z]{2,3}$")
    team: str


class RoutingRule(Value):
    """One row of an ordered list of which the first that fits decides. All conditions that are given must hold.

    It names a team of the playbook, a queue of the CRM, or one person: exactly one of them.
    """

    id: str = Field(min_length=1, max_length=80)
    team: str = ""
    queue: str = ""
    owner: str = ""
    countries: tuple[CountryCode, ...] = ()
    regions: tuple[str, ...] = ()
    postal: tuple[Postal, ...] = ()
    segments: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    lead_sources: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_one(self) -> "RoutingRule":
        if sum(map(bool, (self.team, self.queue, self.owner))) != 1:
            raise ValueError("give exactly one of team, queue and owner")
        return self

    @property
    def goes_to(self) -> str:
        return self.team or self.queue or self.owner

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """The conditions that are given, by name."""
        return {name: values for name in RULE_CONDITIONS if (values := getattr(self, name))}


RULE_CONDITIONS = (
    *("countries", "regions", "postal", "segments", "products", "languages", "lead_sources", "industries", "domains"),
)


class KnownPeople(Value):
    """Who was in the CRM when this was written: e-mails or aliases, developer names. Empty means: not written down."""

    users: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
