"""Receipts of CRM writes."""

from sqlmodel import col, select

from domain.receipts import WriteReceipt
from persistence.database import Database, insert_if_absent
from persistence.tables import ReceiptRow


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
