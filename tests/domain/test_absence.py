"""Who is away, by their word or the playbook's, and who takes what waits for them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.absence import back_at, is_away, stand_in
from domain.permissions import RiskCategory
from domain.playbook import Playbook
from domain.routing_rules import Absence
from tests.approval_ui.world import shipped_playbook

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = NOON.date()
LATER = NOON + timedelta(days=2)
MEDIUM, HIGH = RiskCategory.MEDIUM, RiskCategory.HIGH


def having(*absences: Absence) -> Playbook:
    return shipped_playbook().model_copy(update={"absences": absences})


def off(who: str, cover: str = "", day: date = TODAY) -> Absence:
    return Absence(who=who, first_day=day, last_day=day, cover=cover)


ORIOL = shipped_playbook().reviewer("oriol")
assert ORIOL is not None


@pytest.mark.parametrize("who", ["oriol", "ORIOL.PUIG@acme-routing.example"])
def test_a_day_of_the_playbook_counts_where_the_person_works(who: str) -> None:
    assert ORIOL is not None
    playbook = having(off(who))
    # Madrid is an hour ahead: its day begins and ends at 23:00 UTC.
    assert is_away(ORIOL, playbook, {}, datetime(2026, 11, 22, 23, 0, tzinfo=UTC))
    assert not is_away(ORIOL, playbook, {}, datetime(2026, 11, 22, 22, 59, tzinfo=UTC))
    assert is_away(ORIOL, playbook, {}, datetime(2026, 11, 23, 22, 59, tzinfo=UTC))
    assert not is_away(ORIOL, playbook, {}, datetime(2026, 11, 23, 23, 0, tzinfo=UTC))


def test_ones_own_word_counts_until_the_moment_of_return() -> None:
    assert ORIOL is not None
    assert is_away(ORIOL, having(), {"oriol": LATER}, LATER - timedelta(seconds=1))
    assert not is_away(ORIOL, having(), {"oriol": LATER}, LATER)


@pytest.mark.parametrize(
    ("absences", "declared", "risk", "successor"),
    [
        ((), {"oriol": LATER}, MEDIUM, "javier"),
        ((), {"oriol": LATER}, HIGH, "ines"),
        ((), {"oriol": LATER, "javier": LATER}, MEDIUM, "ines"),
        ((off("javier"),), {"oriol": LATER}, MEDIUM, "ines"),
        ((off("oriol", cover="ines.robledo@acme-routing.example"),), {}, MEDIUM, "ines"),
    ],
)
def test_the_next_who_may_and_is_there(
    absences: tuple[Absence, ...], declared: dict[str, datetime], risk: RiskCategory, successor: str
) -> None:
    assert ORIOL is not None
    found = stand_in(ORIOL, having(*absences), declared, risk, NOON)
    assert (found.login if found else None) == successor


def test_where_everybody_is_away_it_stays() -> None:
    assert ORIOL is not None
    everybody = {r.login: LATER for r in shipped_playbook().reviewers}
    assert stand_in(ORIOL, having(), everybody, MEDIUM, NOON) is None


def test_a_last_day_ends_at_midnight_where_the_person_works() -> None:
    assert back_at(date(2026, 12, 24), ORIOL, having()) == datetime(2026, 12, 24, 23, 0, tzinfo=UTC)
    assert back_at(date(2026, 12, 24), None, having()) == datetime(2026, 12, 25, 0, 0, tzinfo=UTC)
