"""Company facts from People Data Labs' Company Enrichment API.

`GET /v5/company/enrich?website=…` with the header `X-Api-Key`; a match is a flat record with `likelihood` 1 to 10,
no match is 404. Shapes as documented at https://docs.peopledatalabs.com/docs/reference-company-enrichment-api
"""

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import SecretStr

from domain.enrichment import Signal, Unknown
from domain.model import Instant, Scalar
from domain.naming import country_code, registrable_domain
from domain.texts import clean
from gateways.enrichment.outside import ProviderFailed

BASE_URL = "https://api.peopledatalabs.com"
MIN_LIKELIHOOD = 6
"""Their scale is logarithmic; 2 means a chance of 10 to 30 %."""
_SECONDS = 6.0
_FIELDS = {
    "company_name": "name",
    "industry": "industry",
    "employees": "employee_count",
    "country": "location.country",
    "region": "location.region",
    "founded": "founded",
    "description": "summary",
    "funding_total": "total_funding_raised",
    "funding_stage": "latest_funding_stage",
    "inferred_revenue": "inferred_revenue",
}
"""Signal name to the field of their company schema."""
_NUMBERS = frozenset({"employees", "founded", "funding_total"})
_TEXT = 255


class PeopleDataLabs:
    """Implements `CompanyProvider`. Sends the company's domain and nothing else. Threads may share one."""

    name = "people_data_labs"
    signals = tuple(_FIELDS)

    def __init__(self, key: SecretStr, base_url: str = BASE_URL) -> None:
        self._key = key
        self._client = httpx.Client(base_url=base_url, timeout=_SECONDS)

    def look_up(self, domain: str, *, now: Instant) -> list[Signal]:
        record = self._ask(domain)
        likelihood = record.get("likelihood")
        sure = min(10, likelihood) / 10 if isinstance(likelihood, int) and likelihood > 0 else 0.5
        site = registrable_domain(str(record.get("website") or ""))
        found = {name: _value(name, _at(record, path)) for name, path in _FIELDS.items()}
        return [
            Signal(
                name=name,
                value=value,
                system="People Data Labs",
                record=clean(f"company/{record.get('id') or domain}", _TEXT),
                field=_FIELDS[name],
                observed_at=now,
                # Their best match is still somebody's database: never surer than the CRM's own account.
                confidence=round(0.9 * sure * (1.0 if site in ("", domain) else 0.6), 2),
                note="" if site in ("", domain) else f"their record is of {site}",
                provider=self.name,
            )
            for name, value in found.items()
            if value is not None
        ]

    def _ask(self, domain: str) -> Mapping[str, Any]:
        try:
            answer = self._client.get(
                "/v5/company/enrich",
                params={"website": domain, "min_likelihood": MIN_LIKELIHOOD},
                headers={"X-Api-Key": self._key.get_secret_value(), "Accept": "application/json"},
            )
            record = answer.json() if answer.status_code == 200 else {}
        except httpx.HTTPError:
            raise ProviderFailed(Unknown.DOWN, "People Data Labs does not answer") from None
        except ValueError:
            raise ProviderFailed(Unknown.DOWN, "People Data Labs answers what is no JSON") from None
        match answer.status_code:
            case 200 if isinstance(record, Mapping):
                return record
            case 404:
                raise ProviderFailed(Unknown.NOT_FOUND, "People Data Labs does not know the company")
            case 401 | 403:
                raise ProviderFailed(Unknown.DOWN, "People Data Labs refuses the key; check COUNTERSIGN_PDL_API_KEY")
            case 402:
                raise ProviderFailed(Unknown.DOWN, "the People Data Labs account has no credits left")
            case 429:
                raise ProviderFailed(Unknown.DOWN, "People Data Labs asks to slow down")
            case status:
                raise ProviderFailed(Unknown.DOWN, f"People Data Labs answers {status}")


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _value(name: str, raw: Any) -> Scalar:
    """As the playbook writes it; None for null and for what is not of the documented type."""
    if name in _NUMBERS:
        number = int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) <= 15 else raw
        return number if isinstance(number, int | float) and not isinstance(number, bool) and number >= 0 else None
    text = clean(raw, _TEXT) if isinstance(raw, str) else ""
    if name == "country":
        return country_code(text) or None
    # Their text is lower case throughout.
    return (text.title() if name in ("industry", "region", "company_name") and text.islower() else text) or None
