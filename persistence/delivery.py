"""The decisions that are stored, but not yet with their workflows."""

from sqlalchemy import or_
from sqlmodel import Session, col, select

from domain.decisions import Purpose, RoundState
from domain.model import Instant, Value
from persistence.tables import CaseRow, DecisionRow, ReviewRow


class UndeliveredDecision(Value):
    """A stored decision whose workflow has not taken it in. `workflow_id` is the case's."""

    decision_id: str
    case_id: str
    round: int
    purpose: Purpose
    workflow_id: str
    recorded_at: Instant
    attempts: int


def undelivered_decisions(session: Session, limit: int) -> tuple[UndeliveredDecision, ...]:
    """People's decisions that ended their round, or ask to undo or resume; those tried least come first.

    Policy decisions are not among them: the workflow asked for those itself.
    """
    ends = col(DecisionRow.counts) & (col(ReviewRow.state) == RoundState.DECIDED.value)
    beside = col(DecisionRow.purpose).in_([Purpose.UNDO.value, Purpose.RESUME.value])
    rows = session.exec(
        select(DecisionRow, CaseRow.workflow_id, ReviewRow.workflow_id)
        .join(CaseRow, col(CaseRow.case_id) == col(DecisionRow.case_id), isouter=True)
        .join(
            ReviewRow,
            (col(ReviewRow.case_id) == col(DecisionRow.case_id)) & (col(ReviewRow.round) == col(DecisionRow.round)),
            isouter=True,
        )
        .where(
            col(DecisionRow.delivered_at).is_(None),
            DecisionRow.purpose != Purpose.POLICY_WRITE.value,
            or_(ends, beside),
        )
        .order_by(col(DecisionRow.delivery_attempts), col(DecisionRow.recorded_at), col(DecisionRow.decision_id))
        .limit(limit)
    ).all()
    return tuple(
        UndeliveredDecision(
            decision_id=row.decision_id,
            case_id=row.case_id,
            round=row.round,
            purpose=Purpose(row.purpose),
            workflow_id=of_case or of_review or "",
            recorded_at=row.recorded_at,
            attempts=row.delivery_attempts,
        )
        for row, of_case, of_review in rows
    )
