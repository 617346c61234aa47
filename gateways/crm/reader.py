"""Reads for one case: whom an inquiry may belong to, and everything the CRM knows about one lead.

When do you need to touch this? When a rule needs another record. Every query here is by id or indexed field
and has a limit; nothing scans. Which fields are read is `fields.py`.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from domain.errors import CrmError, ErrorCode
from domain.field_facts import FieldFacts
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.ports import Clock
from gateways.crm.activities import activities_in, activity_rows, child_rows
from gateways.crm.client import MAX_QUERIES, CompositeAnswer, Part, PartAnswer, SalesforceSession, query_part
from gateways.crm.company import (
    CompanyKey,
    Condition,
    Known,
    account_conditions,
    best_account,
    company_key,
    known_of_lead,
    like_person_conditions,
    same_person_conditions,
)
from gateways.crm.consents import POINT_CONSENTS, SHARING, Consents
from gateways.crm.conversations import NEWEST_FIRST, Conversations
from gateways.crm.directory import Directory, People
from gateways.crm.field_rules import FieldRules
from gateways.crm.fields import INDIVIDUAL, LEAD_PARENTS, ReadFields
from gateways.crm.optional import OptionalRows, Rows, rows_of
from gateways.crm.soql import children, select
from gateways.crm.values import is_id_of, record_from, records_from

MAX_ALIKE = 10
"""Leads or contacts of one query, of which there are four; with the accounts they stay within 60."""
MAX_CANDIDATE_ACCOUNTS = 20
MAX_OPPORTUNITIES = 20
MAX_ACCOUNTS = 10
MAX_CONTACTS = 5
MAX_TERRITORIES = 10
REMEMBERED = 1000
_NEWEST = "ORDER BY LastModifiedDate DESC LIMIT"
_OF_COMPANY = ("accounts", "contacts", POINT_CONSENTS)
"""Parts of a call that are asked by what the lead says."""
_SAID = {"Task": ("Description",), "Event": ("Description",), "EmailMessage": ("TextBody",)}
"""What somebody wrote in an activity: read here only, where it is stored with the case."""
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
        self._known = _KnownLeads()
        self._talks = Conversations(self._fields)
        self._consents = Consents(session, self._fields)
        self._optional = OptionalRows()

    def candidates(self, inquiry: Inquiry) -> tuple[CrmRecord, ...]:
        """Leads and contacts by id, address, phone or name at the company; accounts by domain or name. One call."""
        key = company_key(inquiry.email, inquiry.website, inquiry.company, inquiry.country)
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
                self._known.remember(record.id, known_of_lead(record))
        return tuple(found.values())

    def queues(self) -> tuple[CrmRecord, ...]:
        """At most a minute old."""
        return self._directory.read().queues

    def users(self) -> tuple[CrmRecord, ...]:
        """Active users, at most a minute old."""
        return self._directory.read().users

    def snapshot(self, lead_id: str) -> CrmSnapshot:
        """The lead and what decides about it. A deleted or merged lead is returned as such (`IsDeleted`).

        At most two calls, and one where `candidates` or an earlier snapshot saw the lead: what is asked around it is
        then asked as it was known to be, and asked again where the lead says otherwise now. Users and queues come from
        a directory that is read once a minute. Without an id it holds those only. Raises `CrmError`
        (crm_record_missing) where there never was such a lead.
        """
        people = self._directory.read()
        if not lead_id:
            return _nobody(people)
        self._consents.confirm()
        take = self._contact_snapshot if is_id_of("003", lead_id) else self._snapshot
        wanted = [Rows.EMAILS, *([Rows.TERRITORIES] if people.territory_members else [])]
        wanted += [Rows.CASES] if "Case" in self._fields.by_object else []
        return self._optional.read(wanted, lambda asked: take(lead_id, people, asked))

    def _snapshot(self, lead_id: str, people: People, asked: frozenset[Rows]) -> CrmSnapshot:
        guess = self._known.of(lead_id)
        party = self._consents.of_party("Lead", lead_id) if guess is None or guess.individual_id else []
        own = [self._about(lead_id, "Lead", asked), *party]
        more = [*(self._around(guess.key, asked) if guess else []), *self._talks.calls(lead_id)]
        at_once, later = [*own, *more][:MAX_QUERIES], [*own, *more][MAX_QUERIES:]
        first = self._session.composite(at_once, all_or_none=False)
        rows = rows_of(first.parts["lead"], asked, Rows.EMAILS)
        if not rows:
            raise CrmError(f"there is no lead {lead_id} in the CRM", code=ErrorCode.CRM_RECORD_MISSING)
        lead = record_from("Lead", rows[0])
        known = known_of_lead(lead)
        key = known.key
        self._known.remember(lead.id, known)
        guessed = guess is not None and guess.key == key
        if guessed:
            # Who has the address is known by now; most contacts are tied to nobody.
            around = self._consents.of_individuals(_individuals(first.parts.get("contacts")), SHARING)
        else:
            around = [*self._around(key, asked), *self._consents.of_contacts_at(key.email)]
        # Somebody tied the lead to a person since it was last read.
        late = self._consents.of_individuals([known.individual_id]) if known.individual_id and not party else []
        answer = self._completed(first, [*around, *late, *later], without=() if guessed else _OF_COMPANY)
        contact_rows = rows_of(answer.parts["contacts"], asked, Rows.CASES) if "contacts" in answer.parts else []
        contacts = records_from("Contact", contact_rows)
        accounts = rows_of(answer.parts["accounts"], asked, Rows.TERRITORIES) if key.names_company else []
        account = best_account(records_from("Account", accounts), key, contacts)
        found = self._told(lead, rows[0], answer, people, account, accounts, contact_rows)
        alone = contacts[0] if len(contacts) == 1 else None
        shared = tuple(contacts) if len(contacts) > 1 else ()
        return found.model_copy(update={"lead": lead, "contact": alone, "sharing": shared})

    def _told(
        self,
        person: CrmRecord,
        row: Mapping[str, Any],
        answer: CompositeAnswer,
        people: People,
        account: CrmRecord | None,
        accounts: Sequence[Mapping[str, Any]],
        contacts: Sequence[Mapping[str, Any]],
    ) -> CrmSnapshot:
        """What was read around a lead or contact, whose `row` holds its activities."""
        return _nobody(people).model_copy(
            update={
                "taken_at": answer.server_time,
                "account": account,
                "owner": _owner(person, (*people.users, *people.queues)),
                "individual": _individual(person),
                "consents": self._consents.records(answer),
                "sharing_consents": self._consents.of_sharing(answer),
                "opportunities": _open_opportunities(account, accounts),
                "activities": _activities(row),
                "conversations": self._talks.records(answer, _cases(contacts)),
                "account_territories": _account_territories(account, accounts),
                "field_facts": self._facts(person.object),
            }
        )

    def _facts(self, name: str) -> FieldFacts:
        return {name: self._rules.facts(name, self._fields.of(name))} if self._rules is not None else {}

    def _completed(self, first: CompositeAnswer, more: list[Part], *, without: tuple[str, ...] = ()) -> CompositeAnswer:
        """The first answer with the rest; `without` names what of it was asked about something that is not so."""
        kept = {name: part for name, part in first.parts.items() if name not in without}
        asked_again = [part for part in more if part.name not in kept]
        if asked_again:
            kept |= self._session.composite(asked_again, all_or_none=False).parts
        return CompositeAnswer(parts=kept, server_time=first.server_time)

    def _contact_snapshot(self, contact_id: str, people: People, asked: frozenset[Rows]) -> CrmSnapshot:
        """The same about somebody who is a contact already: no lead, and the account is the contact's own."""
        own = [self._about(contact_id, "Contact", asked), *self._consents.of_party("Contact", contact_id)]
        first = self._session.composite([*own, *self._talks.calls(contact_id)], all_or_none=False)
        rows = rows_of(first.parts["contact"], asked, Rows.EMAILS)
        if not rows:
            raise CrmError(f"there is no contact {contact_id} in the CRM", code=ErrorCode.CRM_RECORD_MISSING)
        contact = record_from("Contact", rows[0])
        account_id = contact.text("AccountId")
        employer = [self._account_part([("Id = {}", (account_id,))], asked)] if account_id else []
        address = contact.text("Email")
        more = [*employer, *self._around(CompanyKey(email=address.strip()), asked)]
        answer = self._completed(first, [*more, *self._consents.of_contacts_at(address.strip())])
        contact_rows = rows_of(answer.parts["contacts"], asked, Rows.CASES) if "contacts" in answer.parts else []
        accounts = rows_of(answer.parts["accounts"], asked, Rows.TERRITORIES) if employer else []
        account = record_from("Account", accounts[0]) if accounts else None
        found = self._told(contact, rows[0], answer, people, account, accounts, contact_rows)
        others = tuple(c for c in records_from("Contact", contact_rows) if c.id != contact.id)
        return found.model_copy(update={"contact": contact, "sharing": others})

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

    def _about(self, person_id: str, object_name: str, asked: frozenset[Rows]) -> Part:
        """The lead or contact with its parents and activities, all in one query."""
        if not is_id_of("00Q" if object_name == "Lead" else "003", person_id):
            raise CrmError(f"{person_id!r} is no {object_name.lower()} id", code=ErrorCode.CRM_RECORD_MISSING)
        parents = (*(LEAD_PARENTS if object_name == "Lead" else ("Owner.Name",)), *self._fields.behind(object_name))
        fields = (
            *self._fields.of(object_name, parents),
            *activity_rows(lambda name: self._fields.of(name, _SAID[name]), asked),
        )
        soql = select(object_name, fields, "Id = {}", person_id)
        return query_part(object_name.lower(), soql, deleted_too=True)

    def _around(self, key: CompanyKey, asked: frozenset[Rows]) -> list[Part]:
        """What depends on what the lead says: the accounts its company may be, each with its open opportunities, the
        contacts of its address with their cases, and consent by that address."""
        parts = []
        if key.names_company:
            parts.append(self._account_part(account_conditions(key), asked))
        if key.email:
            cases = children(Rows.CASES, self._fields.of("Case"), NEWEST_FIRST)
            extra = (*self._fields.behind("Contact"), *((cases,) if Rows.CASES in asked else ()))
            soql = self._select("Contact", same_person_conditions(key.email), f"{_NEWEST} {MAX_CONTACTS}", extra)
            parts.append(query_part("contacts", soql))
        return [*parts, *self._consents.of_addresses([key.email])]

    def _account_part(self, any_of: Sequence[Condition], asked: frozenset[Rows]) -> Part:
        """With the territories of each account, as child rows, where they are asked for."""
        opportunities = children(
            "Opportunities",
            self._fields.of("Opportunity"),
            f"ORDER BY CloseDate ASC LIMIT {MAX_OPPORTUNITIES}",
            where="IsClosed = false",
        )
        active = "Territory2.Territory2Model.State = 'Active'"
        within = children(Rows.TERRITORIES, ("Territory2.DeveloperName",), f"LIMIT {MAX_TERRITORIES}", where=active)
        extra = (opportunities, within) if Rows.TERRITORIES in asked else (opportunities,)
        return query_part("accounts", self._select("Account", any_of, f"{_NEWEST} {MAX_ACCOUNTS}", extra))

    def _select(self, object_name: str, any_of: Sequence[Condition], tail: str, extra: tuple[str, ...] = ()) -> str:
        where = " OR ".join(condition for condition, _ in any_of)
        fields = self._fields.of(object_name, extra)
        return select(object_name, fields, where, *(value for _, values in any_of for value in values), tail=tail)


