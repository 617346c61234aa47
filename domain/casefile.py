"""The typed view of a case's documents: which step leaves what, and in which slot.

When do you need to touch this? When a step of a case begins to keep something new.
"""

from domain.calls import CallReading, Heard, calls_of, slot_of
from domain.cards import ReviewCard
from domain.cases import CaseException, DocumentKind, DocumentRef
from domain.consent import ConsentDecision
from domain.context import CaseContext
from domain.drafting import Draft, ModelUsage
from domain.enrichment import Enrichment
from domain.errors import DomainError, ErrorCode
from domain.evidence import Evidence
from domain.first_touch import Assignment, Breach
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, MatchResult
from domain.model import Value
from domain.ports import CaseDocuments
from domain.proposals import ProposalContent, digest_of, parse_content
from domain.qualification import InjectionFinding, Qualification
from domain.reading import ReadFacts
from domain.resolutions import Resolved, as_chosen, as_stated
from domain.reviewer_notes import ReviewerNote
from domain.routing import RoutingDecision


class Qualified(Value):
    """What qualification leaves for the steps after it, its evidence included."""

    qualification: Qualification
    facts: ReadFacts
    evidence: tuple[Evidence, ...]
    heard: tuple[Heard, ...] = ()
    """What calls said, newest first."""
    usage: tuple[ModelUsage, ...] = ()
    """What a model was asked to read, and what it cost."""


class Routed(Value):
    routing: RoutingDecision
    evidence: tuple[Evidence, ...]


class Drafted(Value):
    draft: Draft
    consent: ConsentDecision
    evidence: tuple[Evidence, ...]
    spoken_orders: tuple[InjectionFinding, ...] = ()
    """What somebody said in a call that reads like an instruction to a machine."""


