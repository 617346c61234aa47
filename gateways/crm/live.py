"""The re-read directly before a write: what decides, in one call."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from domain.errors import ErrorCode
from domain.leads import CrmRecord, RecordRef
from domain.model import Instant, Value
from gateways.crm import faults
from gateways.crm.access import AccessQuestion, editable
from gateways.crm.activities import activities_in, activity_rows, without_activities
from gateways.crm.client import MAX_QUERIES, CompositeAnswer, Part, SalesforceSession, query_part, row_part
from gateways.crm.consents import Consents
from gateways.crm.fields import ReadFields
from gateways.crm.ledger import LedgerRow, ledger_part, ledger_row
from gateways.crm.optional import OptionalRows, Rows, rows_of
from gateways.crm.soql import Children, select
from gateways.crm.values import record_from, records_from, soql_time

NOTHING_ASKED = AccessQuestion()
SETTLING_READS = 2
MAX_REACHED = 20
_PEOPLE = {"Lead": "leads", "Contact": "contacts"}
"""Objects of persons, and the part of the call that reads them."""


_DEAL = "Opportunity"


class Live(Value):
    """What the CRM says now. `records` lacks what is gone for good; deleted leads are there, with `IsDeleted`."""

    server_time: Instant
    records: dict[str, CrmRecord] = {}
    activities: tuple[CrmRecord, ...] = ()
    worked_with: dict[str, frozenset[str]] = {}
    """Per person or deal the ids of the activities with them: an e-mail does not say itself whom it went to."""
    consents: tuple[CrmRecord, ...] = ()
    reached: tuple[CrmRecord, ...] = ()
    """Other contacts that have the address of the e-mail: the same person, or somebody who shares it."""
    ledger: LedgerRow | None = None
    editable: dict[str, frozenset[str]] = {}
    """Per user who was asked about the records that they may edit; who is missing was not asked about."""

    def settled(self, record_ids: Sequence[str]) -> bool:
        """False where a record changed in the very second of this read: a later change in it would not show."""
        second = self.server_time.replace(microsecond=0)
        return all(self.records[i].modified_at < second for i in record_ids if i in self.records)


class LiveReader:
    """`wait` lets seconds pass where a record changed in the very second it was read."""

    def __init__(
        self, session: SalesforceSession, fields: ReadFields, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._session = session
        self._fields = fields
        self._wait = wait
        self._consents = Consents(session, fields)
        self._optional = OptionalRows()

    def read_settled(
        self,
        wanted: Mapping[RecordRef, frozenset[str]],
        changing: Sequence[str],
        *,
        ledger_key: str,
        since: datetime | None,
        with_consents: bool = True,
        addresses: Sequence[str] = (),
        access: AccessQuestion = NOTHING_ASKED,
    ) -> Live:
        """Read until the records about to change have a full second behind them.

        A conditional write has whole seconds only; values decide, the condition backs them.
        """

        def again() -> Live:
            return self.read(
                wanted,
                ledger_key=ledger_key,
                since=since,
                with_consents=with_consents,
                addresses=addresses,
                access=access,
            )

        live = again()
        for _ in range(SETTLING_READS):
            if live.settled(changing):
                break
            self._wait(1.0)
            live = again()
        return live

    def read(
        self,
        wanted: Mapping[RecordRef, frozenset[str]],
        *,
        ledger_key: str,
        since: datetime | None,
        with_consents: bool = True,
        addresses: Sequence[str] = (),
        access: AccessQuestion = NOTHING_ASKED,
    ) -> Live:
        """The usual and the wanted fields of each record, activities since, consent, and the ledger row.

        One API call, and another for consent where it matters: where nobody is contacted, leave it out. `since`
        None asks for no activities. `addresses` are where an e-mail would go: the contacts who have them are read in
        the same calls, for a person may be a lead and a contact, and say no on either. Work on a deal that the
        change is about counts as work with the person. `access` is answered as far as there is room. Raises `CrmError`.
        """

        def once(asked: frozenset[Rows]) -> Live:
            return self._read(wanted, asked, ledger_key, since, with_consents, addresses, access)

        return self._optional.read([Rows.EMAILS], once)

    def _read(
        self,
        wanted: Mapping[RecordRef, frozenset[str]],
        optional: frozenset[Rows],
        ledger_key: str,
        since: datetime | None,
        with_consents: bool,
        addresses: Sequence[str],
        access: AccessQuestion,
    ) -> Live:
        if with_consents:
            self._consents.confirm()
        persons = {ref: fields for ref, fields in wanted.items() if ref.object in _PEOPLE}
        deals = {ref: fields for ref, fields in wanted.items() if ref.object == _DEAL and since is not None}
        others = {ref: fields for ref, fields in wanted.items() if ref not in persons and ref not in deals}
        rows = [
            row_part(f"row_{i}", ref.object, ref.id, self._fields.of(ref.object, fields))
            for i, (ref, fields) in enumerate(others.items())
        ]
        people = [ref.id for ref in persons]
        asked = sorted({a.strip() for a in addresses if a.strip()}) if with_consents else []
        kinds = sorted({ref.object for ref in persons} | ({"Contact"} if asked else set()))
        parts = [*rows, *(self._people(name, persons, asked, since, optional) for name in kinds)]
        if deals and since is not None:
            parts.append(self._deals(deals, since))
        alone = next(iter(persons)) if with_consents and len(persons) == 1 else None
        if alone is not None:
            # The persons' own are asked for in the same call; what only their answer tells comes in another.
            parts += [*self._consents.of_party(alone.object, alone.id), *self._consents.of_addresses(asked)]
        questions = access.parts(MAX_QUERIES - sum(part.is_query for part in parts))
        parts += questions.values()
        # Last: where an overlapping attempt has changed what was read above, its ledger row is there by now.
        parts.append(ledger_part(ledger_key))
        answer = self._session.composite(parts, all_or_none=False)
        live = _live(answer, list(others), people, optional)
        told = {user: answer.parts[part.name] for user, part in questions.items()}
        live = live.model_copy(update={"editable": {user: editable(part) for user, part in told.items() if part.ok}})
        if not with_consents:
            return live
        known = self._consents.records(answer) if alone is not None else ()
        more = self._consents_of(live, people, alone, asked)
        return live.model_copy(update={"consents": (*known, *more)})

    def _people(
        self,
        name: str,
        persons: Mapping[RecordRef, frozenset[str]],
        addresses: Sequence[str],
        since: datetime | None,
        optional: frozenset[Rows],
    ) -> Part:
        """Leads or contacts, through queryAll: a deleted or merged one still says so, and names its survivor.

        With the contacts those who have one of the addresses, in the same query: a call takes five queries.
        """
        mine = {ref: fields for ref, fields in persons.items() if ref.object == name}
        wanted = sorted(field for fields in mine.values() for field in fields)
        conditions = {"Id IN {}": [ref.id for ref in mine], "Email IN {}": addresses if name == "Contact" else []}
        asked = {where: list(values) for where, values in conditions.items() if values}
        tail = f"ORDER BY LastModifiedDate DESC LIMIT {len(mine) + MAX_REACHED}" if addresses else ""
        fields = (
            *self._fields.of(name, (*self._fields.behind(name), *wanted)),
            *(self._worked_on(since, optional) if mine and since else ()),
        )
        return query_part(
            _PEOPLE[name], select(name, fields, " OR ".join(asked), *asked.values(), tail=tail), deleted_too=True
        )

    def _deals(self, deals: Mapping[RecordRef, frozenset[str]], since: datetime) -> Part:
        wanted = sorted(field for fields in deals.values() for field in fields)
        fields = (*self._fields.of(_DEAL, wanted), *self._worked_on(since, frozenset()))
        return query_part("deals", select(_DEAL, fields, "Id IN {}", [ref.id for ref in deals]))

    def _worked_on(self, since: datetime, optional: frozenset[Rows]) -> tuple[Children, ...]:
        """Activities come with the record they are about: a call takes five queries."""
        # The parents come through queryAll, which gives deleted children as well.
        where = ("IsDeleted = FALSE", f"LastModifiedDate >= {soql_time(since)}")
        return activity_rows(self._fields.of, optional, where=where)

    def _consents_of(
        self, live: Live, people: Sequence[str], alone: RecordRef | None, asked: Sequence[str]
    ) -> tuple[CrmRecord, ...]:
        """By the ids and addresses that these people have at this moment, as far as they were not asked about yet."""
        found = [*(r for r in live.records.values() if r.id in people), *live.reached]
        own = next((r.text("IndividualId") for r in found if alone is not None and r.id == alone.id), "")
        known = {address.casefold() for address in asked} if alone is not None else set()
        individuals = {p.text("IndividualId") for p in found} - {"", own}
        addresses = {e for p in found if (e := p.text("Email").strip()) and e.casefold() not in known}
        parts = [*self._consents.of_individuals(sorted(individuals)), *self._consents.of_addresses(sorted(addresses))]
        return self._consents.records(self._session.composite(parts, all_or_none=False)) if parts else ()


def _live(
    answer: CompositeAnswer, others: Sequence[RecordRef], people: Sequence[str], optional: frozenset[Rows]
) -> Live:
    records: dict[str, CrmRecord] = {}
    reached: list[CrmRecord] = []
    worked_with: dict[str, list[CrmRecord]] = {}
    for position, ref in enumerate(others):
        part = answer.parts[f"row_{position}"]
        if part.ok:
            records[ref.id] = record_from(ref.object, part.body)
        elif faults.code_for(part.faults()[0]) is not ErrorCode.CRM_RECORD_MISSING:
            raise faults.error_for(part.faults())
    for name, part_name in _PEOPLE.items():
        if part_name in answer.parts:
            rows = rows_of(answer.parts[part_name], optional, Rows.EMAILS)
            found = records_from(name, [without_activities(row) for row in rows])
            records |= {person.id: person for person in found if person.id in people}
            reached += [person for person in found if person.id not in people and not person.flag("IsDeleted")]
            worked_with |= {str(row["Id"]): activities_in([row]) for row in rows if str(row["Id"]) in people}
    if "deals" in answer.parts:
        rows = answer.parts["deals"].records()
        records |= {deal.id: deal for deal in records_from(_DEAL, [without_activities(row) for row in rows])}
        worked_with |= {str(row["Id"]): activities_in([row]) for row in rows}
    return Live(
        server_time=answer.server_time,
        records=records,
        activities=tuple({a.id: a for found in worked_with.values() for a in found}.values()),
        worked_with={record_id: frozenset(a.id for a in found) for record_id, found in worked_with.items()},
        reached=tuple(reached),
        ledger=ledger_row(answer.parts["ledger"]),
    )
