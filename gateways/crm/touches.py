"""What people did with one lead since it was assigned: by id, bounded, one call.

When do you need to touch this? When another kind of record shows that somebody worked with a lead. What counts as a
touch is decided in `domain/first_touch.py`.
"""

from domain.errors import CrmError, ErrorCode
from domain.first_touch import LeadNow
from domain.model import Instant
from gateways.crm.client import Part, SalesforceSession, query_part
from gateways.crm.fields import SYSTEM, ReadFields
from gateways.crm.live import ACTIVITY_KINDS
from gateways.crm.soql import select
from gateways.crm.values import is_id_of, records_from, soql_time

MAX_TOUCHES = 50
_EXTRA = {"Task": ("CompletedDateTime",)}
_LEAD = ("OwnerId", "IsConverted", "IsDeleted", "MasterRecordId", "LastModifiedById")


class SalesforceTouches:
    """Implements `LeadTouches`. Thread-safe."""

    def __init__(self, session: SalesforceSession, fields: ReadFields | None = None) -> None:
        self._session = session
        self._fields = fields or ReadFields()

    def user_id(self) -> str:
        return self._session.user_id()

    def look(self, lead_id: str, *, since: Instant) -> LeadNow:
        if not is_id_of("00Q", lead_id):
            raise CrmError(f"{lead_id!r} is no lead id", code=ErrorCode.CRM_RECORD_MISSING)
        lead = query_part("lead", select("Lead", (*SYSTEM, *_LEAD), "Id = {}", lead_id), deleted_too=True)
        answer = self._session.composite([lead, *self._activities(lead_id, since)], all_or_none=False)
        rows = records_from("Lead", answer.parts["lead"].records())
        return LeadNow(
            read_at=answer.server_time,
            lead=rows[0] if rows else None,
            activities=tuple(
                record
                for kind in ACTIVITY_KINDS
                for record in records_from(kind.object, answer.parts[kind.part].records())
            ),
        )

    def _activities(self, lead_id: str, since: Instant) -> list[Part]:
        """What we wrote ourselves is left out there, so that it never crowds out what people did."""
        rest = f" AND LastModifiedDate >= {soql_time(since)} AND LastModifiedById != {{}}"
        return [
            query_part(
                kind.part,
                select(
                    kind.object,
                    (*SYSTEM, *self._fields.of(kind.object), *_EXTRA.get(kind.object, ())),
                    kind.about + rest,
                    [lead_id],
                    self._session.user_id(),
                    tail=f"ORDER BY LastModifiedDate ASC LIMIT {MAX_TOUCHES}",
                ),
            )
            for kind in ACTIVITY_KINDS
        ]
