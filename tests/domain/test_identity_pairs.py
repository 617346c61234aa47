"""What the matcher says about pairs whose answer is known; the pairs are in `identity_pairs`."""

import pytest

from domain.identity import CompanyRecord, PersonRecord, Verdict, compare
from domain.leads import MatchVerdict
from tests.domain.identity_pairs import (
    OTHER_COMPANY,
    OTHER_PERSON,
    SAME_COMPANY,
    SAME_PERSON,
    UNCERTAIN_COMPANY,
    UNCERTAIN_PERSON,
)

COMPANIES = [
    *((MatchVerdict.MATCH, *pair) for pair in SAME_COMPANY),
    *((MatchVerdict.POSSIBLE, *pair) for pair in UNCERTAIN_COMPANY),
    *((MatchVerdict.NONE, *pair) for pair in OTHER_COMPANY),
]
PEOPLE = [
    *((MatchVerdict.MATCH, *pair) for pair in SAME_PERSON),
    *((MatchVerdict.POSSIBLE, *pair) for pair in UNCERTAIN_PERSON),
    *((MatchVerdict.NONE, *pair) for pair in OTHER_PERSON),
]


def explained(found: Verdict) -> str:
    return f"{found.score}: {[(p.reason, p.weight) for p in found.parts]}"


@pytest.mark.parametrize(("wanted", "kind", "one", "other"), COMPANIES)
def test_companies(wanted: MatchVerdict, kind: str, one: str, other: str) -> None:
    found = compare(CompanyRecord(name=one), CompanyRecord(name=other))
    assert found.verdict is wanted, explained(found)
    back = compare(CompanyRecord(name=other), CompanyRecord(name=one))
    assert (back.verdict, back.score) == (found.verdict, found.score)


@pytest.mark.parametrize(("wanted", "kind", "one", "other"), PEOPLE)
def test_people(wanted: MatchVerdict, kind: str, one: dict[str, str], other: dict[str, str]) -> None:
    found = compare(PersonRecord(**one), PersonRecord(**other))
    assert found.verdict is wanted, explained(found)
    back = compare(PersonRecord(**other), PersonRecord(**one))
    assert (back.verdict, back.score) == (found.verdict, found.score)


def test_legal_forms_of_more_than_forty_countries_are_among_the_pairs() -> None:
    assert len({kind for kind, _, _ in SAME_COMPANY if kind.isupper()}) > 40


def test_a_verdict_shows_its_parts_and_what_was_compared() -> None:
    found = compare(
        CompanyRecord(name="Falkenried GmbH", website="https://www.falkenried.de/kontakt", country="DE"),
        CompanyRecord(name="Falkenried Gesellschaft mbH", email="info@falkenried.de", country="Germany"),
    )
    assert found.verdict is MatchVerdict.MATCH
    assert found.score >= 0.99
    assert found.reasons == ("same name", "same domain falkenried.de", "same country")
    domain = next(p for p in found.parts if p.field == "domain")
    assert (domain.weight, domain.likeness, domain.one, domain.other) == (12.0, 1.0, "falkenried.de", "falkenried.de")


def test_what_holds_a_match_back_is_said() -> None:
    found = compare(
        CompanyRecord(name="Falkenried GmbH", website="falkenried.de"),
        CompanyRecord(name="Falkenried AG", website="falkenried.de"),
    )
    assert found.verdict is MatchVerdict.POSSIBLE
    assert found.score < 0.99
    assert "companies of different legal form may be two" in found.reasons


def test_the_same_company_in_another_country_or_under_another_domain_is_only_possible() -> None:
    here = CompanyRecord(name="Seetal Uhren", country="CH", website="seetal-uhren.ch")
    abroad = CompanyRecord(name="Seetal Uhren", country="US")
    elsewhere = CompanyRecord(name="Seetal Uhren", country="CH", website="uhrenhaus.ch")
    town = CompanyRecord(name="Pizzeria Bella Vista", city="Köln")
    other_town = CompanyRecord(name="Pizzeria Bella Vista", city="Graz")
    for one, other in ((here, abroad), (here, elsewhere), (town, other_town)):
        assert compare(one, other).verdict is MatchVerdict.POSSIBLE


def test_one_house_with_two_businesses_at_one_address_is_for_a_person() -> None:
    place = {"street": "181 Orchard Street", "city": "Atlanta", "phone": "404 659 0100", "country": "US"}
    cafe = CompanyRecord(name="Vandermeer Cafe", **place)
    dining = CompanyRecord(name="Vandermeer Dining Room", **place)
    assert compare(cafe, dining).verdict is not MatchVerdict.MATCH


def test_a_number_decides_about_companies() -> None:
    one = CompanyRecord(name="Falkenried GmbH", identifier="DE 811 204 330")
    renamed = CompanyRecord(name="Falkenried Digital AG", identifier="DE811204330")
    other = CompanyRecord(name="Falkenried GmbH", identifier="DE811999330")
    assert compare(one, renamed).verdict is MatchVerdict.MATCH
    assert compare(one, other).verdict is MatchVerdict.POSSIBLE


def test_a_person_and_a_company_are_never_one() -> None:
    assert compare(PersonRecord(name="Acme"), CompanyRecord(name="Acme")).verdict is MatchVerdict.NONE


def test_fields_may_be_missing_none_or_numbers() -> None:
    one = PersonRecord.model_validate({"name": "Ana Sol", "email": None, "postal_code": 4011})
    assert one.postal_code == "4011"
    assert compare(one, PersonRecord()).verdict is MatchVerdict.NONE


def test_hosts_that_the_caller_names_tell_nothing() -> None:
    one = CompanyRecord(email="a@shared.example")
    other = CompanyRecord(email="b@shared.example")
    assert compare(one, other).verdict is MatchVerdict.MATCH
    assert compare(one, other, frozenset({"shared.example"})).verdict is MatchVerdict.NONE


def test_a_name_alone_matches_until_something_else_contradicts_it() -> None:
    alone = CompanyRecord(name="Apollo Kontor")
    assert compare(alone, CompanyRecord(name="Apollo Kontor GmbH")).verdict is MatchVerdict.MATCH
    for told_apart in ({"phone": "+49 30 5550100"}, {"postal_code": "10115"}, {"street": "4 Mill Lane"}):
        other = {"phone": "+1 212 555 0100", "postal_code": "90210", "street": "99 Quay Street"}
        one = CompanyRecord(name="Apollo Kontor", **told_apart)
        found = compare(one, CompanyRecord(name="Apollo Kontor", **{k: other[k] for k in told_apart}))
        assert found.verdict is MatchVerdict.POSSIBLE, explained(found)
        assert "the same name with nothing else in common may be another company" in found.reasons
