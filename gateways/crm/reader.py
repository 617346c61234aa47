"""Reads for one case: whom an inquiry may belong to, and everything the CRM knows about one lead.

When do you need to touch this? When a rule needs another record. Every query here is by id or indexed field
and has a limit; nothing scans. Which fields are read is `fields.py`.
"""

import re
from collections.abc import Sequence
from itertools import product
from urllib.parse import urlsplit

from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Value
from domain.ports import Clock
from gateways.crm.client import CompositeAnswer, Part, SalesforceSession, query_part
from gateways.crm.directory import Directory
from gateways.crm.fields import INDIVIDUAL, LEAD_PARENTS, ReadFields
from gateways.crm.soql import select
from gateways.crm.values import record_from, records_from

MAX_CANDIDATES = 20
"""Per kind of record, so that leads, contacts and accounts together stay within 60."""
MAX_ACTIVITIES = 50
MAX_OPPORTUNITIES = 20
MAX_CONSENTS = 20
_NAME_PREFIX = 12
_SHORT_NAME = 4
_ACCOUNT_BOUND = 10
_SPELLINGS = tuple(product(("", "http://", "https://"), ("", "www."), ("", "/")))
_PUBLIC_HOSTS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com"),
        *("gmx.de", "gmx.net", "web.de", "mail.com", "aol.com", "proton.me", "protonmail.com"),
    }
)
"""Mail hosts that say nothing about a company; asking by them would find strangers."""


class CompanyKey(Value):
    """By what an account is looked up: e-mail address, web domains, the company's name."""

    email: str = ""
    domains: tuple[str, ...] = ()
    company: str = ""

    @property
    def empty(self) -> bool:
        return not (self.domains or self.company)


def company_key(email: str, website: str, company: str) -> CompanyKey:
    """From what a person gave. Domains of public mail hosts are left out."""
    host = email.rpartition("@")[2].strip().casefold()
    site = _host(website)
    domains = tuple(dict.fromkeys(d for d in (host, site) if d and d not in _PUBLIC_HOSTS))
    return CompanyKey(email=email.strip(), domains=domains, company=company.strip())


