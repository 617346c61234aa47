"""When people are told, in the time of their own calendar."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model import Instant
from domain.notice_timing import due_at
from domain.notices import Channel, Digest, Preferences
from domain.playbook import Calendar

MADRID = Calendar(time_zone="Europe/Madrid", holidays_country="ES", holidays_region="MD")
ALWAYS = Calendar(always=True, time_zone="Europe/Madrid")
NIGHT = {"quiet_from": time(20), "quiet_until": time(7, 30)}


def wants(**said: object) -> Preferences:
    return Preferences.model_validate(said)


def at(text: str) -> Instant:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "happened", "told"),
    [
        (Preferences(), "2026-03-02T23:00", "2026-03-02T23:00"),
        (Preferences(digest=Digest.HOURLY), "2026-03-02T10:20", "2026-03-02T11:00"),
        (Preferences(digest=Digest.HOURLY), "2026-03-02T10:00", "2026-03-02T11:00"),
        # Nine in Madrid is eight in UTC; Friday evening waits for Monday.
        (Preferences(digest=Digest.DAILY), "2026-03-03T07:59", "2026-03-03T08:00"),
        (Preferences(digest=Digest.DAILY), "2026-03-03T08:00", "2026-03-04T08:00"),
        (Preferences(digest=Digest.DAILY), "2026-03-06T17:30", "2026-03-09T08:00"),
        # Quiet hours pass midnight.
        (wants(**NIGHT), "2026-03-02T19:30", "2026-03-03T06:30"),
        (wants(**NIGHT), "2026-03-03T05:00", "2026-03-03T06:30"),
        (wants(**NIGHT), "2026-03-03T06:30", "2026-03-03T06:30"),
        (wants(**NIGHT, digest=Digest.HOURLY), "2026-03-02T18:30", "2026-03-03T06:30"),
        (Preferences(quiet_from=time(12), quiet_until=time(14)), "2026-03-02T11:30", "2026-03-02T13:00"),
        (Preferences(working_hours_only=True), "2026-03-06T17:30", "2026-03-09T08:00"),
        (Preferences(working_hours_only=True), "2026-03-06T12:00", "2026-03-06T12:00"),
        # The night when clocks go forward: half past seven is one hour earlier in UTC.
        (wants(**NIGHT), "2026-03-28T22:00", "2026-03-29T05:30"),
        # A holiday is no working day.
        (Preferences(working_hours_only=True), "2026-12-25T10:00", "2026-12-28T08:00"),
    ],
)
def test_mail_is_due(wanted: Preferences, happened: str, told: str) -> None:
    assert due_at(at(happened), Channel.MAIL, wanted, MADRID) == at(told)


def test_slack_knows_quiet_hours_and_no_digest() -> None:
    wanted = wants(digest=Digest.DAILY, **NIGHT)
    assert due_at(at("2026-03-02T10:20"), Channel.SLACK, wanted, MADRID) == at("2026-03-02T10:20")
    assert due_at(at("2026-03-02T21:00"), Channel.SLACK, wanted, MADRID) == at("2026-03-03T06:30")


def test_the_webhook_never_sleeps() -> None:
    wanted = wants(**NIGHT, working_hours_only=True)
    assert due_at(at("2026-03-01T03:00"), Channel.WEBHOOK, wanted, MADRID) == at("2026-03-01T03:00")


def test_without_working_days_a_day_still_begins() -> None:
    assert due_at(at("2026-03-07T17:30"), Channel.MAIL, Preferences(digest=Digest.DAILY), ALWAYS) == at(
        "2026-03-08T08:00"
    )


@pytest.mark.parametrize(
    "ends", [{"quiet_from": time(1)}, {"quiet_until": time(1)}, {"quiet_from": time(1), "quiet_until": time(1)}]
)
def test_half_quiet_hours_are_refused(ends: dict[str, time]) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        wants(**ends)


_MINUTES = st.integers(0, 24 * 60 - 1).map(lambda m: time(m // 60, m % 60))


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: at("2026-01-01T00:00") + timedelta(minutes=minutes)),
    st.sampled_from(Digest),
    st.tuples(_MINUTES, _MINUTES).filter(lambda pair: pair[0] != pair[1]),
    st.booleans(),
)
def test_nobody_is_told_before_it_happened_and_everybody_within_days(
    happened: datetime, digest: Digest, quiet: tuple[time, time], working: bool
) -> None:
    wanted = Preferences(digest=digest, quiet_from=quiet[0], quiet_until=quiet[1], working_hours_only=working)
    due = due_at(happened, Channel.MAIL, wanted, MADRID)
    assert happened <= due <= happened + timedelta(days=21)
