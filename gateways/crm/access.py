"""Whether the people who approved may edit the records themselves: nobody signs for more than the CRM gives them."""

from collections.abc import Sequence

from domain.errors import CrmError, ErrorCode
from domain.model import Value
from gateways.crm.client import Part, PartAnswer, SalesforceSession, query_part
from gateways.crm.soql import select

MAX_RECORDS = 200
"""What UserRecordAccess answers in one query (SOAP API Developer Guide)."""


class AccessQuestion(Value):
    """Which of these users may edit which of these records. Rides in another call, where that has room for it."""

    users: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    def parts(self, room: int) -> dict[str, Part]:
        """A query for each of the first users, as many as there is room for."""
        if not self.records or len(self.records) > MAX_RECORDS:
            return {}
        return {user: _part(f"access_{n}", user, self.records) for n, user in enumerate(self.users[: max(room, 0)])}


def editable(answer: PartAnswer) -> frozenset[str]:
    """The records that the user may edit."""
    return frozenset(str(row["RecordId"]) for row in answer.records() if row["HasEditAccess"] is True)


def _part(name: str, user_id: str, record_ids: Sequence[str]) -> Part:
    fields = ("RecordId", "HasEditAccess")
    soql = select("UserRecordAccess", fields, "UserId = {} AND RecordId IN {}", user_id, list(record_ids))
    return query_part(name, soql)


class RecordAccess:
    """Asks UserRecordAccess. Never cached: what was taken away since the review opened counts."""

    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def denied(self, user_id: str, record_ids: Sequence[str]) -> tuple[str, ...]:
        """Those that this user may not edit; what the CRM does not answer for is one of them. Raises `CrmError`."""
        wanted = list(dict.fromkeys(record_ids))
        allowed: set[str] = set()
        for start in range(0, len(wanted), MAX_RECORDS):
            question = _part("access", user_id, wanted[start : start + MAX_RECORDS])
            part = self._session.composite([question], all_or_none=False).parts["access"]
            if not part.ok:
                raise CrmError("the CRM does not say who may edit these records", code=ErrorCode.CRM_UNAVAILABLE)
            allowed |= editable(part)
        return tuple(record_id for record_id in wanted if record_id not in allowed)
