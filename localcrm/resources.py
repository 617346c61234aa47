"""The REST resources below `/services/data/vX.Y/`, each call inside the transaction of its context."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from localcrm import collections, conditional, describe, query, rows
from localcrm.context import Context
from localcrm.errors import ApiError, not_found
from localcrm.fields import SObject
from localcrm.query import Cursors
from localcrm.request import Call, Reply
from localcrm.schema import SCHEMA
from localcrm.stamps import parse_stamp

_LEFT_OUT = frozenset(
    {
        *("search", "parameterizedSearch", "tooling", "actions", "process", "metadata", "recent", "chatter", "connect"),
        *("ui-api", "analytics", "quickActions", "support"),
    }
)


def dispatch(ctx: Context, cursors: Cursors, call: Call) -> Reply:
    """Answers everything that composite is made of. Raises the refusals of `errors`."""
    ctx = with_headers(ctx, call)
    match call.segments:
        case ():
            return Reply(200, _index(ctx))
        case ("sobjects", *rest):
            return _sobjects(ctx, tuple(rest), call)
        case ("query" | "queryAll" as which,):
            _allow(call, "GET")
            return Reply(200, _query(ctx, cursors, call, include_deleted=which == "queryAll"))
        case ("tooling", "query"):
            _allow(call, "GET")
            return Reply(200, _query(replace(ctx, schema=SCHEMA), cursors, call, include_deleted=False))
        case ("query" | "queryAll", reference):
            _allow(call, "GET")
            return Reply(200, query.more(ctx, cursors, reference))
        case ("composite", "sobjects", *rest):
            return collections.dispatch(ctx, tuple(rest), call)
        case ("limits", "recordCount"):
            _allow(call, "GET")
            return Reply(200, _record_counts(ctx, call.params.get("sObjects")))
        case (family, *_) if family in _LEFT_OUT:
            raise _left_out(family)
        case ("composite", "graph" | "batch" as family):
            raise _left_out(f"composite/{family}")
        case _:
            raise not_found()


def _sobjects(ctx: Context, rest: tuple[str, ...], call: Call) -> Reply:
    """`rest` follows `sobjects`."""
    match rest:
        case ():
            _allow(call, "GET")
            return Reply(200, describe.every(ctx.schema, ctx.version, writes=ctx.caller.writes))
        case (name,):
            return _object(ctx, _address(ctx, name), call)
        case (name, "describe"):
            _allow(call, "GET")
            return Reply(200, describe.full(ctx.schema, _address(ctx, name), ctx.version, writes=ctx.caller.writes))
        case (name, "updated" | "deleted" as which):
            _allow(call, "GET")
            return _changed(ctx, _address(ctx, name), call, which)
        case (name, record_id):
            sobject = _address(ctx, name)
            return _row(ctx, sobject, rows.record_id_of(sobject, record_id), call)
        case (name, external, value):
            return _external_row(ctx, _address(ctx, name), external, value, call)
        case _:
            raise not_found()


def with_headers(ctx: Context, call: Call) -> Context:
    """The conveniences that this call's headers switch."""
    return replace(
        ctx,
        auto_assign=call.flag("sforce-auto-assign", "autoAssign", default=True),
        allow_duplicates=call.flag("sforce-duplicate-rule-header", "allowSave", default=False),
    )


def _index(ctx: Context) -> dict[str, str]:
    base = f"/services/data/v{ctx.version}"
    names = ("sobjects", "query", "queryAll", "limits", "composite", "tooling", "jobs")
    return {name: f"{base}/{name}" for name in names}


def _left_out(family: str) -> ApiError:
    """What Salesforce has and this server has not, told apart from an address that nobody has."""
    return ApiError(403, "FUNCTIONALITY_NOT_ENABLED", f"{family} is not part of the embedded CRM")


def _record_counts(ctx: Context, names: str | None) -> dict[str, Any]:
    wanted = {name.strip().lower() for name in names.split(",")} if names else None
    chosen = [o for o in ctx.schema if wanted is None or o.name.lower() in wanted]
    counts = [(o, ctx.tx.select(f'SELECT COUNT(*) FROM "{o.name}" WHERE "IsDeleted" = 0')[0][0]) for o in chosen]
    return {"sObjects": [{"count": number, "name": o.name} for o, number in counts]}


