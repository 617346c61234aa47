"""Running SOQL: records as JSON, pages, and locators for the rest."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localcrm import access, ids
from localcrm.columns import describe
from localcrm.context import Context
from localcrm.errors import ApiError
from localcrm.fields import Field, Value
from localcrm.soql import refusal
from localcrm.soql.conditions import Calendar
from localcrm.soql.parser import parse
from localcrm.soql.scope import Parent
from localcrm.soql.sql import Child, Compiled, Compiler
from localcrm.store import present

PAGE_SIZE = 2000
_MIN_PAGE = 200
_MAX_CURSORS = 50
# What SQLite says where a query outgrows it; Salesforce has limits of its own in the same places.
_OUTGROWN = ("too many SQL variables", "Expression tree is too large", "too many terms", "parser stack overflow",
             "at most 64 tables in a join", "too many columns", "too many FROM clause terms",
             "LIKE or GLOB pattern too complex")  # fmt: skip


@dataclass(frozen=True)
class _Cursor:
    user_id: str
    records: list[dict[str, Any]]
    page: int


class Cursors:
    """Result sets that did not fit a page. Lost at restart, as a locator expires in a real org."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._open: OrderedDict[str, _Cursor] = OrderedDict()

    def keep(self, cursor: _Cursor) -> str:
        with self._lock:
            self._number += 1
            locator = ids.mint("01g", self._number)
            self._open[locator] = cursor
            while len(self._open) > _MAX_CURSORS:
                self._open.popitem(last=False)
            return locator

    def find(self, locator: str, user_id: str) -> _Cursor:
        with self._lock:
            cursor = self._open.get(locator)
        if cursor is None or cursor.user_id != user_id:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor


def run(ctx: Context, cursors: Cursors, text: str, *, include_deleted: bool, page: int = PAGE_SIZE) -> dict[str, Any]:
    """The first page. `page` is what the client asked for, kept within 200 and 2000."""
    records, total = _execute(ctx, text, include_deleted)
    if total is not None:
        return {"totalSize": total, "done": True, "records": records}
    page = max(_MIN_PAGE, min(page, PAGE_SIZE))
    if len(records) <= page:
        return {"totalSize": len(records), "done": True, "records": records}
    locator = cursors.keep(_Cursor(ctx.caller.user_id, records, page))
    return _page(ctx, locator, records, 0, page)


def columns_of(ctx: Context, text: str) -> dict[str, Any]:
    """What the columns are called, without a row. Refuses what `run` refuses."""
    with _translated():
        return describe(ctx, text, Calendar(ctx.now, _zone(ctx)))


@dataclass(frozen=True)
class Table:
    """A flat result: column names as the query wrote them with dots, and the rows in stored form."""

    entity: str
    header: tuple[str, ...]
    fields: tuple[Field, ...]
    rows: list[tuple[Value, ...]]


def table(ctx: Context, text: str, *, include_deleted: bool) -> Table:
    """For Bulk API 2.0, which takes neither aggregates nor child queries nor OFFSET."""
    with _translated():
        query = parse(text)
        if access.asked_for(query):
            raise ApiError(400, "API_ERROR", f"Entity '{access.ENTITY}' is not supported to use bulk API.")
        compiled = Compiler(ctx.schema, Calendar(ctx.now, _zone(ctx)), include_deleted=include_deleted).compile(query)
        if compiled.aggregates or compiled.counts_only:
            raise ApiError(400, "API_ERROR", "Aggregate queries are not supported in Bulk V2 Query")
        if compiled.children or query.offset is not None:
            raise ApiError(400, "API_ERROR", "Child queries and OFFSET are not supported in Bulk V2 Query")
        width = len(compiled.columns)
        return Table(
            entity=compiled.entity.name,
            header=tuple(".".join(column.parts) for column in compiled.columns),
            fields=tuple(column.field for column in compiled.columns),
            rows=[row[:width] for row in ctx.tx.select(compiled.sql, compiled.parameters)],
        )


def more(ctx: Context, cursors: Cursors, reference: str) -> dict[str, Any]:
    """A later page, by `<locator>-<offset>`."""
    locator, _, offset = reference.partition("-")
    cursor = cursors.find(locator, ctx.caller.user_id)
    if not offset.isascii() or not offset.isdigit() or len(offset) > 9 or int(offset) >= len(cursor.records):
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(ctx, locator, cursor.records, int(offset), cursor.page)


