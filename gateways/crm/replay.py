"""Finding what an earlier attempt has already written, and the receipt it never got to file."""

from domain.errors import ErrorCode, NotAuthorised, RefusalReason
from domain.leads import CrmRecord
from domain.receipts import RecordImage
from gateways.crm import faults
from gateways.crm.atomic import Committed, images_of
from gateways.crm.client import CompositeAnswer, Part, SalesforceSession, query_part, row_part
from gateways.crm.fields import RECORD_KEY, SYSTEM
from gateways.crm.ledger import LedgerRow, image_name, ledger_part, ledger_row
from gateways.crm.plan import Change, Plan
from gateways.crm.soql import select
from gateways.crm.values import record_from, same_value


class LedgerRowGone(Exception):
    """Records that carry the key of this write are there, and its ledger row is not: somebody deleted it."""


class Replay:
    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def find(self, plan: Plan, ledger_key: str, digest: str) -> Committed | None:
        """What stands in the CRM under this key, or None where nothing does. One call.

        Raises `NotAuthorised` (digest_mismatch) where the row is about another change, and `LedgerRowGone`.
        """
        changed = [
            row_part(f"read_change_{i}", c.record.object, c.record.id, (*SYSTEM, "LastModifiedById", *c.expected))
            for i, c in enumerate(plan.changes)
        ]
        answer = self._session.composite([ledger_part(ledger_key), *changed, *_created(plan)], all_or_none=False)
        row = ledger_row(answer.parts["ledger"])
        if row is None:
            if _by_position(plan, answer):
                raise LedgerRowGone
            return None
        if row.digest != digest:
            raise NotAuthorised(RefusalReason.DIGEST_MISMATCH, "the ledger row with this key is about another change")
        return Committed(ledger_id=row.id, images=_images(plan, row, answer), side_effects=(), at=row.created_at)


def _created(plan: Plan) -> list[Part]:
    parts = []
    for object_name in dict.fromkeys(insert.object for insert in plan.inserts):
        inserts = [insert for insert in plan.inserts if insert.object == object_name]
        fields = (*SYSTEM, *(name for insert in inserts for name in insert.values))
        keys = [str(insert.values[RECORD_KEY]) for insert in inserts]
        parts.append(query_part(f"created_{object_name}", select(object_name, fields, f"{RECORD_KEY} IN {{}}", keys)))
    return parts


def _images(plan: Plan, row: LedgerRow, answer: CompositeAnswer) -> tuple[RecordImage, ...]:
    written = _as_written(plan, row)
    found: dict[str, CrmRecord] = {}
    for position, change in enumerate(plan.changes):
        part = answer.parts[f"read_change_{position}"]
        if part.ok:
            record = record_from(change.record.object, part.body)
            if _untouched_since(change, record, row):
                found[record.id] = record
        elif faults.code_for(part.faults()[0]) is not ErrorCode.CRM_RECORD_MISSING:
            raise faults.error_for(part.faults())
    return images_of(written, row.before, found, _by_position(plan, answer), fallback=row.created_at)


def _as_written(plan: Plan, row: LedgerRow) -> Plan:
    """The part of the plan that the row says was written: an undo leaves out what it refuses."""
    changes = []
    for change in plan.changes:
        written = row.after.get(image_name(change.record), {})
        values = {field: value for field, value in change.values.items() if field in written}
        if values:
            changes.append(change.model_copy(update={"values": values}))
    deletes = tuple(delete for delete in plan.deletes if image_name(delete.record) in row.before)
    return plan.model_copy(update={"changes": tuple(changes), "deletes": deletes})


def _untouched_since(change: Change, record: CrmRecord, row: LedgerRow) -> bool:
    """Whether what is read now is what the write left. If not, what was sent stands for it.

    So somebody's later value is never taken for ours, and an undo leaves it alone. Times have whole seconds: what
    somebody else changed in the second of the write is told by who changed it last.
    """
    as_sent = all(same_value(value, record.fields.get(field)) for field, value in change.values.items())
    ours = not row.created_by or same_value(record.text("LastModifiedById"), row.created_by)
    return as_sent or (ours and record.modified_at <= row.created_at)


def _by_position(plan: Plan, answer: CompositeAnswer) -> dict[int, CrmRecord]:
    by_key = {
        record.text(RECORD_KEY): record
        for object_name in dict.fromkeys(insert.object for insert in plan.inserts)
        for row in answer.parts[f"created_{object_name}"].records()
        for record in (record_from(object_name, row),)
    }
    return {
        position: by_key[str(insert.values[RECORD_KEY])]
        for position, insert in enumerate(plan.inserts)
        if str(insert.values[RECORD_KEY]) in by_key
    }
