"""Which failure is worth another try. One table; a code that is missing here is a failing test.

When do you need to touch this? When `domain.errors.ErrorCode` gains a member.
"""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from domain.errors import DomainError, ErrorCode

RETRYABLE: dict[ErrorCode, bool] = {
    ErrorCode.INVALID_INQUIRY: False,  # the same bytes will be as wrong tomorrow
    ErrorCode.INVALID_PLAYBOOK: True,  # somebody is editing it; the case waits for a good one
    ErrorCode.DOCUMENT_MISSING: False,  # committed before it was named: it is gone for good
    ErrorCode.CASE_UNKNOWN: False,
    ErrorCode.CRM_UNAVAILABLE: True,
    ErrorCode.CRM_RATE_LIMITED: True,
    ErrorCode.CRM_LOCKED: True,
    ErrorCode.CRM_UNAUTHORISED: True,  # ops renew a credential; nothing may be lost meanwhile
    ErrorCode.CRM_WRONG_ORG: True,  # ops put the right credentials in; nothing may be lost meanwhile
    ErrorCode.CRM_CONSENT_UNREAD: True,  # ops correct the playbook; nobody may be written to meanwhile
    ErrorCode.CRM_FORBIDDEN: False,
    ErrorCode.CRM_RECORD_MISSING: False,
    ErrorCode.CRM_REFUSED_VALUE: False,
    ErrorCode.CRM_DUPLICATE_RULE: False,
    ErrorCode.CRM_CONFLICT: True,  # a race that the re-read decides
    ErrorCode.CRM_PROTOCOL: True,  # a proxy's error page, most often
    ErrorCode.PAUSED: True,
    ErrorCode.NOT_AUTHORISED: False,
    ErrorCode.MODEL_UNAVAILABLE: True,
    ErrorCode.MODEL_RATE_LIMITED: True,
    ErrorCode.MODEL_REFUSED: False,
    ErrorCode.MODEL_MALFORMED: True,
    ErrorCode.MODEL_CAP_REACHED: False,  # the template writer goes on
    ErrorCode.MAIL_UNAVAILABLE: True,
    ErrorCode.MAIL_REFUSED: False,
    ErrorCode.NOTIFY_UNAVAILABLE: True,
    ErrorCode.NOTIFY_UNAUTHORISED: True,  # ops renew a token; nothing may be lost meanwhile
    ErrorCode.NOTIFY_RATE_LIMITED: True,
    ErrorCode.NOTIFY_REFUSED: False,
    ErrorCode.NOTIFY_UNCLEAR: False,  # it may have arrived
    ErrorCode.POLICY_CAP_REACHED: False,
    ErrorCode.STORE_UNAVAILABLE: True,
    ErrorCode.UNEXPECTED: True,  # a bug: retried until a deploy mends it, visible meanwhile
}

TRIES: dict[ErrorCode, int] = {
    # About seven minutes of a proxy's error pages. After that a person is told, who can have it tried again.
    ErrorCode.CRM_PROTOCOL: 12,
}
"""How often a step of a case is tried where more of the same would go unseen; the others go on as long as it takes."""

PAUSE_POLL = timedelta(seconds=3)
"""How soon a paused write looks again: stopping and resuming must both take effect within seconds."""


def is_final(error: DomainError, attempt: int) -> bool:
    """Whether a step that fails so at this attempt is not tried again."""
    return not RETRYABLE[error.code] or attempt >= TRIES.get(error.code, attempt + 1)


def to_failure(error: DomainError, document_id: str, attempt: int = 1) -> ApplicationError:
    """What Temporal is told: the code, and where the detail lies. Never the detail.

    `attempt` is that of a step of a case; 1 for work that belongs to none, which the next schedule repeats.
    """
    delay = PAUSE_POLL if error.code is ErrorCode.PAUSED else None
    if error.retry_after_seconds is not None:
        delay = timedelta(seconds=min(error.retry_after_seconds, 3600))
    where = f"; detail in document {document_id}" if document_id else ""
    return ApplicationError(
        f"{error.code.value}{where}",
        type=error.code.value,
        non_retryable=is_final(error, attempt),
        next_retry_delay=delay,
    )
