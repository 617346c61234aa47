"""Support cases and voice calls of a person, in orgs that have them.

Not every org has these objects, or opens them to an integration. Their absence is noticed once and then not
asked about again until the process starts anew. Cases are child rows of the contacts of an address (`reader.py`):
that is indexed, and the address a case was opened from is not.
"""

import threading
from collections.abc import Sequence

import structlog

from domain.errors import CrmError
from domain.leads import CrmRecord
from gateways.crm.client import CompositeAnswer, Part, query_part
from gateways.crm.fields import ReadFields
from gateways.crm.soql import select
from gateways.crm.values import records_from

VOICE_CALLS = "VoiceCall"
MAX_CONVERSATIONS = 20
NEWEST_FIRST = f"ORDER BY CreatedDate DESC LIMIT {MAX_CONVERSATIONS}"
_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"})
_log = structlog.get_logger(__name__)


class Conversations:
    """Thread-safe."""

    def __init__(self, fields: ReadFields) -> None:
        self._fields = fields
        self._lock = threading.Lock()
        self._absent = VOICE_CALLS not in fields.by_object

    def calls(self, record_id: str) -> list[Part]:
        """Those of a lead or contact."""
        with self._lock:
            if self._absent:
                return []
        fields = self._fields.of(VOICE_CALLS)
        return [
            query_part(VOICE_CALLS, select(VOICE_CALLS, fields, "RelatedRecordId = {}", record_id, tail=NEWEST_FIRST))
        ]

    def records(self, answer: CompositeAnswer, cases: Sequence[CrmRecord] = ()) -> tuple[CrmRecord, ...]:
        """With the `cases` that came otherwise, newest first. Raises `CrmError` for what is no mere absence."""
        found = list(cases)
        part = answer.parts.get(VOICE_CALLS)
        try:
            found.extend(records_from(VOICE_CALLS, part.records()) if part is not None else ())
        except CrmError:
            if part is None or not {fault.code for fault in part.faults()} & _NOT_HERE:
                raise
            _log.info("the org has no such object for us", object=VOICE_CALLS)
            with self._lock:
                self._absent = True
        return tuple(sorted(found, key=lambda r: (r.modified_at, r.id), reverse=True))
