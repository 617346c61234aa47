"""The records behind the hard cases: the companies and people that the first sample inquiries speak about."""

from __future__ import annotations

from localcrm.fields import Record
from localcrm.sample.builder import Builder
from localcrm.stamps import stamp

CONVERTING_MESSAGE = (
    "We spoke briefly at the Dallas show. 140 tractors, reefers mostly. I'd like to see route planning with hours of "
    "service built in, and I want to move on this before produce season."
)
QUEUED_MESSAGE = (
    "Beverage distributor, 62 straight trucks, roughly 900 drops a day around Omaha. Our dispatcher built the routes "
    "in 2014 and nobody dares touch them. Can you model ours from a week of invoices?"
)


def add_cases(b: Builder, users: dict[str, str], queues: dict[str, str]) -> dict[str, str]:
    """Ids by the name under which the inquiries know them."""
    return {
        **_customer(b, users["javier.montes"]),
        **_strategic(b, users["markus.lindner"]),
        **_opted_out(b, queues["Nurture"]),
        **_competitor(b, users["ines.robledo"]),
        **_two_territories(b, users["renee.tremblay"]),
        **_queued(b, queues["Inbound queue"]),
        "inbound_queue": queues["Inbound queue"],
    }


def _customer(b: Builder, owner: str) -> dict[str, str]:
    created = b.moment(410, 10)
    account = b.add(
        "Account",
        created,
        {
            "Name": "Mercavia Distribución S.A.",
            "OwnerId": owner,
            "Type": "Customer",
            "Industry": "Food & Beverage",
            "Website": "https://www.mercavia.example",
            "Phone": "+34 555 012 340",
            "NumberOfEmployees": 640,
            "AnnualRevenue": 96_000_000.0,
            "BillingStreet": "Polígono La Atalaya, nave 12",
            "BillingCity": "Zaragoza",
            "BillingState": "Zaragoza",
            "BillingPostalCode": "50197",
            "BillingCountry": "Spain",
            "Segment__c": "Mid-Market",
            "Products_Owned__c": "Route planning;Fleet tracking",
            "Description": "Chilled distribution to 1,100 shops; 210 vehicles, two depots, a third one planned.",
        },
        by=owner,
    )
    person: Record = {"FirstName": "Elena", "LastName": "Gascón", "Email": "elena.gascon@mercavia.example"}
    person |= {"Title": "Supply Chain Manager", "Phone": "+34 555 012 341", "AccountId": account, "OwnerId": owner}
    person |= {"MailingCountry": "Spain", "Preferred_Language__c": "es"}
    contact = b.add("Contact", created, person, by=owner)
    won: Record = {"Name": "Mercavia: first roll-out", "CloseDate": b.day(-330), "Amount": 88_000.0}
    b.opportunity(b.moment(400), account, owner, "Closed Won", won)
    deal: Record = {"Name": "Mercavia: depot management, Huesca", "CloseDate": b.day(38), "Amount": 54_000.0}
    deal |= {"Type": "Existing Customer - Upgrade", "Product_Interest__c": "Depot management", "ContactId": contact}
    opportunity = b.opportunity(b.moment(24), account, owner, "Proposal/Price Quote", deal)
    b.task(b.moment(6), owner, "Revised quote for Huesca gates", {"WhatId": opportunity}, due=3, done=False)
    return {"customer_account": account, "customer_contact": contact, "customer_opportunity": opportunity}


def _strategic(b: Builder, owner: str) -> dict[str, str]:
    values: Record = {
        "Name": "Nordwind Logistik AG",
        "OwnerId": owner,
        "Type": "Prospect",
        "Industry": "Transportation",
        "Website": "https://www.nordwind-logistik.example",
        "NumberOfEmployees": 5200,
        "AnnualRevenue": 780_000_000.0,
        "BillingCity": "Bremen",
        "BillingState": "Bremen",
        "BillingPostalCode": "28199",
        "BillingCountry": "Germany",
        "Segment__c": "Enterprise",
        "Strategic__c": True,
        "Description": "Board-level target. All contact goes through Markus Lindner.",
    }
    account = b.add("Account", b.moment(520), values, by=owner)
    subsidiary: Record = {"Name": "Nordwind Kontrakt GmbH", "ParentId": account, "OwnerId": owner, "Type": "Prospect"}
    subsidiary |= {"BillingCountry": "Germany", "Segment__c": "Enterprise", "Industry": "Transportation"}
    b.add("Account", b.moment(300), subsidiary, by=owner)
    b.event(b.moment(9, 9), owner, "Strategy meeting with the COO", {"WhatId": account})
    return {"strategic_account": account}


