"""One atomic write: ledger row, conditional changes, inserts, deletions, read-back; all or nothing, in one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from domain.errors import CrmError, ErrorCode, FieldRefused
from domain.leads import CrmRecord, RecordRef
from domain.model import Instant, Scalar
from domain.proposals import ProposalContent
from domain.receipts import RecordImage, SideEffect
from gateways.crm import faults
from gateways.crm.client import MAX_PARTS, CompositeAnswer, Part, SalesforceSession, row_part
from gateways.crm.faults import Fault
from gateways.crm.fields import SYSTEM, VOLATILE
from gateways.crm.ledger import Images, LedgerEntry, image_name, insert_part, rejection_part
from gateways.crm.plan import Change, Plan
from gateways.crm.values import http_date, record_from, same_value

_HALTED = frozenset({"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})
_NO_ACCESS = frozenset({"INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"})
_HELD = "unchanged_"
"""Begins the names of the parts that let a deletion go on."""
_UNCLEAR = frozenset({ErrorCode.CRM_PROTOCOL, ErrorCode.CRM_UNAVAILABLE})


class AlreadyWritten(Exception):
    """The ledger holds a row with this key: an earlier attempt committed."""


class ChangedMeanwhile(Exception):
    """A record changed or vanished between the re-read and the write. Nothing was written."""


class CrmSaysNo(Exception):
    """A rule of the CRM refuses the values. Nothing was written.

    `record` is the one whose change or deletion was refused; None where it was an insert or the whole.
    """

    def __init__(self, message: str, fields: tuple[str, ...], record: RecordRef | None = None) -> None:
        super().__init__("refused by the CRM")
        self.message = message
        self.fields = fields
        self.record = record


class KeptFromUs(CrmError):
    """The integration user may not change or delete this record. Nothing was written.

    Who owns a record decides that too, so it may be one of several: a task belongs to whom it was given.
    """

    def __init__(self, detail: str, record: RecordRef) -> None:
        super().__init__(detail, code=ErrorCode.CRM_FORBIDDEN)
        self.record = record


@dataclass(frozen=True)
class Committed:
    """What a write left behind, as read back in the same call."""

    ledger_id: str
    images: tuple[RecordImage, ...]
    side_effects: tuple[SideEffect, ...]
    at: Instant


class AtomicWrite:
    def __init__(self, session: SalesforceSession) -> None:
        self._session = session

    def run(self, plan: Plan, live: dict[str, CrmRecord], entry: LedgerEntry, content: ProposalContent) -> Committed:
        """Write the plan over the records as just read.

        Raises `AlreadyWritten`, `ChangedMeanwhile`, `CrmSaysNo`, or `CrmError`; of these only
        `crm_unavailable` leaves open whether the write happened.
        """
        before = _before(plan, live)
        row = insert_part(entry, plan, before, content)
        parts = [row, *_unchanged(plan, live), *_writes(plan, live), *_reads(plan, live)]
        _no_references(plan)
        if len(parts) > MAX_PARTS:
            raise CrmSaysNo(f"{len(parts)} steps are more than one atomic write can hold ({MAX_PARTS})", ())
        try:
            answer = self._session.composite(parts, all_or_none=True)
        except CrmError as failed:
            if failed.code in _UNCLEAR and not isinstance(failed, FieldRefused):
                raise CrmError(failed.detail, code=ErrorCode.CRM_UNAVAILABLE) from None
            raise
        _check(plan, parts, answer)
        return _committed(plan, live, answer)

    def leave_row(self, entry: LedgerEntry, content: ProposalContent, *, target: str, reason: str) -> None:
        """The ledger row of a rejection, alone; one with its key is this one. Raises `CrmError`."""
        row = rejection_part(entry, content, target=target, reason=reason)
        answer = self._session.composite([row], all_or_none=True).parts[row.name]
        if not answer.ok and all(fault.code != "DUPLICATE_VALUE" for fault in answer.faults()):
            raise faults.error_for(answer.faults())


def images_of(
    plan: Plan,
    before: Images,
    found: dict[str, CrmRecord],
    created: dict[int, CrmRecord],
    *,
    fallback: Instant,
    live: Mapping[str, CrmRecord] | None = None,
) -> tuple[RecordImage, ...]:
    """One image per record of the plan. Where a record was not read back, what was sent stands in for it.

    `live` are the records as read directly before the write, where this call made it.
    """
    images = [
        _changed_image(change, before, found.get(change.record.id), fallback, (live or {}).get(change.record.id))
        for change in plan.changes
    ]
    for position, insert in enumerate(plan.inserts):
        record = created.get(position)
        if record is not None:
            images.append(
                RecordImage(
                    record=record.ref,
                    created=True,
                    action_keys=(insert.action_key,),
                    after={field: record.fields.get(field) for field in insert.values},
                    intended=insert.values,
                    modified_at=record.modified_at,
                )
            )
    images += [
        RecordImage(
            record=delete.record,
            deleted=True,
            action_keys=(delete.key,),
            before=before.get(image_name(delete.record), {}),
            modified_at=fallback,
        )
        for delete in plan.deletes
    ]
    return tuple(images)


def _changed_image(
    change: Change, before: Images, found: CrmRecord | None, fallback: Instant, live: CrmRecord | None
) -> RecordImage:
    old = before.get(image_name(change.record), {})
    along = [field for field in change.set_along if found and field in old and field in found.fields]
    fields = (*change.values, *along)
    return RecordImage(
        record=change.record,
        action_keys=change.action_keys,
        # What the ledger row could not hold is as it was expected: over anything else nothing was written.
        before={field: old[field] if field in old else change.expected.get(field) for field in fields},
        after={field: found.fields.get(field) for field in fields} if found else dict(change.values),
        intended=change.values,
        modified_before=live.modified_at if live is not None else None,
        modified_at=found.modified_at if found else fallback,
    )


def _no_references(plan: Plan) -> None:
    """`@{…}` in a value would be replaced by the CRM: what is written would not be what was signed."""
    values = [*(c.values for c in plan.changes), *(i.values for i in plan.inserts)]
    found = {f for fields in values for f, value in fields.items() if isinstance(value, str) and "@{" in value}
    if found:
        fields = tuple(sorted(found))
        raise CrmSaysNo(f"{', '.join(fields)} must not contain '@{{', which the CRM takes for a reference", fields)


def _before(plan: Plan, live: dict[str, CrmRecord]) -> Images:
    images: Images = {}
    for change in plan.changes:
        fields = live[change.record.id].fields
        along = (field for field in change.set_along if field in fields)
        images[image_name(change.record)] = {field: fields.get(field) for field in (*change.values, *along)}
    for delete in plan.deletes:
        fields = live[delete.record.id].fields
        images[image_name(delete.record)] = {f: v for f, v in fields.items() if f not in VOLATILE}
    return images


def _unchanged(plan: Plan, live: dict[str, CrmRecord]) -> list[Part]:
    """A deletion takes no condition, so a conditional read stands before it: where that fails, all is rolled back."""
    return [
        Part(
            name=f"{_HELD}{i}",
            method="GET",
            path=f"{_address(delete.record)}?fields=Id",
            headers={"If-Unmodified-Since": http_date(live[delete.record.id].modified_at)},
        )
        for i, delete in enumerate(plan.deletes)
    ]


def _writes(plan: Plan, live: dict[str, CrmRecord]) -> list[Part]:
    """Changes come before inserts: a new task touches its lead and would break the lead's condition."""
    changes = [
        Part(
            name=f"change_{i}",
            method="PATCH",
            path=_address(change.record),
            body=dict(change.values),
            headers={"If-Unmodified-Since": http_date(live[change.record.id].modified_at)},
        )
        for i, change in enumerate(plan.changes)
    ]
    inserts = [
        Part(name=f"insert_{i}", method="POST", path=f"sobjects/{insert.object}/", body=dict(insert.values))
        for i, insert in enumerate(plan.inserts)
    ]
    deletes = [
        Part(name=f"delete_{i}", method="DELETE", path=_address(delete.record)) for i, delete in enumerate(plan.deletes)
    ]
    return [*changes, *inserts, *deletes]


