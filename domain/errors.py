"""Every way in which work can be refused or fail, by name.

A `DomainError` carries a code and the id of the document that holds the detail. The detail itself may
quote a person's data, so it never travels further than the document store: workflow history and logs
see the code only (see `runtime/failures.py`).
"""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.drafting import ModelUsage


class ErrorCode(StrEnum):
    """The names that ops, reviewers and tests see. Adding one needs a row in `activities/errors.py`."""

    # input
    INVALID_INQUIRY = "invalid_inquiry"
    INVALID_PLAYBOOK = "invalid_playbook"
    DOCUMENT_MISSING = "document_missing"
    CASE_UNKNOWN = "case_unknown"
    # CRM
    CRM_UNAVAILABLE = "crm_unavailable"
    CRM_RATE_LIMITED = "crm_rate_limited"
    CRM_LOCKED = "crm_locked"
    CRM_UNAUTHORISED = "crm_unauthorised"
    CRM_WRONG_ORG = "crm_wrong_org"
    CRM_CONSENT_UNREAD = "crm_consent_unread"
    CRM_FORBIDDEN = "crm_forbidden"
    CRM_RECORD_MISSING = "crm_record_missing"
    CRM_REFUSED_VALUE = "crm_refused_value"
    CRM_DUPLICATE_RULE = "crm_duplicate_rule"
    CRM_CONFLICT = "crm_conflict"
    CRM_PROTOCOL = "crm_protocol"
    # the write guard
    PAUSED = "paused"
    NOT_AUTHORISED = "not_authorised"
    # model
    MODEL_UNAVAILABLE = "model_unavailable"
    MODEL_RATE_LIMITED = "model_rate_limited"
    MODEL_REFUSED = "model_refused"
    MODEL_MALFORMED = "model_malformed"
    MODEL_CAP_REACHED = "model_cap_reached"
    # mail
    MAIL_UNAVAILABLE = "mail_unavailable"
    MAIL_REFUSED = "mail_refused"
    # telling people
    NOTIFY_UNAVAILABLE = "notify_unavailable"
    NOTIFY_UNAUTHORISED = "notify_unauthorised"
    NOTIFY_RATE_LIMITED = "notify_rate_limited"
    NOTIFY_REFUSED = "notify_refused"
    NOTIFY_UNCLEAR = "notify_unclear"
    # signer
    POLICY_CAP_REACHED = "policy_cap_reached"
    # storage
    STORE_UNAVAILABLE = "store_unavailable"
    # anything nobody foresaw
    UNEXPECTED = "unexpected"


class DomainError(Exception):
    """Base of all named failures.

    `detail` is for a person with access to the case and may quote its data. `str()` of the error is the
    code alone, so that an accidental log line or history entry cannot leak.
    """

    code: ErrorCode = ErrorCode.UNEXPECTED

    def __init__(
        self, detail: str = "", *, code: ErrorCode | None = None, retry_after_seconds: float | None = None
    ) -> None:
        if code is not None:
            self.code = code
        super().__init__(self.code.value)
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds


class CrmError(DomainError):
    """The CRM did not do what was asked; `code` says how."""

    code = ErrorCode.CRM_UNAVAILABLE


class FieldRefused(CrmError):
    """The CRM refused values. `fields` names them, `detail` is the CRM's own message."""

    code = ErrorCode.CRM_REFUSED_VALUE

    def __init__(self, detail: str, *, fields: tuple[str, ...] = (), code: ErrorCode | None = None) -> None:
        super().__init__(detail, code=code)
        self.fields = fields


class RefusalReason(StrEnum):
    """Why a decision or a write was turned away. Shown to people as they are, with a sentence beside."""

    UNKNOWN_DECISION = "unknown_decision"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    WRONG_ORG = "wrong_org"
    WRONG_PURPOSE = "wrong_purpose"
    WRONG_CASE = "wrong_case"
    WRONG_ROUND = "wrong_round"
    DIGEST_MISMATCH = "digest_mismatch"
    LATE = "late"
    EXPIRED = "expired"
    NOT_AN_APPROVAL = "not_an_approval"
    NOT_A_REJECTION = "not_a_rejection"
    ROLE_TOO_LOW = "role_too_low"
    LEVEL_TOO_LOW = "level_too_low"
    QUORUM_INCOMPLETE = "quorum_incomplete"
    POLICY_KEY_NOT_ALLOWED = "policy_key_not_allowed"
    FIELD_NOT_ALLOWED = "field_not_allowed"
    FORBIDDEN_ACTION = "forbidden_action"
    ALREADY_DECIDED = "already_decided"
    ROUND_CLOSED = "round_closed"
    NOT_WAITING = "not_waiting"
    APPROVER_NO_ACCESS = "approver_no_access"


class NotAuthorised(DomainError):
    """The guard refused before any network call. `reason` says which check failed."""

    code = ErrorCode.NOT_AUTHORISED

    def __init__(self, reason: RefusalReason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason


class Paused(DomainError):
    """Somebody pressed stop. The write waits; nothing is lost."""

    code = ErrorCode.PAUSED


class ModelError(DomainError):
    """The language model failed; `code` says how. `usage` is what an answer that is of no use cost all the same."""

    code = ErrorCode.MODEL_UNAVAILABLE
    usage: "ModelUsage | None" = None


class MailRefusal(StrEnum):
    """Why an e-mail never leaves. A code, so that the audit can hold it."""

    SERVER = "server"
    ADDRESS = "address"
    """It cannot be written to, or something in a header cannot be one."""
    OPTED_OUT = "opted_out"
    RECORD_GONE = "record_gone"
    """The recipient was deleted, merged or converted meanwhile."""
    TAKEN_BACK = "taken_back"
    """What was written before it was undone."""
    SANDBOX = "sandbox"
    """The org is a sandbox, and the address is not one that it may reach."""


class MailError(DomainError):
    """Nothing was accepted; `code` says whether to try again, `refusal` why not where that is final."""

    code = ErrorCode.MAIL_UNAVAILABLE

    def __init__(
        self, detail: str = "", *, code: ErrorCode | None = None, refusal: MailRefusal = MailRefusal.SERVER
    ) -> None:
        super().__init__(detail, code=code)
        self.refusal = refusal


class NotifyError(DomainError):
    """A channel did not take a notification; `code` says whether to try again."""

    code = ErrorCode.NOTIFY_UNAVAILABLE


class StoreError(DomainError):
    """The application database is out of reach or lacks what was asked."""

    code = ErrorCode.STORE_UNAVAILABLE


class InputError(DomainError):
    """What a person or a system sent in cannot be used. `detail` names the place and the next step."""

    code = ErrorCode.INVALID_INQUIRY
