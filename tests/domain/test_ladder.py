"""Business time and the ladder of a review."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import LadderStep
from domain.ladder import build_ladder, business_add
from domain.permissions import RiskCategory
from domain.playbook import Calendar, LadderPlan
from tests.domain.scenes import NOW, playbook

MADRID = Calendar(time_zone="Europe/Madrid", holidays_country="ES", holidays_region="MD")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-17T10:00+01:00", 1, "2026-11-17T11:00+01:00"),
        # a Friday afternoon goes on on Monday
        ("2026-11-20T17:30+01:00", 1, "2026-11-23T09:30+01:00"),
        # before opening, and at the weekend
        ("2026-11-17T06:00+01:00", 1, "2026-11-17T10:00+01:00"),
        ("2026-11-21T12:00+01:00", 9, "2026-11-23T18:00+01:00"),
        # 8 December is a holiday in all of Spain
        ("2026-12-08T10:00+01:00", 1, "2026-12-09T10:00+01:00"),
        # the clocks go forward on 29 March 2026
        ("2026-03-27T17:00+01:00", 2, "2026-03-30T10:00+02:00"),
    ],
)
def test_working_time_passes_in_working_hours_only(start: str, hours: float, end: str) -> None:
    assert business_add(at(start), timedelta(hours=hours), MADRID) == at(end)


def test_a_day_that_is_closed_does_not_count() -> None:
    closed = MADRID.model_copy(update={"closed_on": (date(2026, 11, 18),)})
    assert business_add(at("2026-11-17T17:00+01:00"), timedelta(hours=2), closed) == at("2026-11-19T10:00+01:00")


def test_always_counts_every_second() -> None:
    saturday = at("2026-11-21T23:59:50+00:00")
    assert business_add(saturday, timedelta(seconds=20), Calendar(always=True)) == at("2026-11-22T00:00:10+00:00")


def test_the_ladder_climbs_to_the_right_people() -> None:
    ladder = build_ladder(NOW, "irene", playbook(), RiskCategory.MEDIUM)
    assert [(d.step, d.notify) for d in ladder.deadlines] == [
        (LadderStep.REMINDER, "irene"),
        (LadderStep.FALLBACK, "tomas"),
        (LadderStep.MANAGER, "boss"),
        (LadderStep.EXPIRY, "tomas"),
    ]
    assert ladder.deadlines[0].at == NOW + timedelta(hours=1)
    assert ladder.expires_at == at("2026-11-20T10:24+01:00")


def test_without_a_fallback_the_manager_hears_and_without_both_they_do_themselves() -> None:
    assert [d.notify for d in build_ladder(NOW, "tomas", playbook(), RiskCategory.LOW).deadlines[1:]] == ["boss"] * 3
    assert {d.notify for d in build_ladder(NOW, "boss", playbook(), RiskCategory.HIGH).deadlines} == {"boss"}


def test_an_unknown_assignee_is_the_first_reviewer() -> None:
    assert build_ladder(NOW, "", playbook(), RiskCategory.LOW).deadlines[0].notify == "pat"


def test_seconds_are_durations_too() -> None:
    quick = LadderPlan.model_validate({"reminder": "5s", "fallback": "10s", "manager": "15s", "expiry": "20s"})
    rules = playbook().model_copy(
        update={"ladders": {RiskCategory.MEDIUM: quick}, "calendars": {"madrid": Calendar(always=True)}}
    )
    assert build_ladder(NOW, "irene", rules, RiskCategory.HIGH).expires_at == NOW + timedelta(seconds=20)


@given(
    start=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    minutes=st.lists(st.integers(0, 20_000), min_size=2, max_size=4),
)
def test_more_working_time_never_ends_earlier(start: datetime, minutes: list[int]) -> None:
    ends = [business_add(start, timedelta(minutes=m), MADRID) for m in sorted(minutes)]
    assert all(a <= b for a, b in pairwise(ends))
    assert all(end >= start for end in ends)


@given(
    start=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    minutes=st.integers(1, 5000),
)
def test_a_deadline_lies_in_working_hours(start: datetime, minutes: int) -> None:
    plain = Calendar(time_zone="America/New_York", opens=time(8, 30), closes=time(17))
    local = business_add(start, timedelta(minutes=minutes), plain).astimezone(ZoneInfo("America/New_York"))
    assert local.weekday() < 5
    assert time(8, 30) <= local.time() <= time(17)
