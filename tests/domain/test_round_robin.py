"""Smooth weighted round robin: exact over a full cycle, never two in a row beyond its weight, nothing saved up."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.round_robin import LocalTurns, Seat, next_turn

teams = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9), min_size=1, max_size=8)


def seats(team: dict[str, int]) -> list[Seat]:
    return [Seat(member=name, weight=weight, room=1) for name, weight in team.items()]


@settings(deadline=None)
@given(teams, st.randoms(use_true_random=False))
def test_a_cycle_gives_everybody_exactly_their_weight_however_ties_fall(team: dict[str, int], order: Random) -> None:
    turns = LocalTurns()
    taken: Counter[str] = Counter()
    for _ in range(sum(team.values())):
        asked = seats(team)
        order.shuffle(asked)
        taken[turns.take("team", asked)] += 1
    assert taken == team


def test_turns_are_spread_and_not_bunched() -> None:
    turns = LocalTurns()
    team = seats({"a": 5, "b": 1, "c": 1})
    assert "".join(turns.take("team", team) for _ in range(7)) == "aabacaa"


def test_whoever_was_away_does_not_come_back_with_turns_saved_up() -> None:
    turns = LocalTurns()
    both, one = seats({"a": 1, "b": 1}), seats({"a": 1})
    assert [turns.take("team", one) for _ in range(10)] == ["a"] * 10
    assert Counter(turns.take("team", both) for _ in range(10)) == {"a": 5, "b": 5}


def test_without_seats_there_is_nobody() -> None:
    assert LocalTurns().take("team", []) == ""
    with pytest.raises(ValueError, match="nobody"):
        next_turn({}, [])
