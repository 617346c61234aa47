"""A case: everything that belongs to one inquiry (and those that joined it), and how it ended."""

import hashlib
import hmac
from enum import StrEnum

from domain.field_facts import FieldFacts
from domain.leads import Motion
from domain.model import Instant, Value
from domain.permissions import RiskCategory


class CaseState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """The named endings. A case without one is lost, and a demo run fails on it."""

    WRITTEN = "written"
    PARTLY_WRITTEN = "partly_written"
    """Some of the approved steps could not be done (mail refused or stopped); the card says which."""
    REJECTED = "rejected"
    EXPIRED = "expired"
    NOTHING_TO_DO = "nothing_to_do"
    READ_ONLY = "read_only"
    """The permission level allows summaries only."""
    ACCEPTED_NOT_WRITTEN = "accepted_not_written"
    """Level `draft`: the verdict was recorded, nothing was written."""
    EXCEPTION = "exception"
    """Handed to a person by name; `CaseException` says what and to whom."""
    CONVERTED = "converted_by_someone_else"
    DELETED = "deleted_by_someone_else"
    CANCELLED = "cancelled_by_ops"


class ExceptionCode(StrEnum):
    """What needs a person before the case can go on."""

    AMBIGUOUS_MATCH = "ambiguous_match"
    MISSING_IDENTITY = "missing_identity"
    ROUTING_CONFLICT = "routing_conflict"
    NO_OWNER = "no_owner"
    CRM_RECORD_MISSING = "crm_record_missing"
    CRM_REFUSED = "crm_refused"
    CONFLICT_REPEATED = "conflict_repeated"
    TOO_MANY_REDRAFTS = "too_many_redrafts"
    REVIEW_EXPIRED = "review_expired"
    POLICY_SIGNER_REFUSED = "policy_signer_refused"
    FORBIDDEN = "forbidden"
    WRITE_NOT_AUTHORISED = "write_not_authorised"
    STEP_FAILED = "step_failed"
    CRM_PROTOCOL = "crm_protocol"
    """The CRM, or something before it, kept answering what nobody can read."""
    WRITE_UNFINISHED = "write_unfinished"
    """The case was stopped between an approval and its end: what was approved may be written, sent, or neither."""
    BROKEN_OFF = "broken_off"
    """Its workflow is gone, and nothing that was approved is left to do."""


class Act(StrEnum):
    """What a person can do about an exception."""

    CHOOSE_MATCH = "choose_match"
    CHOOSE_OWNER = "choose_owner"
    SUPPLY_FIELD = "supply_field"
    RETRY = "retry"
    CLOSE = "close"


class Case(Value):
    case_id: str
    org_id: str
    motion: Motion
    workflow_id: str
    state: CaseState
    outcome: CaseOutcome | None = None
    playbook_digest: str
    agent_version: str
    lead_id: str = ""
    inquiry_count: int = 1
    opened_at: Instant
    closed_at: Instant | None = None


class DocumentKind(StrEnum):
    INQUIRY = "inquiry"
    MATCH = "match"
    SNAPSHOT = "snapshot"
    CONTEXT = "context"
    """What was said and done before: `domain.context.CaseContext`."""
    CALL = "call"
    """What one call or note said: `domain.calls.CallReading`, in the slot of its text."""
    ENRICHMENT = "enrichment"
    QUALIFICATION = "qualification"
    ROUTING = "routing"
    DRAFT = "draft"
    PROPOSAL = "proposal"
    """The signed bytes of `ProposalContent`."""
    FINAL = "final"
    """The signed bytes after a reviewer's edits and ticks."""
    CARD = "card"
    """What the review page shows beside the signed content: `domain.cards.ReviewCard`."""
    REASON = "reason"
    UNDO = "undo"
    """What a signed undo came to, by its decision's id: `domain.undoing.UndoReport`."""
    ASSIGNMENT = "assignment"
    """Who was given the lead, and by when somebody is to work on it: `domain.first_touch.Assignment`."""
    FIRST_TOUCH = "first_touch"
    """Who worked on it first, and how soon: `domain.first_touch.FirstTouch`."""
    BREACH = "breach"
    """That nobody had by the deadline: `domain.first_touch.Breach`."""
    EXCEPTION = "exception"
    """A named reason to ask a person, by the exception's number: `CaseException`."""
    OFFERED = "offered_resolution"
    """What somebody sent to resolve one, before anybody knew whether they were first; by the resolution's id."""
    RESOLUTION = "resolution"
    """What resolved an exception, by its number: `domain.resolutions.Resolved`."""
    FAILURE = "failure"


