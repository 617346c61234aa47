"""What codes are called on the page, and how spans of time read. English, short, no internal names."""

import re
from datetime import timedelta

from domain.audit import AuditKind
from domain.cases import CaseOutcome, ExceptionCode, LadderStep
from domain.decisions import Verdict
from domain.errors import MailRefusal, RefusalReason
from domain.leads import Motion
from domain.model import Instant, Scalar
from domain.receipts import MailState, WriteOutcomeKind
from domain.undoing import UndoStage

MOTION: dict[Motion, str] = {
    Motion.INBOUND: "Inbound",
    Motion.RESEARCH: "Research",
    Motion.FOLLOW_UP: "Follow-up",
    Motion.HYGIENE: "Hygiene",
    Motion.NUDGE: "Nudge",
}

STEP: dict[LadderStep, str] = {
    LadderStep.REMINDER: "reminder",
    LadderStep.FALLBACK: "goes to fallback",
    LadderStep.MANAGER: "goes to manager",
    LadderStep.EXPIRY: "expires",
}

RUNG: dict[LadderStep, str] = {
    LadderStep.REMINDER: "reminded",
    LadderStep.FALLBACK: "with the fallback",
    LadderStep.MANAGER: "with the manager",
    LadderStep.EXPIRY: "expired",
}

VERDICT: dict[Verdict, str] = {
    Verdict.APPROVE: "approved",
    Verdict.APPROVE_EDITED: "approved with edits",
    Verdict.REJECT: "rejected",
    Verdict.RESPOND: "asked for another draft",
}

OUTCOME: dict[CaseOutcome, str] = {
    CaseOutcome.WRITTEN: "Written",
    CaseOutcome.PARTLY_WRITTEN: "Partly written",
    CaseOutcome.REJECTED: "Rejected",
    CaseOutcome.EXPIRED: "Expired",
    CaseOutcome.NOTHING_TO_DO: "Nothing to do",
    CaseOutcome.READ_ONLY: "Read only",
    CaseOutcome.ACCEPTED_NOT_WRITTEN: "Accepted, not written",
    CaseOutcome.EXCEPTION: "Stopped by an exception",
    CaseOutcome.CONVERTED: "Converted by someone",
    CaseOutcome.DELETED: "Deleted by someone",
    CaseOutcome.CANCELLED: "Cancelled by ops",
}

GOOD_OUTCOMES = frozenset({CaseOutcome.WRITTEN, CaseOutcome.NOTHING_TO_DO, CaseOutcome.ACCEPTED_NOT_WRITTEN})
BAD_OUTCOMES = frozenset({CaseOutcome.EXCEPTION, CaseOutcome.EXPIRED, CaseOutcome.PARTLY_WRITTEN})

MAIL: dict[MailState, str] = {
    MailState.INTENDED: "not sent yet",
    MailState.SENDING: "being sent",
    MailState.ACCEPTED: "accepted by the mail server",
    MailState.REFUSED: "refused, and not sent",
    MailState.STOPPED: "stopped before it left",
    MailState.UNKNOWN: "delivery unknown; it is never sent again",
}

MAIL_REFUSAL: dict[str, str] = {
    MailRefusal.SERVER: "refused by the mail server",
    MailRefusal.ADDRESS: "not sent: its recipient or a header of it cannot be written to",
    MailRefusal.OPTED_OUT: "not sent: the recipient opted out",
    MailRefusal.RECORD_GONE: "not sent: the recipient was deleted, merged or converted in the CRM",
    MailRefusal.TAKEN_BACK: "not sent: what was written before it was taken back",
    MailRefusal.SANDBOX: "not sent: the org is a sandbox, and may not reach this address",
}


def mail_text(state: MailState, refusal: str) -> str:
    """How an e-mail stands. `refusal` is the audit's code of why it was refused, where it was."""
    return MAIL_REFUSAL.get(refusal, MAIL[state]) if state is MailState.REFUSED else MAIL[state]


EXCEPTION: dict[ExceptionCode, str] = {
    ExceptionCode.AMBIGUOUS_MATCH: "More than one CRM record fits this person",
    ExceptionCode.MISSING_IDENTITY: "Too little is known about who this is",
    ExceptionCode.ROUTING_CONFLICT: "Two routing rules name different owners",
    ExceptionCode.NO_OWNER: "No owner could be found",
    ExceptionCode.CRM_RECORD_MISSING: "The CRM record is gone",
    ExceptionCode.CRM_REFUSED: "The CRM refused the change",
    ExceptionCode.CONFLICT_REPEATED: "The record kept changing while it was reviewed",
    ExceptionCode.TOO_MANY_REDRAFTS: "Five drafts were asked for",
    ExceptionCode.REVIEW_EXPIRED: "Nobody decided in time",
    ExceptionCode.POLICY_SIGNER_REFUSED: "The policy signer refused",
    ExceptionCode.FORBIDDEN: "The playbook forbids a part of it",
    ExceptionCode.WRITE_NOT_AUTHORISED: "The write guard refused the decision",
    ExceptionCode.STEP_FAILED: "A step failed",
    ExceptionCode.CRM_PROTOCOL: "The CRM gives answers that cannot be read",
    ExceptionCode.WRITE_UNFINISHED: "The case was stopped after it had been approved",
    ExceptionCode.BROKEN_OFF: "The case broke off",
}

