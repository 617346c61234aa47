"""Which passwords are taken, and what is said of those that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.passwords import MIN_LENGTH, weakness

ABOUT = ("ines", "Inés Robledo", "", "ines.robledo@acme-routing.example")


@pytest.mark.parametrize(
    "good",
    [
        "correct horse battery",
        "kein Sinn in Zahlen",
        "ромашки на луне",
        "9f2c-77ab-e01d",
        "inesperado como la lluvia",
        "the password of my youth",
        " leading and trailing ",
    ],
)
def test_length_is_enough(good: str) -> None:
    assert weakness(good, ABOUT) == ""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("", "it has 0 characters; use at least 12"),
        ("Tr0ub4dor&3", "it has 11 characters"),
        ("x" * 1025, "more than 1024"),
        ("aaaaaaaaaaaaaaaa", "repeats"),
        ("abababababab", "repeats"),
        ("qwertyuiopasdf", "row of keys"),
        ("987654321098", "row of keys"),
        ("Password123456", "little more than “password”"),
        ("ines12345678", "little more than “ines”"),
        ("Ines.Robledo2026", "little more than"),
        ("ines.robledo@acme-routing.example", "little more than"),
        ("correct horse\tbattery", "control character"),
        ("correct horse \udcff battery", "no character at all"),
    ],
)
def test_what_would_be_tried_first_is_not_taken(bad: str, said: str) -> None:
    assert said in weakness(bad, ABOUT)


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=4))
def test_any_text_gets_an_answer_that_does_not_quote_it(password: str, about: list[str]) -> None:
    refused = weakness(password, about)
    assert refused or len(password) >= MIN_LENGTH
    assert len(password) < MIN_LENGTH or password not in refused or password.casefold() in {a.casefold() for a in about}