def _reads(plan: Plan, live: dict[str, CrmRecord]) -> list[Part]:
    changed = [
        row_part(f"read_change_{i}", c.record.object, c.record.id, _read_fields(c, live[c.record.id]))
        for i, c in enumerate(plan.changes)
    ]
    created = [
        row_part(f"read_insert_{i}", insert.object, f"@{{insert_{i}.id}}", (*SYSTEM, *insert.values))
        for i, insert in enumerate(plan.inserts)
    ]
    return [*changed, *created]


def _read_fields(change: Change, known: CrmRecord) -> tuple[str, ...]:
    """All that was read before, so that a rule of the org which moved another field shows."""
    return (*SYSTEM, *change.values, *(name for name in known.fields if "." not in name))


def _address(record: RecordRef) -> str:
    return f"sobjects/{record.object}/{quote(record.id, safe='')}"


def _check(plan: Plan, parts: list[Part], answer: CompositeAnswer) -> None:
    failed = [
        (part, fault) for part in parts if not answer.parts[part.name].ok for fault in answer.parts[part.name].faults()
    ]
    causes = [(part, fault) for part, fault in failed if fault.code not in _HALTED] or failed
    if not causes:
        return
    part, fault = causes[0]
    if part.name == "ledger" and fault.code == "DUPLICATE_VALUE":
        raise AlreadyWritten
    code = faults.code_for(fault)
    ours = part.method in ("PATCH", "DELETE") or part.name.startswith(_HELD)
    if fault.status == 412 or (code is ErrorCode.CRM_RECORD_MISSING and ours):
        raise ChangedMeanwhile
    refused = code in (ErrorCode.CRM_REFUSED_VALUE, ErrorCode.CRM_DUPLICATE_RULE) or fault.code == "INVALID_FIELD"
    if refused and part.method in ("PATCH", "POST", "DELETE") and part.name != "ledger":
        raise _no([f for p, f in causes if p.name == part.name], _written_by(plan, part))
    error = faults.error_for([f for _, f in causes])
    record = _written_by(plan, part) if part.method in ("PATCH", "DELETE") else None
    if record is not None and fault.code in _NO_ACCESS:
        raise KeptFromUs(error.detail, record)
    raise error