class _KnownLeads:
    """What a lead said when it was last seen, so that it and what is around it can be asked for in one call.

    A guess only: it is compared with the lead that comes back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._leads: OrderedDict[str, Known] = OrderedDict()

    def remember(self, lead_id: str, known: Known) -> None:
        with self._lock:
            self._leads[lead_id] = known
            self._leads.move_to_end(lead_id)
            if len(self._leads) > REMEMBERED:
                self._leads.popitem(last=False)

    def of(self, lead_id: str) -> Known | None:
        with self._lock:
            return self._leads.get(lead_id)


def _nobody(people: People) -> CrmSnapshot:
    return CrmSnapshot(
        taken_at=people.read_at,
        users=people.users,
        queues=people.queues,
        open_leads_by_owner=people.open_leads_by_owner,
        group_members=people.group_members,
        territory_members=people.territory_members,
    )


def _cases(contacts: Sequence[Mapping[str, Any]]) -> list[CrmRecord]:
    return [case for row in contacts for case in records_from("Case", child_rows(row, Rows.CASES))]


def _individuals(contacts: PartAnswer | None) -> list[str]:
    """Ids of the people behind these contacts. What was refused has none: it is asked for again."""
    rows = contacts.records() if contacts is not None and contacts.ok else []
    return [str(row["IndividualId"]) for row in rows if row.get("IndividualId")]


def _activities(person: Mapping[str, Any]) -> tuple[CrmRecord, ...]:
    """Newest first."""
    return tuple(sorted(activities_in([person]), key=lambda a: (a.modified_at, a.id), reverse=True))


def _account_territories(account: CrmRecord | None, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    row = next((row for row in rows if account is not None and row["Id"] == account.id), None)
    found = (child.get("Territory2") for child in child_rows(row, Rows.TERRITORIES)) if row is not None else ()
    names = {str(t["DeveloperName"]) for t in found if isinstance(t, Mapping) and t.get("DeveloperName")}
    return tuple(sorted(names))


def _open_opportunities(account: CrmRecord | None, rows: Sequence[Mapping[str, Any]]) -> tuple[CrmRecord, ...]:
    row = next((row for row in rows if account is not None and row["Id"] == account.id), None)
    return records_from("Opportunity", child_rows(row, "Opportunities")) if row is not None else ()


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
