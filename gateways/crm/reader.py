"""Reads for one case: whom an inquiry may belong to, and everything the CRM knows about one lead.

When do you need to touch this? When a rule needs another record. Every query here is by id or indexed field
and has a limit; nothing scans. Which fields are read is `fields.py`.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from domain.errors import CrmError, ErrorCode
from domain.field_facts import FieldFacts
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.ports import Clock
from gateways.crm.client import CompositeAnswer, Part, PartAnswer, SalesforceSession, query_part
from gateways.crm.company import (
    CompanyKey,
    Condition,
    account_conditions,
    best_account,
    company_key,
    key_of_lead,
    like_person_conditions,
    same_person_conditions,
)
from gateways.crm.consents import Consents
from gateways.crm.conversations import Conversations
from gateways.crm.directory import Directory, People
from gateways.crm.field_rules import FieldRules
from gateways.crm.fields import INDIVIDUAL, LEAD_PARENTS, ReadFields
from gateways.crm.soql import children, select
from gateways.crm.values import is_id_of, record_from, records_from

MAX_ALIKE = 10
"""Leads or contacts of one query, of which there are four; with the accounts they stay within 60."""
MAX_CANDIDATE_ACCOUNTS = 20
MAX_ACTIVITIES = 50
MAX_OPPORTUNITIES = 20
MAX_CONSENTS = 20
MAX_ACCOUNTS = 10
MAX_CONTACTS = 5
MAX_TERRITORIES = 10
_TERRITORIES = "ObjectTerritory2Associations"
_NO_TERRITORIES = frozenset({"INVALID_TYPE", "INVALID_FIELD", "MALFORMED_QUERY"})
REMEMBERED = 1000
_NEWEST = "ORDER BY LastModifiedDate DESC LIMIT"
_log = structlog.get_logger(__name__)
_PARTY = {
    "Lead": "PartyId IN (SELECT IndividualId FROM Lead WHERE Id = {})",
    "Contact": "PartyId IN (SELECT IndividualId FROM Contact WHERE Id = {})",
}
_OBJECTS = {
    "leads": "Lead",
    "leads_alike": "Lead",
    "contacts": "Contact",
    "contacts_alike": "Contact",
    "accounts": "Account",
}


class SalesforceReader:
    """Implements `CrmReader`. Thread-safe. Every method raises `CrmError`."""

    def __init__(
        self,
        session: SalesforceSession,
        clock: Clock,
        fields: ReadFields | None = None,
        rules: FieldRules | None = None,
    ) -> None:
        """With `rules` a snapshot also says what the fields take; their describe is asked once an hour."""
        self._session = session
        self._rules = rules
        self._fields = fields or ReadFields()
        self._directory = Directory(session, clock, self._fields)
        self._known = _KnownCompanies()
        self._talks = Conversations(self._fields)
        self._consents = Consents(self._fields)
        self._without_territories = False

    def candidates(self, inquiry: Inquiry) -> tuple[CrmRecord, ...]:
        """Leads and contacts by id, address, phone or name at the company; accounts by domain or name. One call."""
        key = company_key(inquiry.email, inquiry.website, inquiry.company)
        parts = self._people(inquiry, key)
        if key.names_company:
            soql = self._select("Account", account_conditions(key), f"{_NEWEST} {MAX_CANDIDATE_ACCOUNTS}")
            parts.append(query_part("accounts", soql))
        if not parts:
            return ()
        answer = self._session.composite(parts, all_or_none=False)
        found: dict[str, CrmRecord] = {}
        for part in parts:
            for record in records_from(_OBJECTS[part.name], answer.parts[part.name].records()):
                found.setdefault(record.id, record)
        for record in found.values():
            if record.object == "Lead":
                self._known.remember(record.id, key_of_lead(record))
        return tuple(found.values())

    def queues(self) -> tuple[CrmRecord, ...]:
        """At most a minute old."""
        return self._directory.read().queues

    def users(self) -> tuple[CrmRecord, ...]:
        """Active users, at most a minute old."""
        return self._directory.read().users

    def snapshot(self, lead_id: str) -> CrmSnapshot:
        """The lead and what decides about it. A deleted or merged lead is returned as such (`IsDeleted`).

        At most two calls, and one where `candidates` or an earlier snapshot saw the lead and the org has no cases
        or voice calls to read; users and queues come from
        a directory that is read once a minute. Without an id it holds those only. Raises `CrmError`
        (crm_record_missing) where there never was such a lead.
        """
        people = self._directory.read()
        if not lead_id:
            return _nobody(people)
        asked = bool(people.territory_members) and not self._without_territories
        try:
            return self._snapshot(lead_id, people, territories=asked)
        except _TerritoriesClosed:
            # A race of two readers only asks twice.
            self._without_territories = True
            _log.info("the territories of accounts are not open to us")
            return self._snapshot(lead_id, people, territories=False)

    def _snapshot(self, lead_id: str, people: People, *, territories: bool) -> CrmSnapshot:
        if is_id_of("003", lead_id):
            return self._contact_snapshot(lead_id, people, territories=territories)
        guess = self._known.of(lead_id)
        first = self._session.composite([*self._about(lead_id), *self._around(guess, territories)], all_or_none=False)
        rows = first.parts["lead"].records()
        if not rows:
            raise CrmError(f"there is no lead {lead_id} in the CRM", code=ErrorCode.CRM_RECORD_MISSING)
        lead = record_from("Lead", rows[0])
        key = key_of_lead(lead)
        self._known.remember(lead.id, key)
        around = self._around(key, territories) if key != guess else []
        more = [*around, *self._talks.parts(lead_id, key.email), *self._consents.of_addresses([lead.text("Email")])]
        second = self._session.composite(more, all_or_none=False) if more else first
        company = second if key != guess else first
        contacts = _records("Contact", company.parts.get("contacts"))
        accounts = _accounts(company, territories) if key.names_company else []
        account = best_account(records_from("Account", accounts), key, contacts)
        return CrmSnapshot(
            taken_at=first.server_time,
            lead=lead,
            account=account,
            contact=contacts[0] if len(contacts) == 1 else None,
            owner=_owner(lead, (*people.users, *people.queues)),
            individual=_individual(lead),
            consents=(*_records("ContactPointTypeConsent", first.parts["consents"]), *self._consents.records(second)),
            opportunities=_open_opportunities(account, accounts),
            activities=_activities(rows[0], first),
            conversations=self._talks.records(second),
            users=people.users,
            queues=people.queues,
            open_leads_by_owner=people.open_leads_by_owner,
            group_members=people.group_members,
            territory_members=people.territory_members,
            account_territories=_account_territories(account, accounts),
            field_facts=self._facts("Lead"),
        )

    def _facts(self, name: str) -> FieldFacts:
        return {name: self._rules.facts(name, self._fields.of(name))} if self._rules is not None else {}

    def _contact_snapshot(self, contact_id: str, people: People, *, territories: bool) -> CrmSnapshot:
        """The same about somebody who is a contact already: no lead, and the account is the contact's own."""
        first = self._session.composite(self._about(contact_id, "Contact"), all_or_none=False)
        rows = first.parts["contact"].records()
        if not rows:
            raise CrmError(f"there is no contact {contact_id} in the CRM", code=ErrorCode.CRM_RECORD_MISSING)
        contact = record_from("Contact", rows[0])
        account_id = contact.text("AccountId")
        own = [self._account_part([("Id = {}", (account_id,))], territories)] if account_id else []
        address = contact.text("Email")
        more = [*own, *self._talks.parts(contact_id, address), *self._consents.of_addresses([address])]
        second = self._session.composite(more, all_or_none=False) if more else first
        accounts = _accounts(second, territories) if own else []
        account = record_from("Account", accounts[0]) if accounts else None
        return CrmSnapshot(
            taken_at=first.server_time,
            account=account,
            contact=contact,
            owner=_owner(contact, (*people.users, *people.queues)),
            individual=_individual(contact),
            consents=(*_records("ContactPointTypeConsent", first.parts["consents"]), *self._consents.records(second)),
            opportunities=_open_opportunities(account, accounts),
            activities=_activities(rows[0], first),
            conversations=self._talks.records(second),
            users=people.users,
            queues=people.queues,
            open_leads_by_owner=people.open_leads_by_owner,
            group_members=people.group_members,
            territory_members=people.territory_members,
            account_territories=_account_territories(account, accounts),
            field_facts=self._facts("Contact"),
        )

    def _people(self, inquiry: Inquiry, key: CompanyKey) -> list[Part]:
        """Exact addresses in queries of their own, so that people who are merely alike never crowd them out."""
        same = same_person_conditions(key.email)
        by_id: list[Condition] = [("Id = {}", (inquiry.lead_id,))] if is_id_of("00Q", inquiry.lead_id) else []
        who = (inquiry.last_name.strip(), inquiry.phone.strip(), key.company)
        asked = (
            ("leads", "Lead", [*by_id, *same], LEAD_PARENTS),
            ("contacts", "Contact", same, ("Account.Name",)),
            ("leads_alike", "Lead", like_person_conditions(*who, "Company"), LEAD_PARENTS),
            ("contacts_alike", "Contact", like_person_conditions(*who, "Account.Name"), ("Account.Name",)),
        )
        return [
            query_part(name, self._select(object_name, any_of, f"{_NEWEST} {MAX_ALIKE}", extra))
            for name, object_name, any_of, extra in asked
            if any_of
        ]

    def _about(self, person_id: str, object_name: str = "Lead") -> list[Part]:
        """The lead or contact with its parents and activities, and its consent records."""
        if not is_id_of("00Q" if object_name == "Lead" else "003", person_id):
            raise CrmError(f"{person_id!r} is no {object_name.lower()} id", code=ErrorCode.CRM_RECORD_MISSING)
        individual = tuple(f"Individual.{name}" for name in INDIVIDUAL)
        fields = (
            *self._fields.of(object_name, (*(LEAD_PARENTS if object_name == "Lead" else ("Owner.Name",)), *individual)),
            children("Tasks", self._fields.of("Task", ("Description",)), f"{_NEWEST} {MAX_ACTIVITIES}"),
            children("Events", self._fields.of("Event", ("Description",)), f"{_NEWEST} {MAX_ACTIVITIES}"),
        )
        consents = self._select(
            "ContactPointTypeConsent", [(_PARTY[object_name], (person_id,))], f"LIMIT {MAX_CONSENTS}"
        )
        related: Condition = ("RelatedToId = {}", (person_id,))
        emails = self._select("EmailMessage", [related], f"{_NEWEST} {MAX_ACTIVITIES}", ("TextBody",))
        return [
            query_part(object_name.lower(), select(object_name, fields, "Id = {}", person_id), deleted_too=True),
            query_part("consents", consents),
            query_part("emails", emails),
        ]

    def _around(self, key: CompanyKey | None, territories: bool) -> list[Part]:
        """The accounts a company may be, each with its open opportunities, and the contacts of the address."""
        parts = []
        if key is not None and key.names_company:
            parts.append(self._account_part(account_conditions(key), territories))
        if key is not None and key.email:
            soql = self._select("Contact", same_person_conditions(key.email), f"{_NEWEST} {MAX_CONTACTS}")
            parts.append(query_part("contacts", soql))
        return parts

    def _account_part(self, any_of: Sequence[Condition], territories: bool) -> Part:
        """With `territories` those of each account, as child rows: a call takes five queries, and has them."""
        opportunities = children(
            "Opportunities",
            self._fields.of("Opportunity"),
            f"ORDER BY CloseDate ASC LIMIT {MAX_OPPORTUNITIES}",
            where="IsClosed = false",
        )
        active = "Territory2.Territory2Model.State = 'Active'"
        within = children(_TERRITORIES, ("Territory2.DeveloperName",), f"LIMIT {MAX_TERRITORIES}", where=active)
        extra = (opportunities, within) if territories else (opportunities,)
        return query_part("accounts", self._select("Account", any_of, f"{_NEWEST} {MAX_ACCOUNTS}", extra))

    def _select(self, object_name: str, any_of: Sequence[Condition], tail: str, extra: tuple[str, ...] = ()) -> str:
        where = " OR ".join(condition for condition, _ in any_of)
        fields = self._fields.of(object_name, extra)
        return select(object_name, fields, where, *(value for _, values in any_of for value in values), tail=tail)


