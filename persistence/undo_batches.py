"""Batches of undos: what was selected, what was foreseen, what was signed, what came of it."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import col, select

from domain.decisions import DecisionEnvelope, SignedDecision
from domain.leads import Motion
from domain.model import Instant
from domain.undo_batches import (
    BatchCounts,
    BatchItem,
    BatchState,
    ItemResult,
    Reach,
    UndoBatch,
    UndoSelection,
)
from persistence.database import Database
from persistence.decisions import keep_group, record_alone
from persistence.stopped_undos import forget_stop
from persistence.tables import UndoBatchRow, UndoItemRow

_SIGNABLE = (Reach.ALL.value, Reach.IN_PART.value)
_TO_SIGN = (
    col(UndoItemRow.foreseen).in_(_SIGNABLE),
    col(UndoItemRow.decision_id) == "",
    col(UndoItemRow.outcome) == "",
)
LOOKING = frozenset({BatchState.LOOKING, BatchState.LOOKED})
"""The states of the dry run."""


class SignedItem(NamedTuple):
    number: int
    signed: SignedDecision
    envelope: DecisionEnvelope


class SqlUndoBatches:
    """`UndoBatches` over the application database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open(self, batch: UndoBatch, items: Sequence[BatchItem]) -> None:
        """Keep a new batch, whole or not at all."""
        with self._db.transaction() as session:
            session.add(
                UndoBatchRow(
                    **batch.model_dump(exclude={"selection", "state"}),
                    selection=batch.selection.model_dump_json(),
                    state=batch.state.value,
                )
            )
            session.flush()
            session.add_all(
                UndoItemRow(
                    batch_id=batch.batch_id,
                    number=item.number,
                    receipt_id=item.receipt_id,
                    case_id=item.case_id,
                    motion=item.motion.value,
                    records="\n" + "".join(f"{record}\n" for record in item.records),
                )
                for item in items
            )

    def get(self, batch_id: str) -> UndoBatch | None:
        with self._db.session() as session:
            row = session.get(UndoBatchRow, batch_id)
        return None if row is None else _batch(row)

    def newest(self, org_id: str, limit: int) -> tuple[UndoBatch, ...]:
        with self._db.session() as session:
            rows = session.exec(
                select(UndoBatchRow)
                .where(UndoBatchRow.org_id == org_id)
                .order_by(col(UndoBatchRow.requested_at).desc(), col(UndoBatchRow.batch_id))
                .limit(limit)
            ).all()
        return tuple(map(_batch, rows))

    def counts(self, batch_id: str) -> BatchCounts:
        return self.counts_of([batch_id])[batch_id]

    def counts_of(self, batch_ids: Sequence[str]) -> dict[str, BatchCounts]:
        """How far each is, by one query for all."""
        found: dict[str, tuple[Counter[Reach], Counter[Reach]]] = {name: (Counter(), Counter()) for name in batch_ids}
        query = (
            select(UndoItemRow.batch_id, UndoItemRow.foreseen, UndoItemRow.outcome, func.count())
            .where(col(UndoItemRow.batch_id).in_(batch_ids))
            .group_by(col(UndoItemRow.batch_id), col(UndoItemRow.foreseen), col(UndoItemRow.outcome))
        )
        with self._db.session() as session:
            for batch_id, foreseen, outcome, number in session.exec(query):
                for reach, counted in zip((foreseen, outcome), found[batch_id], strict=True):
                    if reach:
                        counted[Reach(reach)] += number
        return {name: BatchCounts(foreseen=seen, results=done) for name, (seen, done) in found.items()}

    def item(self, batch_id: str, number: int) -> BatchItem | None:
        with self._db.session() as session:
            row = session.get(UndoItemRow, (batch_id, number))
        return None if row is None else _item(row)

    def items(self, batch_id: str, *, after: int = -1, limit: int = 500) -> tuple[BatchItem, ...]:
        """From the one after `after` on, in the order in which they come off."""
        return self._items(batch_id, col(UndoItemRow.number) > after, limit=limit)

    def unforeseen(self, batch_id: str, limit: int) -> tuple[BatchItem, ...]:
        return self._items(batch_id, col(UndoItemRow.foreseen) == "", limit=limit)

    def unsigned(self, batch_id: str, limit: int) -> tuple[BatchItem, ...]:
        """The next items of which something can be taken back and that nobody has signed."""
        return self._items(batch_id, *_TO_SIGN, limit=limit)

    def unfinished(self, batch_id: str, limit: int) -> tuple[BatchItem, ...]:
        return self._items(batch_id, col(UndoItemRow.decision_id) != "", col(UndoItemRow.outcome) == "", limit=limit)

    def newer_on(self, batch_id: str, item: BatchItem) -> tuple[BatchItem, ...]:
        if not item.records:
            return ()
        shared = or_(*(col(UndoItemRow.records).contains(f"\n{record}\n") for record in item.records))
        return self._items(batch_id, col(UndoItemRow.number) < item.number, shared)

    def foresee(self, batch_id: str, number: int, result: ItemResult) -> None:
        with self._db.transaction() as session:
            session.connection().execute(
                update(UndoItemRow)
                .where(*_at(batch_id, number), col(UndoItemRow.foreseen) == "")
                .values(foreseen=result.reach.value, forecast=result.model_dump_json())
            )

    def finish(self, batch_id: str, number: int, result: ItemResult) -> None:
        with self._db.transaction() as session:
            session.connection().execute(
                update(UndoItemRow)
                .where(*_at(batch_id, number), col(UndoItemRow.outcome) == "")
                .values(outcome=result.reach.value, result=result.model_dump_json())
            )

    def move(self, batch_id: str, state: BatchState) -> None:
        with self._db.transaction() as session:
            row = session.get(UndoBatchRow, batch_id)
            if row is not None:
                row.state = state.value
                session.add(row)

    def sign(self, batch_id: str, signed: Sequence[SignedItem], *, now: Instant) -> tuple[tuple[SignedItem, ...], int]:
        """Keep the signatures with their items, all or none; which were kept, and how many items still lack one.

        Where two sign at once the first signature of an item stands. With the last one the batch is to be carried
        out. They are nobody else's to deliver: the batch has them.
        """
        kept: list[SignedItem] = []
        with self._db.transaction() as session:
            for item in signed:
                row = session.get(UndoItemRow, (batch_id, item.number), with_for_update=True)
                if row is None or row.decision_id:
                    continue
                keep_group(session, item.signed, item.envelope)
                record_alone(session, item.signed, item.envelope, now=now, delivered=True)
                row.decision_id = item.envelope.decision_id
                session.add(row)
                kept.append(item)
            session.flush()
            left = select(func.count()).where(UndoItemRow.batch_id == batch_id, *_TO_SIGN)
            missing = int(session.exec(left).one())
            batch = session.get(UndoBatchRow, batch_id)
            if batch is not None and not missing:
                # Also where all is signed and it was stopped: what is left is begun again.
                batch.state, batch.delivered_at = BatchState.UNDOING.value, None
                session.add(batch)
        return tuple(kept), missing

    def delivered(self, batch_id: str, *, dry_run: bool, now: Instant) -> None:
        """Its workflow was started: the one of the dry run, or the one that takes back."""
        with self._db.transaction() as session:
            row = session.get(UndoBatchRow, batch_id)
            # The batch may have been signed since its dry run was started: then that start says nothing.
            if row is not None and dry_run is (BatchState(row.state) in LOOKING):
                row.delivered_at = row.delivered_at or now
                session.add(row)
                session.flush()
                forget_stop(session, batch_id=batch_id)

    def undelivered(self, limit: int) -> tuple[UndoBatch, ...]:
        with self._db.session() as session:
            rows = session.exec(
                select(UndoBatchRow)
                .where(col(UndoBatchRow.delivered_at).is_(None))
                .order_by(col(UndoBatchRow.requested_at))
                .limit(limit)
            ).all()
        return tuple(map(_batch, rows))

    def undone_by(self, batch_id: str) -> tuple[str, ...]:
        """The receipts of the undos that a batch carried out."""
        items = self._items(batch_id, col(UndoItemRow.outcome) != "")
        return tuple(i.result.receipt_id for i in items if i.result is not None and i.result.receipt_id)

    def _items(self, batch_id: str, *wanted: ColumnElement[bool], limit: int | None = None) -> tuple[BatchItem, ...]:
        query = select(UndoItemRow).where(UndoItemRow.batch_id == batch_id, *wanted)
        with self._db.session() as session:
            rows = session.exec(query.order_by(col(UndoItemRow.number)).limit(limit)).all()
        return tuple(map(_item, rows))


def _at(batch_id: str, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(UndoItemRow.batch_id) == batch_id, col(UndoItemRow.number) == number


def _batch(row: UndoBatchRow) -> UndoBatch:
    return UndoBatch(
        batch_id=row.batch_id,
        org_id=row.org_id,
        selection=UndoSelection.model_validate_json(row.selection),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        state=BatchState(row.state),
        total=row.total,
        stopped_at=row.stopped_at,
    )


def _item(row: UndoItemRow) -> BatchItem:
    return BatchItem(
        number=row.number,
        receipt_id=row.receipt_id,
        case_id=row.case_id,
        motion=Motion(row.motion),
        records=tuple(row.records.split()),
        decision_id=row.decision_id,
        foreseen=ItemResult.model_validate_json(row.forecast) if row.forecast else None,
        result=ItemResult.model_validate_json(row.result) if row.result else None,
    )
