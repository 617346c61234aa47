"""Where the undo of one write stands: not asked for, on its way, or ended, with what stays as it is and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.decisions import Purpose, parse_envelope
from domain.errors import ErrorCode
from domain.leads import Motion
from domain.ports import CaseDocuments
from domain.proposals import digest_of
from domain.receipts import WriteReceipt
from domain.undoing import UndoReport, UndoStage, UndoState, undo_content
from persistence.queue import DecisionItem, ReviewQueue
from persistence.reviews import SqlReviews


@dataclass(frozen=True)
class UndoStates:
    """Reads the stores; signs and changes nothing."""

    org_id: str
    reviews: SqlReviews
    documents: CaseDocuments
    queue: ReviewQueue

    def of(self, receipt: WriteReceipt, motion: Motion, receipts: Sequence[WriteReceipt]) -> UndoState:
        """`receipts` are all of its case."""
        signed = self._signed(receipt, motion)
        latest = signed[-1] if signed else None
        made = next((r for r in receipts if r.undoes == receipt.id), None)
        if made is not None:
            report = self._report(receipt.case_id, made.decision_id)
            kept = report.refusals if report is not None else ()
            return UndoState(
                stage=UndoStage.IN_PART if kept else UndoStage.DONE,
                decision_id=made.decision_id,
                tries=len(signed),
                new_receipt_id=made.id,
                refusals=kept,
            )
        return UndoState() if latest is None else self._of_latest(receipt.case_id, latest, len(signed))

    def _of_latest(self, case_id: str, latest: DecisionItem, tries: int) -> UndoState:
        known = UndoState(decision_id=latest.decision_id, tries=tries)
        report = self._report(case_id, latest.decision_id)
        if report is not None:
            stage = UndoStage.REFUSED if report.code else UndoStage.KEPT
            return known.model_copy(update={"stage": stage, "refusals": report.refusals, "code": report.code})
        refused = self._refusal(case_id, latest.decision_id)
        if refused:
            return known.model_copy(update={"stage": UndoStage.REFUSED, "code": refused})
        if latest.stopped_at is not None:
            return known.model_copy(update={"stage": UndoStage.STOPPED})
        stage = UndoStage.WAITING if latest.delivered_at is None else UndoStage.UNDERWAY
        return known.model_copy(update={"stage": stage})

    def _signed(self, receipt: WriteReceipt, motion: Motion) -> tuple[DecisionItem, ...]:
        """Every undo that was signed over this write, oldest first."""
        try:
            digest = digest_of(undo_content(receipt, org_id=self.org_id, motion=motion).to_bytes())
        except ValueError:
            return ()
        over = (d for d in self.queue.decisions_of(receipt.case_id) if d.purpose is Purpose.UNDO)
        return tuple(d for d in over if d.final_digest == digest and self._is_about(d, receipt))

    def _is_about(self, decision: DecisionItem, receipt: WriteReceipt) -> bool:
        """A write and the undo of its undo are reversed by the same bytes; what was reversed tells them apart."""
        stored = self.reviews.decision(decision.decision_id)
        return stored is not None and parse_envelope(stored).proposal_digest == receipt.digest

    def _report(self, case_id: str, decision_id: str) -> UndoReport | None:
        body = self.documents.find(case_id, DocumentKind.UNDO, decision_id)
        return None if body is None else UndoReport.model_validate_json(body)

    def _refusal(self, case_id: str, decision_id: str) -> str:
        """Why the write guard refused it. That writing is paused is a wait and no refusal."""
        codes = (
            item.event.code or AuditKind.WRITE_REFUSED.value
            for item in self.queue.audit_of(case_id)
            if item.event.kind is AuditKind.WRITE_REFUSED and item.event.subject == decision_id
        )
        return next((code for code in codes if code != ErrorCode.PAUSED), "")
