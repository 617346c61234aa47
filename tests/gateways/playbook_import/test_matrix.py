"""A CSV matrix as rows: lists and cross tables, any and several values, and every cell that says nothing usable."""

import pytest

from domain.errors import InputError
from gateways.playbook_import.matrix import read_matrix
from gateways.playbook_import.result import Imported
from tests.domain.scenes import playbook


def rows(found: Imported) -> list[dict[str, object]]:
    return [r.model_dump(exclude_defaults=True, mode="json") for r in found.rules]


def read(text: str) -> Imported:
    return read_matrix(text, "matrix.csv", playbook())


def test_a_list_of_rules_keeps_its_order() -> None:
    found = read(
        "Rule,Country,State,Postal code,Segment,Product,Owner\n"
        "Madrid,Spain,Madrid,28000-28999,,,ada@acme.example\n"
        "Iberia,ES;PT,*,,Mid market|enterprise,Analytics,EMEA_mid_market\n"
        "Rest,any,,,,,emea\n"
    )
    assert found.not_translated == ()
    assert rows(found) == [
        {
            "id": "Madrid",
            "owner": "ada@acme.example",
            "countries": ["ES"],
            "regions": ["Madrid"],
            "postal": ["28000-28999"],
        },
        {
            "id": "Iberia",
            "queue": "EMEA_mid_market",
            "countries": ["ES", "PT"],
            "segments": ["mid_market", "enterprise"],
            "products": ["Analytics"],
        },
        {"id": "Rest", "team": "emea"},
    ]  # fmt: skip


def test_columns_for_each_kind_of_owner_and_semicolons() -> None:
    found = read("country;team;queue\nDE;emea;\nUS;;North_America\n")
    assert [(r.team, r.queue) for r in found.rules] == [("emea", ""), ("", "North_America")]
    assert [r.id for r in found.rules] == ["row 2", "row 3"]


def test_a_cross_table() -> None:
    found = read("Country / Segment,small,enterprise\nSpain,emea,enterprise\nUSA,,North_America\n")
    assert [(r.id, r.countries, r.segments, r.goes_to) for r in found.rules] == [
        ("Spain × small", ("ES",), ("small",), "emea"),
        ("Spain × enterprise", ("ES",), ("enterprise",), "enterprise"),
        ("USA × enterprise", ("US",), ("enterprise",), "North_America"),
    ]
    assert [r.queue for r in found.rules] == ["", "", "North_America"]


def test_what_cannot_be_translated_is_named_by_line_and_place() -> None:
    found = read("country,size,budget,queue\nES,,,A\nNarnia,,,B\nES,huge,,C\nES,,big,D\nES,,,\nPT,,,E\n")
    assert [r.queue for r in found.rules] == ["A", "E"]
    assert [(m.line, m.after) for m in found.not_translated] == [(3, 1), (4, 1), (5, 1), (6, 1)]
    whys = [m.why for m in found.not_translated]
    assert whys[0].startswith("Narnia is no known country")
    assert whys[1].startswith("huge is no size of the playbook; use one of: small, mid_market, enterprise")
    assert whys[2] == "nothing in a playbook row asks the column budget (it says big)"
    assert whys[3] == "it names no team, queue or owner"


@pytest.mark.parametrize("text", ["", "country,queue\n", "a,b\n1,2\n", 'country,queue\n"ES,A\n'])
def test_what_is_no_matrix(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert refused.value.detail.startswith("matrix.csv:")
