"""What a company's own website says: JSON-LD about the organisation, title, description, and what it is built with.

Contact persons, addresses and numbers on the page are not read: signals are about companies.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import trafilatura

from domain.enrichment import Signal, Unknown
from domain.model import Instant, Scalar
from domain.naming import country_code, registrable_domain
from domain.texts import clean
from gateways.enrichment.fetching import FetchRefused, Page, SiteFetcher
from gateways.enrichment.outside import ProviderFailed
from gateways.enrichment.website_signals import SIGNALS

_SELF_STATED = 0.7
"""Current and first hand, yet said to please."""
_ELSEWHERE = 0.4
"""The site redirects to another company's domain: a new name, an owner, or a domain for sale."""
_MAX_DEPTH = 6
_MAX_NODES = 400
_TEXT = 255
# Types of schema.org that are an organisation: the type itself, or by their ending.
_ORGANISATION = re.compile(r"(?:Organization|Corporation|Business|Company|Store|Airline|Consortium|NGO)$")


class WebsiteProvider:
    """Implements `CompanyProvider`."""

    name = "website"
    signals = SIGNALS

    def __init__(self, fetcher: SiteFetcher, addresses: Callable[[str], tuple[str, ...]] | None = None) -> None:
        self._fetcher = fetcher
        self._addresses = addresses or _front_doors

    def look_up(self, domain: str, *, now: Instant) -> list[Signal]:
        try:
            page = self._fetcher.page(*self._addresses(domain))
        except FetchRefused as refused:
            raise ProviderFailed(refused.unknown, refused.sentence) from None
        if page.status >= 500 or page.status == 429:
            raise ProviderFailed(Unknown.DOWN, f"the site answers {page.status}")
        if page.status != 200:
            raise ProviderFailed(Unknown.NOT_FOUND, f"the site answers {page.status}")
        if "html" not in page.content_type.casefold():
            raise ProviderFailed(Unknown.EMPTY, "the site's front page is no web page")
        lands = registrable_domain(page.url)
        elsewhere = lands != domain
        return [
            Signal(
                name=name,
                value=value,
                system="website",
                record=page.url[:_TEXT],
                field=field,
                observed_at=now,
                confidence=_ELSEWHERE if elsewhere else _SELF_STATED,
                note=f"the site redirects to {lands}" if elsewhere else "",
                provider=self.name,
            )
            for name, (field, value) in read_page(page).items()
        ]


def _front_doors(domain: str) -> tuple[str, ...]:
    return (f"https://{domain}/", f"https://www.{domain}/", f"http://{domain}/")


def read_page(page: Page) -> dict[str, tuple[str, Scalar]]:
    """Signal name to the place on the page and the value. What is not there, or not readable, is left out."""
    tree = trafilatura.load_html(page.body)
    if tree is None:
        return {}
    found: dict[str, tuple[str, Scalar]] = {}
    for organisation in _organisations(tree):
        for name, field, value in _said_by(organisation):
            if value not in (None, ""):
                found.setdefault(name, (f"JSON-LD {field}", value))
    about = trafilatura.extract_metadata(tree, default_url=page.url, extensive=False)
    # The page's own title first: what reads articles prefers the largest headline.
    for name, text in (("title", tree.findtext(".//title") or about.title), ("description", about.description)):
        if text and (said := clean(text, _TEXT)):
            found.setdefault(name, (name, said))
    generator = next(iter(tree.xpath("//meta[translate(@name,'GENRATO','genrato')='generator']/@content")), "")
    if made_with := clean(str(generator), _TEXT):
        found["technologies"] = ("meta generator", made_with)
    return found


def _organisations(tree: Any) -> Iterator[Mapping[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        nodes = list(_nodes(data, 0))[:_MAX_NODES]
        yield from (n for n in nodes if any(_ORGANISATION.search(str(t)) for t in _listed(n.get("@type"))))


def _nodes(data: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Objects at the top, in lists, in `@graph`, and what a page is about; an offer's seller is not the company."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(data, list):
        for item in data[:_MAX_NODES]:
            yield from _nodes(item, depth + 1)
    elif isinstance(data, Mapping):
        yield data
        for key in ("@graph", "mainEntity", "about", "publisher"):
            if key in data:
                yield from _nodes(data[key], depth + 1)


def _said_by(node: Mapping[str, Any]) -> Iterator[tuple[str, str, Scalar]]:
    address = next((a for a in _listed(node.get("address")) if isinstance(a, Mapping)), {})
    yield "company_name", "legalName", _text(node.get("legalName"))
    yield "company_name", "name", _text(node.get("name"))
    yield "description", "description", _text(node.get("description"))
    yield "industry", "industry", _text(node.get("industry"))
    yield "employees", "numberOfEmployees", _count(node.get("numberOfEmployees"))
    yield "country", "address.addressCountry", country_code(_text(address.get("addressCountry"))) or None
    yield "region", "address.addressRegion", _text(address.get("addressRegion"))
    yield "founded", "foundingDate", _year(_text(node.get("foundingDate")))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """A text, the first of several, or the name of a thing."""
    first = next(iter(_listed(value)), None)
    if isinstance(first, Mapping):
        first = first.get("name") or first.get("@value")
    return clean(first, _TEXT) if isinstance(first, str) else ""


def _count(value: Any) -> int | None:
    """A whole number; of a range the middle."""
    first = next(iter(_listed(value)), None)
    if isinstance(first, Mapping):
        low, high = (_count(first.get(key)) for key in ("minValue", "maxValue"))
        return _count(first.get("value")) if low is None or high is None else (low + high) // 2
    if isinstance(first, bool) or not isinstance(first, int | float | str):
        return None
    digits = str(int(first)) if isinstance(first, float) and first.is_integer() else str(first).strip().replace(",", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and 0 < len(digits) <= 9 else None


def _year(text: str) -> int | None:
    match = re.match(r"(1[5-9]\d\d|20\d\d)\b", text)
    return int(match[1]) if match is not None else None
