"""Date functions: parts of a date or time, in UTC as Salesforce takes them, and the day of a time.

Source: SOQL and SOSL Reference, Date Functions. Fiscal years are calendar years here.
"""

from __future__ import annotations

from datetime import date

from localcrm.fields import Field, FieldType, Value
from localcrm.soql import refusal
from localcrm.soql.scope import Resolved, Scope
from localcrm.soql.tree import Call

SQL_NAME = "date_part"
DAY_ONLY, HOUR_IN_DAY = "DAY_ONLY", "HOUR_IN_DAY"
_PARTS = {
    "CALENDAR_YEAR": lambda day: day.year,
    "CALENDAR_QUARTER": lambda day: (day.month - 1) // 3 + 1,
    "CALENDAR_MONTH": lambda day: day.month,
    "DAY_IN_MONTH": lambda day: day.day,
    # Sunday is 1.
    "DAY_IN_WEEK": lambda day: day.isoweekday() % 7 + 1,
    "DAY_IN_YEAR": lambda day: day.timetuple().tm_yday,
    "WEEK_IN_MONTH": lambda day: (day.day - 1) // 7 + 1,
    "WEEK_IN_YEAR": lambda day: (day.timetuple().tm_yday - 1) // 7 + 1,
}
_PARTS |= {f"FISCAL_{name}": _PARTS[f"CALENDAR_{name}"] for name in ("YEAR", "QUARTER", "MONTH")}
_OF_TIMES = frozenset({DAY_ONLY, HOUR_IN_DAY})
NAMES = frozenset({*_PARTS, *_OF_TIMES})


def part(name: Value, value: Value) -> Value:
    """What SQLite calls: `value` is a stored date or time, or null."""
    if not isinstance(name, str) or not isinstance(value, str):
        return None
    if name == DAY_ONLY:
        return value[:10]
    if name == HOUR_IN_DAY:
        return int(value[11:13])
    return int(_PARTS[name](date.fromisoformat(value[:10])))


def resolved(scope: Scope, call: Call) -> Resolved:
    """Raises MALFORMED_QUERY where the function does not take the field."""
    if call.argument is None:
        raise refusal.at(call.place, f"{call.function} needs a field here")
    found = scope.resolve(call.argument)
    kinds = (FieldType.DATETIME,) if call.function in _OF_TIMES else (FieldType.DATE, FieldType.DATETIME)
    if found.field.type not in kinds:
        raise refusal.at(call.place, f"field {found.field.name} does not support date function {call.function}")
    kind = FieldType.DATE if call.function == DAY_ONLY else FieldType.INT
    expression = f"{SQL_NAME}('{call.function}', {found.expression})"
    return Resolved(expression, Field("expr", kind), ("expr",), plain=False)
