"""The re-read directly before a write: what decides, in one call."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from domain.errors import ErrorCode
from domain.leads import CrmRecord, RecordRef
from domain.model import Instant, Value
from gateways.crm import faults
from gateways.crm.client import CompositeAnswer, Part, SalesforceSession, query_part, row_part
from gateways.crm.fields import CONSENT, EMAIL, EVENT, INDIVIDUAL, SYSTEM, TASK, ReadFields
from gateways.crm.ledger import LedgerRow, ledger_part, ledger_row
from gateways.crm.soql import select
from gateways.crm.values import record_from, records_from, soql_time

MAX_ACTIVITIES = 50
SETTLING_READS = 2


class ActivityKind(Value):
    """Where activities of a person are kept, and the field that names the person."""

    part: str
    object: str
    about: str
    fields: tuple[str, ...]


ACTIVITY_KINDS = (
    ActivityKind(part="tasks", object="Task", about="WhoId", fields=TASK),
    ActivityKind(part="events", object="Event", about="WhoId", fields=EVENT),
    ActivityKind(part="emails", object="EmailMessage", about="RelatedToId", fields=EMAIL),
)


class Live(Value):
    """What the CRM says now. `records` lacks what is gone for good; deleted leads are there, with `IsDeleted`."""

    server_time: Instant
    records: dict[str, CrmRecord] = {}
    activities: tuple[CrmRecord, ...] = ()
    consents: tuple[CrmRecord, ...] = ()
    ledger: LedgerRow | None = None

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

    def read_settled(
        self,
        wanted: Mapping[RecordRef, frozenset[str]],
        changing: Sequence[str],
        *,
        ledger_key: str,
        since: datetime | None,
    ) -> Live:
        """Read until the records about to change have a full second behind them.

        A conditional write has whole seconds only; values decide, the condition backs them.
        """
        live = self.read(wanted, ledger_key=ledger_key, since=since)
        for _ in range(SETTLING_READS):
            if live.settled(changing):
                break
            self._wait(1.0)
            live = self.read(wanted, ledger_key=ledger_key, since=since)
        return live

    def read(self, wanted: Mapping[RecordRef, frozenset[str]], *, ledger_key: str, since: datetime | None) -> Live:
        """The usual and the wanted fields of each record, activities since, consent, and the ledger row.

        One API call. `since` None asks for no activities. Raises `CrmError`.
        """
        leads = {ref: fields for ref, fields in wanted.items() if ref.object == "Lead"}
        others = {ref: fields for ref, fields in wanted.items() if ref.object != "Lead"}
        rows = [
            row_part(f"row_{i}", ref.object, ref.id, self._fields.of(ref.object, fields))
            for i, (ref, fields) in enumerate(others.items())
        ]
        people = [ref.id for ref in wanted if ref.object in ("Lead", "Contact")]
        parts = list(rows)
        if leads:
            parts += [self._leads(leads), _consents([ref.id for ref in leads])]
        if people and since is not None:
            parts += _activities(people, since)
        # Last: where an overlapping attempt has changed what was read above, its ledger row is there by now.
        parts.append(ledger_part(ledger_key))
        return _live(self._session.composite(parts, all_or_none=False), list(others))

    def _leads(self, leads: Mapping[RecordRef, frozenset[str]]) -> Part:
        """Through queryAll: a deleted or merged lead still says so, and names its survivor."""
        individual = tuple(f"Individual.{name}" for name in INDIVIDUAL)
        wanted = sorted(name for names in leads.values() for name in names)
        soql = select("Lead", self._fields.of("Lead", (*individual, *wanted)), "Id IN {}", [ref.id for ref in leads])
        return query_part("leads", soql, deleted_too=True)


def _consents(lead_ids: list[str]) -> Part:
    # One that names no channel refuses every channel.
    where = (
        "PartyId IN (SELECT IndividualId FROM Lead WHERE Id IN {})"
        " AND (ContactPointType = 'Email' OR ContactPointType = null)"
    )
    soql = select("ContactPointTypeConsent", (*SYSTEM, *CONSENT), where, lead_ids, tail="LIMIT 50")
    return query_part("consents", soql)


def _activities(people: list[str], since: datetime) -> list[Part]:
    tail = f"ORDER BY LastModifiedDate DESC LIMIT {MAX_ACTIVITIES}"
    return [
        query_part(
            kind.part,
            select(
                kind.object,
                (*SYSTEM, *kind.fields),
                f"{kind.about} IN {{}} AND LastModifiedDate >= {soql_time(since)}",
                people,
                tail=tail,
            ),
        )
        for kind in ACTIVITY_KINDS
    ]


def _live(answer: CompositeAnswer, others: Sequence[RecordRef]) -> Live:
    records: dict[str, CrmRecord] = {}
    for position, ref in enumerate(others):
        part = answer.parts[f"row_{position}"]
        if part.ok:
            records[ref.id] = record_from(ref.object, part.body)
        elif faults.code_for(part.faults()[0]) is not ErrorCode.CRM_RECORD_MISSING:
            raise faults.error_for(part.faults())
    if "leads" in answer.parts:
        for lead in records_from("Lead", answer.parts["leads"].records()):
            records[lead.id] = lead
    activities = tuple(
        activity
        for kind in ACTIVITY_KINDS
        if kind.part in answer.parts
        for activity in records_from(kind.object, answer.parts[kind.part].records())
    )
    consents = answer.parts.get("consents")
    return Live(
        server_time=answer.server_time,
        records=records,
        activities=activities,
        consents=records_from("ContactPointTypeConsent", consents.records()) if consents is not None else (),
        ledger=ledger_row(answer.parts["ledger"]),
    )
