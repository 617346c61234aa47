"""Signing the undo of one write. What may be taken back is derived from the receipt, the same way the guard does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from approval_ui.deciding import DecisionRefused, RefusalCode, Reviewer, new_decision_id
from domain.audit import AuditEvent, AuditKind
from domain.cases import DocumentKind
from domain.decisions import DecisionEnvelope, Purpose, Recorded, Verdict, parse_envelope
from domain.model import Value
from domain.permissions import can_undo
from domain.ports import AuditLog, CaseDocuments, Clock, DecisionSigner, Playbooks, Receipts
from domain.proposals import digest_of
from domain.receipts import WriteReceipt
from domain.undoing import undo_content
from persistence.cases import SqlCases
from persistence.reviews import SqlReviews


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
    clock: Clock
    new_id: Callable[[], str] = new_decision_id

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
        if self._asked_already(digest):
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "This undo is signed and will be delivered.")
        self.documents.put(receipt.case_id, DocumentKind.FINAL, digest, stored)
        return self._sign(receipt, digest, reviewer)

    def _asked_already(self, digest: str) -> bool:
        for waiting in self.reviews.undelivered(500):
            if waiting.purpose is Purpose.UNDO:
                signed = self.reviews.decision(waiting.decision_id)
                if signed is not None and parse_envelope(signed).final_digest == digest:
                    return True
        return False

    def _sign(self, receipt: WriteReceipt, digest: str, reviewer: Reviewer) -> UndoTaken:
        now = self.clock.now()
        envelope = DecisionEnvelope(
            purpose=Purpose.UNDO,
            org_id=self.org_id,
            decision_id=self.new_id(),
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
        if recorded not in (Recorded.RECORDED, Recorded.SAME_AGAIN):
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