def _address(ctx: Context, name: str) -> SObject:
    found = ctx.schema.find(name)
    if found is None:
        raise not_found()
    return found


def _object(ctx: Context, sobject: SObject, call: Call) -> Reply:
    _allow(call, "GET", "POST")
    if call.method == "GET":
        return Reply(
            200, {"objectDescribe": describe.brief(sobject, ctx.version, writes=ctx.caller.writes), "recentItems": []}
        )
    record_id = rows.create(ctx, sobject, call.object_body())
    return _created(ctx, sobject, record_id)


def _row(ctx: Context, sobject: SObject, record_id: str, call: Call) -> Reply:
    _allow(call, "GET", "PATCH", "DELETE")
    if call.method == "GET":
        row = rows.live(ctx, sobject, record_id)
        conditional.check(call.headers, sobject, row, reading=True)
        body = rows.read(ctx, sobject, record_id, _names(call))
        return Reply(200, body, conditional.validators(sobject, row))
    if call.method == "PATCH":
        body = call.object_body()
        ctx.require_write()
        conditional.check(call.headers, sobject, rows.live(ctx, sobject, record_id), reading=False)
        rows.update(ctx, sobject, record_id, body)
    else:
        rows.delete(ctx, sobject, record_id)
    return Reply(204)


def _external_row(ctx: Context, sobject: SObject, external: str, value: str, call: Call) -> Reply:
    """By external id. Conditional headers are not looked at here, as in Salesforce."""
    _allow(call, "GET", "PATCH", "DELETE")
    field = rows.external_field(sobject, external)
    if call.method == "PATCH":
        only = call.params.get("updateOnly", "").lower() == "true"
        done = rows.upsert(ctx, sobject, field, value, call.object_body(), update_only=only)
        if done.created:
            return _created(ctx, sobject, done.record_id)
        return Reply(200, {"id": done.record_id, "success": True, "errors": [], "created": False})
    record_id = rows.by_external_id(ctx, sobject, field, value)
    if record_id is None:
        raise not_found()
    if call.method == "DELETE":
        rows.delete(ctx, sobject, record_id)
        return Reply(204)
    return Reply(200, rows.read(ctx, sobject, record_id, _names(call)))


def _created(ctx: Context, sobject: SObject, record_id: str) -> Reply:
    body = {"id": record_id, "success": True, "errors": [], "created": True}
    return Reply(201, body, {"Location": ctx.address(sobject.name, record_id)})


def _query(ctx: Context, cursors: Cursors, call: Call, *, include_deleted: bool) -> dict[str, Any]:
    text = call.params.get("q")
    if "explain" in call.params:
        raise _left_out("query?explain")
    if not text:
        raise ApiError(400, "MALFORMED_QUERY", "A query string has to be specified")
    if call.params.get("columns", "").lower() == "true":
        return query.columns_of(ctx, text)
    options = call.headers.get("sforce-query-options", "")
    _, _, size = options.partition("batchSize=")
    digits = size.strip()
    page = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else query.PAGE_SIZE
    return query.run(ctx, cursors, text, include_deleted=include_deleted, page=page)


def _changed(ctx: Context, sobject: SObject, call: Call, which: str) -> Reply:
    """Ids changed or deleted within [start, end)."""
    start, end = (parse_stamp(call.params.get(name, "")) for name in ("start", "end"))
    if start is None or end is None or start >= end:
        raise ApiError(400, "INVALID_REPLICATION_DATE", "start and end must be ISO 8601 times, start before end")
    since, until = (f"{m:%Y-%m-%dT%H:%M:%S}.000+0000" for m in (start, end))
    deleted = which == "deleted"
    found = ctx.tx.find(
        sobject, '"IsDeleted" = ? AND "SystemModstamp" >= ? AND "SystemModstamp" < ?', (int(deleted), since, until)
    )
    if not deleted:
        return Reply(200, {"ids": [r["Id"] for r in found], "latestDateCovered": until})
    gone = [{"id": r["Id"], "deletedDate": r["SystemModstamp"]} for r in found]
    return Reply(200, {"deletedRecords": gone, "earliestDateAvailable": since, "latestDateCovered": until})


def _names(call: Call) -> list[str] | None:
    text = call.params.get("fields")
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _allow(call: Call, *methods: str) -> None:
    if call.method not in methods:
        raise ApiError(
            405, "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(methods)}"
        )
