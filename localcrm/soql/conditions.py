"""Comparisons in SQL, with SOQL's meaning: case-insensitive text, two-valued logic, dates in the user's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from localcrm import ids
from localcrm.errors import ApiError
from localcrm.fields import IDENTIFIER, NUMERIC, FieldType, Value
from localcrm.soql import dates, refusal
from localcrm.soql.scope import Resolved
from localcrm.soql.tree import Literal, LiteralKind
from localcrm.stamps import parse_date, parse_stamp, stamp

_TEXT = frozenset(
    {
        FieldType.STRING,
        FieldType.TEXTAREA,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
        FieldType.PICKLIST,
        FieldType.MULTIPICKLIST,
    }
)


@dataclass(frozen=True)
class Sql:
    text: str
    parameters: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """Where the running user's days begin."""

    now: datetime
    zone: tzinfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: date) -> str:
        try:
            return stamp(datetime.combine(day, time(), tzinfo=self.zone))
        except OverflowError:
            return stamp(datetime.combine(day, time(), tzinfo=UTC))


def compare(operand: Resolved, operator: str, literal: Literal, calendar: Calendar) -> Sql:
    kind = operand.field.type
    expression = _expression(operand)
    _refuse_long_text(operand, literal)
    if kind is FieldType.BOOLEAN and operator not in ("=", "!="):
        raise _bad_operator(operand, literal)
    if literal.kind is LiteralKind.NULL or (literal.kind is LiteralKind.TEXT and not literal.value):
        if operator not in ("=", "!="):
            raise _bad_operator(operand, literal)
        if kind is FieldType.BOOLEAN:
            return Sql(f"{expression} IS {'' if operator == '=' else 'NOT '}0")
        return Sql(f"{expression} IS {'' if operator == '=' else 'NOT '}NULL")
    if literal.kind is LiteralKind.RELATIVE:
        return _compare_span(operand, operator, literal, calendar)
    value = value_of(operand, literal)
    if kind in _TEXT and (not operand.plain or not str(value).isascii()):
        expression, value = f"fold({expression})", str(value).lower()
    sql_operator = {"=": "IS", "!=": "IS NOT"}.get(operator, operator)
    return Sql(f"{expression} {sql_operator} ?", (value,))


def one_of(operand: Resolved, literals: tuple[Literal, ...], negated: bool, calendar: Calendar) -> Sql:
    if any(literal.kind is LiteralKind.RELATIVE for literal in literals):
        parts = [compare(operand, "=", literal, calendar) for literal in literals]
        text = "(" + " OR ".join(p.text for p in parts) + ")"
        return _maybe_not(Sql(text, tuple(v for p in parts for v in p.parameters)), negated)
    expression = _expression(operand)
    for literal in literals:
        _refuse_long_text(operand, literal)
    nulls = [x for x in literals if x.kind is LiteralKind.NULL or (x.kind is LiteralKind.TEXT and not x.value)]
    values = [value_of(operand, x) for x in literals if x not in nulls]
    if operand.field.type is FieldType.BOOLEAN and nulls:
        nulls, values = [], [*values, 0]
    if operand.field.type in _TEXT and (not operand.plain or not all(str(v).isascii() for v in values)):
        expression, values = f"fold({expression})", [str(v).lower() for v in values]
    parts_text = [f"{expression} IS NULL"] if nulls else []
    if values:
        parts_text.append(f"{expression} IN ({', '.join('?' for _ in values)})")
    return _maybe_not(Sql("(" + " OR ".join(parts_text) + ")", tuple(values)), negated)


def like(operand: Resolved, literal: Literal) -> Sql:
    _refuse_long_text(operand, literal)
    if operand.field.type not in _TEXT or operand.field.type is FieldType.MULTIPICKLIST:
        raise _bad_operator(operand, literal)
    if literal.kind is not LiteralKind.TEXT:
        raise _wrong_kind(operand, literal)
    pattern = literal.pattern
    if not pattern:
        return Sql(f"{operand.expression} IS NULL")
    if pattern.isascii():
        return Sql(f"{operand.expression} LIKE ? ESCAPE '\\'", (pattern,))
    return Sql(f"fold({operand.expression}) LIKE ? ESCAPE '\\'", (pattern.lower(),))


