"""When a person is told: digests, quiet hours and working hours in the time of the person's own calendar."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.ladder import next_opening, next_working_moment
from domain.model import Instant
from domain.notices import Channel, Digest, Preferences
from domain.playbook import Calendar

_ROUNDS = 4
"""Quiet hours and working hours push each other forward; more often than this means that they leave no time at all."""


def due_at(at: Instant, channel: Channel, wanted: Preferences, calendar: Calendar) -> Instant:
    """When what happened at `at` is told through this channel, in UTC. Only e-mail knows digests."""
    if channel is Channel.WEBHOOK:
        return at
    told = at
    if channel is Channel.MAIL:
        match wanted.digest:
            case Digest.EACH:
                pass
            case Digest.HOURLY:
                told = _next_hour(at, calendar)
            case Digest.DAILY:
                told = next_opening(at, calendar)
    return _when_awake(told, wanted, calendar)


def _when_awake(at: Instant, wanted: Preferences, calendar: Calendar) -> Instant:
    told = at
    for _ in range(_ROUNDS):
        before = told
        if wanted.working_hours_only:
            told = next_working_moment(told, calendar)
        if wanted.quiet_from is not None and wanted.quiet_until is not None:
            told = _after_quiet(told, wanted.quiet_from, wanted.quiet_until, ZoneInfo(calendar.time_zone))
        if told == before:
            break
    return told


def _after_quiet(at: Instant, begins: time, ends: time, zone: ZoneInfo) -> Instant:
    """`at`, or the end of the quiet hours that it falls into. They may pass midnight."""
    local = at.astimezone(zone)
    clock = local.time()
    if begins < ends:
        quiet, day = begins <= clock < ends, local.date()
    else:
        quiet = clock >= begins or clock < ends
        day = local.date() + timedelta(days=1 if clock >= begins else 0)
    return datetime.combine(day, ends, zone).astimezone(at.tzinfo) if quiet else at


def _next_hour(at: Instant, calendar: Calendar) -> Instant:
    local = at.astimezone(ZoneInfo(calendar.time_zone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at - into + timedelta(hours=1)
