"""The matcher as a script calls it: names, mappings from any table, and things that are neither."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.identity import CompanyRecord, PersonRecord, compare
from domain.identity_input import read_pair
from domain.leads import MatchVerdict

README = Path(__file__).parents[2] / "README.md"


def test_the_example_of_the_readme_says_what_it_shows() -> None:
    shown = re.search(
        r"```python\n(from domain\.identity import compare\n.*?)```", README.read_text("utf-8"), re.DOTALL
    )
    assert shown is not None
    lines = shown[1].splitlines()
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    said = [re.split(r"\s+# ", line) for line in lines if "  # " in line]
    assert len(said) >= 4
    for code, answer in said:
        assert str(eval(code, names)) == answer


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Acme GmbH", {"name": "Acme"}, CompanyRecord),
        (b"Acme", {"Company Name": "Acme"}, CompanyRecord),
        ({"company": "Acme", "BillingCity": "Bonn"}, {"Account": "Acme"}, CompanyRecord),
        ({"FirstName": "Ana", "LastName": "Sol"}, {"name": "Ana Sol"}, PersonRecord),
        ({"name": "Ana Sol", "email": "ana@acme.example"}, {"name": "Ana Sol"}, PersonRecord),
        ({"name": "Acme", "email": "info@acme.example"}, {"name": "Acme"}, CompanyRecord),
        ({"name": "Acme", "email": "ana@acme.example", "kind": "company"}, {"name": "Acme"}, CompanyRecord),
        ({"name": "Ana Sol", "kind": "person"}, {"name": "Ana Sol"}, PersonRecord),
        ({"name": "Ana Sol", "dob": date(1981, 2, 3)}, {"name": "Ana Sol"}, PersonRecord),
    ],
)
def test_what_a_mapping_is_about(one: Any, other: Any, kind: type[PersonRecord] | type[CompanyRecord]) -> None:
    assert [type(r) for r in read_pair(one, other)] == [kind, kind]
    assert [type(r) for r in read_pair(other, one)] == [kind, kind]


def test_columns_are_known_by_their_usual_names() -> None:
    row = {"Given Name": "Ana", "surname": "Sol", "DOB": date(1981, 2, 3), "post_code": 4011.0, "MobilePhone": 5550100}
    read, _ = read_pair(row, {})
    assert read == PersonRecord(
        first_name="Ana", last_name="Sol", birth_date="1981-02-03", postal_code="4011", phone="5550100"
    )


def test_a_record_of_each_kind_is_no_match() -> None:
    assert compare(PersonRecord(name="Acme"), CompanyRecord(name="Acme")).verdict is MatchVerdict.NONE


ODD = st.one_of(
    st.none(), st.booleans(), st.floats(), st.integers(), st.binary(max_size=20), st.text(max_size=20),
    st.just(10**5000), st.dates(), st.datetimes(), st.lists(st.integers(), max_size=2), st.just(object()),
)  # fmt: skip
KEYS = st.one_of(
    st.sampled_from(["name", "Name", "company", "first_name", "email", "kind", "type", "zip", "dob"]),
    st.none(),
    st.text(),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(one=st.one_of(ODD, st.dictionaries(KEYS, ODD)), other=st.one_of(ODD, st.dictionaries(KEYS, ODD)))
def test_it_takes_anything(one: Any, other: Any) -> None:
    there, back = compare(one, other), compare(other, one)
    assert (there.verdict, there.score) == (back.verdict, back.score)
