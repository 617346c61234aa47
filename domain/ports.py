"""What the rules need from the world. Adapters live in `gateways/`, `persistence/` and `runtime/`.

Each Protocol has one contract suite under `tests/contracts`, run against every adapter.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from domain.audit import AuditEvent
from domain.cases import (
    Case,
    CaseOutcome,
    DocumentKind,
    DocumentRef,
    LadderStep,
    ReviewOpening,
)
from domain.decisions import DecisionEnvelope, Recorded, RoundOutcome, SignedDecision
from domain.drafting import Draft, DraftRequest
from domain.enrichment import Signal
from domain.first_touch import LeadNow
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, Motion
from domain.model import Instant, Value
from domain.model_budget import ClaimCount, ModelCall, ModelSpend
from domain.owner_notices import OwnerNotice
from domain.playbook import Playbook
from domain.polling import ChangedPage, PollCursor
from domain.proposals import Phase, SendEmail
from domain.readiness_report import ReadinessReport
from domain.receipts import MailState, UndoOutcome, WriteOutcome, WriteReceipt
from domain.round_robin import Seat, Turn


class Clock(Protocol):
    """The one clock that UI, guard, stores and tests share (Temporal has its own)."""

    def now(self) -> Instant: ...


class CaseDocuments(Protocol):
    """Everything personal about a case, keyed by case, kind and slot."""

    def put(self, case_id: str, kind: DocumentKind, slot: str, body: bytes) -> DocumentRef:
        """Commit the document. The same (case, kind, slot) again returns the one that is stored: first wins."""
        ...

    def get(self, document_id: str) -> bytes:
        """The bytes as stored. Raises `DomainError` (document_missing)."""
        ...

    def find(self, case_id: str, kind: DocumentKind, slot: str) -> bytes | None: ...

    def latest(self, case_id: str, kind: DocumentKind) -> bytes | None:
        """The newest document of that kind."""
        ...

    def all_of(self, case_id: str, kind: DocumentKind) -> tuple[bytes, ...]:
        """Oldest first."""
        ...


class IntakeResult(Value):
    """`new` starts a workflow; `joined` signals the open one; `repeated` does nothing."""

    case: Case
    kind: str
    inquiry_number: int


class Cases(Protocol):
    """Cases and the inquiries that made them."""

    def take_in(
        self, inquiry: Inquiry, *, org_id: str, motion: Motion, playbook_digest: str, agent_version: str, now: Instant
    ) -> IntakeResult:
        """Commit an inquiry: a new case, a join to the same person's open case, or a repeated delivery."""
        ...

    def get(self, case_id: str) -> Case:
        """Raises `DomainError` (case_unknown)."""
        ...

    def set_lead(self, case_id: str, lead_id: str) -> None: ...

    def close(self, case_id: str, outcome: CaseOutcome, *, seen_inquiries: int, now: Instant) -> bool:
        """Close, unless an inquiry joined that the workflow has not seen: then False, and the case stays open."""
        ...


class Reviews(Protocol):
    """The review queue and the decision store: one ending per case and round."""

    def open_round(self, opening: ReviewOpening) -> None:
        """Idempotent for the same case, round and digest."""
        ...

    def record(self, signed: SignedDecision, envelope: DecisionEnvelope, *, now: Instant, quorum: int = 1) -> Recorded:
        """Offer a verified decision. In one transaction with the round's ending.

        `quorum` is how many must sign what this one approves: an edit, or a stricter policy, may ask for more than the
        round was opened with, and never for fewer.
        """
        ...

    def decision(self, decision_id: str) -> SignedDecision | None: ...

    def decisions_of_round(self, case_id: str, round: int) -> tuple[SignedDecision, ...]: ...

    def outcome(self, case_id: str, round: int) -> RoundOutcome: ...

    def opening(self, case_id: str, round: int) -> ReviewOpening | None: ...

    def rounds_of_case(self, case_id: str) -> tuple[int, ...]:
        """Every round that was opened or decided, in order."""
        ...

    def expire(self, case_id: str, round: int, *, now: Instant) -> RoundOutcome:
        """End the round as expired, unless a decision in time already ended it: then that outcome."""
        ...

    def supersede(self, case_id: str, round: int, *, now: Instant) -> RoundOutcome:
        """End the round because its proposal no longer fits, unless it has already ended: then that outcome."""
        ...

    def note_step(self, case_id: str, round: int, step: LadderStep, notified: str, *, now: Instant) -> None: ...

    def delivered(self, decision_id: str, *, now: Instant) -> None:
        """The workflow has taken the decision in."""
        ...

    def waiting(self, org_id: str, *, after: tuple[str, int] | None, limit: int) -> tuple[ReviewOpening, ...]:
        """Open rounds by case and number, from the one after `after` on."""
        ...

    def count_decisions(self, reviewer: str, *, since: Instant) -> int:
        """How many decisions somebody (or the policy signer) has signed since then."""
        ...


