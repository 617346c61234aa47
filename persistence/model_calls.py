"""What was asked of the language model and what it cost, and how much of what it said no evidence bore out."""

from collections.abc import Mapping

from sqlalchemy import func
from sqlmodel import col, select

from domain.model import Instant
from domain.model_budget import ClaimCount, ModelCall, ModelSpend
from persistence.database import Database, insert_if_absent
from persistence.tables import ClaimCheckRow, ModelCallRow


class SqlModelCalls:
    """`ModelCalls` over the application database. Counts and codes only, nothing that was said."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, call: ModelCall) -> None:
        with self._db.transaction() as session:
            told = call.model_dump(exclude={"sent_fields"})
            insert_if_absent(session, ModelCallRow(**told, sent=",".join(call.sent_fields)))

    def of_case(self, case_id: str) -> tuple[ModelCall, ...]:
        query = select(ModelCallRow).where(ModelCallRow.case_id == case_id)
        with self._db.session() as session:
            rows = session.exec(query.order_by(col(ModelCallRow.at), col(ModelCallRow.call_id))).all()
        return tuple(
            ModelCall(
                **row.model_dump(exclude={"sent"}), sent_fields=tuple(name for name in row.sent.split(",") if name)
            )
            for row in rows
        )

    def spent(self, *, case_id: str = "", since: Instant | None = None, until: Instant | None = None) -> ModelSpend:
        tokens = col(ModelCallRow.input_tokens) + col(ModelCallRow.output_tokens)
        query = select(func.count(), func.sum(tokens), func.sum(col(ModelCallRow.cost_usd)))
        if case_id:
            query = query.where(col(ModelCallRow.case_id) == case_id)
        if since is not None:
            query = query.where(col(ModelCallRow.at) >= since)
        if until is not None:
            query = query.where(col(ModelCallRow.at) < until)
        with self._db.session() as session:
            calls, used, cost = session.exec(query).one()
        return ModelSpend(calls=calls, tokens=used or 0, cost_usd=cost or 0.0)

    def judged(self, case_id: str, round: int, agent_version: str, count: ClaimCount, *, now: Instant) -> None:
        row = ClaimCheckRow(
            case_id=case_id,
            round=round,
            agent_version=agent_version,
            claims=count.claims,
            unsupported=count.unsupported,
            at=now,
        )
        with self._db.transaction() as session:
            insert_if_absent(session, row)

    def claims(self) -> Mapping[str, ClaimCount]:
        query = select(
            ClaimCheckRow.agent_version,
            func.sum(col(ClaimCheckRow.claims)),
            func.sum(col(ClaimCheckRow.unsupported)),
        ).group_by(col(ClaimCheckRow.agent_version))
        with self._db.session() as session:
            return {v: ClaimCount(claims=n, unsupported=wrong) for v, n, wrong in session.exec(query).all()}
