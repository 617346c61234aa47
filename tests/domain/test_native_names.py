"""A name in Latin letters as the beginnings under which an account may be kept in Cyrillic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import compare
from domain.native_names import MOST, native_beginnings


@pytest.mark.parametrize(
    ("company", "country", "kept"),
    [
        ("Severny Veter LLC", "RU", "ООО «Северный Ветер»"),
        ("OOO Severny Veter", "RU", 'ООО "Северный Ветер"'),
        ("Shchukin Trade", "RU", "Щукин Трейд"),
        ("Zhemchug", "KZ", "Жемчуг"),
        ("Hlibodar", "UA", "ТОВ «Хлібодар»"),
        ("Halychyna Logistics", "UA", "ТОВ «Галичина Логістика»"),
        ("Balkan Trans EOOD", "BG", "Балкан Транс ЕООД"),
        ("Jedinstvo d.o.o.", "RS", "Јединство д.о.о."),
    ],
)
def test_a_beginning_of_what_is_kept_is_asked_for(company: str, country: str, kept: str) -> None:
    found = native_beginnings(company, country)
    expected = company != "Hlibodar"  # Х or Г: which one, the letters alone do not tell.
    assert any(kept.startswith(beginning) for beginning in found) is expected
    assert len(found) <= MOST


@pytest.mark.parametrize(
    ("company", "country"),
    [
        *(("Severny Veter LLC", country) for country in ("", "ES", "US", "JP")),
        ("ООО «Северный Ветер»", "RU"),
        ("LLC", "RU"),
        ("Global Group", "RU"),
        ("12345", "RU"),
        ("", "RU"),
    ],
)
def test_nothing_is_guessed_elsewhere(company: str, country: str) -> None:
    assert native_beginnings(company, country) == ()


def test_what_comes_back_is_compared_like_any_other() -> None:
    assert compare("Severny Veter LLC", "ООО «Северный Ветер»").verdict == "match"
    assert compare("Severny Veter LLC", "ООО «Северсталь»").verdict == "none"


@given(st.text(max_size=400), st.sampled_from(["RU", "UA", "BG", "RS", "ES"]))
def test_no_name_breaks_it(company: str, country: str) -> None:
    found = native_beginnings(company, country)
    assert len(found) <= MOST
    assert all(3 <= len(beginning) <= 12 for beginning in found)
