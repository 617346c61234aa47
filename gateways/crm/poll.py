"""Changed leads that wait in the intake queue: one API call a look, by owner and SystemModstamp, never a scan.

When do you need to touch this? When another field of a lead makes its inquiry, or other leads shall count.
"""

import threading
from collections.abc import Mapping
from typing import NamedTuple

from domain.errors import ErrorCode, InputError
from domain.owners import find_queue
from domain.polling import PAGE, ChangedLead, ChangedPage, Mark, PollCursor
from gateways.crm.client import CompositeAnswer, Part, PartAnswer, SalesforceSession, query_part
from gateways.crm.fields import SYSTEM
from gateways.crm.soql import select
from gateways.crm.values import is_id_of, records_from

POLLED = (
    *SYSTEM,
    *("FirstName", "LastName", "Company", "Title", "Email", "Phone", "MobilePhone", "Website", "Country"),
    *("Description", "Product_Interest__c", "Preferred_Language__c"),
)
_WAITING = (
    "OwnerId = {} AND IsConverted = false AND (NOT Status LIKE 'Closed%') AND Status != {} AND LastModifiedById != {}"
)
_IN_ORDER = f"ORDER BY SystemModstamp ASC, Id ASC LIMIT {PAGE}"
MAX_QUEUES = 5


class Bound(NamedTuple):
    """A condition and the values of its places."""

    condition: str
    values: tuple[object, ...]


class SalesforceChangedLeads:
    """Implements `ChangedLeads`. Thread-safe."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._queue_ids: dict[str, str] = {}

    def look(self, queue: str, closed_status: str, cursor: PollCursor | None) -> ChangedPage:
        with self._lock:
            known = self._queue_ids.get(queue, "")
        answer = self._ask(queue, known, closed_status, cursor)
        found = _queue_id(answer.parts["queue"], queue)
        if cursor is not None and found != known:
            # A queue keeps its id, so this happens once, and again only where it was made anew.
            answer = self._ask(queue, found, closed_status, cursor)
        with self._lock:
            self._queue_ids[queue] = found
        if cursor is None:
            return ChangedPage(read_at=answer.server_time)
        again = _leads(answer.parts["again"])
        return ChangedPage(
            read_at=answer.server_time,
            fresh=_leads(answer.parts["fresh"]),
            again=again,
            again_goes_on=len(again) >= PAGE or _unfinished(answer.parts["again"]),
        )

    def _ask(self, queue: str, queue_id: str, closed_status: str, cursor: PollCursor | None) -> CompositeAnswer:
        parts = [_queue_part(queue)]
        if cursor is not None and queue_id:
            waiting = (queue_id, closed_status, self._session.user_id())
            fresh, again = _after(cursor.newest), _after(cursor.again)
            up_to = Bound("SystemModstamp <= {}", (cursor.newest.at,))
            parts.append(_leads_part("fresh", Bound(_WAITING, waiting), fresh))
            parts.append(_leads_part("again", Bound(_WAITING, waiting), again, up_to))
        return self._session.composite(parts, all_or_none=False)


def _queue_part(queue: str) -> Part:
    by_id = " OR Id = {}" if is_id_of("00G", queue) else ""
    values = (queue, queue, queue) if by_id else (queue, queue)
    where = "Type = 'Queue' AND (DeveloperName = {} OR Name = {}" + by_id + ")"
    fields = (*SYSTEM, "Name", "DeveloperName")
    return query_part("queue", select("Group", fields, where, *values, tail=f"ORDER BY Id LIMIT {MAX_QUEUES}"))


def _queue_id(answer: PartAnswer, queue: str) -> str:
    found = find_queue(queue, records_from("Group", answer.records()))
    if found is None:
        raise InputError(
            f"intake_queue: the CRM has no queue {queue}; write the developer name of one that it has",
            code=ErrorCode.INVALID_PLAYBOOK,
        )
    return found.id


def _after(mark: Mark) -> Bound:
    if not mark.lead_id:
        return Bound("SystemModstamp >= {}", (mark.at,))
    # The plain bound stands first, so that the index over SystemModstamp can serve.
    return Bound("SystemModstamp >= {} AND (SystemModstamp > {} OR Id > {})", (mark.at, mark.at, mark.lead_id))


def _leads_part(name: str, *all_of: Bound) -> Part:
    where = " AND ".join(bound.condition for bound in all_of)
    values = (value for bound in all_of for value in bound.values)
    return query_part(name, select("Lead", POLLED, where, *values, tail=_IN_ORDER))


def _leads(answer: PartAnswer) -> tuple[ChangedLead, ...]:
    return tuple(ChangedLead(record=record) for record in records_from("Lead", answer.records()))


def _unfinished(answer: PartAnswer) -> bool:
    """Where rows are wide, Salesforce may give fewer at once than were asked for."""
    return isinstance(answer.body, Mapping) and answer.body.get("done") is False
