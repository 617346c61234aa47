"""What people did with one lead since it was assigned: by id, bounded, one call.

When do you need to touch this? When another kind of record shows that somebody worked with a lead. What counts as a
touch is decided in `domain/first_touch.py`.
"""

from simple_salesforce.format import format_soql

from domain.errors import CrmError, ErrorCode
from domain.first_touch import LeadNow
from domain.model import Instant
from gateways.crm.activities import OLDEST_FIRST, activities_in, activity_rows, without_activities
from gateways.crm.client import SalesforceSession, query_part
from gateways.crm.fields import SYSTEM, ReadFields
from gateways.crm.optional import OptionalRows, Rows, rows_of
from gateways.crm.soql import select
from gateways.crm.values import is_id_of, record_from, soql_time

_EXTRA = {"Task": ("CompletedDateTime",)}
_LEAD = ("OwnerId", "IsConverted", "IsDeleted", "MasterRecordId", "LastModifiedById")


class SalesforceTouches:
    """Implements `LeadTouches`. Thread-safe."""

    def __init__(self, session: SalesforceSession, fields: ReadFields | None = None) -> None:
        self._session = session
        self._fields = fields or ReadFields()
        self._optional = OptionalRows()

    def user_id(self) -> str:
        return self._session.user_id()

    def look(self, lead_id: str, *, since: Instant) -> LeadNow:
        if not is_id_of("00Q", lead_id):
            raise CrmError(f"{lead_id!r} is no lead id", code=ErrorCode.CRM_RECORD_MISSING)
        return self._optional.read([Rows.EMAILS], lambda asked: self._look(lead_id, since, asked))

    def _look(self, lead_id: str, since: Instant, asked: frozenset[Rows]) -> LeadNow:
        # What we wrote ourselves is left out there, so that it never crowds out what people did; the lead comes
        # through queryAll, which gives deleted children as well.
        others = format_soql("LastModifiedById != {}", self._session.user_id())
        where = ("IsDeleted = FALSE", f"LastModifiedDate >= {soql_time(since)}", others)
        worked = activity_rows(
            lambda name: (*self._fields.of(name), *_EXTRA.get(name, ())), asked, where=where, order=OLDEST_FIRST
        )
        lead = query_part("lead", select("Lead", (*SYSTEM, *_LEAD, *worked), "Id = {}", lead_id), deleted_too=True)
        answer = self._session.composite([lead], all_or_none=False)
        rows = rows_of(answer.parts["lead"], asked, Rows.EMAILS)
        return LeadNow(
            read_at=answer.server_time,
            lead=record_from("Lead", without_activities(rows[0])) if rows else None,
            activities=tuple(activities_in(rows)),
        )
