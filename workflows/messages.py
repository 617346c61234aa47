"""The public door of the workflows: task queues, ids, and every message that goes in or out.

When do you need to touch this? When a workflow takes or gives something new, or an id changes its form.

Everything here is visible in workflow history, in plain text, for as long as the engine keeps it. So it
carries ids, scores, codes, digests and times, and never a name, an address or a sentence. New fields get
defaults: a waiting case must still be readable after a deploy.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.cases import CaseOutcome, ExceptionCode, LadderStep
from domain.decisions import RoundState, Verdict
from domain.leads import MatchVerdict, Motion
from domain.permissions import RiskCategory
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind


class TaskQueue(StrEnum):
    """One queue per kind of work, so that each can be limited and deployed by itself."""

    CASES = "countersign-cases"
    CRM = "countersign-crm"
    MODEL = "countersign-model"
    SIGNER = "countersign-signer"


def workflow_id(motion: Motion, org_id: str, case_id: str) -> str:
    """The id of a case's workflow."""
    return f"{motion.value}/{org_id}/{case_id}"


def case_id_of(workflow_id: str) -> str:
    """The inverse of `workflow_id`."""
    return workflow_id.rsplit("/", 1)[1]


def undo_workflow_id(org_id: str, decision_id: str) -> str:
    """The id of an undo: one per signed undo decision."""
    return f"undo/{org_id}/{decision_id}"


def message_id(decision_id: str, sender_domain: str) -> str:
    """The stable Message-ID of the one e-mail that a decision can send (RFC 5322)."""
    return f"<{decision_id}@{sender_domain}>"


def intake_round() -> int:
    """The round of a `CreateLead` proposal; reviews by people start at 1."""
    return 0


class Message(BaseModel):
    """Frozen; unknown fields are ignored, so that an older worker can read what a newer one sent."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# Workflow inputs and results


class InboundLeadInput(Message):
    case_id: str
    org_id: str
    playbook_digest: str
    agent_version: str
    motion: Motion = Motion.INBOUND


class CaseResult(Message):
    case_id: str
    outcome: CaseOutcome
    rounds: int
    score: int | None = None
    band: str = ""
    receipts: tuple[str, ...] = ()
    mail: MailState | None = None
    exception: ExceptionCode | None = None


class UndoInput(Message):
    case_id: str
    org_id: str
    receipt_id: str
    decision_id: str
    motion: Motion = Motion.INBOUND
    agent_version: str = ""


class UndoResult(Message):
    receipt_id: str
    new_receipt_id: str = ""
    restored: int = 0
    refusals: tuple[str, ...] = ()
    """Reasons by code; the records and fields are in the receipt document."""


# Signals and updates


class DecisionRef(Message):
    """All that travels of a decision: the workflow loads and verifies it itself."""

    decision_id: str
    round: int


class DecideResult(Message):
    accepted: bool
    reason: str = ""


class InquiryRef(Message):
    number: int


class StopMail(Message):
    by: str = ""


class CaseProgress(Message):
    """Answer to the `progress` query."""

    step: str
    round: int
    waiting: bool
    outcome: CaseOutcome | None = None


# Activity inputs and results


class CaseRef(Message):
    case_id: str
    org_id: str
    motion: Motion = Motion.INBOUND


class StepInput(CaseRef):
    """One step of one round. `playbook_digest` pins the rules that score and route."""

    round: int
    playbook_digest: str = ""
    agent_version: str = ""


class MatchHead(Message):
    verdict: MatchVerdict
    lead_id: str = ""
    exception: ExceptionCode | None = None


class FetchInput(StepInput):
    lead_id: str


class FetchHead(Message):
    """`survivor_id` is set where the record was merged into another."""

    found: bool
    converted: bool = False
    deleted: bool = False
    survivor_id: str = ""


class QualificationHead(Message):
    score: int
    band: str
    fit: str
    confidence: float


class RoutingHead(Message):
    owner_id: str
    rule: str
    confidence: float
    conflict: bool = False
    strategic: bool = False


class DraftHead(Message):
    origin: str
    struck: int = 0
    mail: bool = False


class ProposeInput(StepInput):
    reopened_because: str = ""
    keeps_ladder_of_round: int | None = None
    """Set where a reopened review keeps its place in the ladder."""


class Gate(StrEnum):
    """What permission level and risk say about a proposal."""

    NOTHING_TO_DO = "nothing_to_do"
    SUMMARY_ONLY = "summary_only"
    ACCEPT_ONLY = "accept_only"
    PERSON = "person"
    POLICY = "policy"
    FORBIDDEN = "forbidden"


class Rung(Message):
    step: LadderStep
    at: datetime


class ProposalHead(Message):
    digest: str
    risk: RiskCategory
    gate: Gate
    rungs: tuple[Rung, ...] = ()
    quorum: int = 1
    undo_window_seconds: int = 60
    has_mail: bool = False


class CreateLeadHead(Message):
    digest: str
    allowed: bool = True


class SignHead(Message):
    """`decision_id` empty means the signer refused; `reason` says why by code."""

    decision_id: str = ""
    reason: str = ""


class VerifyInput(CaseRef):
    round: int
    decision_id: str


class VerifiedDecision(Message):
    """What the workflow may know of a decision. `complete` is False while a quorum lacks signatures."""

    accepted: bool
    reason: str = ""
    complete: bool = False
    decision_id: str = ""
    verdict: Verdict | None = None
    has_mail: bool = False
    has_after_mail: bool = False


class RoundInput(CaseRef):
    round: int


class RoundEnding(Message):
    state: RoundState
    decision_id: str = ""


class EscalateInput(RoundInput):
    step: LadderStep


class ApplyInput(CaseRef):
    round: int
    decision_id: str
    phase: Phase
    agent_version: str = ""


class ApplyHead(Message):
    kind: WriteOutcomeKind
    receipt_id: str = ""
    survivor_id: str = ""
    lead_id: str = ""


class MailInput(CaseRef):
    round: int
    decision_id: str
    agent_version: str = ""


class MailHead(Message):
    state: MailState
    reason: str = ""


class ExceptionInput(CaseRef):
    round: int
    code: ExceptionCode


class ExceptionHead(Message):
    code: ExceptionCode
    owner: str


class CloseInput(CaseRef):
    outcome: CaseOutcome
    seen_inquiries: int
    exception: ExceptionCode | None = None


class CloseHead(Message):
    closed: bool
    inquiry_count: int = 0


class UndoApplyInput(CaseRef):
    receipt_id: str
    decision_id: str
    agent_version: str = ""


class UndoHead(Message):
    new_receipt_id: str = ""
    restored: int = 0
    refusals: tuple[str, ...] = ()
