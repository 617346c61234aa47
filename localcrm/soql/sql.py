"""Syntax tree to SQL."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import assert_never

from localcrm.fields import NUMERIC, Field, FieldType, SObject, Value
from localcrm.schema import ChildRelationship, Schema
from localcrm.soql import conditions, date_functions, refusal, semi_joins
from localcrm.soql.conditions import Calendar, Sql
from localcrm.soql.scope import Parent, Resolved, Scope
from localcrm.soql.tree import (
    All,
    Any_,
    Call,
    CallItem,
    Comparison,
    Condition,
    FieldItem,
    Includes,
    InList,
    InQuery,
    Like,
    Not,
    Operand,
    Path,
    Place,
    Query,
    SubqueryItem,
)

_AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})
_MAX_FIELDS_LIMIT = 200
_MAX_OFFSET = 2000


@dataclass(frozen=True)
class Column:
    """One output value: where it stands in the record, and its type for JSON."""

    parts: tuple[str, ...]
    field: Field


@dataclass(frozen=True)
class Child:
    relation: ChildRelationship
    query: Query


@dataclass(frozen=True)
class Compiled:
    """`sql` yields the columns, then one id per parent. A child query takes its parent's id as first parameter."""

    entity: SObject
    sql: str
    parameters: tuple[Value, ...]
    columns: tuple[Column, ...]
    parents: tuple[Parent, ...]
    children: tuple[Child, ...]
    counts_only: bool
    aggregates: bool