class SalesforceReader:
    """Implements `CrmReader`. Thread-safe. Every method raises `CrmError`."""

    def __init__(self, session: SalesforceSession, clock: Clock, fields: ReadFields | None = None) -> None:
        self._session = session
        self._fields = fields or ReadFields()
        self._directory = Directory(session, clock, self._fields)

    def candidates(self, inquiry: Inquiry) -> tuple[CrmRecord, ...]:
        """Leads and contacts by id or e-mail address or company name, accounts by web domain or name. One call."""
        key = company_key(inquiry.email, inquiry.website, inquiry.company)
        parts = self._people(inquiry, key)
        if not key.empty:
            parts.append(self._accounts(key))
        if not parts:
            return ()
        answer = self._session.composite(parts, all_or_none=False)
        found: dict[str, CrmRecord] = {}
        for part in parts:
            object_name = {"leads": "Lead", "contacts": "Contact", "accounts": "Account"}[part.name]
            for record in records_from(object_name, answer.parts[part.name].records()):
                found.setdefault(record.id, record)
        return tuple(found.values())

    def queues(self) -> tuple[CrmRecord, ...]:
        """At most a minute old."""
        return self._directory.read().queues

    def snapshot(self, lead_id: str) -> CrmSnapshot:
        """The lead and what decides about it. A deleted or merged lead is returned as such (`IsDeleted`).

        Two calls; users and queues come from a directory that is read once a minute. Without an id it holds
        those only. Raises `CrmError` (crm_record_missing) where there never was such a lead.
        """
        people = self._directory.read()
        if not lead_id:
            return CrmSnapshot(
                taken_at=people.read_at,
                users=people.users,
                queues=people.queues,
                open_leads_by_owner=people.open_leads_by_owner,
            )
        first = self._session.composite(self._about_lead(lead_id), all_or_none=False)
        rows = first.parts["lead"].records()
        if not rows:
            raise CrmError(f"there is no lead {lead_id} in the CRM", code=ErrorCode.CRM_RECORD_MISSING)
        lead = record_from("Lead", rows[0])
        key = company_key(lead.text("Email"), lead.text("Website"), lead.text("Company"))
        account, contact, opportunities = self._company(key, lead)
        return CrmSnapshot(
            taken_at=first.server_time,
            lead=lead,
            account=account,
            contact=contact,
            owner=_owner(lead, (*people.users, *people.queues)),
            individual=_individual(lead),
            consents=records_from("ContactPointTypeConsent", first.parts["consents"].records()),
            opportunities=opportunities,
            activities=self._activities(first),
            users=people.users,
            queues=people.queues,
            open_leads_by_owner=people.open_leads_by_owner,
        )

    def _people(self, inquiry: Inquiry, key: CompanyKey) -> list[Part]:
        tail = f"ORDER BY LastModifiedDate DESC LIMIT {MAX_CANDIDATES}"
        by: list[tuple[str, object]] = []
        if key.email:
            by.append(("Email = {}", key.email))
        elif inquiry.phone.strip():
            by.append(("Phone = {}", inquiry.phone.strip()))
        if inquiry.last_name.strip():
            by.append(("LastName = {}", inquiry.last_name.strip()))
        lead_by = [*by, *([("Id = {}", inquiry.lead_id)] if _is_lead_id(inquiry.lead_id) else [])]
        parts = []
        if lead_by:
            parts.append(self._query("leads", "Lead", lead_by, tail, (*LEAD_PARENTS,)))
        if by:
            parts.append(self._query("contacts", "Contact", by, tail, ("Account.Name",)))
        return parts

    def _query(
        self, name: str, object_name: str, any_of: Sequence[tuple[str, object]], tail: str, extra: tuple[str, ...] = ()
    ) -> Part:
        where = " OR ".join(condition for condition, _ in any_of)
        values = [value for _, value in any_of]
        return query_part(name, select(object_name, self._fields.of(object_name, extra), where, *values, tail=tail))

    def _accounts(self, key: CompanyKey, *, limit: int = MAX_CANDIDATES) -> Part:
        by = _account_conditions(key)
        return self._query("accounts", "Account", by, f"ORDER BY LastModifiedDate DESC LIMIT {limit}")

    def _about_lead(self, lead_id: str) -> list[Part]:
        if not _is_lead_id(lead_id):
            raise CrmError(f"{lead_id!r} is no lead id", code=ErrorCode.CRM_RECORD_MISSING)
        individual = tuple(f"Individual.{name}" for name in INDIVIDUAL)
        fields = self._fields.of("Lead", (*LEAD_PARENTS, *individual, "Individual.Id", "Individual.SystemModstamp"))
        consents = "PartyId IN (SELECT IndividualId FROM Lead WHERE Id = {})"
        newest = f"ORDER BY LastModifiedDate DESC LIMIT {MAX_ACTIVITIES}"
        return [
            query_part("lead", select("Lead", fields, "Id = {}", lead_id), deleted_too=True),
            query_part(
                "consents",
                select(
                    "ContactPointTypeConsent",
                    self._fields.of("ContactPointTypeConsent"),
                    consents,
                    lead_id,
                    tail=f"LIMIT {MAX_CONSENTS}",
                ),
            ),
            *(
                query_part(name, select(kind, self._fields.of(kind), f"{about} = {{}}", lead_id, tail=newest))
                for name, kind, about in _ACTIVITIES
            ),
        ]

    @staticmethod
    def _activities(answer: CompositeAnswer) -> tuple[CrmRecord, ...]:
        found = [a for name, kind, _ in _ACTIVITIES for a in records_from(kind, answer.parts[name].records())]
        return tuple(sorted(found, key=lambda a: (a.modified_at, a.id), reverse=True))

    def _company(
        self, key: CompanyKey, lead: CrmRecord
    ) -> tuple[CrmRecord | None, CrmRecord | None, tuple[CrmRecord, ...]]:
        """The account, the contact with the lead's address, and the account's open opportunities. One call."""
        parts: list[Part] = []
        if not key.empty:
            parts.append(self._accounts(key, limit=_ACCOUNT_BOUND))
            by: list[tuple[str, object]] = [(f"Account.{c}", value) for c, value in _account_conditions(key)]
            where = f"IsClosed = false AND ({' OR '.join(condition for condition, _ in by)})"
            values = [value for _, value in by]
            tail = f"ORDER BY CloseDate ASC LIMIT {MAX_OPPORTUNITIES}"
            fields = self._fields.of("Opportunity")
            parts.append(query_part("opportunities", select("Opportunity", fields, where, *values, tail=tail)))
        if key.email:
            parts.append(self._query("contacts", "Contact", [("Email = {}", key.email)], "LIMIT 5"))
        if not parts:
            return None, None, ()
        answer = self._session.composite(parts, all_or_none=False)
        contacts = records_from("Contact", answer.parts["contacts"].records()) if key.email else ()
        accounts = records_from("Account", answer.parts["accounts"].records()) if not key.empty else ()
        account = best_account(accounts, key, contacts)
        opportunities: tuple[CrmRecord, ...] = ()
        if account is not None:
            listed = records_from("Opportunity", answer.parts["opportunities"].records())
            opportunities = tuple(o for o in listed if o.text("AccountId") == account.id)
        return account, contacts[0] if len(contacts) == 1 else None, opportunities


