"""Signed undos without an end: what of them the engine was told, and that it was stopped."""

from sqlalchemy import and_, exists, update
from sqlmodel import Session, col, select

from domain.cases import DocumentKind
from domain.decisions import Purpose, parse_envelope
from domain.leads import Motion
from domain.model import Instant
from domain.receipts import WriteReceipt
from domain.undo_batches import BatchState
from domain.undo_runs import UndoRun
from domain.undoing import receipt_undone_by
from persistence.database import Database
from persistence.decisions import signed_of
from persistence.stopped_undos import forget_stop, unfinished_of
from persistence.tables import CaseRow, DecisionRow, DocumentRow, ReceiptRow, UndoBatchRow, UndoItemRow
from persistence.undo_batches import LOOKING

_RUNNING = (*LOOKING - {BatchState.LOOKED}, BatchState.UNDOING)


class SqlUndoRuns:
    """`UndoRuns` over the application database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open_ones(self, org_id: str, *, after: str, limit: int) -> tuple[UndoRun, ...]:
        query = (
            select(DecisionRow, CaseRow.motion)
            .join(CaseRow, col(CaseRow.case_id) == col(DecisionRow.case_id))
            .where(DecisionRow.org_id == org_id, col(DecisionRow.decision_id) > after, *_OPEN)
            .order_by(col(DecisionRow.decision_id))
            .limit(limit)
        )
        with self._db.session() as session:
            return tuple(_single(session, row, Motion(motion)) for row, motion in session.exec(query).all())

    def open_batches(self, org_id: str) -> tuple[UndoRun, ...]:
        query = (
            select(UndoBatchRow)
            .where(UndoBatchRow.org_id == org_id, col(UndoBatchRow.delivered_at).is_not(None), _BATCH_RUNS)
            .order_by(col(UndoBatchRow.batch_id))
        )
        with self._db.session() as session:
            return tuple(_batch(session, row) for row in session.exec(query).all())

    def is_open(self, run: UndoRun) -> bool:
        with self._db.session() as session:
            return _is_open(session, run)

    def stop(self, run: UndoRun, *, now: Instant) -> Instant | None:
        with self._db.transaction() as session:
            if not _is_open(session, run):
                return None
            row = _row(session, run)
            if row is None:
                return None
            row.stopped_at = row.stopped_at or now
            session.add(row)
            if run.batch_id and not run.dry_run:
                session.connection().execute(
                    update(DecisionRow).where(unfinished_of(run.batch_id)).values(stopped_at=row.stopped_at)
                )
            return row.stopped_at

    def goes_on(self, run: UndoRun) -> None:
        with self._db.transaction() as session:
            forget_stop(session, decision_id=run.decision_id, batch_id=run.batch_id)

    def hand_over_again(self, run: UndoRun) -> None:
        with self._db.transaction() as session:
            row = _row(session, run)
            if row is not None and _is_open(session, run):
                row.delivered_at = None
                session.add(row)


_WITHOUT_END = and_(
    ~exists().where(
        col(ReceiptRow.case_id) == col(DecisionRow.case_id), col(ReceiptRow.decision_id) == col(DecisionRow.decision_id)
    ),
    ~exists().where(
        col(DocumentRow.case_id) == col(DecisionRow.case_id),
        col(DocumentRow.kind) == DocumentKind.UNDO.value,
        col(DocumentRow.slot) == col(DecisionRow.decision_id),
    ),
)
_OPEN = (
    DecisionRow.purpose == Purpose.UNDO.value,
    # Those of a batch are signed together, and carried out by its workflow.
    DecisionRow.group_id == "",
    col(DecisionRow.delivered_at).is_not(None),
    _WITHOUT_END,
)
_BATCH_RUNS = col(UndoBatchRow.state).in_([state.value for state in _RUNNING])


def _is_open(session: Session, run: UndoRun) -> bool:
    if run.batch_id:
        row = session.get(UndoBatchRow, run.batch_id)
        state = BatchState.LOOKING if run.dry_run else BatchState.UNDOING
        return row is not None and row.state == state.value and row.delivered_at is not None
    found = select(DecisionRow.decision_id).where(DecisionRow.decision_id == run.decision_id, *_OPEN)
    return session.exec(found).first() is not None


def _row(session: Session, run: UndoRun) -> DecisionRow | UndoBatchRow | None:
    if run.batch_id:
        return session.get(UndoBatchRow, run.batch_id, with_for_update=True)
    return session.get(DecisionRow, run.decision_id, with_for_update=True)


def _single(session: Session, row: DecisionRow, motion: Motion) -> UndoRun:
    known = session.exec(select(ReceiptRow.body).where(ReceiptRow.case_id == row.case_id)).all()
    receipts = (WriteReceipt.model_validate_json(body) for body in known)
    undone = receipt_undone_by(parse_envelope(signed_of(session, row)), receipts, motion=motion)
    return UndoRun(
        decision_id=row.decision_id,
        case_id=row.case_id,
        motion=motion,
        receipt_id=undone.id if undone is not None else "",
        stopped=row.stopped_at is not None,
    )


def _batch(session: Session, row: UndoBatchRow) -> UndoRun:
    run = UndoRun(batch_id=row.batch_id, dry_run=BatchState(row.state) in LOOKING, stopped=row.stopped_at is not None)
    if run.dry_run:
        return run
    waiting = (
        select(UndoItemRow)
        .where(UndoItemRow.batch_id == row.batch_id, UndoItemRow.decision_id != "", UndoItemRow.outcome == "")
        .order_by(col(UndoItemRow.number))
        .limit(1)
    )
    item = session.exec(waiting).first()
    if item is None:
        return run
    return run.model_copy(
        update={
            "decision_id": item.decision_id,
            "case_id": item.case_id,
            "motion": Motion(item.motion),
            "receipt_id": item.receipt_id,
            "number": item.number,
        }
    )
