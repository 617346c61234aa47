"""What takes a write back: derived from its receipt alone, so that everybody derives the same."""

from collections.abc import Iterable
from enum import StrEnum

from domain.decisions import DecisionEnvelope
from domain.leads import Motion
from domain.model import Value
from domain.proposals import Action, DeleteCreated, FieldChange, ProposalContent, UpdateFields, digest_of, make_content
from domain.receipts import RecordImage, UndoRefusal, WriteReceipt


class UndoReason(StrEnum):
    """Why a field or record stays as it is. `UNDO_SENTENCES` says it to a person."""

    CHANGED_SINCE = "changed_since"
    USED_SINCE = "used_since"
    RECORD_DELETED = "record_deleted"
    RECORD_MERGED = "record_merged"
    RECORD_CONVERTED = "record_converted"
    CANNOT_UNDELETE = "cannot_undelete"
    OPT_OUT_STAYS = "opt_out_stays"
    ONLY_TOGETHER = "only_together"
    REFUSED_BY_CRM = "refused_by_crm"
    TAKEN_BACK_ALREADY = "taken_back_already"


UNDO_SENTENCES: dict[UndoReason, str] = {
    UndoReason.CHANGED_SINCE: "Somebody changed this after the write; their value stays.",
    UndoReason.USED_SINCE: "Somebody works with this record since; it stays.",
    UndoReason.RECORD_DELETED: "The record was deleted; restore it in the CRM first.",
    UndoReason.RECORD_MERGED: "The record was merged into another, which keeps what the merge made of it.",
    UndoReason.RECORD_CONVERTED: "The lead was converted; the CRM no longer lets it change.",
    UndoReason.CANNOT_UNDELETE: "The record is in the CRM's recycle bin; restore it there.",
    UndoReason.OPT_OUT_STAYS: "Somebody asked not to be contacted; no undo takes that back.",
    UndoReason.ONLY_TOGETHER: "It goes together with another value of this record, and that one stays.",
    UndoReason.REFUSED_BY_CRM: "The CRM refuses this: one of its own rules, or the rights of the integration user.",
    UndoReason.TAKEN_BACK_ALREADY: "Another undo has taken this back before.",
}


class UndoReport(Value):
    """What one signed undo came to. Kept by its decision's id, so that the pages can say what stays and why."""

    receipt_id: str
    new_receipt_id: str = ""
    """The undo's own receipt; empty where nothing was written."""
    refusals: tuple[UndoRefusal, ...] = ()
    code: str = ""
    """Why it failed for good; empty where it was carried out as far as it could be."""


class UndoStage(StrEnum):
    NOT_ASKED = "not_asked"
    WAITING = "waiting"
    """Signed; the workflow engine has not heard of it yet."""
    UNDERWAY = "underway"
    """Being carried out, or waiting for the CRM or for writing to be resumed."""
    STOPPED = "stopped"
    """Ops ended its workflow before it was carried out; it is started again under the same signature."""
    DONE = "done"
    IN_PART = "in_part"
    """Some of it stays; the rest may be asked for again, once what kept it is gone."""
    KEPT = "kept"
    """Nothing could be taken back; it may be asked for again."""
    REFUSED = "refused"
    """The write guard refused its signature, or the CRM the whole step; it may be asked for again."""


ON_ITS_WAY = frozenset({UndoStage.WAITING, UndoStage.UNDERWAY})
STILL_OWED = ON_ITS_WAY | {UndoStage.STOPPED}
"""Signed and without an end: asked for again it is the same undo, and nothing more is signed."""


class UndoState(Value):
    stage: UndoStage = UndoStage.NOT_ASKED
    decision_id: str = ""
    tries: int = 0
    """How many undos of this write were signed so far."""
    new_receipt_id: str = ""
    refusals: tuple[UndoRefusal, ...] = ()
    code: str = ""
    """Why it failed, for `refused`."""


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


def receipt_undone_by(
    envelope: DecisionEnvelope, receipts: Iterable[WriteReceipt], *, motion: Motion
) -> WriteReceipt | None:
    """The receipt that a signed undo takes back: the one whose reversal has the signed digest."""
    for receipt in receipts:
        if receipt.digest != envelope.proposal_digest:
            continue
        try:
            content = undo_content(receipt, org_id=envelope.org_id, motion=motion)
        except ValueError:
            continue
        if digest_of(content.to_bytes()) == envelope.final_digest:
            return receipt
    return None


def _reversal(image: RecordImage, key: str) -> Action | None:
    if image.deleted:
        return None
    if image.created:
        return DeleteCreated(key=key, record=image.record)
    moved = {field for field, value in image.before.items() if image.after.get(field) != value}
    if not moved:
        return None
    # What the CRM had set along with a field is sent with it, equal or not: else it would set that once more.
    along = image.before.keys() - image.intended.keys() if image.intended else frozenset()
    changes = tuple(
        FieldChange(field=field, before=image.after.get(field), after=image.before[field])
        for field in sorted(moved | along)
    )
    return UpdateFields(key=key, record=image.record, changes=changes)
