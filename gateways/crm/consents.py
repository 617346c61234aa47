"""What people said about being contacted, as Salesforce keeps it beside the person: per kind of channel, per address.

Consent for one address (`ContactPointConsent`) is asked for by the address itself, so that it is found whether or not
the address hangs on the person's `Individual`. Not every org has that object; its absence is noticed once.

An org may keep no `Individual` at all. That is never concluded from what is not seen, for a right that is lacking looks
the same: the playbook says so, and is held to it.
"""

import threading
from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord
from domain.model import Instant
from gateways.crm import faults
from gateways.crm.client import CompositeAnswer, Part, SalesforceSession, query_part
from gateways.crm.fields import ReadFields
from gateways.crm.soql import select
from gateways.crm.values import records_from

MAX_CONSENTS = 50
CONFIRMED_FOR = timedelta(hours=1)
POINT_CONSENTS = "ContactPointConsent"
TYPE_CONSENTS = "ContactPointTypeConsent"
SHARING = "sharing_consents"
"""Of the contacts that have the same address."""
_PARTY = {
    "Lead": "PartyId IN (SELECT IndividualId FROM Lead WHERE Id = {})",
    "Contact": "PartyId IN (SELECT IndividualId FROM Contact WHERE Id = {})",
}
_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "MALFORMED_QUERY"})
_log = structlog.get_logger(__name__)


class Consents:
    """Thread-safe."""

    def __init__(self, session: SalesforceSession, fields: ReadFields) -> None:
        self._session = session
        self._fields = fields
        self._lock = threading.Lock()
        self._confirmed: Instant | None = None
        self._absent = POINT_CONSENTS not in fields.by_object

    def confirm(self) -> None:
        """Hold the playbook to what it says the org does not keep: one call an hour, and none where it says nothing.

        Raises `CrmError` (crm_consent_unread) where the org has it: what a person refused there would not be seen.
        """
        with self._lock:
            now = self._session.clock.now()
            if not self._fields.unkept or (
                self._confirmed is not None and timedelta(0) <= now - self._confirmed < CONFIRMED_FOR
            ):
                return
            asked = [query_part(name, select(name, ("Id",), "", tail="LIMIT 1")) for name in self._fields.unkept]
            answer = self._session.composite(asked, all_or_none=False)
            for name in self._fields.unkept:
                part = answer.parts[name]
                if part.ok:
                    raise CrmError(
                        f"the playbook says that the org keeps no {name}, and it does; set consent.keeps_individuals "
                        "to true in consent.yaml, and start the CRM workers again",
                        code=ErrorCode.CRM_CONSENT_UNREAD,
                    )
                if {fault.code for fault in part.faults()} != {"INVALID_TYPE"}:
                    raise faults.error_for(part.faults())
            self._confirmed = now

    def of_addresses(self, emails: Sequence[str]) -> list[Part]:
        """One query at most; none where there is no address, or no such object in the org."""
        asked = sorted({e.strip() for e in emails if e.strip()})
        with self._lock:
            if self._absent or not asked:
                return []
        where = "ContactPointId IN (SELECT Id FROM ContactPointEmail WHERE EmailAddress IN {})"
        soql = select(POINT_CONSENTS, self._fields.of(POINT_CONSENTS), where, asked, tail=f"LIMIT {MAX_CONSENTS}")
        return [query_part(POINT_CONSENTS, soql)]

    def of_party(self, object_name: str, record_id: str) -> list[Part]:
        """Per kind of channel, for the person behind a lead or contact that was not read yet."""
        if not self._of_people(object_name):
            return []
        fields = self._fields.of(TYPE_CONSENTS)
        where = _PARTY[object_name]
        return [
            query_part(TYPE_CONSENTS, select(TYPE_CONSENTS, fields, where, record_id, tail=f"LIMIT {MAX_CONSENTS}"))
        ]

    def of_contacts_at(self, email: str) -> list[Part]:
        """Per kind of channel, for the people behind the contacts of an address."""
        if not self._of_people("Contact"):
            return []
        fields, where = self._fields.of(TYPE_CONSENTS), "PartyId IN (SELECT IndividualId FROM Contact WHERE Email = {})"
        soql = select(TYPE_CONSENTS, fields, where, email, tail=f"LIMIT {MAX_CONSENTS}") if email else ""
        return [query_part(SHARING, soql)] if soql else []

    def of_individuals(self, ids: Sequence[str], name: str = TYPE_CONSENTS) -> list[Part]:
        """Per kind of channel, for these people."""
        if not ids or TYPE_CONSENTS not in self._fields.by_object:
            return []
        fields = self._fields.of(TYPE_CONSENTS)
        soql = select(TYPE_CONSENTS, fields, "PartyId IN {}", sorted(set(ids)), tail=f"LIMIT {MAX_CONSENTS}")
        return [query_part(name, soql)]

    def _of_people(self, object_name: str) -> bool:
        """Are there people behind such records, and consents of theirs?"""
        return TYPE_CONSENTS in self._fields.by_object and "IndividualId" in self._fields.of(object_name)

    def of_sharing(self, answer: CompositeAnswer) -> tuple[CrmRecord, ...]:
        part = answer.parts.get(SHARING)
        return records_from(TYPE_CONSENTS, part.records()) if part is not None else ()

    def records(self, answer: CompositeAnswer) -> tuple[CrmRecord, ...]:
        """What those queries found. Raises `CrmError` for what is no mere absence of the object."""
        found: list[CrmRecord] = []
        for name in (TYPE_CONSENTS, POINT_CONSENTS):
            part = answer.parts.get(name)
            if part is None:
                continue
            try:
                found.extend(records_from(name, part.records()))
            except CrmError:
                if name != POINT_CONSENTS or not {fault.code for fault in part.faults()} & _NOT_HERE:
                    raise
                _log.info("the org keeps no consent per address", object=name)
                with self._lock:
                    self._absent = True
        return tuple(found)