def _opted_out(b: Builder, queue: str) -> dict[str, str]:
    captured = b.moment(75, 11)
    person: Record = {"FirstName": "Bastien", "LastName": "Perrot"}
    individual = b.add("Individual", captured, {**person, "HasOptedOutSolicit": True})
    b.add(
        "ContactPointTypeConsent",
        captured,
        {
            "Name": "E-mail: Perrot",
            "PartyId": individual,
            "ContactPointType": "Email",
            "PrivacyConsentStatus": "OptOut",
            "CaptureDate": stamp(captured),
            "CaptureSource": "Unsubscribe link",
            "EffectiveFrom": stamp(captured),
        },
    )
    values: Record = {
        **person,
        "Company": "Messagerie du Val SARL",
        "Title": "Responsable exploitation",
        "Email": "b.perrot@messagerie-du-val.example",
        "Country": "France",
        "City": "Orléans",
        "OwnerId": queue,
        "Status": "Open - Not Contacted",
        "HasOptedOutOfEmail": True,
        "IndividualId": individual,
        "LeadSource": "Trade Show",
        "Preferred_Language__c": "fr",
    }
    return {"opted_out_lead": b.add("Lead", b.moment(140), values, modified=captured)}


def _competitor(b: Builder, owner: str) -> dict[str, str]:
    values: Record = {"Name": "Routiva Systems BV", "OwnerId": owner, "Type": "Competitor", "Industry": "Technology"}
    values |= {"Website": "https://routiva.example", "BillingCountry": "Netherlands", "NumberOfEmployees": 180}
    return {"competitor_account": b.add("Account", b.moment(600), values, by=owner)}


def _two_territories(b: Builder, owner: str) -> dict[str, str]:
    values: Record = {
        "Name": "Halden Parcel Group",
        "OwnerId": owner,
        "Type": "Prospect",
        "Industry": "Transportation",
        "Website": "https://www.haldenparcel.example",
        "NumberOfEmployees": 870,
        "BillingCity": "Mississauga",
        "BillingState": "Ontario",
        "BillingCountry": "Canada",
        "Segment__c": "Mid-Market",
        "Description": "Canadian parent; the UK company buys for itself, or so both sides say.",
    }
    return {"two_territories_account": b.add("Account", b.moment(210), values, by=owner)}


def _queued(b: Builder, queue: str) -> dict[str, str]:
    common: Record = {
        "OwnerId": queue,
        "Status": "Open - Not Contacted",
        "LeadSource": "Web",
        "Country": "United States",
    }
    converting: Record = {
        "FirstName": "Hank",
        "LastName": "Sutter",
        "Company": "Sutter Refrigerated Express Inc.",
        "Title": "VP Operations",
        "Email": "hank.sutter@sutterreefer.example",
        "Phone": "+1 479-555-0142",
        "Website": "https://sutterreefer.example",
        "City": "Springdale",
        "State": "Arkansas",
        "Industry": "Transportation",
        "NumberOfEmployees": 410,
        "Description": CONVERTING_MESSAGE,
        "Product_Interest__c": "Route planning",
        "Preferred_Language__c": "en",
    }
    queued: Record = {
        "FirstName": "Alicia",
        "LastName": "Reyes",
        "Company": "Platte Valley Beverage Inc.",
        "Title": "Distribution Manager",
        "Email": "areyes@plattevalleybev.example",
        "Phone": "+1 402-555-0178",
        "Website": "https://plattevalleybev.example",
        "City": "Omaha",
        "State": "Nebraska",
        "Industry": "Food & Beverage",
        "NumberOfEmployees": 260,
        "Description": QUEUED_MESSAGE,
        "Product_Interest__c": "Route planning",
        "Preferred_Language__c": "en",
    }
    return {
        "converting_lead": b.add("Lead", b.moment(1, 15), common | converting),
        "queued_lead": b.add("Lead", b.moment(1, 16), common | queued),
    }
