"""`query?columns=true`: what the columns of a query are called, in the shape that the Salesforce CLI reads.

The reference documents the parameter for the Tooling API alone; that it is answered for every query, and the names of
its parts, are what `retrieveColumns` of @salesforce/plugin-data (`lib/commands/data/query.js`) relies on.
"""

from __future__ import annotations

from typing import Any

from localcrm.context import Context
from localcrm.fields import NUMERIC, Field, FieldType
from localcrm.soql.conditions import Calendar
from localcrm.soql.parser import parse
from localcrm.soql.sql import Column, Compiled, Compiler
from localcrm.soql.tree import CallItem, Query

_TEXTS = frozenset({FieldType.STRING, FieldType.TEXTAREA, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})


def describe(ctx: Context, text: str, zone: Calendar) -> dict[str, Any]:
    """Refuses what a query refuses; runs nothing."""
    query = parse(text)
    compiler = Compiler(ctx.schema, zone, include_deleted=False)
    compiled = compiler.compile(query)
    if compiled.aggregates:
        described = _of_aggregates(query, compiled)
    else:
        described = _of_fields(compiled.columns)
        for child in compiled.children:
            inner = compiler.compile(child.query, child.relation)
            name = child.relation.name
            described.append(_column(name, aggregate=True, inner=_of_fields(inner.columns)))
    return {
        "columnMetadata": described,
        "entityName": compiled.entity.name,
        "groupBy": bool(query.group),
        "idSelected": any(column.parts == ("Id",) for column in compiled.columns),
        "keyPrefix": compiled.entity.prefix,
    }


def _of_fields(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Fields of one parent stand together below it, where its first one was."""
    found: dict[str, dict[str, Any]] = {}
    below: dict[str, list[Column]] = {}
    for column in columns:
        name, rest = column.parts[0], column.parts[1:]
        if rest:
            below.setdefault(name, []).append(Column(rest, column.field))
            found.setdefault(name, _column(name, foreign_key=name))
        else:
            found[name] = _column(name, field=column.field)
    for name, inner in below.items():
        found[name]["joinColumns"] = _of_fields(tuple(inner))
    return list(found.values())


def _of_aggregates(query: Query, compiled: Compiled) -> list[dict[str, Any]]:
    described = []
    for item, column in zip(query.items, compiled.columns, strict=True):
        # A named one is told as a plain column: the CLI counts the aggregates that it is told to find their exprN, and
        # Salesforce numbers only those without a name.
        if isinstance(item, CallItem) and item.alias is None:
            shown = f"{item.call.function.lower()}({item.call.argument.text if item.call.argument else ''})"
            described.append(_column(column.parts[0], aggregate=True, field=column.field, shown=shown))
        else:
            described.append(_column(column.parts[0], field=column.field, computed=isinstance(item, CallItem)))
    return described


def _column(
    name: str,
    *,
    aggregate: bool = False,
    field: Field | None = None,
    foreign_key: str | None = None,
    inner: list[dict[str, Any]] | None = None,
    shown: str = "",
    computed: bool = False,
) -> dict[str, Any]:
    plain = field is not None and not aggregate and not computed
    return {
        "aggregate": aggregate,
        "apexType": None,
        "booleanType": field is not None and field.type is FieldType.BOOLEAN,
        "columnName": name,
        "custom": field is not None and plain and field.custom,
        "displayName": shown or name,
        "foreignKeyName": foreign_key,
        "insertable": field is not None and plain and field.createable,
        "joinColumns": inner or [],
        "numberType": field is not None and field.type in NUMERIC,
        "textType": field is not None and field.type in _TEXTS,
        "updatable": field is not None and plain and field.updateable,
    }
