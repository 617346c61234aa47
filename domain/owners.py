"""Stable names of people and queues, resolved against what the CRM says now."""

from collections.abc import Iterable, Sequence

from domain.leads import CrmRecord
from domain.playbook import Playbook, Team

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


def find_user(name: str, users: Iterable[CrmRecord]) -> CrmRecord | None:
    """The user with this e-mail, user name or alias; active ones first."""
    wanted = name.strip().casefold()
    if not wanted:
        return None
    found = [u for u in users if wanted in {u.text(f).casefold() for f in ("Email", "Username", "Alias")}]
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


def members_of(team: Team, users: Sequence[CrmRecord]) -> tuple[CrmRecord, ...]:
    """Everybody in the team, active or not, in the order of their names."""
    if team.members:
        named = [find_user(name, users) for name in team.members]
        return tuple(user for user in named if user is not None)
    wanted = team.name.casefold()
    return tuple(
        sorted((u for u in users if u.text("Team__c").casefold() == wanted), key=lambda u: (u.text("Name"), u.id))
    )


def team_named(name: str, playbook: Playbook) -> Team | None:
    return playbook.teams.get(name)
