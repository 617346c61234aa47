"""How good a lead is, as a sum that a person can check."""

from enum import StrEnum

from domain.model import Instant, Value


class ScoreLine(Value):
    """One rule that applied: its points and what they rest on. `full_points` is what they were before decay."""

    rule: str
    label: str
    points: int
    evidence: tuple[str, ...] = ()
    full_points: int | None = None
    said_days_ago: int | None = None
    """Set where age took points away."""


class DisqualifierHit(Value):
    """A hard disqualifier that applied; a proposal to a person, never a decision."""

    rule: str
    label: str
    reason: str
    evidence: tuple[str, ...] = ()


class BantLine(Value):
    """Where one BANT matter stands: `stated`, `denied` or `uncertain`, with the words that say so.

    `value` is the amount, the time or who decides, as a call said it. `conflicting` where sources contradict.
    """

    name: str
    stance: str
    value: str = ""
    evidence: tuple[str, ...] = ()
    said_at: Instant
    conflicting: bool = False


class Fit(StrEnum):
    """What kind of inquiry this is; all but `buyer` go to a person with a reason."""

    BUYER = "buyer"
    CUSTOMER = "customer"
    STUDENT = "student"
    COMPETITOR = "competitor"
    JOB_SEEKER = "job_seeker"
    VENDOR = "vendor"
    SPAM = "spam"
    UNCLEAR = "unclear"


class Qualification(Value):
    """`score` is the sum of the lines, held within 0 to 100. `missing` names fields a rule needed and did not find."""

    score: int
    band: str
    confidence: float
    fit: Fit
    fit_evidence: tuple[str, ...] = ()
    lines: tuple[ScoreLine, ...]
    missing: tuple[str, ...] = ()
    disqualify_reason: str = ""
    """A reason code of the playbook, when the rules propose to disqualify; a person always decides that."""
    disqualifiers: tuple[DisqualifierHit, ...] = ()
    bant: tuple[BantLine, ...] = ()
    """Each matter that a message or a call speaks of."""
    sum_of_points: int | None = None
    """Before it was held within 0 to 100."""


class InjectionFinding(Value):
    """A span of untrusted text that reads like an instruction to a machine."""

    quote: str
    rule: str