class DocumentRef(Value):
    """Where a document lies. `digest` is salted per case, so it reveals nothing once the salt is erased."""

    id: str
    digest: str


class LadderStep(StrEnum):
    REMINDER = "reminder"
    FALLBACK = "fallback"
    MANAGER = "manager"
    EXPIRY = "expiry"


class Deadline(Value):
    step: LadderStep
    at: Instant
    notify: str
    """Login or queue that hears of it."""


class Ladder(Value):
    """The escalating timeout of one review, in order of time; the last step is always the expiry."""

    deadlines: tuple[Deadline, ...]

    @property
    def expires_at(self) -> Instant:
        return self.deadlines[-1].at

    def first_after(self, at: Instant) -> Deadline:
        """The first step that lies later; the expiry where none does."""
        return next((d for d in self.deadlines if d.at > at), self.deadlines[-1])

    def after_step(self, taken: LadderStep) -> Deadline:
        """The step that comes when `taken` was; the expiry after the last one, or one that this ladder has not."""
        steps = [d.step for d in self.deadlines]
        following = steps.index(taken) + 1 if taken in steps else len(steps)
        return self.deadlines[min(following, len(steps) - 1)]


class Choice(Value):
    """One thing to choose from, as it was when the exception was opened."""

    id: str
    label: str
    detail: str = ""


class CaseException(Value):
    """A named reason to ask a person, with an owner, a deadline and the acts that resolve it."""

    code: ExceptionCode
    owner: str
    """Who is asked, by name."""
    next_step: str
    detail: str = ""
    acts: tuple[Act, ...] = ()
    """None where it was opened before exceptions could be resolved."""
    matches: tuple[Choice, ...] = ()
    """Records that a person may choose as the match."""
    owners: tuple[Choice, ...] = ()
    """Users and queues that may be chosen as the owner."""
    fields: FieldFacts = {}
    """Per object the fields that may be supplied, with what the org takes."""
    ladder: Ladder | None = None


class ReviewOpening(Value):
    """What the review queue shows of one round. Kept in the application database only."""

    case_id: str
    org_id: str
    round: int
    motion: Motion
    workflow_id: str
    title: str
    subtitle: str = ""
    risk: RiskCategory
    score: int | None = None
    band: str = ""
    owner_name: str = ""
    assignee: str = ""
    proposal_digest: str
    quorum: int = 1
    opened_at: Instant
    ladder: Ladder
    territory: str = ""
    respond_by: Instant | None = None
    """The SLA deadline for the first human answer."""
    account_key: str = ""
    """What proposals for one account have in common: its id, else a digest of its name; empty stands alone."""
    search_text: str = ""
    """`domain.review_queue.searchable` of the people and names that it is found by."""


def person_key(secret: bytes, org_id: str, email: str, phone: str, name: str, company: str) -> str:
    """Keyed digest of who somebody is, to find their open case without keeping an address in an index.

    The e-mail address decides where there is one, else the phone number, else name with company. HMAC-SHA-256, hex.
    """
    if email.strip():
        who = "mail:" + email.strip().casefold()
    elif phone.strip():
        who = "phone:" + "".join(c for c in phone if c.isdigit())
    else:
        who = "name:" + " ".join(f"{name} {company}".casefold().split())
    return hmac.new(secret, f"{org_id}\n{who}".encode(), hashlib.sha256).hexdigest()
