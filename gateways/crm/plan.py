"""From signed actions to records: one merged change per record, one insert per created record. Pure."""

from collections.abc import Sequence
from typing import assert_never

from domain.errors import NotAuthorised, RefusalReason
from domain.leads import RecordRef
from domain.model import Scalar, Value
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CloseTask,
    CreateLead,
    CreateTask,
    DeleteCreated,
    Disqualify,
    MergeRequest,
    SendEmail,
    StageChange,
    UpdateFields,
)
from gateways.crm.fields import RECORD_KEY

_LEAD_PREFIX = "00Q"
_PEOPLE_PREFIXES = (_LEAD_PREFIX, "003")
_KEY_STEM = 60


class Change(Value):
    """One record's new values, with what they were when the proposal was made."""

    record: RecordRef
    values: dict[str, Scalar]
    expected: dict[str, Scalar]
    action_keys: tuple[str, ...]

    @property
    def set_along(self) -> tuple[str, ...]:
        """What the CRM sets by itself where these values are written."""
        return tuple(field for field in self.expected if field not in self.values)


class Insert(Value):
    """One record to create. `values` carries its key, so that a later attempt finds it."""

    object: str
    values: dict[str, Scalar]
    action_key: str


class Plan(Value):
    changes: tuple[Change, ...] = ()
    inserts: tuple[Insert, ...] = ()
    deletes: tuple[DeleteCreated, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.changes or self.inserts or self.deletes)


def record_key(ledger_key: str, position: int) -> str:
    """The key on the created record at `position`: the ledger key's first 60 characters and a counter."""
    return f"{ledger_key[:_KEY_STEM]}.{position:03d}"


def make_plan(actions: Sequence[Action], ledger_key: str) -> Plan:
    """What these actions of one phase do to the CRM; e-mails are not its business.

    Raises `NotAuthorised` (forbidden_action) where two actions want different values in one field.
    """
    changes: dict[RecordRef, Change] = {}
    inserts: list[Insert] = []
    deletes: list[DeleteCreated] = []
    for action in actions:
        change = change_of(action)
        if change is not None:
            changes[change.record] = _merged(changes.get(change.record), change)
            continue
        if isinstance(action, DeleteCreated):
            deletes.append(action)
            continue
        created = _insert_of(action)
        if created is not None:
            key = {RECORD_KEY: record_key(ledger_key, len(inserts))}
            inserts.append(created.model_copy(update={"values": {**created.values, **key}}))
    return Plan(changes=tuple(changes.values()), inserts=tuple(inserts), deletes=tuple(deletes))


def change_of(action: Action) -> Change | None:
    """The action as a change of an existing record, if it is one."""
    match action:
        case UpdateFields():
            return Change(
                record=action.record,
                values={c.field: c.after for c in action.changes},
                expected={c.field: c.before for c in action.changes},
                action_keys=(action.key,),
            )
        case AssignOwner():
            return _single(action.key, action.record, "OwnerId", action.before_owner_id, action.after_owner_id)
        case Disqualify() | CloseTask():
            return _single(action.key, action.record, "Status", action.before_status, action.after_status)
        case StageChange():
            return Change(
                record=action.record,
                values={"StageName": action.after_stage},
                expected=action.before,
                action_keys=(action.key,),
            )
        case CreateLead() | CreateTask() | AddNote() | MergeRequest() | SendEmail() | DeleteCreated():
            return None
    assert_never(action)


def _insert_of(action: Action) -> Insert | None:
    match action:
        case CreateLead():
            values = {**action.fields, "OwnerId": action.owner_id}
            return Insert(object="Lead", values=values, action_key=action.key)
        case CreateTask():
            values = {
                "Subject": action.subject,
                "Description": action.description or None,
                "Status": "Not Started",
                "Priority": action.priority,
                "ActivityDate": action.due_date or None,
                "OwnerId": action.owner_id,
                **_about(action.who_id, action.what_id),
            }
        case AddNote():
            values = {
                "Subject": action.subject,
                "Description": action.body or None,
                "Status": "Completed",
                "Priority": "Normal",
                "OwnerId": action.owner_id,
                **_about(action.who_id, action.what_id),
            }
        case MergeRequest():
            values = {
                "Subject": action.subject,
                "Description": _merge_text(action),
                "Status": "Not Started",
                "Priority": "Normal",
                "OwnerId": action.owner_id,
                **_about_record(action.survivor),
            }
        case _:
            return None
    return Insert(object="Task", values={k: v for k, v in values.items() if v is not None}, action_key=action.key)


def _single(key: str, record: RecordRef, field: str, before: str, after: str) -> Change:
    return Change(record=record, values={field: after}, expected={field: before}, action_keys=(key,))


def _merged(known: Change | None, more: Change) -> Change:
    if known is None:
        return more
    for field, value in more.values.items():
        if field in known.values and (known.values[field], known.expected[field]) != (value, more.expected[field]):
            raise NotAuthorised(
                RefusalReason.FORBIDDEN_ACTION, f"two actions change {field} of {more.record.id} in different ways"
            )
    return Change(
        record=known.record,
        values={**known.values, **more.values},
        expected={**known.expected, **more.expected},
        action_keys=(*known.action_keys, *more.action_keys),
    )


def _about(who_id: str, what_id: str) -> dict[str, Scalar]:
    """Whom and what a task is about. Salesforce refuses a task about both a lead and another record."""
    about: dict[str, Scalar] = {}
    if who_id:
        about["WhoId"] = who_id
    if what_id and not who_id.startswith(_LEAD_PREFIX):
        about["WhatId"] = what_id
    return about


def _about_record(record: RecordRef) -> dict[str, Scalar]:
    return _about(record.id, "") if record.id.startswith(_PEOPLE_PREFIXES) else _about("", record.id)


def _merge_text(action: MergeRequest) -> str:
    records = (
        f"Keep: {action.survivor.object} {action.survivor.id}\n"
        f"Merge into it: {action.duplicate.object} {action.duplicate.id}"
    )
    return f"{action.description}\n\n{records}".strip()
