"""What the audit says: ids, codes and salted digests, never a person's data."""

from enum import StrEnum

from domain.model import Instant, Value


class AuditKind(StrEnum):
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    CASE_RECOVERED = "case_recovered"
    """Its workflow was gone; the recovery looks at what it had done."""
    REVIEW_OPENED = "review_opened"
    REVIEW_ESCALATED = "review_escalated"
    REVIEW_EXPIRED = "review_expired"
    REVIEW_SUPERSEDED = "review_superseded"
    DECISION_RECORDED = "decision_recorded"
    DECISION_ACCEPTED = "decision_accepted"
    DECISION_REFUSED = "decision_refused"
    POLICY_SIGNED = "policy_signed"
    WRITE_REFUSED = "write_refused"
    WRITTEN = "written"
    REJECTION_NOTED = "rejection_noted"
    MAIL_ACCEPTED = "mail_accepted"
    MAIL_STOPPED = "mail_stopped"
    MAIL_UNKNOWN = "mail_delivery_unknown"
    MAIL_REFUSED = "mail_refused"
    UNDONE = "undone"
    UNDO_BATCH_ASKED = "undo_batch_asked"
    """Somebody asked what taking back many writes would do; the code says of which agent version or case."""
    UNDO_BATCH_SIGNED = "undo_batch_signed"
    UNDO_BATCH_DONE = "undo_batch_done"
    UNDO_STOPPED = "undo_stopped"
    """Ops ended the workflow of an undo, or of a batch of them, before it was done."""
    PAUSED = "paused"
    RESUMED = "resumed"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_LOCKED = "sign_in_locked"
    SIGNED_OUT = "signed_out"
    ACCOUNT_SET = "account_set"
    """Somebody at the command line gave a person a password; the code says whether it is the first one."""
    ACCOUNT_CLOSED = "account_closed"
    ABSENCE_SET = "absence_set"
    HANDED_OVER = "handed_over"
    WRONG_ORG = "wrong_org"
    """The CRM worker's credentials were those of another org; the subject is that org's id."""
    KEY_MADE = "key_made"
    KEY_RETIRED = "key_retired"
    KEY_REVOKED = "key_revoked"
    EXCEPTION_OPENED = "exception_opened"
    EXCEPTION_ESCALATED = "exception_escalated"
    EXCEPTION_CLAIMED = "exception_claimed"
    EXCEPTION_RELEASED = "exception_released"
    RESOLUTION_RECORDED = "resolution_recorded"
    EXCEPTION_RESOLVED = "exception_resolved"
    EXCEPTION_UNRESOLVED = "exception_unresolved"
    """Nobody resolved it in time, or another inquiry made it pointless; the code says which."""
    SLACK_LINKED = "slack_linked"
    INQUIRY_SKIPPED = "inquiry_skipped"
    OWNER_TOLD = "owner_told"
    FIRST_TOUCH = "first_touch"
    SLA_BREACHED = "sla_breached"
    WATCH_ENDED = "watch_ended"
    """The watch over an assignment ended without a first touch; the code says why."""
    OWNER_UNFIT = "owner_unfit"
    """The owner whom a waiting round proposes can take nothing any more."""
    REVIEW_CLAIMED = "review_claimed"
    REVIEW_RELEASED = "review_released"
    REVIEW_SNOOZED = "review_snoozed"
    REVIEW_REASSIGNED = "review_reassigned"


class ChainHead(Value):
    """The end of an org's chain. One kept outside the database shows whether entries were cut off."""

    org_id: str
    position: int
    entry_hash: str


class AuditEvent(Value):
    """One thing that happened. `key` makes it idempotent: the same key twice is one entry."""

    key: str
    kind: AuditKind
    org_id: str
    case_id: str = ""
    actor: str = ""
    """A login, a key id, or the name of the part that acted."""
    subject: str = ""
    """Decision, receipt or document id."""
    digest: str = ""
    agent_version: str = ""
    code: str = ""
    at: Instant
