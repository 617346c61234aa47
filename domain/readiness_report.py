"""What the readiness audit says, as values: fields, areas, motions, fixes."""

from pydantic import Field

from domain.field_mapping import Use
from domain.leads import Motion
from domain.model import Instant, Value
from domain.permissions import Level
from domain.readiness_facts import Area, Counted
from domain.spellings import Spelling

GOOD, FAIR = 80, 60
"""Scores from which an area is shown as good, or as fair."""
FILL, CONSISTENT, FRESH = 0.5, 0.3, 0.2
"""A field's score is mostly whether it is there, then whether it says one thing one way, then its age."""


class FieldReport(Value):
    """Shares are 0 to 1. `use` is what the data supports, `mapped` what the playbook says."""

    area: Area
    object: str
    field: str
    exists: bool
    records: int
    fill: float
    fresh: float
    consistent: float
    use: Use
    why: str
    mapped: Use | None = None
    top: tuple[Counted, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    unlisted: tuple[Counted, ...] = ()

    @property
    def score(self) -> int:
        return round(100 * (FILL * self.fill + CONSISTENT * self.consistent + FRESH * self.fresh))


class Fix(Value):
    """`gain` is in points of the overall score, if it were done completely."""

    area: Area
    what: str
    how: str
    records: int = 0
    gain: float = 0


class AreaReport(Value):
    """`fill` and `consistent` are shares where the area is about data; None where it is about set-up."""

    area: Area
    score: int = Field(ge=0, le=100)
    reasons: tuple[str, ...]
    fill: float | None = None
    fresh: float | None = None
    consistent: float | None = None
    fixes: tuple[Fix, ...] = ()
    """Their `gain` is in points of this area."""


class MotionReport(Value):
    """One motion, best first in the report. Parts are 0 to 1. `read_only` means: not yet, copilot only."""

    motion: Motion
    rank: int
    score: int
    records: int
    counted: str
    volume: float
    consistent: float
    fill: float
    risk: float
    level: Level
    reasons: tuple[str, ...]


class ReadinessReport(Value):
    """The audit's result. Holds counts and picklist values, and nothing about a single person."""

    schema_number: int = 1
    org_id: str
    measured_at: Instant
    playbook_digest: str
    score: int
    verdict: str
    copilot_only: bool
    areas: tuple[AreaReport, ...]
    fields: tuple[FieldReport, ...]
    motions: tuple[MotionReport, ...]
    fixes: tuple[Fix, ...]
    unmeasured: tuple[str, ...] = ()
    api_calls: int = 0

    def area(self, area: Area) -> AreaReport:
        return next(a for a in self.areas if a.area is area)


def share(part: float, whole: float) -> float:
    return round(min(1.0, max(0.0, part / whole)), 3) if whole else 0.0


def mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0


def percent(part: float) -> str:
    return f"{part:.0%}"
