"""Receipts of CRM writes."""

from collections.abc import Collection, Iterator

from sqlmodel import col, select

from domain.model import Instant
from domain.receipts import WriteReceipt
from persistence.database import Database, insert_if_absent
from persistence.tables import ReceiptRow

_PAGE = 500


class SqlReceipts:
    """`Receipts` over the application database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, receipt: WriteReceipt) -> None:
        row = ReceiptRow(
            receipt_id=receipt.id,
            case_id=receipt.case_id,
            decision_id=receipt.decision_id,
            phase=receipt.phase.value,
            undoes=receipt.undoes,
            written_at=receipt.written_at,
            body=receipt.model_dump_json(),
        )
        with self._db.transaction() as session:
            insert_if_absent(session, row)

    def get(self, receipt_id: str) -> WriteReceipt | None:
        with self._db.session() as session:
            row = session.get(ReceiptRow, receipt_id)
        return None if row is None else WriteReceipt.model_validate_json(row.body)

    def of_case(self, case_id: str) -> tuple[WriteReceipt, ...]:
        """Oldest first."""
        with self._db.session() as session:
            bodies = session.exec(
                select(ReceiptRow.body)
                .where(ReceiptRow.case_id == case_id)
                .order_by(col(ReceiptRow.written_at), col(ReceiptRow.receipt_id))
            ).all()
        return tuple(WriteReceipt.model_validate_json(body) for body in bodies)

    def between(self, since: Instant | None, until: Instant | None) -> Iterator[WriteReceipt]:
        """Writes of that time, undos among them, newest first; both ends belong to it."""
        query = select(ReceiptRow.body)
        if since is not None:
            query = query.where(col(ReceiptRow.written_at) >= since)
        if until is not None:
            query = query.where(col(ReceiptRow.written_at) <= until)
        ordered = query.order_by(col(ReceiptRow.written_at).desc(), col(ReceiptRow.receipt_id).desc())
        with self._db.session() as session:
            for body in session.exec(ordered.execution_options(yield_per=_PAGE)):
                yield WriteReceipt.model_validate_json(body)

    def undos_of(self, case_ids: Collection[str]) -> tuple[WriteReceipt, ...]:
        """Every undo in these cases."""
        wanted, found = sorted(set(case_ids)), list[WriteReceipt]()
        with self._db.session() as session:
            for start in range(0, len(wanted), _PAGE):
                some = col(ReceiptRow.case_id).in_(wanted[start : start + _PAGE])
                bodies = session.exec(select(ReceiptRow.body).where(some, ReceiptRow.undoes != "")).all()
                found += [WriteReceipt.model_validate_json(body) for body in bodies]
        return tuple(found)
