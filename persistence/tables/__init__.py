"""Every table of the application database, and nothing else.

Codes are stored as the text of their StrEnum, so that a new code needs no migration. Times are UTC. Rows are
for the adapters of this room and for read-only pages; whoever changes something calls an adapter.
"""

from persistence.tables.base import UtcDateTime, metadata
from persistence.tables.cases import (
    CaseRow,
    CaseSaltRow,
    ClaimCheckRow,
    ContextEventRow,
    DocumentRow,
    EnrichmentAnswerRow,
    InquiryRow,
    ModelCallRow,
)
from persistence.tables.notices import (
    ChannelHealthRow,
    NoticePreferenceRow,
    NoticeRow,
    NotificationRow,
    SlackCodeRow,
    SlackLinkRow,
    SlackRequestRow,
)
from persistence.tables.organisation import (
    BaselineRow,
    OrganisationRow,
    PlaybookRow,
    PollCursorRow,
    ReadinessRow,
    RotationSeatRow,
    RotationTurnRow,
)
from persistence.tables.people import AbsenceRow, PreferenceRow, SessionRow, UserRow
from persistence.tables.reviews import (
    DecisionGroupRow,
    DecisionRow,
    ExceptionRow,
    ReviewEventRow,
    ReviewRow,
    SavedViewRow,
)
from persistence.tables.writes import AuditRow, MailRow, PauseRow, ReceiptRow, UndoBatchRow, UndoItemRow

__all__ = [
    "AbsenceRow",
    "AuditRow",
    "BaselineRow",
    "CaseRow",
    "CaseSaltRow",
    "ChannelHealthRow",
    "ClaimCheckRow",
    "ContextEventRow",
    "DecisionGroupRow",
    "DecisionRow",
    "DocumentRow",
    "EnrichmentAnswerRow",
    "ExceptionRow",
    "InquiryRow",
    "MailRow",
    "ModelCallRow",
    "NoticePreferenceRow",
    "NoticeRow",
    "NotificationRow",
    "OrganisationRow",
    "PauseRow",
    "PlaybookRow",
    "PollCursorRow",
    "PreferenceRow",
    "ReadinessRow",
    "ReceiptRow",
    "ReviewEventRow",
    "ReviewRow",
    "RotationSeatRow",
    "RotationTurnRow",
    "SavedViewRow",
    "SessionRow",
    "SlackCodeRow",
    "SlackLinkRow",
    "SlackRequestRow",
    "UndoBatchRow",
    "UndoItemRow",
    "UserRow",
    "UtcDateTime",
    "metadata",
]