REFUSAL: dict[str, str] = {
    RefusalReason.UNKNOWN_DECISION: "the decision could not be found",
    RefusalReason.BAD_SIGNATURE: "its signature does not verify",
    RefusalReason.UNKNOWN_KEY: "its signing key is not known",
    RefusalReason.REVOKED_KEY: "its signing key was revoked",
    RefusalReason.WRONG_ORG: "it was signed for another organisation",
    RefusalReason.WRONG_PURPOSE: "it was signed for another purpose",
    RefusalReason.WRONG_CASE: "it was signed for another case",
    RefusalReason.WRONG_ROUND: "it was signed for another round",
    RefusalReason.DIGEST_MISMATCH: "it was signed over a different change",
    RefusalReason.LATE: "it was made after the deadline",
    RefusalReason.EXPIRED: "the approval has expired",
    RefusalReason.NOT_AN_APPROVAL: "it is not an approval",
    RefusalReason.NOT_A_REJECTION: "it is not a rejection",
    RefusalReason.ROLE_TOO_LOW: "a manager must sign this",
    RefusalReason.APPROVER_NO_ACCESS: "who approved may not edit this record in the CRM",
    RefusalReason.LEVEL_TOO_LOW: "the permission level no longer allows it",
    RefusalReason.QUORUM_INCOMPLETE: "another signature is needed",
    RefusalReason.POLICY_KEY_NOT_ALLOWED: "the policy key may not sign this",
    RefusalReason.FIELD_NOT_ALLOWED: "it touches a field the playbook does not allow",
    RefusalReason.FORBIDDEN_ACTION: "the policy forbids it",
    RefusalReason.ALREADY_DECIDED: "it was already decided",
    RefusalReason.ROUND_CLOSED: "the review was closed",
    RefusalReason.NOT_WAITING: "the case was not waiting for a decision",
}

AUDIT: dict[AuditKind, str] = {
    AuditKind.CASE_OPENED: "Case opened",
    AuditKind.CASE_CLOSED: "Case closed",
    AuditKind.REVIEW_OPENED: "Review opened",
    AuditKind.REVIEW_ESCALATED: "Review escalated",
    AuditKind.REVIEW_EXPIRED: "Review expired",
    AuditKind.REVIEW_SUPERSEDED: "Review replaced by a newer proposal",
    AuditKind.DECISION_RECORDED: "Decision signed and stored",
    AuditKind.DECISION_ACCEPTED: "Decision taken in by the workflow",
    AuditKind.DECISION_REFUSED: "Decision refused",
    AuditKind.POLICY_SIGNED: "Signed by policy",
    AuditKind.WRITE_REFUSED: "Write refused",
    AuditKind.WRITTEN: "Written to the CRM",
    AuditKind.REJECTION_NOTED: "Rejection noted in the CRM",
    AuditKind.CASE_RECOVERED: "Case taken over by the recovery",
    AuditKind.MAIL_ACCEPTED: "E-mail accepted",
    AuditKind.MAIL_STOPPED: "E-mail stopped",
    AuditKind.MAIL_UNKNOWN: "E-mail delivery unknown",
    AuditKind.MAIL_REFUSED: "E-mail refused",
    AuditKind.UNDONE: "Write undone",
    AuditKind.UNDO_BATCH_ASKED: "Undo of many writes looked at",
    AuditKind.UNDO_BATCH_SIGNED: "Undo of many writes signed",
    AuditKind.UNDO_STOPPED: "Undo stopped by ops",
    AuditKind.UNDO_BATCH_DONE: "Undo of many writes carried out",
    AuditKind.PAUSED: "Paused",
    AuditKind.RESUMED: "Resumed",
    AuditKind.SIGNED_IN: "Signed in",
    AuditKind.SIGN_IN_REFUSED: "Sign-in refused",
    AuditKind.SIGN_IN_LOCKED: "Sign-in locked after too many attempts",
    AuditKind.SIGNED_OUT: "Signed out",
    AuditKind.ACCOUNT_SET: "Password set, sessions ended",
    AuditKind.ACCOUNT_CLOSED: "Account closed, sessions ended",
    AuditKind.ABSENCE_SET: "Somebody is away",
    AuditKind.HANDED_OVER: "Review handed over",
    AuditKind.KEY_MADE: "Signing key made",
    AuditKind.KEY_RETIRED: "Signing key retired",
    AuditKind.KEY_REVOKED: "Signing key revoked",
    AuditKind.WRONG_ORG: "Credentials of another org refused",
    AuditKind.EXCEPTION_OPENED: "Exception opened",
    AuditKind.EXCEPTION_ESCALATED: "Somebody was reminded of the exception",
    AuditKind.EXCEPTION_CLAIMED: "Exception claimed",
    AuditKind.EXCEPTION_RELEASED: "Exception released",
    AuditKind.RESOLUTION_RECORDED: "Answer to the exception stored",
    AuditKind.EXCEPTION_RESOLVED: "Exception resolved",
    AuditKind.EXCEPTION_UNRESOLVED: "Exception ended without an answer",
    AuditKind.SLACK_LINKED: "Slack user linked to an account",
    AuditKind.INQUIRY_SKIPPED: "Lead of the CRM not taken in",
    AuditKind.OWNER_TOLD: "Owner told by mail",
    AuditKind.FIRST_TOUCH: "First human activity",
    AuditKind.SLA_BREACHED: "No answer by the deadline",
    AuditKind.WATCH_ENDED: "No longer watched for an answer",
    AuditKind.OWNER_UNFIT: "Proposed owner dropped out",
    AuditKind.REVIEW_CLAIMED: "Review claimed",
    AuditKind.REVIEW_RELEASED: "Review released",
    AuditKind.REVIEW_SNOOZED: "Review snoozed",
    AuditKind.REVIEW_REASSIGNED: "Review reassigned",
}