class Rotation(Protocol):
    """Whose turn it is in each team, fair among any number of workers."""

    def take(self, turn: Turn, seats: Sequence[Seat], *, now: Instant) -> str:
        """The member whose turn it is; empty where nobody has room, leads that still wait for approval counted.

        A repeated call for the same turn gives the same member. A case that comes back in another round stays with
        its member while that one is among the seats.
        """
        ...


class Receipts(Protocol):
    def put(self, receipt: WriteReceipt) -> None:
        """Idempotent by receipt id."""
        ...

    def get(self, receipt_id: str) -> WriteReceipt | None: ...

    def of_case(self, case_id: str) -> tuple[WriteReceipt, ...]: ...


class MailLog(Protocol):
    """Intent before effect. The state machine of one e-mail, keyed by its Message-ID.

    A notice to one of our own people rests on no decision: its `decision_id` is empty.
    """

    def begin(self, message_id: str, case_id: str, decision_id: str, *, now: Instant) -> MailState:
        """Note the intent once and return the current state."""
        ...

    def move(self, message_id: str, before: MailState, after: MailState, *, now: Instant) -> bool:
        """Compare-and-set; False when the state was not `before`."""
        ...

    def of_case(self, case_id: str) -> tuple[tuple[str, MailState], ...]:
        """The e-mails of the case's decisions, notices left out."""
        ...


class PauseSwitch(Protocol):
    def paused(self, motion: Motion) -> bool: ...

    def all_paused(self) -> frozenset[Motion]:
        """Every motion that is paused, by its own switch or by the one for all."""
        ...

    def set(self, motion: Motion | None, paused: bool, *, by: str, now: Instant, decision_id: str = "") -> None:
        """`None` means every motion. `decision_id` names the signed decision that lets writing go on."""
        ...


class AuditLog(Protocol):
    def append(self, event: AuditEvent) -> None: ...


class Playbooks(Protocol):
    def current(self) -> Playbook:
        """The playbook as its files are now. Raises `InputError` (invalid_playbook) with file, line and fix."""
        ...

    def readable(self) -> Playbook:
        """As `current`; while an edit is broken, the one before it. For taking in, never for deciding or writing."""
        ...

    def pinned(self, digest: str) -> Playbook:
        """The one that a case was started with."""
        ...


class PlaybookLines(Protocol):
    def place_of(self, path: tuple[str | int, ...]) -> str:
        """`file.yaml:line` where the value at this path stands now. Raises `InputError` where there is no playbook."""
        ...


class CrmReader(Protocol):
    """Bounded reads: candidates by index, one lead by id, never a scan."""

    def candidates(self, inquiry: Inquiry) -> tuple[CrmRecord, ...]:
        """Leads, contacts and accounts that may be this person or company; at most 60 records, one call."""
        ...

    def queues(self) -> tuple[CrmRecord, ...]:
        """The org's queues; an adapter may remember them for some minutes."""
        ...

    def snapshot(self, lead_id: str) -> CrmSnapshot:
        """At most two composite calls. Raises `CrmError` (crm_record_missing)."""
        ...


class LeadTouches(Protocol):
    """Who worked with one lead. Bounded reads by id."""

    def look(self, lead_id: str, *, since: Instant) -> LeadNow:
        """The lead, and at most 50 of each kind of activity that somebody else than us changed since, oldest first.

        One call. A deleted or merged lead comes as such. Raises `CrmError`.
        """
        ...

    def user_id(self) -> str:
        """Who we are in the CRM."""
        ...


class ChangedLeads(Protocol):
    """Leads that people changed and that still wait in the intake queue."""

    def look(self, queue: str, closed_status: str, cursor: PollCursor | None) -> ChangedPage:
        """What comes after the cursor, and the overlap behind it; without a cursor only the CRM's time.

        One call once the queue is known. Never a lead that is owned, converted or closed (`closed_status` is the
        org's own word for it), nor one that the integration user changed last. Raises `CrmError`, and `InputError`
        (invalid_playbook) where there is no such queue.
        """
        ...


