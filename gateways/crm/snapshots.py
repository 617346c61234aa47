"""The snapshot that a proposal was made from, as the case keeps it."""

from domain.cases import DocumentKind
from domain.leads import CrmSnapshot
from domain.ports import CaseDocuments, WriteOrder


def snapshot_of(order: WriteOrder, documents: CaseDocuments) -> CrmSnapshot | None:
    """None where the order names none, or it was erased."""
    if not order.snapshot_slot:
        return None
    stored = documents.find(order.case_id, DocumentKind.SNAPSHOT, order.snapshot_slot)
    return CrmSnapshot.model_validate_json(stored) if stored is not None else None
