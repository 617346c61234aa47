"""The ledger row of a write: inserted first in the same call, so that a write and its row are one.

Its unique key is how a later attempt learns that an earlier one was carried out. What it says is for the
CRM's own people too: who approved, from what to what, and how to put it back by hand.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from simple_salesforce.format import format_external_id

from domain.errors import CrmError, ErrorCode
from domain.leads import RecordRef
from domain.model import Instant, Scalar, Value
from domain.proposals import ProposalContent, cited_by
from gateways.crm import faults
from gateways.crm.client import Part, PartAnswer
from gateways.crm.fields import LEDGER, LEDGER_KEY, RECORD_KEY
from gateways.crm.plan import Plan
from gateways.crm.values import parse_time

_TEXT = 255
_LONG = 32_000
_IMAGES = 131_000
_CUT = "cut"
"""Beside the images: which values of theirs were too long to be kept whole, with their lengths."""

Images = dict[str, dict[str, Scalar]]
"""Field values by `Object/Id`."""


class LedgerRow(Value):
    """A write that the CRM has committed. `before` lacks the values that were too long to be kept."""

    id: str
    digest: str
    created_at: Instant
    before: Images
    after: Images
    created_by: str = ""


class LedgerEntry(Value):
    """What one write says about itself."""

    key: str
    digest: str
    decision_id: str
    case_id: str
    agent_version: str
    approvers: tuple[str, ...]
    kind: Literal["write", "undo", "rejection"]


def image_name(record: RecordRef) -> str:
    return f"{record.object}/{record.id}"


def ledger_part(key: str) -> Part:
    """Asks for the row of a write; not found is the answer before the first attempt."""
    fields = f"Id,Digest__c,Before__c,After__c,CreatedDate,CreatedById,{LEDGER_KEY}"
    path = f"sobjects/{LEDGER}/{format_external_id(LEDGER_KEY, key)}?fields={fields}"
    return Part(name="ledger", method="GET", path=path)


def ledger_row(answer: PartAnswer) -> LedgerRow | None:
    """Raises `CrmError` for anything but a row or its absence."""
    if answer.ok:
        return _parse(answer.body)
    refused = answer.faults()
    if faults.code_for(refused[0]) is ErrorCode.CRM_RECORD_MISSING:
        return None
    raise faults.error_for(refused)


def insert_part(entry: LedgerEntry, plan: Plan, before: Images, content: ProposalContent) -> Part:
    """The first part of every write. A second one with the same key is refused: DUPLICATE_VALUE."""
    reversal = "\n".join(_reversal(plan, before))
    return _row_part(entry, content, before=before, after=_after(plan), reversal=reversal, target=_target(plan))


def rejection_part(entry: LedgerEntry, content: ProposalContent, *, target: str, reason: str) -> Part:
    """The row of a proposal that somebody rejected: who, what it rested on, and that nothing was written."""
    said = f"Nothing was written: rejected as {reason}." if reason else "Nothing was written: rejected."
    return _row_part(entry, content, before={}, after={}, reversal=said, target=target)


def _row_part(
    entry: LedgerEntry, content: ProposalContent, *, before: Images, after: Images, reversal: str, target: str
) -> Part:
    body: dict[str, Any] = {
        LEDGER_KEY: entry.key,
        "Digest__c": entry.digest,
        "Decision_Id__c": entry.decision_id,
        "Case_Id__c": entry.case_id,
        "Agent_Version__c": entry.agent_version[:_TEXT],
        "Approver__c": ", ".join(entry.approvers)[:_TEXT],
        "Sources__c": ", ".join(_sources(content))[:_LONG],
        "Before__c": _image_text(before),
        "After__c": _image_text(after),
        "How_To_Reverse__c": reversal[:_LONG],
        "Kind__c": entry.kind,
        "Target_Id__c": target,
    }
    return Part(name="ledger", method="POST", path=f"sobjects/{LEDGER}/", body=body)


def _parse(body: Any) -> LedgerRow:
    try:
        return LedgerRow(
            id=body["Id"],
            digest=body["Digest__c"],
            created_at=parse_time(body["CreatedDate"]),
            before=_whole(json.loads(body.get("Before__c") or "{}")),
            after={k: v for k, v in json.loads(body.get("After__c") or "{}").items() if k != _CUT},
            created_by=str(body.get("CreatedById") or ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise CrmError("the ledger row cannot be read", code=ErrorCode.CRM_PROTOCOL) from None


def _whole(images: Images) -> Images:
    """Without the values that are there by their beginnings only: what restores them would lose the rest."""
    cut = images.get(_CUT, {})
    return {
        name: {field: value for field, value in fields.items() if f"{name}.{field}" not in cut}
        for name, fields in images.items()
        if name != _CUT
    }


def _after(plan: Plan) -> Images:
    images: Images = {image_name(change.record): change.values for change in plan.changes}
    for position, insert in enumerate(plan.inserts):
        images[f"{insert.object}/new_{position + 1}"] = insert.values
    return images


def _image_text(images: Images) -> str:
    """JSON; where it is too long for the field, long values stand there by their beginnings, and are named as cut."""
    text = _json(images)
    if len(text) <= _IMAGES:
        return text
    cut: dict[str, Scalar] = {
        f"{name}.{field}": len(str(value))
        for name, fields in images.items()
        for field, value in fields.items()
        if len(str(value)) > _TEXT
    }
    short = {
        name: {field: str(value)[:_TEXT] if f"{name}.{field}" in cut else value for field, value in fields.items()}
        for name, fields in images.items()
    }
    return _json({**short, _CUT: cut})


def _json(value: object) -> str:
    """In a composite call `@{` would start a reference, so it is spelled as JSON allows."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("@{", "\\u0040{")


def _sources(content: ProposalContent) -> Sequence[str]:
    return tuple(dict.fromkeys(name for action in content.actions for name in cited_by(action)))


def _reversal(plan: Plan, before: Images) -> Iterable[str]:
    for change in plan.changes:
        old = before.get(image_name(change.record), {})
        for field in sorted({*change.values, *old}):
            yield f"{change.record.object} {change.record.id}: set {field} back to {_json(old.get(field))}"
    for insert in plan.inserts:
        yield f"{insert.object} with {RECORD_KEY} {insert.values[RECORD_KEY]}: delete it"
    for delete in plan.deletes:
        yield f"{delete.record.object} {delete.record.id}: restore it from the recycle bin"


def _target(plan: Plan) -> str:
    """The record that the write is about: what it changes, else whom its task is about, else what it deletes."""
    changed = [change.record.id for change in plan.changes]
    about = [str(i.values[name]) for i in plan.inserts for name in ("WhoId", "WhatId") if i.values.get(name)]
    return next(iter((*changed, *about, *(d.record.id for d in plan.deletes))), "")