class ReadinessReports(Protocol):
    """The readiness audits of an org, for the pages. Raises `StoreError`."""

    def keep(self, report: ReadinessReport) -> None: ...


class Cursors(Protocol):
    """How far each org's leads were read."""

    def get(self, org_id: str) -> PollCursor | None: ...

    def put(self, org_id: str, cursor: PollCursor, *, now: Instant) -> None:
        """Replaces the one before."""
        ...


class WriteOrder(Value):
    """Ids only; the guard loads, verifies and recomputes everything itself."""

    org_id: str
    case_id: str
    round: int
    decision_id: str
    phase: Phase
    motion: Motion
    attempt: int
    agent_version: str
    snapshot_slot: str = ""


class UndoOrder(Value):
    org_id: str
    case_id: str
    receipt_id: str
    decision_id: str
    motion: Motion
    attempt: int
    agent_version: str


class CrmWriter(Protocol):
    """The only way to a CRM write. Every method passes the guard first."""

    def apply(self, order: WriteOrder) -> WriteOutcome: ...

    def undo(self, order: UndoOrder) -> UndoOutcome: ...

    def find_undone(self, order: UndoOrder) -> UndoOutcome | None:
        """What the CRM holds of this undo, filed if it was not; None where it holds nothing. Writes nothing there."""
        ...

    def find_written(self, order: WriteOrder) -> WriteReceipt | None:
        """The receipt of what the CRM holds under this decision and step, filed if it was not. Writes nothing there."""
        ...

    def note_rejection(self, order: WriteOrder) -> bool:
        """Leave the ledger row of a signed rejection; once, however often it is asked.

        False where the motion's level lets nothing be written to the CRM.
        """
        ...


class MailGuard(Protocol):
    """Gives out the e-mail of a decision, if that decision authorises sending it now."""

    def authorised_mail(self, order: WriteOrder) -> SendEmail: ...


class Mailer(Protocol):
    def send(self, mail: SendEmail, message_id: str) -> None:
        """Hand over to the mail server. Returns when it accepted.

        Raises `MailError` with `mail_unavailable` where nothing was accepted and another try is safe,
        `mail_refused` for a final no, and `MailUnclear` where nobody can know.
        """
        ...


class NoticeMailer(Protocol):
    def send_notice(self, notice: OwnerNotice, message_id: str) -> None:
        """Hand over an e-mail to one of our own people. Returns and raises as `Mailer.send`."""
        ...


class MailUnclear(Exception):
    """The connection broke after the text was handed over. Never send again."""


class Enricher(Protocol):
    """One provider. Down or unknown is an answer, not an exception."""

    name: str

    def enrich(self, inquiry: Inquiry, snapshot: CrmSnapshot, *, now: Instant) -> Sequence[Signal]: ...


class SignalCache(Protocol):
    """What outside providers answered about companies, by provider and company domain. It knows no person."""

    def find(self, provider: str, company: str, *, since: Instant) -> tuple[Signal, ...] | None:
        """The answer, if it was given at `since` or later."""
        ...

    def keep(self, provider: str, company: str, signals: Sequence[Signal], *, now: Instant) -> None:
        """Replaces the answer before it."""
        ...


class DraftWriter(Protocol):
    """Writes the brief and the e-mail. Raises `ModelError`."""

    version: str

    def draft(self, request: DraftRequest) -> Draft: ...


class ModelCalls(Protocol):
    """The books of the language model."""

    def record(self, call: ModelCall) -> None:
        """Idempotent by call id."""
        ...

    def spent(self, *, case_id: str = "", since: Instant | None = None, until: Instant | None = None) -> ModelSpend:
        """Of one case, of a stretch of time (`until` excluded), or of all."""
        ...

    def of_case(self, case_id: str) -> tuple[ModelCall, ...]:
        """Oldest first."""
        ...

    def judged(self, case_id: str, round: int, agent_version: str, count: ClaimCount, *, now: Instant) -> None:
        """What the check of a round's first answer found; the first note of a round stays."""
        ...

    def claims(self) -> Mapping[str, ClaimCount]:
        """By agent version."""
        ...


class Absences(Protocol):
    """What people said of their being away."""

    def current(self, *, now: Instant) -> Mapping[str, Instant]:
        """Login to the moment of return, for everybody who is away now."""
        ...


class DecisionSigner(Protocol):
    """Holds one private key; lives in `approval_ui` (people) or in the signer worker (policy)."""

    @property
    def key_id(self) -> str:
        """The key that signs now."""
        ...

    def sign(self, envelope: DecisionEnvelope) -> SignedDecision: ...
