"""Whether a receipt tells of what was signed and written. Pure.

An undo ignores level, expiry and allow-list, since the signature under the write covers the way back. So a receipt
counts only as far as that signature goes: a row that somebody altered would else restore, or delete, what they like.
"""

from domain.errors import NotAuthorised, RefusalReason
from domain.ports import UndoOrder, WriteOrder
from domain.proposals import Phase, ProposalContent, in_phase, ledger_key
from domain.receipts import RecordImage, WriteReceipt
from gateways.crm.fields import RECORD_KEY
from gateways.crm.plan import Plan, make_plan
from gateways.crm.values import same_value


def key_of(order: WriteOrder | UndoOrder, content: ProposalContent) -> str:
    """The ledger key of one atomic write: the same for every attempt at it."""
    phase = order.phase if isinstance(order, WriteOrder) else Phase.CRM
    return _key(order.org_id, order.decision_id, phase, content)


def check_origin(receipt: WriteReceipt, content: ProposalContent, org_id: str) -> None:
    """Raises `NotAuthorised` (digest_mismatch) where the receipt says more than the signed `content` let be written."""
    if receipt.id != _key(org_id, receipt.decision_id, receipt.phase, content):
        raise _altered("its id is not that of the signed write")
    plan = make_plan(in_phase(content, receipt.phase), receipt.id)
    for image in receipt.records:
        if not _follows(image, plan):
            raise _altered(f"{image.record.object} {image.record.id} is not as it was signed")


def _follows(image: RecordImage, plan: Plan) -> bool:
    if image.deleted:
        return any(delete.record == image.record for delete in plan.deletes)
    if image.created:
        # The CRM is asked for this key again before anything is deleted: it stands on what this write made, only.
        made = {(insert.object, insert.values[RECORD_KEY]) for insert in plan.inserts}
        return (image.record.object, image.after.get(RECORD_KEY)) in made
    change = next((change for change in plan.changes if change.record == image.record), None)
    # Nothing is written over anything but what was expected, so nothing else stood there before.
    return change is not None and all(
        field in change.expected and same_value(value, change.expected[field]) for field, value in image.before.items()
    )


def _key(org_id: str, decision_id: str, phase: Phase, content: ProposalContent) -> str:
    return ledger_key(org_id, decision_id, phase, tuple(a.key for a in in_phase(content, phase)))


def _altered(what: str) -> NotAuthorised:
    return NotAuthorised(RefusalReason.DIGEST_MISMATCH, f"the receipt was altered: {what}")
