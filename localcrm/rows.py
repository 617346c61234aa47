"""Creating, changing, deleting and reading single rows, with everything an org does on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcrm import derive, ids, org_rules
from localcrm.context import Context
from localcrm.errors import ApiError, MultipleMatches, entity_deleted, not_found
from localcrm.fields import Field, Record, SObject, Value
from localcrm.validation import check_required, coerce_body


@dataclass(frozen=True)
class Upserted:
    record_id: str
    created: bool


def record_id_of(sobject: SObject, text: str) -> str:
    """The canonical id in an address. Raises 404 for what cannot be a row of this object."""
    record_id = ids.to_18(text)
    if record_id is None or not record_id.startswith(sobject.prefix):
        raise not_found("Provided external ID field does not exist or is not accessible: " + text[:80])
    return record_id


def live(ctx: Context, sobject: SObject, record_id: str) -> Record:
    row = ctx.tx.fetch(sobject, record_id)
    if row is None:
        raise not_found()
    if row["IsDeleted"]:
        raise entity_deleted()
    return row


def read(ctx: Context, sobject: SObject, record_id: str, names: list[str] | None) -> dict[str, Any]:
    """The row as JSON, all fields or the named ones."""
    return shown(ctx, sobject, live(ctx, sobject, record_id), names)


def shown(ctx: Context, sobject: SObject, row: Record, names: list[str] | None) -> dict[str, Any]:
    record_id = str(row["Id"])
    attributes = {"type": sobject.name, "url": ctx.address(sobject.name, record_id)}
    if names is None:
        return {"attributes": attributes, **row}
    chosen: dict[str, Any] = {}
    for name in names:
        field = sobject.field(name)
        if field is None:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on entity '{sobject.name}'.")
        chosen[field.name] = row[field.name]
    return {"attributes": attributes, **chosen, "Id": record_id}


def create(ctx: Context, sobject: SObject, body: Mapping[str, Any], *, record_id: str | None = None) -> str:
    """Inserts one row and returns its id. `record_id` is that of a record from elsewhere, which nobody has here."""
    ctx.require_write()
    _require(sobject, sobject.createable, "create")
    asked = coerce_body(ctx.tx, ctx.schema, sobject, body, creating=True)
    row: Record = {f.name: f.default for f in sobject.fields} | {k: v for k, v in asked.items() if v is not None}
    check_required(sobject, row)
    if "OwnerId" in row and row["OwnerId"] is None:
        row["OwnerId"] = ctx.caller.user_id
    org_rules.check_owner(ctx, sobject, row)
    if sobject.name == "Lead" and ctx.auto_assign and ctx.rules.assignment:
        row["OwnerId"] = org_rules.assigned_owner(ctx, row) or row["OwnerId"]
    org_rules.check_unique(ctx, sobject, row, None)
    org_rules.check_duplicates(ctx, sobject, row)
    row["Id"] = record_id or ctx.tx.next_id(sobject)
    if record_id is not None:
        ctx.tx.reserve_ids(sobject, ids.number_of(record_id))
    row |= {"IsDeleted": False, "CreatedDate": ctx.stamp, "CreatedById": ctx.caller.user_id}
    row |= _modified(ctx, ctx.caller.user_id)
    row |= derive.complete(ctx.tx, ctx.schema, sobject, row, asked, ctx.stamp)
    ctx.tx.insert(sobject, row)
    _after_write(ctx, sobject, None, row)
    return str(row["Id"])


def update(ctx: Context, sobject: SObject, record_id: str, body: Mapping[str, Any]) -> None:
    """Changes one live row. The caller has checked conditional headers in the same transaction."""
    ctx.require_write()
    _require(sobject, sobject.updateable, "update")
    before = live(ctx, sobject, record_id)
    if before.get("IsConverted"):
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields=[])
    asked = coerce_body(ctx.tx, ctx.schema, sobject, body, creating=False)
    check_required(sobject, asked)
    changes = dict(asked)
    if changes.get("OwnerId") != before.get("OwnerId"):
        org_rules.check_owner(ctx, sobject, changes)
    if "OwnerId" in changes and changes["OwnerId"] is None:
        del changes["OwnerId"]
    if sobject.name == "Lead" and ctx.auto_assign and ctx.rules.assignment:
        assigned = org_rules.assigned_owner(ctx, before | changes)
        if assigned is not None:
            changes["OwnerId"] = assigned
    org_rules.check_unique(ctx, sobject, changes, record_id)
    changes |= _modified(ctx, ctx.caller.user_id)
    changes |= derive.complete(ctx.tx, ctx.schema, sobject, before | changes, asked, ctx.stamp)
    ctx.tx.update(sobject, record_id, changes)
    _after_write(ctx, sobject, before, before | changes)


def delete(ctx: Context, sobject: SObject, record_id: str, *, survivor: str | None = None) -> None:
    """Moves a row and what hangs on it to the recycle bin; `survivor` is the winner of a merge."""
    ctx.require_write()
    _require(sobject, sobject.deletable, "delete")
    live(ctx, sobject, record_id)
    changes: Record = {"IsDeleted": True, **_modified(ctx, ctx.caller.user_id)}
    if survivor is not None:
        changes["MasterRecordId"] = survivor
    ctx.tx.update(sobject, record_id, changes)
    for relation in ctx.schema.children(sobject):
        if not relation.field.cascade:
            continue
        for row in ctx.tx.find(relation.child, f'"{relation.field.name}" = ? AND "IsDeleted" = 0', (record_id,)):
            ctx.tx.update(relation.child, str(row["Id"]), {"IsDeleted": True, **_modified(ctx, ctx.caller.user_id)})


def external_field(sobject: SObject, name: str) -> Field:
    field = sobject.field(name)
    if field is None or not (field.external_id or field.name == "Id"):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def by_external_id(ctx: Context, sobject: SObject, field: Field, value: str) -> str | None:
    """The id of the one live row with this value; several raise MultipleMatches."""
    if field.name == "Id":
        record_id = record_id_of(sobject, value)
        live(ctx, sobject, record_id)
        return record_id
    found = ctx.tx.find(sobject, f'"{field.name}" = ? AND "IsDeleted" = 0', (value.strip(),))
    if len(found) > 1:
        raise MultipleMatches([ctx.address(sobject.name, str(row["Id"])) for row in found])
    return str(found[0]["Id"]) if found else None


def upsert(
    ctx: Context, sobject: SObject, field: Field, value: str, body: Mapping[str, Any], *, update_only: bool = False
) -> Upserted:
    ctx.require_write()
    if any(name.lower() == field.name.lower() for name in body):
        raise ApiError(400, "INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.")
    if not value.strip():
        raise ApiError(400, "MISSING_ARGUMENT", f"{field.name} not specified")
    record_id = by_external_id(ctx, sobject, field, value)
    if record_id is not None:
        update(ctx, sobject, record_id, body)
        return Upserted(record_id, created=False)
    if update_only:
        raise not_found()
    return Upserted(create(ctx, sobject, {**body, field.name: value}), created=True)


def _after_write(ctx: Context, sobject: SObject, before: Record | None, after: Record) -> None:
    org_rules.write_history(ctx, sobject, before, after)
    if sobject.name in ("Task", "Event"):
        derive.touch_activity(ctx.tx, ctx.schema, after)
    rewritten = org_rules.automation_changes(ctx, sobject, before, after)
    if rewritten:
        rewritten |= _modified(ctx, org_rules.automated_user(ctx))
        final = after | rewritten
        rewritten |= derive.complete(ctx.tx, ctx.schema, sobject, final, rewritten, ctx.stamp)
        ctx.tx.update(sobject, str(after["Id"]), rewritten)
        org_rules.write_history(ctx, sobject, after, after | rewritten)


def _modified(ctx: Context, user_id: str) -> dict[str, Value]:
    return {"LastModifiedDate": ctx.stamp, "LastModifiedById": user_id, "SystemModstamp": ctx.stamp}


def _require(sobject: SObject, allowed: bool, verb: str) -> None:
    if not allowed:
        raise ApiError(
            400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {sobject.name} cannot be used to {verb} rows"
        )
