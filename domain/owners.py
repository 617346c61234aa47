"""Stable names of people, groups and queues, resolved against what the CRM says now."""

from collections.abc import Iterable

from domain.leads import CrmRecord, CrmSnapshot
from domain.texts import clean

QUEUE_PREFIX = "00G"
USER_PREFIX = "005"


def is_queue(owner_id: str) -> bool:
    return owner_id.startswith(QUEUE_PREFIX)


def is_active_person(user: CrmRecord | None) -> bool:
    """A human user who can log in; integration and process users own nothing."""
    return (
        user is not None
        and user.object == "User"
        and user.flag("IsActive")
        and user.text("UserType") in {"", "Standard", "PowerPartner"}
    )


def is_named(user: CrmRecord, name: str) -> bool:
    """Whether the e-mail, user name, alias or id (of 15 or 18 characters) is this one."""
    wanted = name.strip()
    by_id, others = names_of(user)[:2], names_of(user)[2:]
    return bool(wanted) and (wanted in by_id or wanted.casefold() in {other.casefold() for other in others})


def names_of(user: CrmRecord) -> tuple[str, ...]:
    """What a playbook may call a user: the id, its first 15 characters, e-mail, user name, alias. Some may be empty."""
    return user.id, user.id[:15], *(user.text(field) for field in ("Email", "Username", "Alias"))


def find_user(name: str, users: Iterable[CrmRecord]) -> CrmRecord | None:
    """The user with this e-mail, user name, alias or id; active ones first."""
    found = [u for u in users if is_named(u, name)]
    return min(found, key=lambda u: (not u.flag("IsActive"), u.id), default=None)


def find_queue(name: str, queues: Iterable[CrmRecord]) -> CrmRecord | None:
    """The queue with this developer name, label or id."""
    wanted = name.strip().casefold()
    if not wanted:
        return None
    for field in ("DeveloperName", "Name"):
        for queue in queues:
            if queue.text(field).casefold() == wanted:
                return queue
    return next((q for q in queues if q.id.casefold() == wanted), None)


def owner_change(before: CrmSnapshot, now: CrmSnapshot) -> str:
    """Whose the person's record was and is, in a sentence; empty where nobody changed it."""
    was, holds = (s.lead or s.contact for s in (before, now))
    if was is None or holds is None or was.text("OwnerId") == holds.text("OwnerId"):
        return ""
    return f"It was with {_called(was.text('OwnerId'), before)} and is with {_called(holds.text('OwnerId'), now)} now."


def _called(owner_id: str, snapshot: CrmSnapshot) -> str:
    owner = next((o for o in (*snapshot.users, *snapshot.queues) if o.id == owner_id), snapshot.owner)
    return (clean(owner.text("Name"), 80) if owner is not None and owner.id == owner_id else "") or owner_id
