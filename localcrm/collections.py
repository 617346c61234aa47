"""sObject collections: up to 200 rows in one call, each with its own outcome, in order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from localcrm import rows
from localcrm.context import Context
from localcrm.errors import ApiError, MultipleMatches, invalid_type, not_found
from localcrm.fields import SObject
from localcrm.request import Call, Reply

_MAX = 200
_MAX_READ = 2000


class _RolledBack(Exception):
    """allOrNone met a failure: the part of the transaction is undone."""


def dispatch(ctx: Context, rest: tuple[str, ...], call: Call) -> Reply:
    """`rest` follows `composite/sobjects`."""
    match (call.method, rest):
        case ("POST", ()):
            return _each(ctx, call, lambda record: _create(ctx, record))
        case ("PATCH", ()):
            return _each(ctx, call, lambda record: _update(ctx, record))
        case ("PATCH", (name, external)):
            return _each(ctx, call, lambda record: _upsert(ctx, name, external, record))
        case ("DELETE", ()):
            return _delete(ctx, call)
        case ("GET" | "POST", (name,)):
            return _read(ctx, name, call)
        case _:
            raise not_found()


def _each(ctx: Context, call: Call, work: Callable[[dict[str, Any]], dict[str, Any]]) -> Reply:
    body = call.object_body()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise ApiError(400, "JSON_PARSER_ERROR", "records must be a list of objects")
    _limit(len(records), _MAX)
    return _run(ctx, [partial(work, r) for r in records], all_or_none=body.get("allOrNone") is True)


def _delete(ctx: Context, call: Call) -> Reply:
    wanted = [x.strip() for x in call.params.get("ids", "").split(",") if x.strip()]
    _limit(len(wanted), _MAX)
    all_or_none = call.params.get("allOrNone", "").lower() == "true"
    return _run(ctx, [partial(_delete_one, ctx, x) for x in wanted], all_or_none=all_or_none)


def _run(ctx: Context, works: list[Callable[[], dict[str, Any]]], *, all_or_none: bool) -> Reply:
    ctx.require_write()
    outcomes: list[dict[str, Any]] = []
    failed = False
    try:
        with ctx.tx.savepoint():
            for work in works:
                outcome, ok = _attempt(ctx, work)
                outcomes.append(outcome)
                failed = failed or not ok
            if failed and all_or_none:
                raise _RolledBack
    except _RolledBack:
        halted = ApiError(
            400,
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using AllOrNone header",
        )
        outcomes = [o if not o["success"] else _failure(halted) for o in outcomes]
    return Reply(200, outcomes)


def _attempt(ctx: Context, work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
    try:
        with ctx.tx.savepoint():
            return work(), True
    except ApiError as error:
        return _failure(error), False
    except MultipleMatches:
        return _failure(
            ApiError(300, "DUPLICATE_EXTERNAL_ID", "more than one record found for external id field")
        ), False


def _create(ctx: Context, record: dict[str, Any]) -> dict[str, Any]:
    return _success(rows.create(ctx, _type_of(ctx, record), record))


def _update(ctx: Context, record: dict[str, Any]) -> dict[str, Any]:
    sobject = _type_of(ctx, record)
    key = next((k for k in record if k.lower() == "id"), None)
    if key is None:
        raise ApiError(400, "MISSING_ARGUMENT", "Id not specified in an update call")
    record_id = rows.record_id_of(sobject, str(record[key]))
    rows.update(ctx, sobject, record_id, {k: v for k, v in record.items() if k != key})
    return _success(record_id)


def _upsert(ctx: Context, name: str, external: str, record: dict[str, Any]) -> dict[str, Any]:
    sobject = ctx.schema.get(name)
    field = rows.external_field(sobject, external)
    key = next((k for k in record if k.lower() == field.name.lower()), None)
    if key is None or record[key] in (None, ""):
        raise ApiError(400, "MISSING_ARGUMENT", f"{field.name} not specified")
    rest = {k: v for k, v in record.items() if k != key}
    done = rows.upsert(ctx, sobject, field, str(record[key]), rest)
    return {**_success(done.record_id), "created": done.created}


def _delete_one(ctx: Context, text: str) -> dict[str, Any]:
    sobject = ctx.schema.of_id(text)
    if sobject is None:
        raise ApiError(400, "MALFORMED_ID", f"malformed id {text[:20]}")
    record_id = rows.record_id_of(sobject, text)
    rows.delete(ctx, sobject, record_id)
    return _success(record_id)


def _read(ctx: Context, name: str, call: Call) -> Reply:
    sobject = ctx.schema.find(name)
    if sobject is None:
        raise not_found()
    if call.method == "POST":
        body = call.object_body()
        wanted, names = body.get("ids"), body.get("fields")
    else:
        wanted, names = ([x.strip() for x in call.params.get(k, "").split(",") if x.strip()] for k in ("ids", "fields"))
    if not isinstance(wanted, list) or not isinstance(names, list) or not names:
        raise ApiError(400, "MISSING_ARGUMENT", "ids and fields are both needed")
    _limit(len(wanted), _MAX_READ)
    return Reply(200, [_read_one(ctx, sobject, str(x), [str(n) for n in names]) for x in wanted])


def _read_one(ctx: Context, sobject: SObject, record_id: str, names: list[str]) -> dict[str, Any] | None:
    """An id that is not there leaves a null in its place."""
    try:
        return rows.read(ctx, sobject, rows.record_id_of(sobject, record_id), names)
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def _type_of(ctx: Context, record: dict[str, Any]) -> SObject:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise invalid_type("null")
    return ctx.schema.get(name)


def _success(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def _failure(error: ApiError) -> dict[str, Any]:
    return {"success": False, "errors": [error.collection_item()]}


def _limit(found: int, allowed: int) -> None:
    if found > allowed:
        raise ApiError(
            400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {allowed} records into this call"
        )
