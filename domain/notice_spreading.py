"""Which notifications come of a notice. Pure: who wants what and what was sent before come in as arguments."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from domain.model import Instant
from domain.notice_timing import due_at
from domain.notices import (
    ENDS,
    Channel,
    Digest,
    Notice,
    NoticeKind,
    Notification,
    NotificationState,
    Preferences,
)
from domain.playbook import Calendar, Playbook

STALE_AFTER = timedelta(hours=24)
"""Where no channel was configured for long, the past is not told all at once."""

_NEVER_ARRIVED = frozenset({NotificationState.FAILED, NotificationState.OBSOLETE})
_TELLS_A_PERSON = frozenset(NoticeKind) - {NoticeKind.REPLACED}


def spread(
    notice: Notice,
    *,
    channels: frozenset[Channel],
    preferences: Callable[[str], Preferences],
    slack_linked: Callable[[str], bool],
    asked_in_slack: Iterable[Notification],
    playbook: Playbook,
    now: Instant,
) -> tuple[Notification, ...]:
    """One notification per person and channel, one for the webhook, one per Slack message that is now out of date."""
    if now - notice.at > STALE_AFTER:
        return ()
    made: list[Notification] = []
    if Channel.WEBHOOK in channels:
        made.append(_made(notice, "", Channel.WEBHOOK, now, now))
    if notice.kind in _TELLS_A_PERSON:
        for login in dict.fromkeys(notice.to):
            wanted = preferences(login)
            if notice.kind is NoticeKind.DECIDED and not wanted.decided_by_others:
                continue
            for channel in _of_person(wanted, channels, slack_linked(login)):
                # From now on and not from then on: what waited for this process is not late by a digest.
                due = due_at(now, channel, wanted, calendar_of(login, playbook))
                grouped = channel is Channel.MAIL and (wanted.digest is not Digest.EACH or due > now)
                made.append(_made(notice, login, channel, due, now, grouped=grouped))
    if notice.kind in ENDS and Channel.SLACK in channels:
        made += [
            _made(notice, asked.login, Channel.SLACK, now, now, updates=asked.id)
            for asked in asked_in_slack
            if asked.state not in _NEVER_ARRIVED
        ]
    return tuple(made)


def calendar_of(login: str, playbook: Playbook) -> Calendar:
    """The person's calendar; a clock in UTC without any rest for who is not in the playbook."""
    reviewer = playbook.reviewer(login)
    return Calendar(always=True) if reviewer is None else playbook.calendars[reviewer.calendar]


def address_of(login: str, playbook: Playbook) -> str:
    """The person's e-mail address; empty where the playbook knows none."""
    reviewer = playbook.reviewer(login)
    if reviewer is None:
        return ""
    return reviewer.email or (reviewer.crm_user if "@" in reviewer.crm_user else "")


def logins_of_owner(owner: str, playbook: Playbook) -> tuple[str, ...]:
    """Who answers for an owner by name: that person, the owner's team, else the first manager. Never nobody."""
    wanted = owner.casefold()
    by_name = [r.login for r in playbook.reviewers if wanted in {r.name.casefold(), r.crm_user.casefold(), r.login}]
    if by_name:
        return tuple(by_name[:1])
    teams = {key for key, team in playbook.teams.items() if wanted in {team.name.casefold(), team.queue.casefold()}}
    in_team = tuple(r.login for r in playbook.reviewers if r.team in teams)
    if in_team:
        return in_team
    managers = [r.login for r in playbook.reviewers if r.role.value == "manager"]
    return tuple((managers or [r.login for r in playbook.reviewers])[:1])


def _of_person(wanted: Preferences, channels: frozenset[Channel], linked: bool) -> Iterable[Channel]:
    if wanted.mail and Channel.MAIL in channels:
        yield Channel.MAIL
    if wanted.slack and linked and Channel.SLACK in channels:
        yield Channel.SLACK


def _made(
    notice: Notice,
    login: str,
    channel: Channel,
    due: Instant,
    now: Instant,
    *,
    grouped: bool = False,
    updates: str = "",
) -> Notification:
    return Notification(
        id=f"{notice.key}|{updates or login}|{'update' if updates else channel.value}",
        notice=notice,
        login=login,
        channel=channel,
        grouped=grouped,
        updates=updates,
        due_at=due,
        moved_at=now,
    )
