"""UserRecordAccess: may this user read or edit these records? Salesforce answers one user and at most 200 records.

Everybody active may edit everything here, as in an org with public read/write sharing, but for what a control call
has taken away.
"""

from __future__ import annotations

from typing import Any

from localcrm import ids
from localcrm.context import Context
from localcrm.soql import refusal
from localcrm.soql.tree import All, Comparison, Condition, FieldItem, InList, Literal, LiteralKind, Path, Query

ENTITY = "UserRecordAccess"
MAX_RECORDS = 200
_FIELDS = ("RecordId", "HasReadAccess", "HasEditAccess", "HasDeleteAccess")


def asked_for(query: Query) -> bool:
    return query.source.casefold() == ENTITY.casefold()


def answer(ctx: Context, query: Query) -> list[dict[str, Any]]:
    """One row per record that exists. Refuses every other shape of query, as Salesforce does."""
    wanted = [_field(item) for item in query.items]
    user_ids, record_ids = _filters(query)
    if len(user_ids) != 1:
        raise refusal.at(query.place, "UserRecordAccess has to be filtered by a single UserId")
    if not 0 < len(record_ids) <= MAX_RECORDS:
        raise refusal.at(query.place, f"UserRecordAccess has to be filtered by 1 to {MAX_RECORDS} RecordIds")
    user = ctx.tx.find(ctx.schema.get("User"), '"Id" = ?', (user_ids[0],))
    active = bool(user) and bool(user[0]["IsActive"])
    rows: list[dict[str, Any]] = []
    for record_id in dict.fromkeys(record_ids):
        sobject = ctx.schema.of_id(record_id)
        if sobject is None or not ctx.tx.find(sobject, '"Id" = ?', (record_id,)):
            continue
        edits = active and (user_ids[0], record_id) not in ctx.rules.uneditable
        values = {"RecordId": record_id, "HasReadAccess": active, "HasEditAccess": edits, "HasDeleteAccess": edits}
        rows.append({"attributes": {"type": ENTITY}, **{name: values[name] for name in wanted}})
    return rows


def _field(item: object) -> str:
    if isinstance(item, FieldItem) and item.path.text.casefold() in {name.casefold() for name in _FIELDS}:
        return next(name for name in _FIELDS if name.casefold() == item.path.text.casefold())
    if isinstance(item, FieldItem):
        raise refusal.no_such_column(item.path.place, item.path.text, ENTITY)
    raise refusal.too_complicated("UserRecordAccess answers plain fields only.")


def _filters(query: Query) -> tuple[list[str], list[str]]:
    if query.group or query.having or query.order or query.limit is not None or query.offset is not None:
        raise refusal.at(query.place, "UserRecordAccess is filtered by UserId and RecordId, and nothing else")
    found: dict[str, list[str]] = {"userid": [], "recordid": []}
    for part in _parts(query.where):
        operand, values = _compared(query, part)
        if operand not in found or found[operand]:
            raise refusal.at(query.place, "UserRecordAccess is filtered by UserId and RecordId, and nothing else")
        found[operand] = [ids.to_18(value.value) or value.value for value in values]
    return found["userid"], found["recordid"]


def _parts(where: Condition | None) -> tuple[Condition, ...]:
    if where is None:
        return ()
    return where.parts if isinstance(where, All) else (where,)


def _compared(query: Query, part: Condition) -> tuple[str, tuple[Literal, ...]]:
    values: tuple[Literal, ...] = ()
    operand: object = None
    if isinstance(part, Comparison) and part.operator == "=":
        operand, values = part.operand, (part.value,)
    elif isinstance(part, InList) and not part.negated:
        operand, values = part.operand, part.values
    if not isinstance(operand, Path) or any(value.kind is not LiteralKind.TEXT for value in values):
        raise refusal.at(query.place, "UserRecordAccess is filtered by = and IN only")
    return operand.text.casefold(), values
