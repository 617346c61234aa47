"""Signing the undo of one write. What may be taken back is derived from the receipt, the same way the guard does it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from approval_ui.deciding import DecisionRefused, RefusalCode, Reviewer
from domain.audit import AuditEvent, AuditKind
from domain.cases import DocumentKind
from domain.decisions import DecisionEnvelope, Purpose, Recorded, Verdict
from domain.model import Value
from domain.permissions import can_undo
from domain.ports import AuditLog, CaseDocuments, Clock, DecisionSigner, Playbooks, Receipts
from domain.proposals import digest_of
from domain.receipts import WriteReceipt
from domain.undoing import undo_content
from persistence.cases import SqlCases
from persistence.queue import DecisionItem, ReviewQueue
from persistence.reviews import SqlReviews

UNDERWAY_FOR = timedelta(minutes=10)
"""For so long a delivered undo without an outcome counts as being carried out."""


class UndoTaken(Value):
    case_id: str
    receipt_id: str
    decision_id: str


@dataclass(frozen=True)
class Undoing:
    """Takes undo requests for one organisation."""

    org_id: str
    cases: SqlCases
    reviews: SqlReviews
    receipts: Receipts
    documents: CaseDocuments
    audit: AuditLog
    signer: DecisionSigner
    playbooks: Playbooks
    queue: ReviewQueue
    clock: Clock

    def undo(self, receipt_id: str, reviewer: Reviewer) -> UndoTaken:
        """Sign and store. Raises `DecisionRefused`; then nothing was signed or stored."""
        receipt = self.receipts.get(receipt_id)
        if receipt is None:
            raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such receipt.")
        if not can_undo(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} cannot undo a write.")
        if any(other.undoes == receipt_id for other in self.receipts.of_case(receipt.case_id)):
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "This write was already taken back.")
        try:
            content = undo_content(receipt, org_id=self.org_id, motion=self.cases.get(receipt.case_id).motion)
        except ValueError as nothing:
            raise DecisionRefused(RefusalCode.INVALID, f"{str(nothing).capitalize()}.") from None
        stored = content.to_bytes()
        digest = digest_of(stored)
        tries = self._tries(receipt.case_id, digest)
        underway = next((t for t in tries if self._underway(receipt.case_id, t)), None)
        if underway is not None:
            # A second press means the same undo: nothing more is signed.
            return UndoTaken(case_id=receipt.case_id, receipt_id=receipt.id, decision_id=underway.decision_id)
        self.documents.put(receipt.case_id, DocumentKind.FINAL, digest, stored)
        return self._sign(receipt, digest, reviewer, _undo_id(receipt.id, len(tries)))

    def _tries(self, case_id: str, digest: str) -> tuple[DecisionItem, ...]:
        """Every undo that was signed over this reversal, oldest first."""
        signed = self.queue.decisions_of(case_id)
        return tuple(d for d in signed if d.purpose is Purpose.UNDO and d.final_digest == digest)

    def _underway(self, case_id: str, decision: DecisionItem) -> bool:
        """Not carried out or refused yet. An undo that nobody heard of for long may be asked for again."""
        if decision.delivered_at is None:
            return True
        refused = any(
            a.event.kind is AuditKind.WRITE_REFUSED and a.event.subject == decision.decision_id
            for a in self.queue.audit_of(case_id)
        )
        return not refused and self.clock.now() - decision.delivered_at < UNDERWAY_FOR

    def _sign(self, receipt: WriteReceipt, digest: str, reviewer: Reviewer, decision_id: str) -> UndoTaken:
        now = self.clock.now()
        envelope = DecisionEnvelope(
            purpose=Purpose.UNDO,
            org_id=self.org_id,
            decision_id=decision_id,
            case_id=receipt.case_id,
            round=receipt.round,
            proposal_digest=receipt.digest,
            final_digest=digest,
            verdict=Verdict.APPROVE,
            reviewer=reviewer.login,
            role=reviewer.role,
            decided_at=now,
            expires_at=now + timedelta(hours=self.playbooks.current().authorisation_hours),
            key_id=self.signer.key_id,
        )
        recorded = self.reviews.record(self.signer.sign(envelope), envelope, now=now)
        if recorded is Recorded.ALREADY_DECIDED or recorded is Recorded.SAME_AGAIN:
            # Two pressed at the same moment: the id is the same, and the first one stands.
            return UndoTaken(case_id=receipt.case_id, receipt_id=receipt.id, decision_id=decision_id)
        if recorded is not Recorded.RECORDED:
            raise DecisionRefused(RefusalCode.INVALID, f"The undo could not be stored ({recorded.value}).")
        self.audit.append(
            AuditEvent(
                key=f"decision/{envelope.decision_id}/recorded",
                kind=AuditKind.DECISION_RECORDED,
                org_id=self.org_id,
                case_id=receipt.case_id,
                actor=reviewer.login,
                subject=envelope.decision_id,
                digest=digest,
                agent_version=receipt.agent_version,
                code="undo",
                at=now,
            )
        )
        return UndoTaken(case_id=receipt.case_id, receipt_id=receipt.id, decision_id=envelope.decision_id)


def _undo_id(receipt_id: str, tries_before: int) -> str:
    """The same for two people who press at the same moment, another one after a try that came to nothing."""
    drawn = hashlib.sha256(f"undo\n{receipt_id}\n{tries_before}".encode()).digest()[:15]
    return "d" + base64.b32encode(drawn).decode().lower()