def includes(operand: Resolved, literals: tuple[Literal, ...], negated: bool) -> Sql:
    """Each value is one choice, or several joined by `;` that must all be there."""
    if operand.field.type is not FieldType.MULTIPICKLIST:
        raise _bad_operator(operand, literals[0])
    groups, parameters = [], []
    for literal in literals:
        if literal.kind is not LiteralKind.TEXT:
            raise _wrong_kind(operand, literal)
        wanted = [part.strip().lower() for part in literal.value.split(";") if part.strip()]
        if not wanted:
            groups.append(f"{operand.expression} IS NULL")
        else:
            groups.append(
                "(" + " AND ".join(f"instr(';' || fold({operand.expression}) || ';', ?)" for _ in wanted) + ")"
            )
            parameters += [f";{part};" for part in wanted]
    return _maybe_not(Sql("(" + " OR ".join(groups) + ")", tuple(parameters)), negated)


def _expression(operand: Resolved) -> str:
    """A checkbox is never null: that of a parent which is not there counts as false."""
    if operand.field.type is FieldType.BOOLEAN and len(operand.parts) > 1:
        return f"COALESCE({operand.expression}, 0)"
    return operand.expression


def value_of(operand: Resolved, literal: Literal) -> Value:
    """The stored form of a literal for this field. Raises INVALID_FIELD where the kinds do not fit."""
    kind = operand.field.type
    match literal.kind:
        case LiteralKind.TEXT if kind in IDENTIFIER:
            record_id = ids.to_18(literal.value)
            if record_id is None:
                raise refusal.at(literal.place, f"invalid ID field: {literal.value}", "INVALID_QUERY_FILTER_OPERATOR")
            return record_id
        case LiteralKind.TEXT if kind in _TEXT:
            return literal.value
        case LiteralKind.NUMBER if kind in NUMERIC:
            return float(literal.value)
        case LiteralKind.BOOLEAN if kind is FieldType.BOOLEAN:
            return int(literal.value == "TRUE")
        case LiteralKind.DATE if kind is FieldType.DATE:
            day = parse_date(literal.value)
            if day is None:
                raise refusal.at(literal.place, f"line {literal.place.line}: invalid date {literal.value}")
            return day.isoformat()
        case LiteralKind.DATETIME if kind is FieldType.DATETIME:
            moment = parse_stamp(literal.value)
            if moment is None:
                raise refusal.at(literal.place, f"line {literal.place.line}: invalid dateTime {literal.value}")
            return stamp(moment)
        case _:
            raise _wrong_kind(operand, literal)


def _compare_span(operand: Resolved, operator: str, literal: Literal, calendar: Calendar) -> Sql:
    kind = operand.field.type
    if kind not in (FieldType.DATE, FieldType.DATETIME):
        raise _wrong_kind(operand, literal)
    span = dates.span(literal.value, literal.count, calendar.today)
    as_text = calendar.midnight if kind is FieldType.DATETIME else date.isoformat
    start, end = as_text(span.start), as_text(span.end)
    expression = operand.expression
    match operator:
        case "=":
            return Sql(f"({expression} >= ? AND {expression} < ?)", (start, end))
        case "!=":
            return Sql(f"({expression} IS NULL OR {expression} < ? OR {expression} >= ?)", (start, end))
        case "<":
            return Sql(f"{expression} < ?", (start,))
        case "<=":
            return Sql(f"{expression} < ?", (end,))
        case ">":
            return Sql(f"{expression} >= ?", (end,))
        case _:
            return Sql(f"{expression} >= ?", (start,))


def _maybe_not(sql: Sql, negated: bool) -> Sql:
    # NULL counts as "does not hold", so that its negation holds, as in SOQL.
    return Sql(f"NOT COALESCE({sql.text}, 0)", sql.parameters) if negated else sql


def _refuse_long_text(operand: Resolved, literal: Literal) -> None:
    if operand.field.is_long_text:
        raise refusal.at(
            literal.place, f"field '{operand.field.name}' can not be filtered in a query call", "INVALID_FIELD"
        )


def _bad_operator(operand: Resolved, literal: Literal) -> ApiError:
    return refusal.at(
        literal.place, f"invalid operator on {operand.field.type} field: {operand.field.name}", "INVALID_FIELD"
    )


def _wrong_kind(operand: Resolved, literal: Literal) -> ApiError:
    kind = operand.field.type
    wanted, quoted = ("string", True) if kind in _TEXT or kind in IDENTIFIER else (str(kind), False)
    wanted = "dateTime" if kind is FieldType.DATETIME else wanted
    rule = "should be enclosed in quotes" if quoted else "should not be enclosed in quotes"
    return refusal.at(
        literal.place,
        f"value of filter criterion for field '{operand.field.name}' must be of type {wanted} and {rule}",
        "INVALID_FIELD",
    )
