"""Which reviewers the CRM keeps from the records that a proposal changes, and how long that is believed."""

from datetime import timedelta

from domain.model import Instant
from domain.playbook import Playbook
from domain.proposals import AssignOwner, CloseTask, Disqualify, ProposalContent, StageChange, UpdateFields

RECHECKED_AFTER = timedelta(hours=1)
BELIEVED_FOR = timedelta(hours=2)
"""An older look closes nothing to anybody: the write asks the CRM itself, and decides."""


def changed_records(content: ProposalContent) -> tuple[str, ...]:
    """Ids of the records that approving changes; what it creates belongs to nobody yet."""
    kinds = UpdateFields | AssignOwner | Disqualify | StageChange | CloseTask
    changing = (a for a in content.actions if isinstance(a, kinds))
    return tuple(dict.fromkeys(a.record.id for a in changing))


def mapped_logins(playbook: Playbook) -> tuple[str, ...]:
    """Reviewers who stand for a CRM user; only their access is asked about."""
    return tuple(r.login for r in playbook.reviewers if r.crm_user)


def believed(looked_at: Instant | None, now: Instant) -> bool:
    return looked_at is not None and now - looked_at < BELIEVED_FOR
