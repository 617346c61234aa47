"""Signing the undo of one write. What may be taken back is derived from the receipt, the same way the guard does it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import timedelta

from approval_ui.decision_requests import DecisionRefused, RefusalCode, Reviewer
from approval_ui.undo_states import UndoStates
from domain.audit import AuditEvent, AuditKind
from domain.cases import DocumentKind
from domain.decisions import DecisionEnvelope, Purpose, Recorded, Verdict
from domain.errors import DomainError, ErrorCode
from domain.model import Value
from domain.permissions import can_undo
from domain.ports import AuditLog, CaseDocuments, Clock, DecisionSigner, Playbooks, Receipts
from domain.proposals import digest_of
from domain.receipts import WriteReceipt
from domain.undoing import STILL_OWED, UndoStage, undo_content
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
    states: UndoStates
    clock: Clock

    def undo(self, receipt_id: str, reviewer: Reviewer) -> UndoTaken:
        """Sign and store. Raises `DecisionRefused`; then nothing was signed or stored."""
        receipt = self.receipts.get(receipt_id)
        if receipt is None:
            raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such receipt.")
        if not can_undo(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} cannot undo a write.")
        known = self.receipts.of_case(receipt.case_id)
        motion = self.cases.get(receipt.case_id).motion
        try:
            content = undo_content(receipt, org_id=self.org_id, motion=motion)
        except ValueError as nothing:
            raise DecisionRefused(RefusalCode.INVALID, f"{str(nothing).capitalize()}.") from None
        state = self.states.of(receipt, motion, known)
        if state.stage is UndoStage.DONE:
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "This write was already taken back.")
        if state.stage in STILL_OWED:
            # A second press means the same undo: nothing more is signed, and one that ops stopped is started again.
            return UndoTaken(case_id=receipt.case_id, receipt_id=receipt.id, decision_id=state.decision_id)
        stored = content.to_bytes()
        digest = digest_of(stored)
        try:
            self.documents.put(receipt.case_id, DocumentKind.FINAL, digest, stored)
        except DomainError as erased:
            if erased.code is not ErrorCode.DOCUMENT_MISSING:
                raise
            gone = "The data of this case was erased, so what it wrote can no longer be taken back here."
            raise DecisionRefused(RefusalCode.INVALID, gone) from None
        return self._sign(receipt, digest, reviewer, _undo_id(receipt.id, state.tries))

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
