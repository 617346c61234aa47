"""The public door of the workflows: task queues, ids, and every message that goes in or out.

When do you need to touch this? When a workflow takes or gives something new, or an id changes its form.

Everything here is visible in workflow history, in plain text, for as long as the engine keeps it. So it
carries ids, scores, codes, digests and times, and never a name, an address or a sentence. New fields get
defaults: a waiting case must still be readable after a deploy.
"""

from enum import StrEnum

from domain.cases import CaseOutcome, ExceptionCode
from domain.leads import Motion
from domain.model import Message
from domain.proposals import Phase
from domain.receipts import MailState


class TaskQueue(StrEnum):
    """One queue per kind of work, so that each can be limited and deployed by itself."""

    CASES = "countersign-cases"
    CRM = "countersign-crm"
    MODEL = "countersign-model"
    SIGNER = "countersign-signer"
    NOTIFIER = "countersign-notifier"


def workflow_id(motion: Motion, org_id: str, case_id: str) -> str:
    """The id of a case's workflow."""
    return f"{motion.value}/{org_id}/{case_id}"


def undo_workflow_id(org_id: str, decision_id: str) -> str:
    """The id of an undo: one per signed undo decision."""
    return f"undo/{org_id}/{decision_id}"


def undo_batch_workflow_id(org_id: str, batch_id: str, *, dry_run: bool) -> str:
    """The id of a batch's dry run, and of the undo that follows once it is signed."""
    return f"undo-batch/{org_id}/{batch_id}{'/dry-run' if dry_run else ''}"


def poll_workflow_id(org_id: str) -> str:
    """The id of the schedule that polls an org, and with a time added of each workflow that it starts."""
    return f"poll/{org_id}"


def owner_check_workflow_id(org_id: str) -> str:
    """The id of the schedule that looks at the owners of waiting proposals; each workflow adds its time."""
    return f"owners/{org_id}"


def audit_workflow_id(org_id: str) -> str:
    """The id of an org's readiness audit: one at a time."""
    return f"readiness/{org_id}"


def reconcile_workflow_id(org_id: str) -> str:
    """The id of the schedule that looks for cases left behind; each workflow adds its time."""
    return f"reconcile/{org_id}"


def recovery_workflow_id(org_id: str, case_id: str) -> str:
    """The id of the recovery of a case: one at a time."""
    return f"recovery/{org_id}/{case_id}"


def tell_workflow_id(org_id: str) -> str:
    """The id of the schedule that tells an org's people, and with a time added of each workflow that it starts."""
    return f"tell/{org_id}"


def watch_workflow_id(org_id: str, case_id: str, receipt_id: str) -> str:
    """The id of the watch over one assignment: one per write that gave a lead an owner."""
    return f"watch/{org_id}/{case_id}/{receipt_id[:16]}"


def exception_task_workflow_id(org_id: str, case_id: str, number: int) -> str:
    """The id of what keeps the CRM task of one exception."""
    return f"exception/{org_id}/{case_id}/{number}"


def filing_workflow_id(org_id: str, decision_id: str, phase: Phase) -> str:
    """The id of what files a write that was cut off: one per step of a decision."""
    return f"filing/{org_id}/{decision_id}/{phase.value}"


def undo_filing_workflow_id(org_id: str, decision_id: str) -> str:
    """The id of what files an undo that was cut off."""
    return f"filing/{org_id}/{decision_id}/undo"


def message_id(decision_id: str, sender_domain: str) -> str:
    """The stable Message-ID of the one e-mail that a decision can send (RFC 5322)."""
    return f"<{decision_id}@{sender_domain}>"


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


class FiledResult(Message):
    """The receipt of what the ledger held; empty where it held nothing."""

    receipt_id: str = ""


class UndoProgress(Message):
    """How far a batch is: writes looked at or taken back so far, by what it came to."""

    total: int = 0
    done: int = 0
    whole: int = 0
    in_part: int = 0
    nothing: int = 0
    failed: int = 0