def _written_by(plan: Plan, part: Part) -> RecordRef | None:
    """The record that this part would change or delete."""
    records = [*(change.record for change in plan.changes), *(delete.record for delete in plan.deletes)]
    return next((record for record in records if _address(record) == part.path), None)


def _no(found: list[Fault], record: RecordRef | None) -> CrmSaysNo:
    fields = tuple(dict.fromkeys(name for fault in found for name in fault.fields))
    return CrmSaysNo("; ".join(fault.message or fault.code for fault in found), fields, record)


def _committed(plan: Plan, live: dict[str, CrmRecord], answer: CompositeAnswer) -> Committed:
    found = {
        change.record.id: record_from(change.record.object, answer.parts[f"read_change_{i}"].body)
        for i, change in enumerate(plan.changes)
    }
    created = {
        i: record_from(insert.object, answer.parts[f"read_insert_{i}"].body) for i, insert in enumerate(plan.inserts)
    }
    images = images_of(plan, _before(plan, live), found, created, fallback=answer.server_time, live=live)
    effects = [effect for c in plan.changes for effect in _moved_by_org(c, live[c.record.id], found[c.record.id])]
    for position, insert in enumerate(plan.inserts):
        effects += _differences(created[position].ref, insert.values, created[position].fields)
    return Committed(
        ledger_id=_id_of(answer.parts["ledger"].body),
        images=images,
        side_effects=tuple(effects),
        at=answer.server_time,
    )


def _moved_by_org(change: Change, old: CrmRecord, found: CrmRecord) -> list[SideEffect]:
    """Fields that hold something else than was sent, and untouched ones that no longer hold what they held."""
    known = VOLATILE.union(change.set_along)
    untouched = {f: v for f, v in old.fields.items() if f in found.fields and f not in known}
    return _differences(change.record, {**untouched, **change.values}, found.fields)


def _differences(record: RecordRef, sent: dict[str, Scalar], found: dict[str, Scalar]) -> list[SideEffect]:
    return [
        SideEffect(record=record, field=field, sent=value, found=found.get(field))
        for field, value in sent.items()
        if not same_value(value, found.get(field))
    ]


def _id_of(body: Any) -> str:
    record_id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(record_id, str):
        raise CrmError("the ledger row came without an id", code=ErrorCode.CRM_PROTOCOL)
    return record_id
