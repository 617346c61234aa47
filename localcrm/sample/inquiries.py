"""Sample inquiries that fit the sample org: people who write, some of whom the CRM knows already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from localcrm.fields import Record, Value
from localcrm.objects.sales import PRODUCTS
from localcrm.sample.builder import Builder, slug
from localcrm.sample.first_inquiries import first_twenty
from localcrm.sample.inquiry import Inquiry
from localcrm.sample.messages import MessagePool
from localcrm.sample.org import Org, build_org
from localcrm.sample.places import PLACES, STEMS, TITLES, Place

_KNOWN_LEAD = 0.15
_KNOWN_CONTACT = 0.1


def inquiries(seed: int, today: date, n: int) -> list[Inquiry]:
    """The first `n`, in order of arrival. The first twenty are the same people for every seed."""
    org = build_org(seed, today)
    found = list(first_twenty(org.named))
    writer = _Writer(org)
    offset = found[-1].received_offset
    while len(found) < n:
        offset += timedelta(seconds=writer.random.randint(40, 600))
        found.append(replace(writer.next(len(found) + 1), received_offset=offset))
    return found[:n]


class _Writer:
    def __init__(self, org: Org) -> None:
        self.random = Random(f"inquiries {org.seed}")  # noqa: S311 - a sample, not a secret
        self._messages = MessagePool(self.random)
        self._phones = Builder(org.seed, org.today)
        special = set(org.named.values())
        self._queued = [
            row
            for row in org.rows["Lead"]
            if row["OwnerId"] == org.named["inbound_queue"] and row["Description"] and row["Id"] not in special
        ]
        self._contacts = [row for row in org.rows["Contact"] if row["Email"] and row["Id"] not in special]
        self._accounts = {row["Id"]: row for row in org.rows["Account"]}
        self.random.shuffle(self._queued)
        self.random.shuffle(self._contacts)

    def next(self, number: int) -> Inquiry:
        draw = self.random.random()
        if draw < _KNOWN_LEAD and self._queued:
            return _from_lead(self._queued.pop())
        if draw < _KNOWN_LEAD + _KNOWN_CONTACT and self._contacts:
            return self._from_contact(number, self._contacts.pop())
        return self._stranger(number)

    def _stranger(self, number: int) -> Inquiry:
        r = self.random
        place: Place = r.choice(PLACES)
        city = r.choice(place.cities)[0]
        first, last = r.choice(place.first), r.choice(place.last)
        company = r.choice(place.companies).format(last=r.choice(place.last), city=city, stem=r.choice(STEMS))
        domain = f"{slug(company)}-{number}.example"
        product = r.choice((None, *PRODUCTS))
        return Inquiry(
            event_id=f"web-{number:04}",
            source=r.choice(("web_form", "web_form", "webhook", "csv")),
            received_offset=timedelta(0),
            first_name=first,
            last_name=last,
            email=f"{slug(first)[:1]}.{slug(last).replace('-', '')}@{domain}",
            phone=self._phones.phone(place) if r.random() < 0.6 else None,
            company=company,
            title=r.choice(TITLES) if r.random() < 0.8 else None,
            website=f"https://{domain}" if r.random() < 0.7 else None,
            country=place.iso if r.random() < 0.93 else None,
            message=self._messages.write(place.language, city, r.choice((9, 14, 22, 37, 48, 65, 80, 120, 210, 340))),
            product_interest=product,
            consent=r.choice((True, True, True, None, False)),
            language=place.language,
        )

    def _from_contact(self, number: int, contact: Record) -> Inquiry:
        account = self._accounts.get(contact["AccountId"], {})
        country = _iso(contact["MailingCountry"])
        language = str(contact["Preferred_Language__c"] or "en")
        return Inquiry(
            event_id=f"web-{number:04}",
            source="web_form",
            received_offset=timedelta(0),
            first_name=_text(contact["FirstName"]),
            last_name=str(contact["LastName"]),
            email=_text(contact["Email"]),
            phone=_text(contact["Phone"]),
            company=_text(account.get("Name")),
            title=_text(contact["Title"]),
            website=_text(account.get("Website")),
            country=country,
            message=self._messages.write(language, str(account.get("BillingCity") or "town"), 30),
            product_interest=self.random.choice(PRODUCTS),
            consent=True,
            language=language,
        )


def _from_lead(lead: Record) -> Inquiry:
    return Inquiry(
        event_id=f"sf-{lead['Id']}",
        source="salesforce",
        received_offset=timedelta(0),
        first_name=_text(lead["FirstName"]),
        last_name=str(lead["LastName"]),
        email=_text(lead["Email"]),
        phone=_text(lead["Phone"]),
        company=_text(lead["Company"]),
        title=_text(lead["Title"]),
        website=_text(lead["Website"]),
        country=_iso(lead["Country"]),
        message=str(lead["Description"]),
        product_interest=_text(lead["Product_Interest__c"]),
        language=_text(lead["Preferred_Language__c"]),
        lead_id=str(lead["Id"]),
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _iso(country: Value) -> str | None:
    return next((place.iso for place in PLACES if place.country == country), None)
