"""What takes a write back: derived from its receipt alone, so that everybody derives the same."""

from enum import StrEnum

from domain.leads import Motion
from domain.proposals import Action, DeleteCreated, FieldChange, ProposalContent, UpdateFields, make_content
from domain.receipts import RecordImage, WriteReceipt


class UndoReason(StrEnum):
    """Why a field or record stays as it is. `UNDO_SENTENCES` says it to a person."""

    CHANGED_SINCE = "changed_since"
    USED_SINCE = "used_since"
    RECORD_DELETED = "record_deleted"
    RECORD_CONVERTED = "record_converted"
    CANNOT_UNDELETE = "cannot_undelete"
    REFUSED_BY_CRM = "refused_by_crm"


UNDO_SENTENCES: dict[UndoReason, str] = {
    UndoReason.CHANGED_SINCE: "Somebody changed this after the write; their value stays.",
    UndoReason.USED_SINCE: "Somebody works with this record since; it stays.",
    UndoReason.RECORD_DELETED: "The record was deleted or merged; restore it in the CRM first.",
    UndoReason.RECORD_CONVERTED: "The lead was converted; the CRM no longer lets it change.",
    UndoReason.CANNOT_UNDELETE: "The record is in the CRM's recycle bin; restore it there.",
    UndoReason.REFUSED_BY_CRM: "The CRM refuses the old value by one of its own rules.",
}


def undo_content(receipt: WriteReceipt, *, org_id: str, motion: Motion) -> ProposalContent:
    """The content that an undo of this receipt signs: old values back, created records away.

    Its `before` values are the ones read back after the write, its case and round the receipt's. Raises
    `ValueError` with a sentence where the receipt holds nothing that can be taken back.
    """
    actions: list[Action] = []
    for image in receipt.records:
        action = _reversal(image, f"undo_{len(actions) + 1}")
        if action is not None:
            actions.append(action)
    if not actions:
        raise ValueError("this write changed nothing that can be taken back here")
    return make_content(
        org_id=org_id, case_id=receipt.case_id, round=receipt.round, motion=motion, actions=tuple(actions), expected=()
    )


def _reversal(image: RecordImage, key: str) -> Action | None:
    if image.deleted:
        return None
    if image.created:
        return DeleteCreated(key=key, record=image.record)
    changes = tuple(
        FieldChange(field=field, before=image.after.get(field), after=value)
        for field, value in sorted(image.before.items())
        if image.after.get(field) != value
    )
    return UpdateFields(key=key, record=image.record, changes=changes) if changes else None
