"""Support cases and voice calls of a person, in orgs that have them.

Not every org has these objects, or opens them to an integration. Their absence is noticed once and then not
asked about again until the process starts anew. A lead's cases are child rows of its contacts (`reader.py`).
"""

import threading
from collections.abc import Sequence

import structlog

from domain.errors import CrmError
from domain.leads import CrmRecord
from gateways.crm.client import CompositeAnswer, Part, query_part
from gateways.crm.fields import CONVERSATIONS, ReadFields
from gateways.crm.soql import select
from gateways.crm.values import records_from

MAX_CONVERSATIONS = 20
NEWEST_FIRST = f"ORDER BY CreatedDate DESC LIMIT {MAX_CONVERSATIONS}"
_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"})
_log = structlog.get_logger(__name__)


class Conversations:
    """Thread-safe."""

    def __init__(self, fields: ReadFields) -> None:
        self._fields = fields
        self._lock = threading.Lock()
        self._absent = {name for name in CONVERSATIONS if name not in fields.by_object}

    def calls(self, record_id: str) -> list[Part]:
        """Those of a lead or contact."""
        return self._part("VoiceCall", "RelatedRecordId = {}", record_id)

    def cases(self, email: str) -> list[Part]:
        """By the contact, whose address is indexed; the address a case was opened from is not."""
        return self._part("Case", "Contact.Email = {}", email) if email else []

    def _part(self, name: str, where: str, value: str) -> list[Part]:
        with self._lock:
            if name in self._absent:
                return []
        return [query_part(name, select(name, self._fields.of(name), where, value, tail=NEWEST_FIRST))]

    def records(self, answer: CompositeAnswer, cases: Sequence[CrmRecord] = ()) -> tuple[CrmRecord, ...]:
        """With the `cases` that came otherwise, newest first. Raises `CrmError` for what is no mere absence."""
        found = list(cases)
        for name in CONVERSATIONS:
            part = answer.parts.get(name)
            if part is None:
                continue
            try:
                found.extend(records_from(name, part.records()))
            except CrmError:
                if not {fault.code for fault in part.faults()} & _NOT_HERE:
                    raise
                _log.info("the org has no such object for us", object=name)
                with self._lock:
                    self._absent.add(name)
        return tuple(sorted(found, key=lambda r: (r.modified_at, r.id), reverse=True))
