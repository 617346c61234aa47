"""Who is away from reviewing, and who decides meanwhile. Pure: what people said of themselves comes in."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.model import Instant
from domain.permissions import RiskCategory, can_approve
from domain.playbook import Playbook, Reviewer


def is_away(reviewer: Reviewer, playbook: Playbook, declared: Mapping[str, Instant], now: Instant) -> bool:
    """By their own word (login to the moment of return), or by a day of the playbook's absences where they work."""
    if declared.get(reviewer.login, now) > now:
        return True
    today = now.astimezone(zone_of(reviewer, playbook)).date()
    names = _names(reviewer)
    return any(a.who.casefold() in names and a.first_day <= today <= a.last_day for a in playbook.absences)


def stand_in(
    reviewer: Reviewer, playbook: Playbook, declared: Mapping[str, Instant], risk: RiskCategory, now: Instant
) -> Reviewer | None:
    """Who takes what waits for somebody away: their cover, else along fallback and manager, the first who may and is
    there. None where nobody is; then it stays, and the ladder goes on.
    """
    asked = {reviewer.login}
    waiting = list(_next_of(reviewer, playbook, now))
    while waiting:
        candidate = waiting.pop(0)
        if candidate.login in asked:
            continue
        asked.add(candidate.login)
        if can_approve(candidate.role, risk) and not is_away(candidate, playbook, declared, now):
            return candidate
        waiting.extend(_next_of(candidate, playbook, now))
    return None


def back_at(last_day: date, reviewer: Reviewer | None, playbook: Playbook) -> Instant:
    """The first moment after a last day away, where that person works; UTC for who is no reviewer."""
    zone = zone_of(reviewer, playbook) if reviewer is not None else ZoneInfo("UTC")
    return datetime.combine(last_day + timedelta(days=1), time(0), zone).astimezone(ZoneInfo("UTC"))


def zone_of(reviewer: Reviewer, playbook: Playbook) -> ZoneInfo:
    return ZoneInfo(playbook.calendars[reviewer.calendar].time_zone)


def _next_of(reviewer: Reviewer, playbook: Playbook, now: Instant) -> tuple[Reviewer, ...]:
    today = now.astimezone(zone_of(reviewer, playbook)).date()
    names = _names(reviewer)
    covers = {
        a.cover.casefold()
        for a in playbook.absences
        if a.cover and a.who.casefold() in names and a.first_day <= today <= a.last_day
    }
    covering = [r for r in playbook.reviewers if _names(r) & covers]
    named = [r for login in (reviewer.fallback, reviewer.manager) if login and (r := playbook.reviewer(login))]
    return (*covering, *named)


def _names(reviewer: Reviewer) -> set[str]:
    return {n.casefold() for n in (reviewer.login, reviewer.email, reviewer.crm_user) if n}
