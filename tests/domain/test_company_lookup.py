"""By which beginnings a company's name is looked up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.company_lookup import last_names, name_lookup


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("ООО «Северный Ветер»", "Severny Veter LLC"),
        ("ООО «Северный Ветер»", "Северный Ветер, ООО"),
        ("The Falkenried Group", "Falkenried Group AG"),
        ("Falkenried GmbH", "FALKENRIED Aktiengesellschaft"),
        ("Ναυπηγεία Αιγέως Α.Ε.", "Nafpigeia Aigeos S.A."),
        ("株式会社サクラテック", "Sakura Tekku K.K."),
        ("株式会社サクラテック", "サクラテック(株)"),
        ("Müller & Söhne GmbH", "Mueller & Soehne"),
        ("Müller & Söhne GmbH", "Muller & Sohne Ltd"),
        ("International Ferrovia Manufacturing", "IFM Inc."),
        ("International Ferrovia Manufacturing", "Ferrovia Mfg Intl"),
        ("IFM Corp.", "IFM"),
        ("3M", "3M Company"),
        ("a_b\\", "a_b\\"),
    ],
)
def test_a_name_in_another_form_is_asked_for(written: str, listed: str) -> None:
    look = name_lookup(written)
    names = {name.casefold() for name in look.whole}
    assert listed.casefold() in names or listed.casefold().startswith(tuple(b.casefold() for b in look.beginnings))


def test_common_words_are_no_beginning_of_their_own() -> None:
    assert name_lookup("Global Energy Solutions").beginnings == ("Global Energ", "GES ")


def test_nothing_is_asked_for_nothing() -> None:
    assert name_lookup("") == name_lookup(" \u200b ") == name_lookup("\x00")


def test_last_names_in_both_alphabets() -> None:
    assert last_names("Щербакова") == ("Щербакова", "shcherbakova")
    assert last_names("Größler") == ("Größler", "grossler", "groessler")
    assert last_names("Sol") == ("Sol",)


@settings(max_examples=300, deadline=None)
@given(
    raw=st.one_of(st.text(max_size=60), st.sampled_from(["🚚" * 900, "x" * 10_000, "%_\\' OR 1", "株" * 40, "ъ" * 40]))
)
def test_any_text_gives_few_and_short_beginnings(raw: str) -> None:
    look = name_lookup(raw)
    assert len(look.beginnings) <= 6
    assert len(look.whole) <= 6
    assert all(b.strip() and len(b) <= 13 for b in look.beginnings)
    assert all(w.strip() and len(w) <= 80 for w in look.whole)
