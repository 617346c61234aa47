"""Carrying out one signed undo and keeping what came of it, where the pages find it.

When do you need to touch this? When an undo is to say something else about its end.
"""

from activities.errors import is_final
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.errors import DomainError, ErrorCode, NotAuthorised
from domain.ports import CaseDocuments, CrmWriter, UndoOrder
from domain.receipts import UndoOutcome
from domain.undoing import UndoReport


def carry_out(writer: CrmWriter, documents: CaseDocuments, order: UndoOrder) -> UndoOutcome:
    """Take one receipt back. Raises as `CrmWriter.undo` does; a failure for good is kept as well."""
    try:
        outcome = writer.undo(order)
    except DomainError as failed:
        if is_final(failed, order.attempt):
            code = failed.reason.value if isinstance(failed, NotAuthorised) else failed.code.value
            _keep(documents, order, UndoReport(receipt_id=order.receipt_id, code=code))
        raise
    made = outcome.receipt.id if outcome.receipt is not None else ""
    _keep(
        documents,
        order,
        UndoReport(receipt_id=order.receipt_id, new_receipt_id=made, refusals=outcome.refusals),
    )
    return outcome


def _keep(documents: CaseDocuments, order: UndoOrder, report: UndoReport) -> None:
    try:
        CaseFile(documents, order.case_id).keep(DocumentKind.UNDO, order.decision_id, report)
    except DomainError as erased:
        # The person was erased meanwhile: what was taken back is taken back, and there is no page to say more.
        if erased.code is not ErrorCode.DOCUMENT_MISSING:
            raise
