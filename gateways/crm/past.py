"""Past leads with the changes of their owners, for replaying. Reads only: newest leads first, within a limit."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord
from domain.model import Instant
from domain.owners import is_queue
from domain.past_leads import OwnerChange, PastLead
from gateways.crm.client import MAX_QUERIES, SalesforceSession, query_part
from gateways.crm.reader import SalesforceReader
from gateways.crm.soql import select
from gateways.crm.values import records_from

_AT_ONCE = 100
"""Leads whose history one query asks for; an owner who changes often has many rows."""
_MAX_HISTORY = 2000


def read_past_leads(
    session: SalesforceSession, reader: SalesforceReader, *, since: Instant, limit: int
) -> Iterator[PastLead]:
    """Leads created since then, newest first, each read as a case reads it: at most two calls. Raises `CrmError`."""
    soql = select(
        "Lead",
        ("Id", "SystemModstamp", "CreatedDate"),
        "CreatedDate >= {}",
        since,
        tail=f"ORDER BY CreatedDate DESC LIMIT {limit}",
    )
    answer = session.composite([query_part("leads", soql)], all_or_none=False)
    leads = records_from("Lead", answer.parts["leads"].records())
    changes = _owner_changes(session, [lead.id for lead in leads])
    for lead in leads:
        try:
            snapshot = reader.snapshot(lead.id)
        except CrmError as gone:
            if gone.code is ErrorCode.CRM_RECORD_MISSING:
                continue
            raise
        created = datetime.fromisoformat(lead.text("CreatedDate"))
        yield PastLead(snapshot=snapshot, changes=changes.get(lead.id, ()), created_at=created)


def _owner_changes(session: SalesforceSession, lead_ids: Sequence[str]) -> dict[str, tuple[OwnerChange, ...]]:
    """Oldest first. Of the two rows that Salesforce writes per change, the one with ids."""
    chunks = [lead_ids[n : n + _AT_ONCE] for n in range(0, len(lead_ids), _AT_ONCE)]
    found: dict[str, list[OwnerChange]] = {}
    for n in range(0, len(chunks), MAX_QUERIES):
        parts = [
            query_part(
                f"history{m}",
                select(
                    "LeadHistory",
                    ("Id", "SystemModstamp", "LeadId", "OldValue", "NewValue", "CreatedById", "CreatedDate"),
                    "Field = 'Owner' AND LeadId IN {}",
                    list(chunk),
                    tail=f"ORDER BY CreatedDate ASC LIMIT {_MAX_HISTORY}",
                ),
            )
            for m, chunk in enumerate(chunks[n : n + MAX_QUERIES])
        ]
        answer = session.composite(parts, all_or_none=False)
        for part in parts:
            for row in records_from("LeadHistory", answer.parts[part.name].records()):
                if _is_owner_id(row):
                    change = OwnerChange(
                        owner_id=row.text("NewValue"),
                        by=row.text("CreatedById"),
                        at=datetime.fromisoformat(row.text("CreatedDate")),
                    )
                    found.setdefault(row.text("LeadId"), []).append(change)
    return {lead_id: tuple(sorted(changes, key=lambda c: c.at)) for lead_id, changes in found.items()}


def _is_owner_id(row: CrmRecord) -> bool:
    value = row.text("NewValue")
    return len(value) in {15, 18} and (value.startswith("005") or is_queue(value))
