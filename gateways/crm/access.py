"""Whether the people who approved may edit the records themselves: nobody signs for more than the CRM gives them."""

from collections.abc import Sequence

from domain.errors import CrmError, ErrorCode
from gateways.crm.client import SalesforceSession, query_part
from gateways.crm.soql import select

MAX_RECORDS = 200
"""What UserRecordAccess answers in one query (SOAP API Developer Guide)."""


class RecordAccess:
    """Asks UserRecordAccess. Never cached: what was taken away since the review opened counts."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def denied(self, user_id: str, record_ids: Sequence[str]) -> tuple[str, ...]:
        """Those that this user may not edit; what the CRM does not answer for is one of them. Raises `CrmError`."""
        wanted = list(dict.fromkeys(record_ids))
        editable: set[str] = set()
        for start in range(0, len(wanted), MAX_RECORDS):
            soql = select(
                "UserRecordAccess",
                ("RecordId", "HasEditAccess"),
                "UserId = {} AND RecordId IN {}",
                user_id,
                wanted[start : start + MAX_RECORDS],
            )
            part = self._session.composite([query_part("access", soql)], all_or_none=False).parts["access"]
            if not part.ok:
                raise CrmError("the CRM does not say who may edit these records", code=ErrorCode.CRM_UNAVAILABLE)
            editable |= {str(row["RecordId"]) for row in part.records() if row["HasEditAccess"] is True}
        return tuple(record_id for record_id in wanted if record_id not in editable)
