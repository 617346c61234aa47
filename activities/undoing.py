"""Taking many writes back: the dry run, one write after the other, and what became of each.

When do you need to touch this? When a batch says something else about its writes. What may be taken back is decided
in `gateways/crm`, whose guard wants a signature for each.
"""

from temporalio import activity

from activities.undo_messages import (
    StoppedUndo,
    UndoApplyInput,
    UndoBatchEnding,
    UndoBatchRef,
    UndoHead,
    UndoItemFailed,
    UndoItemHead,
    UndoItemInput,
    UndoItems,
    UndoLookHead,
)
from activities.undo_reports import carry_out, keep_report, look_up
from activities.write_orders import undo_order
from domain.audit import AuditEvent, AuditKind
from domain.errors import DomainError, ErrorCode
from domain.ports import AuditLog, CaseDocuments, Clock, CrmWriter, Receipts
from domain.receipts import WriteReceipt
from domain.undo_batches import (
    BatchItem,
    BatchState,
    ItemResult,
    Reach,
    UndoBatches,
    UndoForecaster,
    ahead_of,
    result_of,
)
from domain.undoing import UndoReport


class UndoingActivities:
    """On the CRM queue: what reads from the CRM or writes to it."""

    def __init__(
        self,
        *,
        batches: UndoBatches,
        receipts: Receipts,
        documents: CaseDocuments,
        forecaster: UndoForecaster,
        writer: CrmWriter,
    ) -> None:
        self._batches = batches
        self._receipts = receipts
        self._documents = documents
        self._forecaster = forecaster
        self._writer = writer

    @activity.defn
    def look_at_undos(self, order: UndoBatchRef) -> UndoLookHead:
        """The next step of the dry run. Writes nothing; what an attempt has looked at is not looked at again."""
        seen = [self._foreseen(order.batch_id, item) for item in self._batches.unforeseen(order.batch_id, order.limit)]
        return UndoLookHead(
            looked=len(seen),
            clear=seen.count(Reach.ALL),
            in_part=seen.count(Reach.IN_PART),
            nothing=seen.count(Reach.NOTHING),
            failed=seen.count(Reach.FAILED),
            left=bool(self._batches.unforeseen(order.batch_id, 1)),
        )

    @activity.defn
    def undo_item(self, order: UndoItemInput) -> UndoItemHead:
        """Take one write of the batch back, through the guard, under its own signature."""
        item = self._batches.item(order.batch_id, order.number)
        if item is None or not item.decision_id:
            raise DomainError("no such signed undo in this batch", code=ErrorCode.DOCUMENT_MISSING)
        outcome = carry_out(
            self._writer,
            self._documents,
            undo_order(
                UndoApplyInput(
                    org_id=order.org_id,
                    case_id=item.case_id,
                    receipt_id=item.receipt_id,
                    decision_id=item.decision_id,
                    motion=item.motion,
                    agent_version=order.agent_version,
                )
            ),
        )
        result = result_of(outcome)
        self._batches.finish(order.batch_id, order.number, result)
        return UndoItemHead(reach=result.reach)

    @activity.defn
    def find_undone(self, order: StoppedUndo) -> UndoHead:
        """What the ledger holds of an undo that was cut off, filed with its report. Writes nothing to the CRM."""
        outcome = look_up(
            self._writer,
            self._documents,
            undo_order(order),
        )
        if outcome is None or outcome.receipt is None:
            return UndoHead()
        if order.batch_id:
            self._batches.finish(order.batch_id, order.number, result_of(outcome))
        return UndoHead(new_receipt_id=outcome.receipt.id, restored=len(outcome.restored))

    def _foreseen(self, batch_id: str, item: BatchItem) -> Reach:
        receipt = self._receipts.get(item.receipt_id)
        result = ItemResult(reach=Reach.FAILED, code=ErrorCode.DOCUMENT_MISSING.value)
        if receipt is not None:
            newer = [(found, n.foreseen) for n in self._batches.newer_on(batch_id, item) if (found := self._of(n))]
            ahead = ahead_of((found, result) for found, result in newer if result is not None)
            result = self._forecaster.foresee(receipt, motion=item.motion, ahead=ahead)
        self._batches.foresee(batch_id, item.number, result)
        return result.reach

    def _of(self, item: BatchItem) -> WriteReceipt | None:
        return self._receipts.get(item.receipt_id)


class UndoBookActivities:
    """On the case queue: what needs the application database only."""

    def __init__(self, *, batches: UndoBatches, documents: CaseDocuments, audit: AuditLog, clock: Clock) -> None:
        self._batches = batches
        self._documents = documents
        self._audit = audit
        self._clock = clock

    @activity.defn
    def next_undos(self, order: UndoBatchRef) -> UndoItems:
        """The next signed writes that were not taken back yet, newest first."""
        found = self._batches.unfinished(order.batch_id, order.limit)
        return UndoItems(
            items=tuple(
                UndoItemInput(
                    batch_id=order.batch_id,
                    org_id=order.org_id,
                    case_id=item.case_id,
                    motion=item.motion,
                    number=item.number,
                    receipt_id=item.receipt_id,
                    decision_id=item.decision_id,
                    agent_version=order.agent_version,
                )
                for item in found
            )
        )

    @activity.defn
    def give_up_undo(self, order: UndoItemFailed) -> None:
        """A step failed for good: the others go on, and this one says why, here and on the page of its case."""
        item = self._batches.item(order.batch_id, order.number)
        if item is not None and item.decision_id:
            report = UndoReport(receipt_id=item.receipt_id, code=order.code)
            keep_report(self._documents, item.case_id, item.decision_id, report)
        self._batches.finish(order.batch_id, order.number, ItemResult(reach=Reach.FAILED, code=order.code))

    @activity.defn
    def end_undos(self, order: UndoBatchEnding) -> None:
        """The dry run waits for a signature now, or all is done."""
        self._batches.move(order.batch_id, order.state)
        if order.state is BatchState.DONE:
            self._audit.append(
                AuditEvent(
                    key=f"undo_batch/{order.batch_id}/done",
                    kind=AuditKind.UNDO_BATCH_DONE,
                    org_id=order.org_id,
                    subject=order.batch_id,
                    at=self._clock.now(),
                )
            )