class _TerritoriesClosed(Exception):
    """The org has territories, and does not tell us those of accounts."""


class _KnownCompanies:
    """Which company a lead was last seen with, so that lead and company can be asked for in one call.

    A guess only: it is compared with the lead that comes back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: OrderedDict[str, CompanyKey] = OrderedDict()

    def remember(self, lead_id: str, key: CompanyKey) -> None:
        with self._lock:
            self._keys[lead_id] = key
            self._keys.move_to_end(lead_id)
            if len(self._keys) > REMEMBERED:
                self._keys.popitem(last=False)

    def of(self, lead_id: str) -> CompanyKey | None:
        with self._lock:
            return self._keys.get(lead_id)


def _nobody(people: People) -> CrmSnapshot:
    return CrmSnapshot(
        taken_at=people.read_at,
        users=people.users,
        queues=people.queues,
        open_leads_by_owner=people.open_leads_by_owner,
        group_members=people.group_members,
        territory_members=people.territory_members,
    )


def _records(object_name: str, answer: PartAnswer | None) -> tuple[CrmRecord, ...]:
    return records_from(object_name, answer.records()) if answer is not None else ()


def _child_rows(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    listed = row.get(name)
    return list(listed["records"]) if isinstance(listed, Mapping) else []


def _activities(lead: Mapping[str, Any], answer: CompositeAnswer) -> tuple[CrmRecord, ...]:
    """Newest first."""
    found = (
        *records_from("Task", _child_rows(lead, "Tasks")),
        *records_from("Event", _child_rows(lead, "Events")),
        *_records("EmailMessage", answer.parts["emails"]),
    )
    return tuple(sorted(found, key=lambda a: (a.modified_at, a.id), reverse=True))


def _accounts(answer: CompositeAnswer, territories: bool) -> Sequence[Mapping[str, Any]]:
    part = answer.parts["accounts"]
    if territories and {fault.code for fault in part.faults()} & _NO_TERRITORIES:
        raise _TerritoriesClosed
    return part.records()


def _account_territories(account: CrmRecord | None, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    row = next((row for row in rows if account is not None and row["Id"] == account.id), None)
    found = (child.get("Territory2") for child in _child_rows(row, _TERRITORIES)) if row is not None else ()
    names = {str(t["DeveloperName"]) for t in found if isinstance(t, Mapping) and t.get("DeveloperName")}
    return tuple(sorted(names))


def _open_opportunities(account: CrmRecord | None, rows: Sequence[Mapping[str, Any]]) -> tuple[CrmRecord, ...]:
    row = next((row for row in rows if account is not None and row["Id"] == account.id), None)
    return records_from("Opportunity", _child_rows(row, "Opportunities")) if row is not None else ()


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
