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
            keep_report(documents, order.case_id, order.decision_id, UndoReport(receipt_id=order.receipt_id, code=code))
        raise
    _report(documents, order, outcome)
    return outcome


def look_up(writer: CrmWriter, documents: CaseDocuments, order: UndoOrder) -> UndoOutcome | None:
    """What an undo that was cut off has done; None where the ledger holds nothing of it. Raises as `find_undone`."""
    outcome = writer.find_undone(order)
    if outcome is not None:
        _report(documents, order, outcome)
    return outcome


def _report(documents: CaseDocuments, order: UndoOrder, outcome: UndoOutcome) -> None:
    made = outcome.receipt.id if outcome.receipt is not None else ""
    report = UndoReport(receipt_id=order.receipt_id, new_receipt_id=made, refusals=outcome.refusals)
    keep_report(documents, order.case_id, order.decision_id, report)


def keep_report(documents: CaseDocuments, case_id: str, decision_id: str, report: UndoReport) -> None:
    """Where there is one of this undo already, that one stands."""
    try:
        CaseFile(documents, case_id).keep(DocumentKind.UNDO, decision_id, report)
    except DomainError as erased:
        # The person was erased meanwhile: what was taken back is taken back, and there is no page to say more.
        if erased.code is not ErrorCode.DOCUMENT_MISSING:
            raise
