"""Date literals: each names a span of days in the running user's zone, from `start` up to before `end`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

_FIXED = {
    "YESTERDAY": ("DAY", -1),
    "TODAY": ("DAY", 0),
    "TOMORROW": ("DAY", 1),
    **{
        f"{which}_{unit}": (unit.removeprefix("FISCAL_"), step)
        for unit in ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
        for which, step in (("LAST", -1), ("THIS", 0), ("NEXT", 1))
    },
}
_UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
_COUNTED = {
    **{f"LAST_N_{u}S": (u.removeprefix("FISCAL_"), "last") for u in _UNITS},
    **{f"NEXT_N_{u}S": (u.removeprefix("FISCAL_"), "next") for u in _UNITS},
    **{f"N_{u}S_AGO": (u.removeprefix("FISCAL_"), "ago") for u in _UNITS},
}


@dataclass(frozen=True)
class Span:
    start: date
    end: date


def is_relative(name: str, counted: bool) -> bool:
    return name in _COUNTED if counted else name in _FIXED or name in ("LAST_90_DAYS", "NEXT_90_DAYS")


def span(name: str, count: int, today: date) -> Span:
    """`name` in capitals. Spans beyond the calendar end at its edge."""
    if name in ("LAST_90_DAYS", "NEXT_90_DAYS"):
        name, count = name.replace("90", "N"), 90
    if name in _FIXED:
        unit, step = _FIXED[name]
        return Span(_shift(unit, today, step), _shift(unit, today, step + 1))
    unit, way = _COUNTED[name]
    if way == "ago":
        return Span(_shift(unit, today, -count), _shift(unit, today, 1 - count))
    if way == "next":
        return Span(_shift(unit, today, 1), _shift(unit, today, count + 1))
    # The last n days include today; the last n weeks, months and years end before the current one.
    return Span(_shift(unit, today, -count), _shift(unit, today, 1 if unit == "DAY" else 0))


def _shift(unit: str, day: date, steps: int) -> date:
    """The start of the unit that lies `steps` from the one around `day`."""
    try:
        match unit:
            case "DAY":
                return day + timedelta(days=steps)
            case "WEEK":
                # Monday, as in the org's locale; Salesforce takes the first day of the week from it.
                return day - timedelta(days=day.weekday()) + timedelta(weeks=steps)
            case "MONTH":
                return _month(day.year * 12 + day.month - 1 + steps)
            case "QUARTER":
                return _month((day.year * 4 + (day.month - 1) // 3 + steps) * 3)
            case _:
                return date(day.year + steps, 1, 1)
    except (ValueError, OverflowError):
        return date(MINYEAR, 1, 1) if steps < 0 else date(MAXYEAR, 12, 31)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
