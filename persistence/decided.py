"""What people decided, over all cases: what evals and corrections are made from."""

from sqlmodel import col, select

from domain.decisions import Purpose
from domain.model import Instant, Value
from persistence.database import Database
from persistence.tables import CaseRow, DecisionRow


class DecidedRound(Value):
    """One decision of a person that counted. `playbook_digest` is the one that its case was started with."""

    case_id: str
    org_id: str
    round: int
    decision_id: str
    verdict: str
    reason_code: str
    final_digest: str
    decided_at: Instant
    playbook_digest: str
    inquiries: int


class SqlDecided:
    def __init__(self, db: Database) -> None:
        self._db = db

    def rounds(self, org_id: str) -> tuple[DecidedRound, ...]:
        """Oldest first; of two people who signed one round the last one."""
        with self._db.session() as session:
            rows = session.exec(
                select(DecisionRow, CaseRow)
                .where(
                    DecisionRow.case_id == CaseRow.case_id,
                    DecisionRow.org_id == org_id,
                    DecisionRow.purpose == Purpose.WRITE.value,
                    col(DecisionRow.counts),
                )
                .order_by(col(DecisionRow.decided_at), col(DecisionRow.decision_id))
            ).all()
        last = {(d.case_id, d.round): (d, c) for d, c in rows}
        return tuple(
            DecidedRound(
                case_id=d.case_id,
                org_id=d.org_id,
                round=d.round,
                decision_id=d.decision_id,
                verdict=d.verdict,
                reason_code=d.reason_code,
                final_digest=d.final_digest,
                decided_at=d.decided_at,
                playbook_digest=c.playbook_digest,
                inquiries=c.inquiry_count,
            )
            for d, c in last.values()
        )
