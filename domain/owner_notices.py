"""What our own people are told by mail about a lead: that it is theirs, until when, and that the time has passed.

Nothing of the lead itself stands in it. Whoever gets it opens the case or the record, where the CRM and this
product decide what they may see.
"""

import re
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.first_touch import Assignment
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant, Value
from domain.owners import find_user, is_active_person, is_named
from domain.playbook import Playbook, Reviewer, Seller
from domain.texts import clean

MOST_RECIPIENTS = 25
"""A queue with more members has a channel of its own."""


class NoticeKind(StrEnum):
    ASSIGNED = "assigned"
    BREACHED = "breached"


class Recipient(Value):
    """Somebody of our own. `key` is a CRM user's id or a reviewer's login."""

    key: str
    name: str
    address: str
    is_manager: bool = False


class OwnerNotice(Value):
    """One e-mail to one of our own people."""

    to_name: str
    to_address: str
    from_name: str
    from_address: str
    subject: str
    body: str


class Links(Value):
    """Where the case and the record are to be seen; empty where no address is configured."""

    case: str = ""
    record: str = ""


def notice_id(assigned: Assignment, kind: NoticeKind, recipient: Recipient, sender_domain: str) -> str:
    """The stable Message-ID: one per assignment, kind and recipient, so that nobody is told twice."""
    to = re.sub(r"[^A-Za-z0-9]", "", recipient.key)[:40]
    return f"<notice.{kind.value}.{assigned.case_id}.{assigned.round}.{to}@{sender_domain}>"


def owners_of(assigned: Assignment, people: CrmSnapshot) -> tuple[Recipient, ...]:
    """The owner, or the members of the queue that owns; only people who can log in."""
    ids = [assigned.owner_id]
    if assigned.to_queue:
        queue = next((q for q in people.queues if q.id == assigned.owner_id), None)
        ids = list(people.group_members.get(queue.text("DeveloperName"), ())) if queue is not None else []
    wanted = set(ids)
    found = (u for u in people.users if u.id in wanted and is_active_person(u))
    return tuple(r for u in found if (r := _recipient(u)) is not None)[:MOST_RECIPIENTS]


def manager_of(assigned: Assignment, people: CrmSnapshot, playbook: Playbook) -> Recipient | None:
    """Who hears of a breach: the owner's manager in the ladder, else the playbook's, else the CRM's."""
    owner = next((u for u in people.users if u.id == assigned.owner_id), None)
    rules = playbook.routing.first_touch
    logins = [rules.manager]
    if owner is not None:
        logins = [*(r.manager for r in playbook.reviewers if r.crm_user and is_named(owner, r.crm_user)), *logins]
    for login in logins:
        reviewer = playbook.reviewer(login) if login else None
        found = _reviewer(reviewer, people) if reviewer is not None else None
        if found is not None:
            return found
    boss = next((u for u in people.users if owner is not None and u.id == owner.text("ManagerId")), None)
    told = _recipient(boss) if boss is not None and is_active_person(boss) else None
    return told.model_copy(update={"is_manager": True}) if told is not None else None


def _reviewer(reviewer: Reviewer, people: CrmSnapshot) -> Recipient | None:
    user = find_user(reviewer.crm_user, people.users) if reviewer.crm_user else None
    address = reviewer.email or (user.text("Email") if user is not None and is_active_person(user) else "")
    key = user.id if user is not None else reviewer.login
    return Recipient(key=key, name=reviewer.name, address=address, is_manager=True) if address else None


def _recipient(user: CrmRecord) -> Recipient | None:
    address = user.text("Email").strip()
    return Recipient(key=user.id, name=clean(user.text("Name"), 80), address=address) if address else None


def compose_notice(
    kind: NoticeKind, assigned: Assignment, recipient: Recipient, seller: Seller, links: Links
) -> OwnerNotice:
    """The text of one notice. The deadline is told in the owner's own time zone."""
    due = _local(assigned.respond_by, assigned.time_zone)
    whose = f"the queue {assigned.owner_name}" if assigned.to_queue else assigned.owner_name
    match kind:
        case NoticeKind.ASSIGNED:
            subject = f"A lead is yours: answer by {due}"
            said = f"A lead was assigned to {whose if assigned.to_queue else 'you'}. Please answer it by {due}."
        case NoticeKind.BREACHED if recipient.is_manager:
            subject = f"A lead of {assigned.owner_name} was not answered by {due}"
            said = f"A lead of {whose} was to be answered by {due}. The CRM shows no activity by a person since."
            said += _then(assigned)
        case NoticeKind.BREACHED:
            subject = f"A lead of yours is overdue: it was to be answered by {due}"
            said = f"A lead of {whose if assigned.to_queue else 'yours'} was to be answered by {due}."
            said += " The CRM shows no activity by a person since." + _then(assigned)
    how = "A completed task, an event or an e-mail on the record counts as an answer."
    where = [f"Lead in the CRM: {links.record}"] if links.record else []
    where += [f"What happened so far: {links.case}"] if links.case else []
    body = "\n\n".join(part for part in (f"Hello {recipient.name},", said, how, "\n".join(where)) if part)
    return OwnerNotice(
        to_name=recipient.name,
        to_address=recipient.address,
        from_name=seller.name,
        from_address=seller.sender_address or f"no-reply@{seller.sender_domain}",
        subject=subject,
        body=body,
    )


def _then(assigned: Assignment) -> str:
    if assigned.reassign_at is None:
        return ""
    return f" From {_local(assigned.reassign_at, assigned.time_zone)} on another owner is proposed."


def _local(at: Instant, time_zone: str) -> str:
    try:
        zone = ZoneInfo(time_zone)
    except (ValueError, OSError, KeyError):
        zone = ZoneInfo("UTC")
        time_zone = "UTC"
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M} ({time_zone})"
