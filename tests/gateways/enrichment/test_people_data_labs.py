"""People Data Labs' documented answers, from a server that gives them."""

import json
from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from domain.enrichment import Signal, Unknown
from gateways.enrichment.outside import ProviderFailed
from gateways.enrichment.people_data_labs import PeopleDataLabs
from tests.fakes.clock import START
from tests.gateways.enrichment.sites import Site, serving

ASKED = "/v5/company/enrich?website=northwind.example&min_likelihood=6"
RECORD = {
    "status": 200,
    "likelihood": 9,
    "id": "aKCIYBNF9ey6o5CjHCCO4goHYKlf",
    "name": "northwind traders",
    "size": "201-500",
    "employee_count": 431,
    "founded": 1987,
    "industry": "transportation/trucking/railroad",
    "location": {"country": "spain", "region": "madrid", "locality": "madrid", "street_address": None},
    "website": "northwind.example",
    "summary": "moves pallets.",
    "total_funding_raised": 5000000,
    "latest_funding_stage": "series_a",
    "inferred_revenue": "$50M-$100M",
    "linkedin_url": "linkedin.com/company/northwind",
}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def look_up(site: Site, record: object = RECORD, status: int = 200) -> dict[str, Signal]:
    site.page(ASKED, record if isinstance(record, str) else json.dumps(record), status, Content_Type="application/json")
    provider = PeopleDataLabs(SecretStr("the-key"), f"http://127.0.0.1:{site.port}")
    return {s.name: s for s in provider.look_up("northwind.example", now=START)}


def test_a_match_becomes_signals_named_as_the_playbook_names_them(site: Site) -> None:
    found = look_up(site)
    assert {name: s.value for name, s in found.items()} == {
        "company_name": "Northwind Traders",
        "industry": "Transportation/Trucking/Railroad",
        "employees": 431,
        "country": "ES",
        "region": "Madrid",
        "founded": 1987,
        "description": "moves pallets.",
        "funding_total": 5000000,
        "funding_stage": "series_a",
        "inferred_revenue": "$50M-$100M",
    }
    country = found["country"]
    assert (country.record, country.field) == ("company/aKCIYBNF9ey6o5CjHCCO4goHYKlf", "location.country")
    assert (country.confidence, country.provider, country.observed_at) == (0.81, "people_data_labs", START)


def test_only_the_domain_is_sent_and_the_key_is_in_no_address(site: Site) -> None:
    look_up(site)
    assert site.paths() == [ASKED]
    assert "the-key" not in repr(PeopleDataLabs(SecretStr("the-key")).__dict__)


def test_a_record_of_another_site_counts_less(site: Site) -> None:
    found = look_up(site, {**RECORD, "website": "other.example"})["employees"]
    assert (found.confidence, found.note) == (0.49, "their record is of other.example")


def test_nulls_and_wrong_types_are_left_out(site: Site) -> None:
    odd = {"employee_count": "many", "founded": "1987", "industry": None, "location": "Spain", "likelihood": "x"}
    found = {name: signal.value for name, signal in look_up(site, {**RECORD, **odd}).items()}
    assert found["founded"] == 1987
    assert not {"employees", "industry", "country", "region"} & set(found)


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (404, Unknown.NOT_FOUND, "does not know"),
        (401, Unknown.DOWN, "COUNTERSIGN_PDL_API_KEY"),
        (402, Unknown.DOWN, "credits"),
        (429, Unknown.DOWN, "slow down"),
        (500, Unknown.DOWN, "500"),
    ],
)
def test_documented_refusals(site: Site, status: int, kind: Unknown, word: str) -> None:
    error = {"status": status, "error": {"type": "not_found", "message": "No records were found"}}
    with pytest.raises(ProviderFailed) as failed:
        look_up(site, error, status)
    assert (failed.value.unknown, word in failed.value.sentence) == (kind, True)


@pytest.mark.parametrize("body", ["<html>", "[1]", '"x"', ""])
def test_what_is_no_record_is_down(site: Site, body: str) -> None:
    with pytest.raises(ProviderFailed) as failed:
        look_up(site, body)
    assert failed.value.unknown is Unknown.DOWN


def test_nobody_there_is_down() -> None:
    with serving() as site:
        gone = f"http://127.0.0.1:{site.port}"
    with pytest.raises(ProviderFailed) as failed:
        PeopleDataLabs(SecretStr("k"), gone).look_up("northwind.example", now=START)
    assert failed.value.unknown is Unknown.DOWN
    assert isinstance(failed.value.__context__, httpx.HTTPError)
