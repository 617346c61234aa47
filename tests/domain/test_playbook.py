"""The playbook as values."""

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.durations import Seconds
from domain.leads import Motion
from domain.permissions import Level, RiskCategory
from domain.playbook import Playbook
from tests.domain.scenes import ORG_ID, SOFIA, USERS, playbook

SECONDS: TypeAdapter[int] = TypeAdapter(Seconds)


@pytest.mark.parametrize(("text", "seconds"), [("20s", 20), ("30m", 1800), ("4h", 14_400), ("3d", 259_200), (90, 90)])
def test_durations(text: object, seconds: int) -> None:
    assert SECONDS.validate_python(text) == seconds


@pytest.mark.parametrize("text", ["", "4", "4 hours", "-5m", "1w", "1e3s"])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValidationError):
        SECONDS.validate_python(text)


def test_the_guard_gets_levels_fields_and_strategic_owners_by_id() -> None:
    policy = playbook().write_policy(USERS)
    assert (policy.org_id, policy.levels[Motion.INBOUND]) == (ORG_ID, Level.APPROVED_WRITEBACK)
    assert "OwnerId" in policy.allowed_fields["Lead"]
    assert policy.strategic_owner_ids == {SOFIA.id}
    assert playbook().write_policy().strategic_owner_ids == frozenset()


def test_a_stored_playbook_comes_back_the_same() -> None:
    assert Playbook.model_validate_json(playbook().model_dump_json()) == playbook()


def test_the_digest_is_over_all_but_itself() -> None:
    assert playbook().model_copy(update={"digest": "x"}).with_digest() == playbook()
    assert playbook().model_copy(update={"voice": "other"}).with_digest().digest != playbook().digest


@pytest.mark.parametrize(("score", "band"), [(100, "A"), (70, "A"), (69, "B"), (20, "C"), (0, "D")])
def test_bands_begin_where_they_say(score: int, band: str) -> None:
    assert playbook().band_for(score).name == band


def test_a_ladder_that_is_not_there_is_the_medium_one() -> None:
    assert playbook().ladder_for(RiskCategory.LOW) == playbook().ladders[RiskCategory.MEDIUM]
