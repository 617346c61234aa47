"""Generated conditions, answered by the server and by a plain reading of the rows in Python: they must agree.

Sources: SOQL and SOSL Reference, Comparison Operators, Use null in WHERE, null Values in Lookup Relationships and Outer
Joins, Query Multi-Select Picklists, Date Formats and Date Literals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcrm.options import Options
from localcrm.request import Call
from localcrm.service import Service
from tests.localcrm.driving import START, WRITER, SetClock

Row = dict[str, Any]
Holds = Callable[[Row], bool]
Condition = tuple[str, Holds]
TODAY = START.date()
NAMES = ("Alpha", "alpha 2", "BETA", "Ñandú", "Straße", "STRASSE", "100% x", "a_b", "a\\b", "O'Hara", "é", 'q"q', "a;b")
PRODUCTS = ("Analytics", "Depot management", "Route planning")
SPANS = {
    "TODAY": (0, 1),
    "YESTERDAY": (-1, 0),
    "LAST_N_DAYS:7": (-7, 1),
    "NEXT_N_DAYS:7": (1, 8),
    "LAST_90_DAYS": (-90, 1),
    "N_DAYS_AGO:8": (-8, -7),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


class Org:
    """Accounts below accounts, and opportunities of some of them."""

    def __init__(self) -> None:
        self.service = Service(":memory:", Options(clients=(WRITER,), clock=SetClock()))
        self._headers = {"authorization": f"Bearer {self.service.issue('writer').access_token}"}
        made: list[str] = []
        for number, name in enumerate(NAMES):
            made.append(
                self._add(
                    "Account",
                    Name=name,
                    Industry=(None, "Banking", "Energy")[number % 3],
                    NumberOfEmployees=(None, 0, 40, 400)[number % 4],
                    Strategic__c=number % 2 == 0,
                    Products_Owned__c=";".join(PRODUCTS[: number % 4]) or None,
                    ParentId=made[number // 3] if number % 3 == 2 else None,
                )
            )
        for number, days in enumerate((-400, -91, -90, -8, -7, -1, 0, 1, 7, 8)):
            self._add(
                "Opportunity",
                Name=NAMES[number],
                StageName=("Prospecting", "Closed Won")[number % 2],
                CloseDate=(TODAY + timedelta(days=days)).isoformat(),
                Amount=(None, 0, 10.5)[number % 3],
                AccountId=made[number] if number % 3 else None,
            )
        self.accounts = {r["Id"]: r for r in self.ask("SELECT FIELDS(ALL) FROM Account LIMIT 200")}
        # Built once: hypothesis examines a strategy anew wherever it is made.
        self.conditions: dict[str, st.SearchStrategy[Condition]] = {}
        self.opportunities = {r["Id"]: r for r in self.ask("SELECT FIELDS(ALL) FROM Opportunity LIMIT 200")}

    def _add(self, name: str, **body: Any) -> str:
        reply = self.service.data(Call("POST", ("v62.0", "sobjects", name), {}, self._headers, body))
        assert reply.status == 201, reply.body
        return str(reply.body["id"])

    def ask(self, soql: str) -> list[Row]:
        reply = self.service.data(Call("GET", ("v62.0", "query"), {"q": soql}, self._headers))
        assert reply.status == 200, (soql, reply.body)
        return list(reply.body["records"])


@dataclass(frozen=True)
class Column:
    """`value` reads the field, through parents that may be missing."""

    path: str
    kind: str
    value: Callable[[Org, Row], Any]


def _of(path: str, kind: str) -> Column:
    *hops, name = path.split(".")

    def value(org: Org, row: Row) -> Any:
        found: Row = row
        for hop in hops:
            found = org.accounts.get(found.get(f"{hop}Id") or "", {})
        return found.get(name)

    return Column(path, kind, value)


COLUMNS = {
    "Account": (
        *(_of(path, "text") for path in ("Name", "Industry", "Parent.Name", "Parent.Parent.Name")),
        *(_of(path, "number") for path in ("NumberOfEmployees", "Parent.NumberOfEmployees")),
        *(_of(path, "checkbox") for path in ("Strategic__c", "Parent.Strategic__c", "Parent.Parent.Strategic__c")),
        *(_of(path, "choices") for path in ("Products_Owned__c", "Parent.Products_Owned__c")),
        _of("ParentId", "id"),
    ),
    "Opportunity": (
        *(_of(path, "text") for path in ("Name", "StageName", "Account.Name", "Account.Parent.Name")),
        *(_of(path, "number") for path in ("Amount", "Account.NumberOfEmployees")),
        *(_of(path, "checkbox") for path in ("IsClosed", "Account.Strategic__c")),
        _of("CloseDate", "date"),
        _of("AccountId", "id"),
    ),
}


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"') + "'"


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|%|_|[^\\%_]+", text.lower())
    meaning = {"%": ".*", "_": "."}
    return re.compile("".join(meaning.get(p) or re.escape(p[1:] if p[0] == "\\" else p) for p in parts), re.DOTALL)


def _null(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    return st.sampled_from(
        [
            (f"{column.path} = null", lambda row: column.value(org, row) is None),
            (f"{column.path} != NULL", lambda row: column.value(org, row) is not None),
        ]
    )


def _text(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    def lower(row: Row) -> str | None:
        value = column.value(org, row)
        return None if value is None else str(value).lower()

    def compared(operator: str, text: str) -> Condition:
        return f"{column.path} {operator} {quoted(text)}", lambda row: _COMPARE[operator](lower(row), text.lower())

    def listed(texts: list[str], null: bool, negated: bool) -> Condition:
        inside = ", ".join([*(quoted(t) for t in texts), *(["null"] if null else [])])
        wanted = {*(t.lower() for t in texts), *([None] if null else [])}
        return f"{column.path} {'NOT ' * negated}IN ({inside})", lambda row: (lower(row) in wanted) != negated

    def alike(text: str) -> Condition:
        shape = _pattern(text)
        escaped = text.replace("'", "\\'")

        def holds(row: Row) -> bool:
            value = lower(row)
            return value is not None and shape.fullmatch(value) is not None

        return f"{column.path} LIKE '{escaped}'", holds

    names = st.sampled_from([*NAMES, "banking", "CLOSED won", "nobody"])
    patterns = ("%", "A%", "%a", "_lpha%", "%\\%%", "a\\_b%", "%Ñ%", "É", "%'%", "str%e", "%\\\\%", "%ß%", "B_nking")
    return st.one_of(
        st.builds(compared, st.sampled_from(["=", "!="]), names),
        st.builds(listed, st.lists(names, min_size=1, max_size=3), st.booleans(), st.booleans()),
        st.sampled_from(patterns).map(alike),
        _null(column, org),
    )


def _number(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    def compared(operator: str, number: float) -> Condition:
        def holds(row: Row) -> bool:
            value = column.value(org, row)
            return operator == "!=" if value is None else _COMPARE[operator](value, number)

        return f"{column.path} {operator} {number}", holds

    numbers = st.sampled_from([0, 40, 400, 10.5, -3])
    return st.one_of(st.builds(compared, st.sampled_from(sorted(_COMPARE)), numbers), _null(column, org))


def _checkbox(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    def compared(operator: str, word: str) -> Condition:
        wanted = word == "true"
        return f"{column.path} {operator} {word}", lambda row: _COMPARE[operator](bool(column.value(org, row)), wanted)

    return st.builds(compared, st.sampled_from(["=", "!="]), st.sampled_from(["true", "false", "null"]))


def _choices(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    def included(groups: list[list[str]], negated: bool) -> Condition:
        def holds(row: Row) -> bool:
            own = set(str(column.value(org, row) or "").split(";"))
            return any(own.issuperset(group) for group in groups) != negated

        inside = ", ".join(quoted(";".join(group)) for group in groups)
        return f"{column.path} {'EXCLUDES' if negated else 'INCLUDES'} ({inside})", holds

    group = st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=2, unique=True)
    return st.one_of(st.builds(included, st.lists(group, min_size=1, max_size=2), st.booleans()), _null(column, org))


def _date(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    def compared(operator: str, name: str) -> Condition:
        start, end = (TODAY + timedelta(days=days) for days in SPANS[name])

        def holds(row: Row) -> bool:
            day = date.fromisoformat(column.value(org, row))
            inside = {"=": start <= day < end, "<": day < start, "<=": day < end, ">": day >= end, ">=": day >= start}
            return not inside["="] if operator == "!=" else inside[operator]

        return f"{column.path} {operator} {name}", holds

    return st.builds(compared, st.sampled_from(sorted(_COMPARE)), st.sampled_from(sorted(SPANS)))


def _id(column: Column, org: Org) -> st.SearchStrategy[Condition]:
    def compared(operator: str, record_id: str, length: int) -> Condition:
        return f"{column.path} {operator} '{record_id[:length]}'", lambda row: _COMPARE[operator](
            column.value(org, row), record_id
        )

    ids = st.sampled_from(sorted(org.accounts))
    return st.one_of(
        st.builds(compared, st.sampled_from(["=", "!="]), ids, st.sampled_from([15, 18])), _null(column, org)
    )


_KINDS = {"text": _text, "number": _number, "checkbox": _checkbox, "choices": _choices, "date": _date, "id": _id}


def conditions(org: Org, name: str) -> st.SearchStrategy[Condition]:
    simple = st.one_of([_KINDS[column.kind](column, org) for column in COLUMNS[name]])

    def joined(word: str, parts: list[Condition]) -> Condition:
        together = all if word == "AND" else any
        return f"({f' {word} '.join(t for t, _ in parts)})", lambda row: together(holds(row) for _, holds in parts)

    def denied(part: Condition) -> Condition:
        return f"(NOT ({part[0]}))", lambda row: not part[1](row)

    return st.recursive(
        simple,
        lambda inner: st.one_of(
            st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
            inner.map(denied),
        ),
        max_leaves=6,
    )


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    found = Org()
    found.conditions = {name: conditions(found, name) for name in COLUMNS}
    yield found
    found.service.close()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), name=st.sampled_from(sorted(COLUMNS)))
def test_a_condition_holds_for_the_rows_it_says(org: Org, data: st.DataObject, name: str) -> None:
    soql, holds = data.draw(org.conditions[name])
    rows = org.accounts if name == "Account" else org.opportunities
    found = {row["Id"] for row in org.ask(f"SELECT Id FROM {name} WHERE {soql}")}
    assert found == {record_id for record_id, row in rows.items() if holds(row)}, soql


@settings(max_examples=100, deadline=None)
@given(
    key=st.sampled_from(["Industry", "Parent.Name", "Strategic__c"]),
    number=st.sampled_from(["NumberOfEmployees", "Parent.NumberOfEmployees"]),
    least=st.integers(0, 3),
)
def test_groups_add_up(org: Org, key: str, number: str, least: int) -> None:
    """Aggregates leave nulls out; a group of nulls is a group."""
    grouped, counted = _of(key, ""), _of(number, "")
    expected: dict[Any, list[Any]] = {}
    for row in org.accounts.values():
        expected.setdefault(grouped.value(org, row), []).append(counted.value(org, row))
    rows = org.ask(
        f"SELECT {key} k, COUNT(Id) n, COUNT({number}) c, SUM({number}) s, MAX({number}) m FROM Account "
        f"GROUP BY {key} HAVING COUNT({number}) >= {least} ORDER BY COUNT(Id) DESC, {key}"
    )
    assert [r["n"] for r in rows] == sorted((r["n"] for r in rows), reverse=True)
    found = {r["k"]: (r["n"], r["c"], r["s"], r["m"]) for r in rows}
    wanted = {}
    for name, values in expected.items():
        there = [v for v in values if v is not None]
        if len(there) >= least:
            wanted[name] = (len(values), len(there), sum(there) if there else None, max(there, default=None))
    assert found == wanted