class Compiler:
    def __init__(self, schema: Schema, calendar: Calendar, *, include_deleted: bool) -> None:
        self._schema = schema
        self._calendar = calendar
        self._include_deleted = include_deleted
        self._scopes = count()

    def compile(self, query: Query, relation: ChildRelationship | None = None) -> Compiled:
        """`relation` makes it the subquery of a parent row."""
        entity = relation.child if relation else self._entity(query)
        scope = self._scope(query, entity)
        _check_numbers(query)
        semi_joins.check(query)
        calls = [item for item in query.items if isinstance(item, CallItem)]
        if any(_is_count_rows(item.call) for item in calls):
            named = next((item for item in calls if item.alias is not None and _is_count_rows(item.call)), None)
            if named is not None:
                raise refusal.at(named.call.place, "COUNT() takes no alias; COUNT(Id) does")
            return self._count(query, scope, relation)
        if query.group or any(item.call.function in _AGGREGATES for item in calls):
            return self._aggregate(query, scope, relation)
        return self._rows(query, scope, relation)

    # ------------------------------------------------------------ shapes

    def _rows(self, query: Query, scope: Scope, relation: ChildRelationship | None) -> Compiled:
        columns: list[Resolved] = []
        children: list[Child] = []
        for item in query.items:
            match item:
                case FieldItem(path, None):
                    columns.append(scope.resolve(path))
                case FieldItem(path, _):
                    raise refusal.at(path.place, "only aggregate expressions use field aliasing")
                case CallItem(call, _):
                    columns += _expand_fields(query, scope, call)
                case SubqueryItem(inner):
                    child = self._child(inner, scope, relation)
                    if any(child.relation == other.relation for other in children):
                        raise refusal.at(
                            inner.place, f"Cannot follow the same aggregate relationship twice: {child.relation.name}"
                        )
                    children.append(child)
                case _:
                    assert_never(item)
        _refuse_repeats(query, columns)
        where = self._where(query, scope, relation)
        order = self._order(query, scope, None)
        outputs = [c.expression for c in columns]
        selected = {c.parts[:-1] for c in columns}
        parents = [p for trail, p in scope.parents.items() if any(s[: len(trail)] == trail for s in selected)]
        outputs += [p.id_expression for p in parents] + [f'{scope.root}."Id"']
        sql = (
            f"SELECT {', '.join(outputs)} {scope.from_clause} WHERE {where.text} "
            f"ORDER BY {', '.join([*order, f'{scope.root}.rowid'])}{_window(query)}"
        )
        return Compiled(
            entity=scope.entity,
            sql=sql,
            parameters=where.parameters,
            columns=tuple(Column(c.parts, c.field) for c in columns),
            parents=tuple(parents),
            children=tuple(children),
            counts_only=False,
            aggregates=False,
        )

    def _count(self, query: Query, scope: Scope, relation: ChildRelationship | None) -> Compiled:
        if len(query.items) > 1 or query.group or query.order or relation is not None:
            raise refusal.at(
                query.place, "COUNT() must be the only element in the SELECT list, without GROUP or ORDER BY"
            )
        where = self._where(query, scope, None)
        sql = f"SELECT COUNT(*) FROM (SELECT 1 {scope.from_clause} WHERE {where.text}{_window(query)})"
        return Compiled(scope.entity, sql, where.parameters, (), (), (), counts_only=True, aggregates=False)

    def _aggregate(self, query: Query, scope: Scope, relation: ChildRelationship | None) -> Compiled:
        if relation is not None:
            raise refusal.at(query.place, "Aggregate queries are not allowed in a subquery")
        grouped = {}
        for key in query.group:
            found = _group_key(scope, key)
            grouped[found.expression] = found
        outputs, columns = [], []
        unnamed = count()
        for item in query.items:
            match item:
                case FieldItem(path, alias):
                    found = _grouped(scope, path, grouped)
                    columns.append(Column((alias or found.parts[-1],), found.field))
                    outputs.append(found.expression)
                case CallItem(call, alias):
                    found = _computed(scope, call, grouped)
                    columns.append(Column((alias or f"expr{next(unnamed)}",), found.field))
                    outputs.append(found.expression)
                case SubqueryItem(inner):
                    raise refusal.at(inner.place, "Subqueries are not allowed in an aggregate query")
                case _:
                    assert_never(item)
        names = [c.parts[0].lower() for c in columns]
        if len(set(names)) < len(names):
            raise refusal.at(query.place, "duplicate alias in the SELECT list")
        where = self._where(query, scope, None)
        parameters = where.parameters
        sql = f"SELECT {', '.join(outputs)} {scope.from_clause} WHERE {where.text}"
        if grouped:
            sql += f" GROUP BY {', '.join(grouped)}"
        if query.having is not None:
            having = self._condition(query.having, scope, grouped)
            sql += f" HAVING {having.text}"
            parameters += having.parameters
        order = self._order(query, scope, grouped)
        # Groups come in a stable order, whether one was asked for or not.
        order += [name for name in grouped if name not in order]
        if order:
            sql += f" ORDER BY {', '.join(order)}"
        return Compiled(
            scope.entity, sql + _window(query), parameters, tuple(columns), (), (), counts_only=False, aggregates=True
        )

    def _child(self, inner: Query, scope: Scope, outer: ChildRelationship | None) -> Child:
        if outer is not None:
            raise refusal.at(inner.place, "Only one level of child subqueries is supported")
        relation = self._schema.child(scope.entity, inner.source)
        if relation is None:
            raise refusal.no_such_relation(inner.place, inner.source)
        self.compile(inner, relation)  # a mistake in it is the query's, not that of the first parent row
        return Child(relation, inner)

    # ------------------------------------------------------------ clauses

    def _entity(self, query: Query) -> SObject:
        found = self._schema.find(query.source)
        if found is None:
            raise refusal.at(query.place, f"sObject type '{query.source}' is not supported.", "INVALID_TYPE")
        return found

    def _scope(self, query: Query, entity: SObject) -> Scope:
        own = {query.source.lower(), entity.name.lower()}
        if query.alias:
            own.add(query.alias.lower())
        return Scope(self._schema, entity, f"q{next(self._scopes)}_", frozenset(own))

    def _where(self, query: Query, scope: Scope, relation: ChildRelationship | None) -> Sql:
        parts = [] if relation is None else [f'{scope.root}."{relation.field.name}" = ?']
        if not self._include_deleted:
            parts.append(f'{scope.root}."IsDeleted" = 0')
        parameters: tuple[Value, ...] = ()
        if query.where is not None:
            condition = self._condition(query.where, scope, None)
            parts.append(f"({condition.text})")
            parameters = condition.parameters
        return Sql(" AND ".join(parts) or "1", parameters)

    def _condition(self, node: Condition, scope: Scope, grouped: dict[str, Resolved] | None) -> Sql:
        """`grouped` is set inside HAVING, where aggregates and grouped fields may stand."""
        match node:
            case All(parts) | Any_(parts):
                inner = [self._condition(part, scope, grouped) for part in parts]
                word = " AND " if isinstance(node, All) else " OR "
                return Sql(f"({word.join(i.text for i in inner)})", tuple(v for i in inner for v in i.parameters))
            case Not(part):
                one = self._condition(part, scope, grouped)
                return Sql(f"NOT COALESCE({one.text}, 0)", one.parameters)
            case Comparison(operand, operator, value):
                return conditions.compare(self._operand(operand, scope, grouped), operator, value, self._calendar)
            case Like(operand, value):
                return conditions.like(self._operand(operand, scope, grouped), value)
            case InList(operand, values, negated):
                return conditions.one_of(self._operand(operand, scope, grouped), values, negated, self._calendar)
            case Includes(operand, values, negated):
                return conditions.includes(self._operand(operand, scope, grouped), values, negated)
            case InQuery(operand, query, negated):
                return self._semi_join(self._operand(operand, scope, grouped), query, negated)
            case _:
                assert_never(node)

    def _operand(self, operand: Operand, scope: Scope, grouped: dict[str, Resolved] | None) -> Resolved:
        if isinstance(operand, Call):
            if grouped is not None:
                return _computed(scope, operand, grouped)
            if operand.function in date_functions.NAMES:
                return date_functions.resolved(scope, operand)
            raise refusal.at(operand.place, f"function {operand.function} is not supported here")
        return scope.resolve(operand) if grouped is None else _grouped(scope, operand, grouped)

    def _semi_join(self, operand: Resolved, query: Query, negated: bool) -> Sql:
        if operand.field.type not in (FieldType.ID, FieldType.REFERENCE):
            raise refusal.at(query.place, f"The left operand of a semi-join must be an id field: {operand.field.name}")
        if (
            query.group
            or query.order
            or query.limit is not None
            or query.offset is not None
            or query.having is not None
        ):
            raise refusal.at(query.place, "A semi-join takes no GROUP BY, ORDER BY, LIMIT or OFFSET")
        item = query.items[0]
        if len(query.items) > 1 or not isinstance(item, FieldItem) or item.alias is not None:
            raise refusal.at(query.place, "A semi-join must select exactly one field")
        scope = self._scope(query, self._entity(query))
        selected = scope.resolve(item.path)
        if selected.field.type not in (FieldType.ID, FieldType.REFERENCE):
            raise refusal.at(item.path.place, f"A semi-join must select an id field, not {item.path.text}")
        where = self._where(query, scope, None)
        inner = (
            f"SELECT {selected.expression} {scope.from_clause} WHERE {where.text} AND {selected.expression} IS NOT NULL"
        )
        membership = f"{operand.expression} IN ({inner})"
        return Sql(f"NOT COALESCE({membership}, 0)" if negated else membership, where.parameters)

    def _order(self, query: Query, scope: Scope, grouped: dict[str, Resolved] | None) -> list[str]:
        terms = []
        for ordering in query.order:
            if isinstance(ordering.operand, Call) and grouped is None:
                raise refusal.at(ordering.operand.place, "Ordered by a function in a query that is not grouped")
            found = self._operand(ordering.operand, scope, grouped)
            if not found.field.sortable:
                raise refusal.at(
                    ordering.operand.place, f"field '{found.field.name}' can not be sorted in a query call"
                )
            way = "DESC" if ordering.descending else "ASC"
            terms.append(f"{found.expression} {way} NULLS {'FIRST' if ordering.nulls_first else 'LAST'}")
        return terms


