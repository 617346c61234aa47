"""What a company's own page tells, read from a real server; and what it does not get to tell."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domain.enrichment import Signal, Unknown
from gateways.enrichment.fetching import Page
from gateways.enrichment.outside import ProviderFailed
from gateways.enrichment.website import WebsiteProvider, read_page
from tests.fakes.clock import START
from tests.gateways.enrichment.sites import Site, local, serving

NORTHWIND = {
    "@context": "https://schema.org",
    "@type": "Organization",
    "name": "Northwind",
    "legalName": "Northwind Traders S.A.",
    "numberOfEmployees": {"@type": "QuantitativeValue", "minValue": 400, "maxValue": 500},
    "address": {"@type": "PostalAddress", "addressCountry": "Spain", "addressRegion": "Madrid"},
    "foundingDate": "1987-04-01",
    "email": "boss@northwind.example",
    "founder": {"@type": "Person", "name": "Nora Wind"},
}


def html(*linked: Any, head: str = "") -> str:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(data)}</script>' for data in linked)
    return f"<html><head><title>Northwind | Freight</title>{head}{scripts}</head><body><h1>Hello</h1></body></html>"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def look_up(site: Site, domain: str = "northwind.example") -> dict[str, Signal]:
    provider = WebsiteProvider(local(site), lambda domain: (site.url(domain),))
    return {s.name: s for s in provider.look_up(domain, now=START)}


def failure(site: Site) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as raised:
        look_up(site)
    return raised.value


def test_linked_data_title_and_description_with_their_place(site: Site) -> None:
    head = '<meta name="description" content="We move pallets."><meta name="Generator" content="WordPress 6.8">'
    site.page("/", html(NORTHWIND, head=head))
    found = look_up(site)
    assert {name: s.value for name, s in found.items()} == {
        "company_name": "Northwind Traders S.A.",
        "employees": 450,
        "country": "ES",
        "region": "Madrid",
        "founded": 1987,
        "title": "Northwind | Freight",
        "description": "We move pallets.",
        "technologies": "WordPress 6.8",
    }
    employees = found["employees"]
    assert (employees.system, employees.record, employees.field) == (
        "website",
        site.url("northwind.example"),
        "JSON-LD numberOfEmployees",
    )
    assert (employees.observed_at, employees.confidence, employees.provider) == (START, 0.7, "website")


def test_no_person_is_read(site: Site) -> None:
    site.page("/", html(NORTHWIND, {"@type": "Person", "name": "Nora Wind", "email": "nora@northwind.example"}))
    assert not any("Nora" in str(s.value) or "@" in str(s.value) for s in look_up(site).values())


@pytest.mark.parametrize(
    ("said", "read"),
    [
        *((450, 450), ("1,200", 1200), ({"value": "85"}, 85), (12.0, 12), ("about 40", None), (True, None)),
        *((-3, None), ("٣٤", None), ("9" * 12, None), ({"minValue": 10}, None), ([], None)),
    ],
)
def test_head_counts(said: object, read: int | None) -> None:
    body = html({**NORTHWIND, "numberOfEmployees": said}).encode()
    page = Page(url="http://a.example/", status=200, content_type="text/html", body=body)
    assert read_page(page).get("employees", ("", None))[1] == read


@pytest.mark.parametrize(
    "linked",
    [
        {"@graph": [{"@type": "WebSite"}, NORTHWIND]},
        [{"@type": "BreadcrumbList"}, NORTHWIND],
        {"@type": "WebPage", "about": NORTHWIND},
        {**NORTHWIND, "@type": ["Thing", "LocalBusiness"]},
    ],
)
def test_the_organisation_is_found_where_pages_put_it(site: Site, linked: Any) -> None:
    site.page("/", html(linked))
    assert look_up(site)["company_name"].value == "Northwind Traders S.A."


def test_somebody_elses_organisation_is_not_the_company(site: Site) -> None:
    site.page(
        "/", html({"@type": "Product", "name": "Pallet", "manufacturer": NORTHWIND, "review": {"author": NORTHWIND}})
    )
    assert "company_name" not in look_up(site)


@pytest.mark.parametrize("broken", ["{", "[" * 5000, '"text"', "null", '{"@type": "Organization", "name": 7}'])
def test_broken_linked_data_is_passed_over(site: Site, broken: str) -> None:
    site.page("/", html(head=f'<script type="application/ld+json">{broken}</script>'))
    assert [s.name for s in look_up(site).values()] == ["title"]


def test_hostile_text_is_one_short_clean_line(site: Site) -> None:
    site.page("/", html({**NORTHWIND, "legalName": "Acme\u202e\n\x00" + "x" * 5000}))
    name = str(look_up(site)["company_name"].value)
    assert (len(name), name[:5], "\u202e" in name, "\n" in name) == (255, "Acme ", False, False)


def test_another_companys_page_counts_less_and_says_so(site: Site) -> None:
    site.redirect("/", site.url("parked.example", "/home"))
    site.page("/home", html(NORTHWIND))
    found = look_up(site)["company_name"]
    assert (found.confidence, found.note) == (0.4, "the site redirects to parked.example")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Unknown.NOT_FOUND), (403, Unknown.NOT_FOUND), (503, Unknown.DOWN), (429, Unknown.DOWN)]
)
def test_what_the_server_refuses(site: Site, status: int, kind: Unknown) -> None:
    site.page("/", "", status)
    assert failure(site).unknown is kind


def test_a_picture_is_no_page(site: Site) -> None:
    site.page("/", b"\x89PNG", Content_Type="image/png")
    assert failure(site).unknown is Unknown.EMPTY


def test_robots_are_asked_before_the_page(site: Site) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /")
    assert (failure(site).unknown, site.paths()) == (Unknown.NOT_ALLOWED, ["/robots.txt"])
