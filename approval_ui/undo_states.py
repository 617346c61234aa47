"""Where the undo of one write stands: not asked for, on its way, or ended, with what stays as it is and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.decisions import Purpose, parse_envelope
from domain.errors import ErrorCode
from domain.leads import Motion, RecordRef
from domain.ports import CaseDocuments
from domain.proposals import digest_of
from domain.receipts import UndoRefusal, WriteReceipt
from domain.undoing import STILL_OWED, UndoReason, UndoReport, UndoStage, UndoState, undo_content
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
        made = tuple(r for r in receipts if r.undoes == receipt.id)
        pending = bool(signed) and all(signed[-1].decision_id != each.decision_id for each in made)
        latest = self._of_latest(receipt.case_id, signed[-1], len(signed)) if pending else UndoState()
        if not made:
            return latest
        kept = self._kept(made, latest)
        if kept and latest.stage in STILL_OWED:
            return latest
        # Where a try for the rest came to nothing more, it may be asked for again.
        newest = latest.decision_id if kept and pending else made[-1].decision_id
        return UndoState(
            stage=UndoStage.IN_PART if kept else UndoStage.DONE,
            decision_id=newest,
            tries=len(signed),
            new_receipt_id=made[-1].id,
            refusals=kept,
            code=latest.code if kept else "",
        )

    def _kept(self, made: Sequence[WriteReceipt], latest: UndoState) -> tuple[UndoRefusal, ...]:
        """What none of the undos took back, each with what the newest one says of it."""
        reports = [self._report(receipt.case_id, receipt.decision_id) for receipt in made]
        left = set.intersection(
            *({(r.record, r.field) for r in (report.refusals if report else ())} for report in reports)
        )
        said: dict[tuple[RecordRef, str], UndoRefusal] = {}
        for refusals in (*(report.refusals for report in reports if report), latest.refusals):
            for refusal in refusals:
                place = (refusal.record, refusal.field)
                if place in left and (refusal.reason != UndoReason.TAKEN_BACK_ALREADY or place not in said):
                    said[place] = refusal
        return tuple(said.values())

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