class CaseFile:
    """Reads and keeps the documents of one case. A missing one is a `DomainError` (document_missing)."""

    def __init__(self, documents: CaseDocuments, case_id: str) -> None:
        self._documents = documents
        self.case_id = case_id

    def keep(self, kind: DocumentKind, slot: str, value: Value) -> DocumentRef:
        """Commit a value. The same kind and slot again keeps the first."""
        return self._documents.put(self.case_id, kind, slot, value.model_dump_json().encode())

    def keep_bytes(self, kind: DocumentKind, slot: str, body: bytes) -> DocumentRef:
        return self._documents.put(self.case_id, kind, slot, body)

    def _read(self, kind: DocumentKind, slot: str) -> bytes:
        body = self._documents.find(self.case_id, kind, slot)
        if body is None:
            raise DomainError(
                f"case {self.case_id} has no {kind.value} document {slot}", code=ErrorCode.DOCUMENT_MISSING
            )
        return body

    def has(self, kind: DocumentKind, slot: str) -> bool:
        return self._documents.find(self.case_id, kind, slot) is not None

    def inquiries(self, count: int) -> tuple[Inquiry, ...]:
        """The first `count` inquiries, oldest first, with what people of ours have stated since."""
        told = (self._read(DocumentKind.INQUIRY, str(n)) for n in range(1, count + 1))
        return as_stated(tuple(Inquiry.model_validate_json(body) for body in told), self.resolved())

    def match(self, round: int) -> MatchResult | None:
        body = self._documents.find(self.case_id, DocumentKind.MATCH, str(round))
        return None if body is None else MatchResult.model_validate_json(body)

    def latest_match(self) -> MatchResult:
        body = self._documents.latest(self.case_id, DocumentKind.MATCH)
        if body is None:
            raise DomainError(f"case {self.case_id} was never matched", code=ErrorCode.DOCUMENT_MISSING)
        return as_chosen(MatchResult.model_validate_json(body), self.resolved())

    def snapshot(self, round: int) -> CrmSnapshot:
        return CrmSnapshot.model_validate_json(self._read(DocumentKind.SNAPSHOT, str(round)))

    def newest_snapshot(self) -> CrmSnapshot | None:
        """The last one that was read; None where the case never had one."""
        body = self._documents.latest(self.case_id, DocumentKind.SNAPSHOT)
        return None if body is None else CrmSnapshot.model_validate_json(body)

    def users(self, round: int) -> tuple[CrmRecord, ...]:
        """The org's users as the round saw them; none where it has no snapshot."""
        return self.snapshot(round).users if self.has(DocumentKind.SNAPSHOT, str(round)) else ()

    def enrichment(self, round: int) -> Enrichment:
        return Enrichment.model_validate_json(self._read(DocumentKind.ENRICHMENT, str(round)))

    def context(self, round: int) -> CaseContext:
        """Empty for a round that was begun before context was kept."""
        body = self._documents.find(self.case_id, DocumentKind.CONTEXT, str(round))
        return CaseContext() if body is None else CaseContext.model_validate_json(body)

    def calls(self, round: int) -> tuple[CallReading, ...]:
        """What the round's calls and notes were read to say, newest first; those that were read."""
        slots = [slot_of(item) for item in calls_of(self.context(round))]
        bodies = (self._documents.find(self.case_id, DocumentKind.CALL, slot) for slot in slots)
        return tuple(CallReading.model_validate_json(body) for body in bodies if body is not None)

    def qualified(self, round: int) -> Qualified:
        return Qualified.model_validate_json(self._read(DocumentKind.QUALIFICATION, str(round)))

    def routed(self, round: int) -> Routed:
        return Routed.model_validate_json(self._read(DocumentKind.ROUTING, str(round)))

    def drafted(self, round: int) -> Drafted:
        return Drafted.model_validate_json(self._read(DocumentKind.DRAFT, str(round)))

    def card(self, round: int) -> ReviewCard:
        return ReviewCard.model_validate_json(self._read(DocumentKind.CARD, str(round)))

    def note(self, decision_id: str) -> ReviewerNote | None:
        """What the reviewer wrote and changed beside the signature."""
        body = self._documents.find(self.case_id, DocumentKind.REASON, decision_id)
        return None if body is None else ReviewerNote.model_validate_json(body)

    def assignment(self, round: int) -> Assignment:
        return Assignment.model_validate_json(self._read(DocumentKind.ASSIGNMENT, str(round)))

    def breaches(self) -> tuple[Breach, ...]:
        """Oldest first."""
        found = self._documents.all_of(self.case_id, DocumentKind.BREACH)
        return tuple(Breach.model_validate_json(body) for body in found)

    def set_aside(self) -> dict[str, str]:
        """Owners who had this lead and did not answer in time, each with the reason: routing passes them over."""
        return {b.owner_id: f"did not answer by {b.respond_by:%d %b, %H:%M} UTC" for b in self.breaches()}

    def exception(self, number: int) -> CaseException | None:
        body = self._documents.find(self.case_id, DocumentKind.EXCEPTION, str(number))
        return None if body is None else CaseException.model_validate_json(body)

    def resolved(self) -> tuple[Resolved, ...]:
        """What people did about the case's exceptions, oldest first."""
        return tuple(
            Resolved.model_validate_json(body) for body in self._documents.all_of(self.case_id, DocumentKind.RESOLUTION)
        )

    def resolution(self, number: int) -> Resolved | None:
        """What resolved this exception."""
        body = self._documents.find(self.case_id, DocumentKind.RESOLUTION, str(number))
        return None if body is None else Resolved.model_validate_json(body)

    def offered(self, resolution_id: str) -> Resolved | None:
        """What somebody sent to resolve one, whether or not it counted."""
        body = self._documents.find(self.case_id, DocumentKind.OFFERED, resolution_id)
        return None if body is None else Resolved.model_validate_json(body)

    def proposal_bytes(self, round: int) -> bytes:
        """The stored bytes that the round's digest is over."""
        return self._read(DocumentKind.PROPOSAL, str(round))

    def proposal(self, round: int) -> ProposalContent:
        stored = self.proposal_bytes(round)
        return parse_content(stored, digest_of(stored))

    def final(self, round: int, proposal_digest: str, final_digest: str) -> ProposalContent:
        """What a decision signed: the proposal itself, or its edited form, checked against its digest."""
        if final_digest == proposal_digest:
            return parse_content(self.proposal_bytes(round), proposal_digest)
        return parse_content(self._read(DocumentKind.FINAL, final_digest), final_digest)
