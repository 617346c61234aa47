"""Signals about a company, each with its source, time and confidence."""

from collections.abc import Mapping
from enum import StrEnum

from domain.model import Instant, Scalar, Value

SAME_WITHIN = 0.1
"""Two counts within a tenth of the larger say the same: nobody counts heads on one day."""


class Unknown(StrEnum):
    """Why a signal has no value."""

    EMPTY = "empty"
    """The source knows the company and not this."""
    NOT_FOUND = "not_found"
    """The source does not know the company."""
    NOT_ALLOWED = "not_allowed"
    """The source may not be asked: robots.txt, or no company domain to ask by."""
    SWITCHED_OFF = "switched_off"
    """The playbook names the provider and this installation has not set it up."""
    DOWN = "down"
    """The source was asked and did not answer. Asking again may help; until then everything counts less."""


class Sensitive(StrEnum):
    """Kinds of signal that are used only where the playbook approves them by name."""

    TECHNOGRAPHIC = "technographic"
    BUDGET = "budget"


SENSITIVE: Mapping[str, Sensitive] = {
    "technologies": Sensitive.TECHNOGRAPHIC,
    "funding_total": Sensitive.BUDGET,
    "funding_stage": Sensitive.BUDGET,
    "inferred_revenue": Sensitive.BUDGET,
}
"""Signal name to kind. What is not listed is plain firmographics."""


DESCRIPTIVE = frozenset({"company_name", "title", "description", "technologies"})
"""Free text, which no two sources word alike."""


class Signal(Value):
    """`value` None is a typed unknown: `unknown` says of which kind, `note` tells a person why."""

    name: str
    """`industry`, `employees`, `country`, `region`, … as the playbook names them."""
    value: Scalar
    system: str
    record: str
    field: str
    observed_at: Instant
    confidence: float
    note: str = ""
    provider: str = ""
    """As the playbook names it."""
    unknown: Unknown | None = None


class Enrichment(Value):
    """All signals by name, best first, in the order that the playbook prefers; conflicts stay side by side."""

    signals: tuple[Signal, ...] = ()

    def best(self, name: str) -> Signal | None:
        return next((s for s in self.signals if s.name == name and s.value is not None), None)

    def conflicts(self, name: str) -> tuple[Signal, ...]:
        """All known values for a name where two of them differ, the winner first; nothing where the sources agree."""
        known = [s for s in self.signals if s.name == name and s.value is not None]
        return tuple(known) if any(not says_the_same(known[0].value, s.value) for s in known[1:]) else ()

    def disputed(self) -> tuple[str, ...]:
        """The names over which sources disagree, in the order of the signals; descriptions always differ."""
        names = dict.fromkeys(s.name for s in self.signals if s.name not in DESCRIPTIVE)
        return tuple(n for n in names if self.conflicts(n))

    def unanswered(self, name: str) -> bool:
        """Whether a provider that may know this did not answer."""
        return any(s.name == name and s.unknown is Unknown.DOWN for s in self.signals)

    def down(self) -> tuple[str, ...]:
        """The providers that were asked and did not answer."""
        return tuple(dict.fromkeys(s.provider or s.system for s in self.signals if s.unknown is Unknown.DOWN))


def says_the_same(one: Scalar, other: Scalar) -> bool:
    """Whether two known values agree: numbers nearly, everything else but for case and spaces."""
    if _is_number(one) and _is_number(other):
        first, second = float(str(one)), float(str(other))
        return abs(first - second) <= SAME_WITHIN * max(abs(first), abs(second))
    return " ".join(str(one).split()).casefold() == " ".join(str(other).split()).casefold()


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
