"""The sample org: Acme Routing S.L. and the companies and people it sells to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from localcrm.fields import Record, Value
from localcrm.objects.sales import LEAD_SOURCES, LEAD_STATUSES, PRODUCTS, STAGES
from localcrm.sample.builder import Builder, slug
from localcrm.sample.cases import add_cases
from localcrm.sample.house import add_queues, add_staff
from localcrm.sample.messages import MessagePool
from localcrm.sample.places import PLACES, SECTORS, STEMS, TITLES, Place
from localcrm.sample.staff import (
    ENTERPRISE,
    ENTERPRISE_DEFAULT,
    TERRITORY,
)
from localcrm.stamps import stamp

DEFAULT_SEED = 7
_ACCOUNTS = 230
_LEADS = 240
_STRATEGIC_EVERY = 24
_TASKS = (
    "Call: introduce depot module",
    "Send pricing for 40 vehicles",
    "Follow up on pilot data",
    "Prepare savings estimate",
    "Call back about telematics hardware",
    "Email: security questionnaire answers",
    "Check contract renewal date",
    "Share reference in same sector",
    "Ask for order file of one day",
    "Invite to user day",
)
_MEETINGS = ("Discovery call", "Product demo", "Route audit on site", "Quarterly review", "Pilot kick-off")


@dataclass(frozen=True)
class Org:
    """`rows` per object in order of creation; `named` are the ids that the sample inquiries speak about."""

    seed: int
    today: date
    rows: dict[str, list[Record]]
    named: dict[str, str] = field(default_factory=dict)


class _Firm(NamedTuple):
    account_id: str
    place: Place
    domain: str
    owner: str
    customer: bool


@lru_cache(maxsize=4)
def build_org(seed: int, today: date) -> Org:
    """Pure: the same seed and day give the same rows, ids included."""
    builder = Builder(seed, today)
    users = add_staff(builder)
    queues = add_queues(builder, users)
    firms = [_account(builder, users, number) for number in range(_ACCOUNTS)]
    _families(builder, firms)
    for firm in firms:
        _contacts(builder, firm)
        _deals(builder, firm)
    _account_doubles(builder, firms)
    _consents(builder)
    _leads(builder, users, queues, firms)
    named = add_cases(builder, users, queues)
    return Org(seed, today, builder.rows, named)


def segment_of(employees: Value) -> str | None:
    if not isinstance(employees, int | float):
        return None
    return "SMB" if employees < 100 else "Mid-Market" if employees < 1000 else "Enterprise"


def owner_for(place: Place, segment: str | None) -> str:
    if segment == "Enterprise":
        return ENTERPRISE.get(place.iso, ENTERPRISE_DEFAULT)
    return TERRITORY[place.iso]


def _account(b: Builder, users: dict[str, str], number: int) -> _Firm:
    r = b.random
    place = r.choice(PLACES)
    city, state, postal = r.choice(place.cities)
    industry, business, intensity = r.choice(SECTORS)
    pattern = r.choice(place.companies)
    name = pattern.format(last=r.choice(place.last), city=city, stem=r.choice(STEMS))
    domain = b.domain(name)
    employees = int(r.choice((r.randint(12, 95), r.randint(100, 480), r.randint(150, 900), r.randint(1000, 7800))))
    strategic = number % _STRATEGIC_EVERY == 5
    employees = max(employees, 1200) if strategic else employees
    partner = number % 29 == 11
    customer = not partner and r.random() < 0.3
    key = "miriam.castano" if partner else owner_for(place, segment_of(employees))
    if number % 37 == 8:
        key = "hannah.osei"  # never handed over
    vehicles = max(3, employees * intensity // 100)
    missing = r.random() < 0.08
    values: Record = {
        "Name": name,
        "OwnerId": users[key],
        "Type": "Partner" if partner else "Customer" if customer else "Prospect",
        "Industry": None if missing else industry,
        "Website": f"https://www.{domain}",
        "Phone": b.phone(place),
        "AnnualRevenue": float(employees * r.randint(70, 210) * 1000),
        "NumberOfEmployees": None if missing else employees,
        "BillingStreet": r.choice(place.streets).format(n=r.randint(2, 180)),
        "BillingCity": city,
        "BillingState": state or None,
        "BillingPostalCode": postal,
        "BillingCountry": None if missing and r.random() < 0.5 else place.country,
        "Description": f"{business.capitalize()}; about {vehicles} vehicles or crews out of {city}.",
        "Strategic__c": strategic,
        "Segment__c": None if missing else segment_of(employees),
        "Partner__c": partner,
        "Products_Owned__c": ";".join(p for p in PRODUCTS if r.random() < 0.4) or PRODUCTS[0] if customer else None,
    }
    created = b.moment(r.randint(60, 850))
    return _Firm(b.add("Account", created, values, by=users[key]), place, domain, users[key], customer)


def _families(b: Builder, firms: list[_Firm]) -> None:
    """A few groups: subsidiaries under the account that was created before them in the same country."""
    for index in range(14, len(firms), 31):
        child = b.row(firms[index].account_id)
        for parent in firms[:index]:
            if parent.place is firms[index].place:
                child["ParentId"] = parent.account_id
                break


def _person(b: Builder, place: Place, domain: str) -> Record:
    first, last = b.random.choice(place.first), b.random.choice(place.last)
    return {
        "FirstName": first,
        "LastName": last,
        "Email": f"{slug(first)}.{slug(last).replace('-', '')}@{domain}",
        "Phone": b.phone(place),
        "Title": b.random.choice(TITLES),
    }


def _contacts(b: Builder, firm: _Firm) -> None:
    seen: set[Value] = set()
    for _ in range(b.random.choice((1, 1, 2, 2, 3))):
        person = _person(b, firm.place, firm.domain)
        if person["Email"] in seen:
            continue
        seen.add(person["Email"])
        person |= {"AccountId": firm.account_id, "OwnerId": firm.owner, "Preferred_Language__c": firm.place.language}
        person |= {"HasOptedOutOfEmail": b.random.random() < 0.07, "DoNotCall": b.random.random() < 0.05}
        person["MailingCountry"] = firm.place.country
        contact_id = b.add("Contact", b.moment(b.random.randint(20, 700)), person, by=firm.owner)
        if b.random.random() < 0.5:
            ago = b.random.randint(2, 240)
            subject = b.random.choice(_TASKS)
            b.task(b.moment(ago), firm.owner, subject, {"WhoId": contact_id}, due=-ago, done=True)


def _deals(b: Builder, firm: _Firm) -> None:
    r = b.random
    name = str(b.row(firm.account_id)["Name"])
    open_stages = [stage.name for stage in STAGES if not stage.closed]
    if firm.customer:
        ago = r.randint(90, 600)
        _deal(b, firm, f"{name}: first roll-out", "Closed Won", ago, -ago + r.randint(20, 80))
    if r.random() < (0.35 if firm.customer else 0.22):
        ago = r.randint(5, 80)
        opportunity = _deal(
            b, firm, f"{name}: {r.choice(PRODUCTS).lower()}", r.choice(open_stages), ago, r.randint(5, 120)
        )
        b.task(b.moment(ago), firm.owner, r.choice(_TASKS), {"WhatId": opportunity}, due=r.randint(-5, 9), done=False)
        if r.random() < 0.6:
            start = b.moment(r.randint(-12, 40))
            b.event(start, firm.owner, r.choice(_MEETINGS), {"WhatId": opportunity})
    elif r.random() < 0.15:
        ago = r.randint(100, 500)
        _deal(b, firm, f"{name}: tender", "Closed Lost", ago, -ago + 45)


def _deal(b: Builder, firm: _Firm, name: str, stage: str, ago: int, close: int) -> str:
    r = b.random
    values: Record = {
        "Name": name[:120],
        "CloseDate": b.day(close),
        "Amount": float(r.randint(6, 140) * 1000),
        "Type": "Existing Customer - Upgrade" if firm.customer and stage != "Closed Won" else "New Customer",
        "Product_Interest__c": r.choice(PRODUCTS),
        "LeadSource": r.choice(LEAD_SOURCES),
    }
    return b.opportunity(b.moment(ago), firm.account_id, firm.owner, stage, values)


def _account_doubles(b: Builder, firms: list[_Firm]) -> None:
    """The same company twice, spelled differently, once with a second copy of a contact."""
    for index in (9, 40, 77, 101, 150, 199):
        original = b.row(firms[index].account_id)
        name = str(original["Name"]).upper() if index % 2 else slug(str(original["Name"])).replace("-", " ").title()
        copy: Record = {k: original[k] for k in ("Industry", "BillingCity", "BillingCountry", "Segment__c")}
        copy |= {"Name": name, "OwnerId": firms[index].owner, "Type": "Prospect", "Website": original["Website"]}
        account_id = b.add("Account", b.moment(30 + index), copy, by=firms[index].owner)
        people = [c for c in b.rows["Contact"] if c["AccountId"] == firms[index].account_id]
        if people:
            double: Record = {k: people[0][k] for k in ("LastName", "Email", "OwnerId", "MailingCountry")}
            double |= {"FirstName": str(people[0]["FirstName"])[:1] + ".", "AccountId": account_id}
            b.add("Contact", b.moment(25 + index), double, by=firms[index].owner)


def _consents(b: Builder) -> None:
    """Recorded consent for a part of the contacts; the opted-out ones all have it on record."""
    for contact in list(b.rows["Contact"]):
        opted_out = bool(contact["HasOptedOutOfEmail"])
        if not opted_out and b.random.random() > 0.08:
            continue
        person: Record = {"FirstName": contact["FirstName"], "LastName": contact["LastName"]}
        person |= {"OwnerId": contact["OwnerId"], "HasOptedOutSolicit": opted_out}
        captured = b.moment(b.random.randint(10, 300))
        individual = b.add("Individual", captured, person)
        contact["IndividualId"] = individual
        b.add(
            "ContactPointTypeConsent",
            captured,
            {
                "Name": f"E-mail: {contact['LastName']}",
                "PartyId": individual,
                "OwnerId": contact["OwnerId"],
                "ContactPointType": "Email",
                "PrivacyConsentStatus": "OptOut" if opted_out else "OptIn",
                "CaptureDate": stamp(captured),
                "CaptureSource": "Unsubscribe link" if opted_out else "Web form",
                "EffectiveFrom": stamp(captured),
            },
        )


def _leads(b: Builder, users: dict[str, str], queues: dict[str, str], firms: list[_Firm]) -> None:
    r = b.random
    messages = MessagePool(r)
    for number in range(_LEADS):
        place = r.choice(PLACES)
        city, state, postal = r.choice(place.cities)
        industry, _, _ = r.choice(SECTORS)
        company = r.choice(place.companies).format(last=r.choice(place.last), city=city, stem=r.choice(STEMS))
        person = _person(b, place, b.domain(company))
        employees = r.choice((r.randint(10, 95), r.randint(100, 900), r.randint(1000, 4000)))
        ago = r.randint(1, 320)
        status = LEAD_STATUSES[0] if ago < 20 else r.choice((LEAD_STATUSES[0], LEAD_STATUSES[1], LEAD_STATUSES[3]))
        owner = users[owner_for(place, segment_of(employees))]
        if status == LEAD_STATUSES[0]:
            owner = r.choice((queues["Inbound queue"], owner, queues["Nurture"]))
        if number % 61 == 17:
            owner = users["hannah.osei"]
        person |= {
            "Company": company,
            "OwnerId": owner,
            "Status": status,
            "Website": f"https://{str(person['Email']).partition('@')[2]}" if r.random() < 0.7 else None,
            "Industry": industry if r.random() < 0.8 else None,
            "NumberOfEmployees": employees if r.random() < 0.75 else None,
            "City": city,
            "State": state or None,
            "PostalCode": postal,
            "Country": place.country if r.random() < 0.9 else None,
            "LeadSource": r.choice(LEAD_SOURCES),
            "Rating": r.choice((None, "Hot", "Warm", "Cold")),
            "HasOptedOutOfEmail": r.random() < 0.06,
            "DoNotCall": r.random() < 0.04,
            "Product_Interest__c": r.choice((None, *PRODUCTS)),
            "Preferred_Language__c": place.language,
        }
        if owner == queues["Inbound queue"]:
            person["Description"] = messages.write(place.language, city, r.randint(8, 160))
        if number % 47 == 20:
            # A person who is already a contact, entered again as a lead.
            known = r.choice([c for c in b.rows["Contact"] if c["Email"]])
            person |= {k: known[k] for k in ("FirstName", "LastName", "Email")}
        if number % 53 == 30:
            person |= {"EmailBouncedReason": "550 5.1.1 user unknown", "EmailBouncedDate": stamp(b.moment(ago))}
        lead_id = b.add("Lead", b.moment(ago), person, modified=b.moment(max(0, ago - r.randint(0, 9))))
        if status == LEAD_STATUSES[1]:
            days = max(1, ago - 2)
            b.task(b.moment(days), owner, r.choice(_TASKS), {"WhoId": lead_id}, due=-days, done=True)
        if number % 40 == 12:
            _double_lead(b, lead_id)
    for number in range(16):
        _converted(b, firms[number * 7])


def _double_lead(b: Builder, lead_id: str) -> None:
    original = b.row(lead_id)
    copy: Record = {k: original[k] for k in ("LastName", "Email", "OwnerId", "Status", "Country", "LeadSource")}
    copy |= {"Company": slug(str(original["Company"])).replace("-", " ").title()}
    copy["FirstName"] = str(original["FirstName"]).split("-")[0]
    b.add("Lead", b.moment(1), copy)


def _converted(b: Builder, firm: _Firm) -> None:
    people = [c for c in b.rows["Contact"] if c["AccountId"] == firm.account_id]
    if not people:
        return
    contact = people[0]
    ago = b.random.randint(40, 300)
    values: Record = {k: contact[k] for k in ("FirstName", "LastName", "Email", "Phone", "Title")}
    values |= {
        "Company": b.row(firm.account_id)["Name"],
        "OwnerId": firm.owner,
        "Status": "Closed - Converted",
        "Country": firm.place.country,
        "IsConverted": True,
        "ConvertedAccountId": firm.account_id,
        "ConvertedContactId": contact["Id"],
        "ConvertedDate": b.day(-ago),
    }
    b.add("Lead", b.moment(ago + 15), values, modified=b.moment(ago) + timedelta(minutes=1))