_ACTIVITIES = (("tasks", "Task", "WhoId"), ("events", "Event", "WhoId"), ("emails", "EmailMessage", "RelatedToId"))


def best_account(accounts: Sequence[CrmRecord], key: CompanyKey, contacts: Sequence[CrmRecord]) -> CrmRecord | None:
    """The one account that this company clearly is: by its contact, by its whole domain, or by its exact name.

    None where two fit equally well: a person decides that.
    """
    by_id = {account.id: account for account in accounts}
    named = {c.text("AccountId") for c in contacts if c.text("AccountId") in by_id}
    if len(named) == 1:
        return by_id[named.pop()]
    by_domain = [a for a in accounts if _host(a.text("Website")) in key.domains]
    if len(by_domain) == 1:
        return by_domain[0]
    pool = by_domain or list(accounts)
    by_name = [a for a in pool if a.text("Name").casefold() == key.company.casefold() and key.company]
    return by_name[0] if len(by_name) == 1 else None


def _account_conditions(key: CompanyKey) -> list[tuple[str, object]]:
    """By the spellings of a web address and by the beginning of the name: both can use an index, `LIKE '%…'` cannot."""
    conditions: list[tuple[str, object]] = []
    if key.domains:
        spellings = [f"{scheme}{www}{domain}{end}" for domain in key.domains for scheme, www, end in _SPELLINGS]
        conditions.append(("Website IN {}", spellings))
    if len(key.company) >= _SHORT_NAME:
        conditions.append(("Name LIKE '{:like}%'", key.company[:_NAME_PREFIX]))
    elif key.company:
        conditions.append(("Name = {}", key.company))
    return conditions


def _owner(lead: CrmRecord, people: Sequence[CrmRecord]) -> CrmRecord | None:
    """The lead's owner as listed; an inactive user is not listed and known by name only."""
    owner_id = lead.text("OwnerId")
    listed = next((p for p in people if p.id == owner_id), None)
    if listed is not None or not owner_id:
        return listed
    is_queue = owner_id.startswith("00G")
    fields = {"Name": lead.fields.get("Owner.Name"), **({} if is_queue else {"IsActive": False})}
    return CrmRecord(object="Group" if is_queue else "User", id=owner_id, fields=fields, modified_at=lead.modified_at)


def _individual(lead: CrmRecord) -> CrmRecord | None:
    record_id = lead.text("IndividualId")
    if not record_id:
        return None
    fields = {name: lead.fields.get(f"Individual.{name}") for name in INDIVIDUAL}
    return CrmRecord(object="Individual", id=record_id, fields=fields, modified_at=lead.modified_at)


def _is_lead_id(text: str) -> bool:
    return re.fullmatch(r"00Q[A-Za-z0-9]{12}([A-Za-z0-9]{3})?", text) is not None


def _host(website: str) -> str:
    text = website.strip()
    if not text:
        return ""
    host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    return host.removeprefix("www.").casefold()