class UndoBatchInput(Message):
    """`so_far` is what earlier runs of the same batch have done: a long one continues as new."""

    batch_id: str
    org_id: str
    dry_run: bool
    total: int = 0
    agent_version: str = ""
    so_far: UndoProgress = UndoProgress()


class PollInput(Message):
    org_id: str


class PollResult(Message):
    """Changed leads by what became of them. `first` set the cursor and looked at nothing."""

    first: bool = False
    new: int = 0
    joined: int = 0
    repeated: int = 0
    skipped: int = 0


class WatchInput(Message):
    """One write that gave a lead an owner. `number` counts the owners before who did not answer."""

    case_id: str
    org_id: str
    motion: Motion = Motion.INBOUND
    round: int
    receipt_id: str
    agent_version: str = ""
    number: int = 0


class ExceptionTaskInput(Message):
    case_id: str
    org_id: str
    motion: Motion
    number: int
    agent_version: str = ""


class ExceptionTaskResult(Message):
    """`closed` where it was completed, `noted` where a note says instead how the exception ended."""

    made: bool
    closed: bool = False
    noted: bool = False


class WatchOutcome(StrEnum):
    """How the watch over one assignment ended."""

    NOT_WATCHED = "not_watched"
    TOUCHED = "touched"
    OWNER_CHANGED = "owner_changed"
    UNDONE = "undone"
    GONE = "gone"
    BREACHED = "breached"
    """Reminded, and no other owner is to be proposed."""
    HANDED_TO_CASE = "handed_to_case"
    """The case was still open: it routes its waiting proposal anew."""
    NOBODY_ELSE = "nobody_else"
    REASSIGNED = "reassigned"
    KEPT = "kept"
    """A person decided that the owner keeps the lead."""
    EXPIRED = "expired"
    FAILED = "failed"
    """A step failed for good; a person was named."""
    NOT_ALLOWED = "not_allowed"
    """The permission level no longer lets anything be proposed."""


class WatchResult(Message):
    outcome: WatchOutcome
    breached: bool = False
    minutes: int = 0
    """Business minutes from the inquiry to the first touch, where there was one."""


class AssignmentUndone(Message):
    receipt_id: str


class OwnerCheckInput(Message):
    org_id: str


class OwnerCheckResult(Message):
    """How many waiting rounds were looked at, and how many cases were told that their owner no longer fits."""

    looked_at: int = 0
    told: int = 0
    gone: int = 0
    """Cases that ended before they could be told."""


class AuditInput(Message):
    org_id: str


class AuditResult(Message):
    score: int
    copilot_only: bool = False


class ReconcileInput(Message):
    org_id: str


class ReconcileResult(Message):
    """Open cases by what was done about them."""

    looked_at: int = 0
    restarted: int = 0
    redone: int = 0
    closed: int = 0
    recovering: int = 0
    stopped_undos: int = 0
    """Undos and batches of them whose workflow was found to be stopped."""


class RecoverInput(Message):
    case_id: str
    org_id: str
    motion: Motion = Motion.INBOUND
    agent_version: str = ""


class TellInput(Message):
    org_id: str


class TellResult(Message):
    """Notifications by what became of them in this round."""

    delivered: int = 0
    waiting: int = 0
    failed: int = 0


# Signals and updates


class DecisionRef(Message):
    """All that travels of a decision: the workflow loads and verifies it itself."""

    decision_id: str
    round: int


class DecideResult(Message):
    accepted: bool
    reason: str = ""


class ResolutionRef(Message):
    """All that travels of a resolution: the workflow loads it itself."""

    resolution_id: str
    number: int


class InquiryRef(Message):
    number: int


class OwnerUnfit(Message):
    """The owner that this round proposes can take nothing any more. `reason` is a code."""

    round: int
    reason: str = ""


class StopMail(Message):
    by: str = ""


class CaseProgress(Message):
    """Answer to the `progress` query."""

    step: str
    round: int
    waiting: bool
    outcome: CaseOutcome | None = None
    exception: ExceptionCode | None = None
    """Set while the case waits for somebody to resolve it."""
    exception_number: int = 0
