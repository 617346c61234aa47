"""Support cases and voice calls of a person: read beside the company, in orgs that have them.

Not every org has these objects, or opens them to an integration. Their absence is noticed once and then not
asked about again until the process starts anew.
"""

import threading

import structlog

from domain.errors import CrmError
from domain.leads import CrmRecord
from gateways.crm.client import CompositeAnswer, Part, query_part
from gateways.crm.fields import CONVERSATIONS, ReadFields
from gateways.crm.soql import select
from gateways.crm.values import records_from

MAX_CONVERSATIONS = 20
_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY"})
_log = structlog.get_logger(__name__)


class Conversations:
    """Thread-safe."""

    def __init__(self, fields: ReadFields) -> None:
        self._fields = fields
        self._lock = threading.Lock()
        self._absent = {name for name in CONVERSATIONS if name not in fields.by_object}

    def parts(self, record_id: str, email: str) -> list[Part]:
        """What to ask about a lead or contact: calls by its id, cases by the contact of that address."""
        asked: dict[str, tuple[str, tuple[object, ...]] | None] = {
            "VoiceCall": ("RelatedRecordId = {}", (record_id,)),
            # By the contact, whose address is indexed; the address a case was opened from is not.
            "Case": ("Contact.Email = {}", (email,)) if email else None,
        }
        tail = f"ORDER BY CreatedDate DESC LIMIT {MAX_CONVERSATIONS}"
        with self._lock:
            absent = set(self._absent)
        return [
            query_part(name, select(name, self._fields.of(name), where[0], *where[1], tail=tail))
            for name, where in asked.items()
            if where is not None and name not in absent
        ]

    def records(self, answer: CompositeAnswer) -> tuple[CrmRecord, ...]:
        """Newest first. Raises `CrmError` for what is no mere absence."""
        found: list[CrmRecord] = []
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
