"""What a reviewer sees beside the signed change. Composed once when the proposal is made, kept as a document."""

from domain.drafting import Draft, ModelUsage
from domain.evidence import Evidence
from domain.field_facts import FieldFacts
from domain.model import Instant, Value
from domain.permissions import RiskAssessment
from domain.proposals import FieldChange
from domain.qualification import InjectionFinding, Qualification
from domain.routing import RoutingDecision


class Check(Value):
    """One gate before the proposal: consent, identity, injection, grounding. Failed ones stand above the diff."""

    name: str
    passed: bool
    verdict: str
    """One or two words: `Allowed.`, `Match 0.99`, `None found.`"""
    detail: str
    evidence: tuple[str, ...] = ()


class ReviewCard(Value):
    """Refers to actions by key and to evidence by id; `names` resolves CRM ids to what people call them."""

    case_id: str
    round: int
    title: str
    subtitle: str
    agent_version: str
    made_at: Instant
    risk: RiskAssessment
    qualification: Qualification
    routing: RoutingDecision
    checks: tuple[Check, ...]
    evidence: tuple[Evidence, ...]
    draft: Draft
    injection: tuple[InjectionFinding, ...] = ()
    names: dict[str, str] = {}
    lead_id: str = ""
    lead_name: str = ""
    company: str = ""
    inquiry_message: str = ""
    reject_reasons: tuple[tuple[str, str], ...] = ()
    """Code and label, at most seven."""
    reopened_because: str = ""
    owner_change: str = ""
    """Who has the record instead of whom, where another owner is why the review came back."""
    undo_window_seconds: int = 60
    snapshot_slot: str = ""
    field_facts: FieldFacts = {}
    """What the org takes in the fields that the proposal changes."""
    suggested: tuple[FieldChange, ...] = ()
    """Values that are never written: somebody may enter them in the CRM themselves."""
    assignee: str = ""
    """Login of the reviewer who is asked first."""
    reading_usage: tuple[ModelUsage, ...] = ()
    """What a model was asked to read of the calls, and what it cost."""
