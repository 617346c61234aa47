"""What an undo would do now, read and told: nothing here can write."""

from domain.leads import Motion
from domain.ports import Receipts
from domain.receipts import UndoRefusal, WriteReceipt
from domain.undo_batches import Ahead, ItemResult, Reach, TakenBack, reach_of
from domain.undoing import UndoReason, undo_content
from gateways.crm.client import SalesforceSession
from gateways.crm.fields import ReadFields
from gateways.crm.live import Live, LiveReader
from gateways.crm.undo import done_since, fields_of, reversal_of, taken_back

_NO_WRITE = "0" * 64
"""The ledger key of no write at all."""


class UndoForecasts:
    """Implements `UndoForecaster`. Thread-safe. One call for each write."""

    def __init__(
        self, session: SalesforceSession, *, org_id: str, receipts: Receipts, fields: ReadFields | None = None
    ) -> None:
        self._org_id = org_id
        self._receipts = receipts
        self._reader = LiveReader(session, fields or ReadFields())

    def foresee(self, receipt: WriteReceipt, *, motion: Motion, ahead: Ahead) -> ItemResult:
        """See the port."""
        try:
            content = undo_content(receipt, org_id=self._org_id, motion=motion)
        except ValueError:
            return ItemResult(reach=Reach.NOTHING, refusals=_not_restorable(receipt))
        live = self._reader.read(
            fields_of(receipt),
            ledger_key=_NO_WRITE,
            since=receipt.written_at.replace(microsecond=0),
            with_consents=False,
        )
        later = done_since(self._receipts, receipt)
        before = taken_back(self._receipts, receipt)
        reversal = reversal_of(content, receipt, _as_left(live, ahead), later=later, before=before, ahead=ahead)
        taken = (
            *(TakenBack(record=c.record, fields=tuple(sorted(c.values))) for c in reversal.plan.changes),
            *(TakenBack(record=d.record, deleted=True) for d in reversal.plan.deletes),
        )
        return ItemResult(reach=reach_of(taken, reversal.refusals), taken_back=taken, refusals=reversal.refusals)


def _as_left(live: Live, ahead: Ahead) -> Live:
    """What will be there once everything ahead was taken back."""
    records = {
        record_id: record.model_copy(
            update={
                "fields": {
                    **record.fields,
                    **ahead.values.get(record_id, {}),
                    **({"IsDeleted": True} if record_id in ahead.deleted else {}),
                }
            }
        )
        for record_id, record in live.records.items()
    }
    return live.model_copy(update={"records": records})


def _not_restorable(receipt: WriteReceipt) -> tuple[UndoRefusal, ...]:
    gone = UndoReason.CANNOT_UNDELETE.value
    return tuple(UndoRefusal(record=i.record, field="", reason=gone) for i in receipt.records if i.deleted)
