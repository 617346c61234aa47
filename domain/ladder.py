"""Business time, and the escalating timeout of a review in the business time of its reviewer."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from domain.cases import Deadline, Ladder, LadderStep
from domain.leads import Motion
from domain.model import Instant
from domain.permissions import RiskCategory
from domain.playbook import Calendar, Playbook, Reviewer

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SEARCH_DAYS = 800
"""Beyond this, a calendar without a working day is at fault; the playbook check finds it first."""


@lru_cache(maxsize=64)
def _holidays(country: str, region: str, year: int) -> frozenset[str]:
    if not country:
        return frozenset()
    known = holidays.country_holidays(country, subdiv=region or None, years=year)
    return frozenset(day.isoformat() for day in known)


def business_add(start: Instant, span: timedelta, calendar: Calendar) -> Instant:
    """The moment when `span` of working time has passed since `start`, in UTC. Hours follow the local clock."""
    if calendar.always or span <= timedelta(0):
        return (start + max(span, timedelta(0))).astimezone(UTC)
    zone = ZoneInfo(calendar.time_zone)
    day = start.astimezone(zone).date()
    left = span
    for _ in range(_SEARCH_DAYS):
        if _works(calendar, day.weekday(), day.isoformat(), day.year):
            opens = datetime.combine(day, calendar.opens, zone).astimezone(UTC)
            closes = datetime.combine(day, calendar.closes, zone).astimezone(UTC)
            begin = max(opens, start.astimezone(UTC))
            if begin < closes:
                if left <= closes - begin:
                    return begin + left
                left -= closes - begin
        day += timedelta(days=1)
    return start.astimezone(UTC) + timedelta(days=_SEARCH_DAYS)


def next_working_moment(at: Instant, calendar: Calendar) -> Instant:
    """`at` itself within working hours, else the next opening."""
    if calendar.always:
        return at
    local = at.astimezone(ZoneInfo(calendar.time_zone))
    day = local.date()
    open_now = _works(calendar, day.weekday(), day.isoformat(), day.year)
    if open_now and calendar.opens <= local.time() < calendar.closes:
        return at
    return next_opening(at, calendar)


def next_opening(at: Instant, calendar: Calendar) -> Instant:
    """The next moment after `at` when a working day begins, in UTC. Where every second counts, a day still begins."""
    zone = ZoneInfo(calendar.time_zone)
    day = at.astimezone(zone).date()
    for _ in range(_SEARCH_DAYS):
        opens = datetime.combine(day, calendar.opens, zone).astimezone(UTC)
        if opens > at and (calendar.always or _works(calendar, day.weekday(), day.isoformat(), day.year)):
            return opens
        day += timedelta(days=1)
    return at.astimezone(UTC) + timedelta(days=_SEARCH_DAYS)


def business_between(start: Instant, end: Instant, calendar: Calendar) -> timedelta:
    """The working time between two moments; none where `end` is not after `start`."""
    if calendar.always or end <= start:
        return max(end - start, timedelta(0))
    zone = ZoneInfo(calendar.time_zone)
    day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    worked = timedelta(0)
    for _ in range(_SEARCH_DAYS):
        if day > last:
            break
        if _works(calendar, day.weekday(), day.isoformat(), day.year):
            opens = datetime.combine(day, calendar.opens, zone).astimezone(UTC)
            closes = datetime.combine(day, calendar.closes, zone).astimezone(UTC)
            worked += max(min(closes, end) - max(opens, start), timedelta(0))
        day += timedelta(days=1)
    return worked


def _works(calendar: Calendar, weekday: int, iso: str, year: int) -> bool:
    if _DAYS[weekday] not in calendar.days or iso in {d.isoformat() for d in calendar.closed_on}:
        return False
    return iso not in _holidays(calendar.holidays_country, calendar.holidays_region, year)


def build_ladder(
    opened_at: Instant, assignee: str, playbook: Playbook, risk: RiskCategory, motion: Motion = Motion.INBOUND
) -> Ladder:
    """Reminder, fallback, manager and expiry for a review that `assignee` (a login) is asked to decide.

    Where somebody has no fallback or manager, the step goes to the next who is there. The expiry tells the fallback.
    """
    reviewer = playbook.reviewer(assignee) or playbook.reviewers[0]
    plan = playbook.ladder_for(risk, motion)
    calendar = playbook.calendars[reviewer.calendar]
    fallback = _known(playbook, reviewer.fallback) or _known(playbook, reviewer.manager) or reviewer
    manager = _known(playbook, reviewer.manager) or _known(playbook, fallback.manager) or fallback
    steps = (
        (LadderStep.REMINDER, plan.reminder, reviewer),
        (LadderStep.FALLBACK, plan.fallback, fallback),
        (LadderStep.MANAGER, plan.manager, manager),
        (LadderStep.EXPIRY, plan.expiry, fallback),
    )
    return Ladder(
        deadlines=tuple(
            Deadline(step=step, at=business_add(opened_at, timedelta(seconds=after), calendar), notify=who.login)
            for step, after, who in steps
        )
    )


def _known(playbook: Playbook, login: str) -> Reviewer | None:
    return playbook.reviewer(login) if login else None