def _is_count_rows(call: Call) -> bool:
    return call.function == "COUNT" and call.argument is None


def _aggregated(scope: Scope, call: Call) -> Resolved:
    if call.function not in _AGGREGATES:
        raise refusal.at(call.place, f"function {call.function} is not supported")
    if call.argument is None:
        raise refusal.at(call.place, f"{call.function} needs a field here")
    found = scope.resolve(call.argument)
    kind = found.field.type
    if not (kind in NUMERIC if call.function in ("SUM", "AVG") else found.field.aggregatable):
        raise refusal.at(call.place, f"field {found.field.name} does not support aggregate operator {call.function}")
    distinct = "DISTINCT " if call.function == "COUNT_DISTINCT" else ""
    function = call.function.removesuffix("_DISTINCT")
    if function == "COUNT":
        shape = Field("expr", FieldType.INT)
    elif function == "AVG":
        shape = Field("expr", FieldType.DOUBLE)
    else:
        shape = found.field
    return Resolved(f"{function}({distinct}{found.expression})", shape, ("expr",), plain=False)


def _group_key(scope: Scope, key: Operand) -> Resolved:
    if isinstance(key, Call):
        if key.function not in date_functions.NAMES:
            raise refusal.at(key.place, f"function {key.function} is not supported in GROUP BY")
        return date_functions.resolved(scope, key)
    found = scope.resolve(key)
    if not found.field.groupable:
        raise refusal.at(key.place, f"field '{key.text}' can not be grouped in a query call")
    return found


