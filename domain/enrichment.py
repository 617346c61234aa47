"""Signals about a company or person, each with its source, time and confidence."""

from domain.model import Instant, Scalar, Value


class Signal(Value):
    """`value` None is a typed unknown: the provider was asked and could not say; `note` tells why."""

    name: str
    """`industry`, `employees`, `country`, `region`, … as the playbook names them."""
    value: Scalar
    system: str
    record: str
    field: str
    observed_at: Instant
    confidence: float
    note: str = ""


class Enrichment(Value):
    """All signals by name, best first, in the order that the playbook prefers; conflicts stay side by side."""

    signals: tuple[Signal, ...] = ()

    def best(self, name: str) -> Signal | None:
        return next((s for s in self.signals if s.name == name and s.value is not None), None)

    def conflicts(self, name: str) -> tuple[Signal, ...]:
        """All differing known values for a name, or nothing where the sources agree."""
        known = [s for s in self.signals if s.name == name and s.value is not None]
        return tuple(known) if len({str(s.value).casefold() for s in known}) > 1 else ()