def _page(ctx: Context, locator: str, records: list[dict[str, Any]], start: int, page: int) -> dict[str, Any]:
    end = start + page
    answer: dict[str, Any] = {"totalSize": len(records), "done": end >= len(records), "records": records[start:end]}
    if end < len(records):
        answer["nextRecordsUrl"] = f"/services/data/v{ctx.version}/query/{locator}-{end}"
    return answer


def _execute(ctx: Context, text: str, include_deleted: bool) -> tuple[list[dict[str, Any]], int | None]:
    """The records, and the total size where there are no further pages: counts and groups have none."""
    compiler = Compiler(ctx.schema, Calendar(ctx.now, _zone(ctx)), include_deleted=include_deleted)
    with _translated():
        query = parse(text)
        if access.asked_for(query):
            return access.answer(ctx, query), None
        compiled = compiler.compile(query)
        rows = ctx.tx.select(compiled.sql, compiled.parameters)
        if compiled.counts_only:
            total = rows[0][0]
            return [], total if isinstance(total, int) else 0
        if compiled.aggregates:
            if len(rows) > PAGE_SIZE:
                raise ApiError(
                    400,
                    "EXCEEDED_ID_LIMIT",
                    "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
                )
            return [_aggregate_record(compiled, row) for row in rows], len(rows)
        records = [_record(ctx, compiled, row) for row in rows]
        for child in compiled.children:
            _attach(ctx, compiler, child, rows, records)
        return records, None


@contextmanager
def _translated() -> Iterator[None]:
    """Where a query outgrows Python's stack or SQLite, it is refused and not a server error."""
    try:
        yield
    except RecursionError:
        raise refusal.too_complicated("The query is nested too deeply.") from None
    except sqlite3.OperationalError as error:
        if any(reason in str(error) for reason in _OUTGROWN):
            raise refusal.too_complicated("The query has too many conditions, values or relationships.") from None
        raise


def _attach(
    ctx: Context, compiler: Compiler, child: Child, rows: list[tuple[Value, ...]], records: list[dict[str, Any]]
) -> None:
    compiled = compiler.compile(child.query, child.relation)
    for row, record in zip(rows, records, strict=True):
        found = ctx.tx.select(compiled.sql, (row[-1], *compiled.parameters))
        inner = [_record(ctx, compiled, r) for r in found]
        record[child.relation.name] = {"totalSize": len(inner), "done": True, "records": inner} if inner else None


def _aggregate_record(compiled: Compiled, row: tuple[Value, ...]) -> dict[str, Any]:
    values = {c.parts[0]: present(c.field, v) for c, v in zip(compiled.columns, row, strict=True)}
    return {"attributes": {"type": "AggregateResult"}, **values}


def _record(ctx: Context, compiled: Compiled, row: tuple[Value, ...]) -> dict[str, Any]:
    own_id = str(row[-1])
    record: dict[str, Any] = {
        "attributes": {"type": compiled.entity.name, "url": ctx.address(compiled.entity.name, own_id)}
    }
    parent_ids = dict(zip((p.parts for p in compiled.parents), row[len(compiled.columns) : -1], strict=True))
    parents = {p.parts: p for p in compiled.parents}
    for column, value in zip(compiled.columns, row, strict=False):
        node: dict[str, Any] | None = record
        for depth in range(1, len(column.parts)):
            assert node is not None  # noqa: S101 - the loop leaves at the first missing parent
            trail = column.parts[:depth]
            if trail[-1] not in node:
                node[trail[-1]] = _parent_node(ctx, parents[trail], parent_ids[trail])
            node = node[trail[-1]]
            if node is None:
                break
        if node is not None:
            node[column.parts[-1]] = present(column.field, value)
    return record


def _parent_node(ctx: Context, parent: Parent, parent_id: Value) -> dict[str, Any] | None:
    if parent_id is None:
        return None
    target = ctx.schema.of_id(str(parent_id))
    name = target.name if target else parent.targets[0][1].name
    return {"attributes": {"type": "Name" if parent.polymorphic else name, "url": ctx.address(name, str(parent_id))}}


def _zone(ctx: Context) -> tzinfo:
    user = ctx.tx.fetch(ctx.schema.get("User"), ctx.caller.user_id)
    try:
        return ZoneInfo(str(user["TimeZoneSidKey"])) if user and user["TimeZoneSidKey"] else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