def _computed(scope: Scope, call: Call, grouped: dict[str, Resolved]) -> Resolved:
    """An aggregate, or a date function that the query is grouped by."""
    if call.function not in date_functions.NAMES:
        return _aggregated(scope, call)
    found = date_functions.resolved(scope, call)
    if found.expression not in grouped:
        raise refusal.at(call.place, f"Field must be grouped or aggregated: {call.function}")
    return found


def _grouped(scope: Scope, path: Path, grouped: dict[str, Resolved]) -> Resolved:
    found = scope.resolve(path)
    if found.expression not in grouped:
        raise refusal.at(path.place, f"Field must be grouped or aggregated: {path.text}")
    return found


def _expand_fields(query: Query, scope: Scope, call: Call) -> list[Resolved]:
    which = call.argument.text.upper() if call.argument else ""
    if call.function != "FIELDS":
        raise refusal.at(call.place, f"function {call.function} is not supported")
    if which not in ("ALL", "STANDARD", "CUSTOM"):
        raise refusal.at(call.place, "FIELDS takes ALL, STANDARD or CUSTOM")
    if which != "STANDARD" and (query.limit is None or query.limit > _MAX_FIELDS_LIMIT):
        raise refusal.at(call.place, f"The SOQL FIELDS function must have a LIMIT of at most {_MAX_FIELDS_LIMIT}")
    chosen = [f for f in scope.entity.fields if which == "ALL" or f.custom == (which == "CUSTOM")]
    return [scope.resolve(Path((f.name,), call.place)) for f in chosen]


def _refuse_repeats(query: Query, columns: list[Resolved]) -> None:
    seen = set()
    for column in columns:
        if column.parts in seen:
            raise refusal.at(query.place, f"duplicate field selected: {'.'.join(column.parts)}", "INVALID_FIELD")
        seen.add(column.parts)


def _check_numbers(query: Query) -> None:
    if query.offset is not None and query.offset > _MAX_OFFSET:
        raise refusal.at(Place(1, 1), f"Maximum SOQL offset allowed is {_MAX_OFFSET}", "NUMBER_OUTSIDE_VALID_RANGE")


def _window(query: Query) -> str:
    if query.limit is None and query.offset is None:
        return ""
    return f" LIMIT {-1 if query.limit is None else query.limit} OFFSET {query.offset or 0}"
