"""Whether somebody can take a lead now: active, here, with room; and how much of a full share they take."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.ladder import business_add
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant
from domain.owners import find_user, is_active_person, is_named
from domain.playbook import Calendar, Playbook, Team
from domain.routing_rules import FULL_WEIGHT, Absence, Share


class Unfit(StrEnum):
    """Why somebody can take no lead now."""

    INACTIVE = "inactive"
    SET_ASIDE = "set_aside"
    """They had this lead and did not answer in time."""
    ABSENT = "absent"
    FULL = "full"


class Staff:
    """The people of one snapshot under one playbook at one moment. Pure: the same three give the same answers.

    `set_aside` holds owners who are not to get this lead (again), each with the reason.
    """

    def __init__(
        self, snapshot: CrmSnapshot, playbook: Playbook, now: Instant, set_aside: Mapping[str, str] | None = None
    ) -> None:
        self._snapshot, self._playbook, self._now = snapshot, playbook, now
        self._set_aside = set_aside or {}

    def team_of(self, user: CrmRecord) -> Team | None:
        """The team that lists the person, else the one that their `Team__c` names."""
        teams = tuple(self._playbook.teams.values())
        listed = (
            t for t in teams if (t.members or t.group or t.territory) and any(m.id == user.id for m in self.members(t))
        )
        return next(listed, None) or next((t for t in teams if t.name == user.text("Team__c")), None)

    def members(self, team: Team) -> tuple[CrmRecord, ...]:
        return members_of(team, self._snapshot.users, self._snapshot.group_members, self._snapshot.territory_members)

    def belongs(self, user: CrmRecord, team: Team) -> bool:
        return user.text("Team__c") == team.name or any(m.id == user.id for m in self.members(team))

    def open_leads(self, user: CrmRecord) -> int:
        return self._snapshot.open_leads_by_owner.get(user.id, 0)

    def share(self, user: CrmRecord, team: Team) -> Share:
        return next((s for s in team.shares if is_named(user, s.member)), Share(member=user.id, weight=FULL_WEIGHT))

    def weight(self, user: CrmRecord, team: Team) -> int:
        return self.share(user, team).weight_on(self._now.astimezone(_zone(user)).date())

    def capacity(self, user: CrmRecord, team: Team) -> int:
        own = self.share(user, team).capacity
        return team.capacity if own is None else own

    def absence(self, user: CrmRecord) -> Absence | None:
        """The absence that covers today where the person works; of several the one that ends last."""
        today = self._now.astimezone(_zone(user)).date()
        here = [a for a in self._playbook.absences if a.first_day <= today <= a.last_day and is_named(user, a.who)]
        return max(here, key=lambda a: a.last_day, default=None)

    def unfit(self, user: CrmRecord, team: Team | None = None) -> Unfit | None:
        """Whether this person can take no lead now. `team` is the one they would take it for."""
        if not is_active_person(user):
            return Unfit.INACTIVE
        if user.id in self._set_aside:
            return Unfit.SET_ASIDE
        if self.absence(user) is not None:
            return Unfit.ABSENT
        team = team or self.team_of(user)
        full = team is not None and self.open_leads(user) >= self.capacity(user, team)
        return Unfit.FULL if full and not self._has_it(user) else None

    def problem(self, user: CrmRecord, team: Team | None = None) -> str:
        """The same in words; empty where they can take one."""
        match self.unfit(user, team):
            case None:
                return ""
            case Unfit.INACTIVE:
                return "not active"
            case Unfit.SET_ASIDE:
                return self._set_aside[user.id]
            case Unfit.ABSENT:
                absence = self.absence(user)
                return f"absent until {absence.last_day.isoformat()}" if absence is not None else ""
            case Unfit.FULL:
                team = team or self.team_of(user)
                return f"at capacity ({self.capacity(user, team)} open leads)" if team is not None else ""

    def cover_of(self, user: CrmRecord) -> CrmRecord | None:
        """Who stands in for somebody absent, if that person can take it themselves."""
        absence = self.absence(user)
        cover = find_user(absence.cover, self._snapshot.users) if absence is not None and absence.cover else None
        return cover if cover is not None and cover.id != user.id and not self.problem(cover) else None

    def at_work_by(self, user: CrmRecord, team: Team, deadline: Instant) -> bool:
        """Whether the person's working hours give any time between now and the deadline."""
        key = self.share(user, team).calendar or team.calendar
        calendar = self._playbook.calendars.get(key, Calendar(always=True))
        return business_add(self._now, timedelta(seconds=1), calendar) <= max(deadline, self._now + _A_SECOND)

    def _has_it(self, user: CrmRecord) -> bool:
        """The lead is theirs already, and counted among their open ones."""
        lead = self._snapshot.lead
        return lead is not None and lead.text("OwnerId") == user.id


_A_SECOND = timedelta(seconds=1)


def _zone(user: CrmRecord) -> ZoneInfo:
    try:
        return ZoneInfo(user.text("TimeZoneSidKey") or "UTC")
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def with_absences_of(pinned: Playbook, current: Playbook) -> Playbook:
    """A case keeps the rules that it began with; who is away is a matter of today."""
    return pinned.model_copy(update={"absences": current.absences})


def owner_unfit(
    owner_id: str, snapshot: CrmSnapshot, playbook: Playbook, *, now: Instant, team: str = ""
) -> Unfit | None:
    """Whether a proposed owner no longer fits, so that a waiting proposal is to be routed anew.

    `team` is the one that routing named, whose capacity counts. A person whom the CRM no longer lists as active
    counts as deactivated. Queues always fit while they exist.
    """
    if any(q.id == owner_id for q in snapshot.queues):
        return None
    user = next((u for u in snapshot.users if u.id == owner_id), None)
    if user is None:
        return Unfit.INACTIVE
    return Staff(snapshot, playbook, now).unfit(user, _team_named(team, playbook))


def owner_problem(owner_id: str, snapshot: CrmSnapshot, playbook: Playbook, *, now: Instant, team: str = "") -> str:
    """The same in words; empty where they still fit."""
    if owner_unfit(owner_id, snapshot, playbook, now=now, team=team) is None:
        return ""
    user = next((u for u in snapshot.users if u.id == owner_id), None)
    if user is None:
        return "not active, or no longer in the CRM"
    return Staff(snapshot, playbook, now).problem(user, _team_named(team, playbook))


def _team_named(name: str, playbook: Playbook) -> Team | None:
    return next((t for t in playbook.teams.values() if name and t.name == name), None)


def members_of(
    team: Team,
    users: Sequence[CrmRecord],
    group_members: Mapping[str, Sequence[str]] | None = None,
    territory_members: Mapping[str, Sequence[str]] | None = None,
) -> tuple[CrmRecord, ...]:
    """Everybody in the team who is known, active or not.

    As listed, else the group's or territory's, else those of that `Team__c`.
    """
    if team.members:
        named = [find_user(name, users) for name in team.members]
        return tuple({user.id: user for user in named if user is not None}.values())
    if team.group or team.territory:
        wanted = (team.group or team.territory).casefold()
        source = (group_members if team.group else territory_members) or {}
        ids = {i for name, listed in source.items() if name.casefold() == wanted for i in listed}
        found = (u for u in users if u.id in ids)
    else:
        found = (u for u in users if u.text("Team__c").casefold() == team.name.casefold())
    return tuple(sorted(found, key=lambda u: (u.text("Name"), u.id)))