UNDO_STAGE: dict[UndoStage, str] = {
    UndoStage.NOT_ASKED: "",
    UndoStage.WAITING: "Undo signed; it waits for the workflow engine",
    UndoStage.UNDERWAY: "Undo signed; it is being carried out",
    UndoStage.STOPPED: "Undo stopped by ops; it was signed and not carried out",
    UndoStage.DONE: "Taken back",
    UndoStage.IN_PART: "Taken back in part",
    UndoStage.KEPT: "Nothing could be taken back",
    UndoStage.REFUSED: "The undo was refused",
}

WRITE: dict[WriteOutcomeKind, str] = {
    WriteOutcomeKind.WRITTEN: "Written",
    WriteOutcomeKind.NOTHING_TO_WRITE: "Nothing to write",
    WriteOutcomeKind.CONFLICT: "The record changed meanwhile",
    WriteOutcomeKind.DELETED: "The record was deleted",
    WriteOutcomeKind.CONVERTED: "The lead was converted",
    WriteOutcomeKind.MERGED: "The record was merged into another",
    WriteOutcomeKind.REASSIGNED: "Somebody gave the record to another owner meanwhile",
    WriteOutcomeKind.HUMAN_TOUCH: "A person worked on the record meanwhile",
    WriteOutcomeKind.OPTED_OUT: "The person opted out meanwhile",
    WriteOutcomeKind.REFUSED_BY_CRM: "The CRM refused the values",
}

REOPENED: dict[str, str] = {
    "redraft": "Another draft was asked for; this is it.",
    "owner_unfit": "The owner proposed before can no longer take it. Routing has chosen again and says why.",
    "documents_missing": "What was proposed before was no longer in the store. It was made anew from the record.",
    "resolved": "A person resolved what had stopped this case; the evidence names who.",
    "no_answer": "Nobody has worked on this lead since it was assigned, and its deadline has passed.",
}
"""Why a card is there again, where no write says it."""

_FIELDS = {
    "OwnerId": "Owner",
    "Status": "Status",
    "LeadSource": "Lead source",
    "NumberOfEmployees": "Employees",
    "HasOptedOutOfEmail": "Opted out of e-mail",
    "StageName": "Stage",
    "CountryCode": "Country",
    "AnnualRevenue": "Annual revenue",
    "after_owner_id": "Owner",
    "due_date": "Due",
    "ActivityDate": "Due",
    "WhoId": "About",
    "WhatId": "About",
    "owner_id": "Owner",
}


def field_label(name: str) -> str:
    """`NumberOfEmployees` as Employees, `Routing_Reason__c` as Routing reason."""
    if name in _FIELDS:
        return _FIELDS[name]
    if not re.fullmatch(r"[A-Za-z]\w*", name):
        # A rule's or territory's own name: people wrote it as they want to read it.
        return name
    bare = re.sub(r"__c$", "", name).replace("_", " ")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", bare).split()
    kept = [w if w.isupper() else w.lower() for w in words]
    text = " ".join(kept)
    return text[:1].upper() + text[1:]


def value_text(value: Scalar) -> str:
    """One CRM value as people write it; `empty` for nothing."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return f"{int(value):,}".replace(",", " ")
    return str(value)


def span(delta: timedelta) -> str:
    """`22 min`, `3 h 05`, `2 days`; below a minute `now`. Negative spans read as if positive."""
    minutes = int(abs(delta).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    days = minutes // (24 * 60)
    return "1 day" if days == 1 else f"{days} days"


def ago(at: Instant, now: Instant) -> str:
    text = span(now - at)
    return "just now" if text == "now" else f"{text} ago"


def plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
