"""What activities take and give: one model in, one model out.

When do you need to touch this? When a step of a case needs or yields something new.

All of it is kept in workflow history in plain text: ids, scores, codes, digests and times only. Everything
personal is in a case document that the activity committed before it returned. New fields get defaults.
"""

from datetime import datetime
from enum import StrEnum

from domain.cases import Act, CaseOutcome, ExceptionCode, LadderStep
from domain.decisions import RoundState, Verdict
from domain.leads import MatchVerdict, Motion
from domain.model import Message
from domain.permissions import RiskCategory
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind
from domain.resolutions import ExceptionState
from domain.strays import Remedy


class CaseRef(Message):
    case_id: str
    org_id: str
    motion: Motion = Motion.INBOUND


class StepInput(CaseRef):
    """One step of one round. `playbook_digest` pins the rules that score and route."""

    round: int
    playbook_digest: str = ""
    agent_version: str = ""
    inquiries: int = 1
    """How many of the case's inquiries this round looks at; a later one makes a round of its own."""


class DraftInput(StepInput):
    """`redraft_of` is the decision whose instructions the new draft follows."""

    redraft_of: str = ""


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


class EnrichHead(Message):
    calls: int = 0
    """Calls and call notes of the case that have words in them."""


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
    nobody: bool = False
    """No owner, because no rule fits or nobody is free: not because rules disagree."""
    assign_first: bool = False
    """The level lets policy sign this first assignment before the rest is reviewed."""


class AssignmentHead(Message):
    proposed: bool


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
    sender_domain: str = ""


class CreateLeadHead(Message):
    """`allowed` is False where the permission level keeps the agent from creating records."""

    digest: str = ""
    allowed: bool = True
    exception: ExceptionCode | None = None


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


class SignedStep(CaseRef):
    """A step that carries out one signed decision."""

    round: int
    decision_id: str
    agent_version: str = ""


class ApplyInput(SignedStep):
    phase: Phase
    again: bool = False
    """Asked for after an earlier request of the same write failed: what that one may have done is looked up first."""


class ApplyHead(Message):
    kind: WriteOutcomeKind
    receipt_id: str = ""
    survivor_id: str = ""
    lead_id: str = ""
    assigned_owner_id: str = ""
    """Set where the write gave a lead that was there to another owner."""


class MailInput(SignedStep):
    message_id: str


class MailHead(Message):
    state: MailState
    reason: str = ""


class ExceptionInput(CaseRef):
    """`nth` counts the exceptions of the workflow that asks, from 0."""

    round: int
    code: ExceptionCode
    workflow_id: str = ""
    nth: int = 0
    of_a_watch: bool = False
    """The lead was assigned and nobody answered: another owner can be chosen."""


class ExceptionHead(Message):
    code: ExceptionCode
    owner: str
    number: int = 0
    rungs: tuple[Rung, ...] = ()
    mirrored: bool = False
    """A CRM task is to say the same."""


class MirrorInput(CaseRef):
    number: int


class MirrorHead(Message):
    """The round that policy is asked to sign, if there is something to write."""

    round: int
    proposed: bool = False


class RemindInput(CaseRef):
    number: int
    step: LadderStep


class ResolutionInput(CaseRef):
    number: int
    resolution_id: str


class ResolutionHead(Message):
    """What a workflow may know of a resolution. `record_id` is the chosen match; empty for a new person."""

    accepted: bool
    reason: str = ""
    act: Act | None = None
    record_id: str = ""


class EndExceptionInput(CaseRef):
    number: int
    superseded: bool = False


class ExceptionEnding(Message):
    """`resolution_id` is set where a resolution was stored in time."""

    state: ExceptionState
    resolution_id: str = ""


class CloseInput(CaseRef):
    outcome: CaseOutcome
    seen_inquiries: int
    exception: ExceptionCode | None = None


class CloseHead(Message):
    closed: bool
    inquiry_count: int = 0


class RejectionInput(SignedStep):
    """A signed rejection whose ledger row the CRM is to get."""


class RejectionHead(Message):
    """`noted` is False where the level lets nothing be written."""

    noted: bool = False


class StraysOrder(Message):
    """Not about one case: a page of the open ones, by id."""

    org_id: str
    after: str = ""
    limit: int = 200


class StrayCase(CaseRef):
    """An open case that nobody works on. `round` is its newest, or the one whose documents are gone."""

    workflow_id: str
    playbook_digest: str
    agent_version: str
    remedy: Remedy
    round: int = 0


class StraysHead(Message):
    """`next_after` is empty behind the last page."""

    looked_at: int = 0
    strays: tuple[StrayCase, ...] = ()
    next_after: str = ""


class SurveyHead(Message):
    """How far a case had come. `decision` is what was approved in its newest round, `mail` how far its e-mail is."""

    round: int = 0
    decision: VerifiedDecision | None = None
    head: ProposalHead
    mail: MailState | None = None
    written: bool = False
    inquiries: int = 1


class PollOrder(Message):
    """Not about a case: what a look finds becomes cases."""

    org_id: str


class AuditOrder(Message):
    """A readiness audit of an org."""

    org_id: str


class AuditHead(Message):
    """What the audit came to; the report itself is kept in the database."""

    score: int
    copilot_only: bool
    api_calls: int = 0


class PollHead(Message):
    """How many changed leads became cases, joined one, were known already, or could not be taken in."""

    first: bool = False
    new: int = 0
    joined: int = 0
    repeated: int = 0
    skipped: int = 0


class TellOrder(Message):
    """Not about one case: whoever is to be told anything."""

    org_id: str


class TellHead(Message):
    """How many notifications left, wait for another try, or were given up."""

    delivered: int = 0
    waiting: int = 0
    failed: int = 0
