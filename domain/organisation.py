"""The org that is written to, what it does by itself, and how its people worked before the agent came."""

from enum import StrEnum
from statistics import median

from domain.model import Instant, Value


class OrgKind(StrEnum):
    DEMO = "demo"
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class Organisation(Value):
    """As the org says about itself."""

    id: str
    name: str
    edition: str = ""
    sandbox: bool

    @property
    def kind(self) -> OrgKind:
        return OrgKind.SANDBOX if self.sandbox else OrgKind.PRODUCTION


class RuleKind(StrEnum):
    """What acts in an org when a record is written."""

    FLOW = "flow"
    TRIGGER = "Apex trigger"
    ASSIGNMENT = "assignment rule"
    VALIDATION = "validation rule"
    DUPLICATE = "duplicate rule"


class OrgRule(Value):
    """One active rule on an object that would be written. `detail`: when it acts, or what it says."""

    kind: RuleKind
    object: str
    name: str
    detail: str = ""


class WorkedLead(Value):
    """One lead of the baseline. `first_activity` is the first task or event that a person made for it."""

    created_at: Instant
    first_activity: Instant | None = None


class Baseline(Value):
    """How leads were worked before: measured once, to compare with later. Counts only, nobody's data."""

    org_id: str
    measured_at: Instant
    days: int
    leads: int
    converted: int
    sampled: int
    """How many of the newest leads were looked at for their first activity."""
    touched: int
    median_hours_to_first_activity: float | None
    filled: dict[str, int]
    """Per lead field, how many of `leads` have a value."""

    @property
    def conversion(self) -> float:
        return self.converted / self.leads if self.leads else 0.0


def hours_to_first_activity(leads: tuple[WorkedLead, ...]) -> tuple[int, float | None]:
    """How many were touched, and the median hours it took; an activity from before the lead counts as at once."""
    waited = [
        max((lead.first_activity - lead.created_at).total_seconds() / 3600, 0.0)
        for lead in leads
        if lead.first_activity is not None
    ]
    return len(waited), median(waited) if waited else None
