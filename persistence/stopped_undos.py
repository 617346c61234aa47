"""The mark of an undo that was stopped: which rows bear it, and how it goes when the undo is started again."""

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from persistence.tables import DecisionRow, UndoBatchRow, UndoItemRow


def forget_stop(session: Session, *, decision_id: str = "", batch_id: str = "") -> None:
    """It was started again, and with a batch all that it holds."""
    if batch_id:
        session.connection().execute(
            update(UndoBatchRow).where(col(UndoBatchRow.batch_id) == batch_id).values(stopped_at=None)
        )
        session.connection().execute(
            update(DecisionRow)
            .where(unfinished_of(batch_id), col(DecisionRow.stopped_at).is_not(None))
            .values(stopped_at=None)
        )
    else:
        session.connection().execute(
            update(DecisionRow).where(col(DecisionRow.decision_id) == decision_id).values(stopped_at=None)
        )


def unfinished_of(batch_id: str) -> ColumnElement[bool]:
    """The signatures of a batch that were not carried out yet."""
    items = select(UndoItemRow.decision_id).where(
        UndoItemRow.batch_id == batch_id, UndoItemRow.decision_id != "", UndoItemRow.outcome == ""
    )
    return col(DecisionRow.decision_id).in_(items)
