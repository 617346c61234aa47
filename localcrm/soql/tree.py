"""The syntax tree of a SOQL query. Every node knows where it stood, for messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Place:
    """1-based row and column."""

    line: int
    column: int


@dataclass(frozen=True)
class Path:
    """`Owner.Name` is ("Owner", "Name")."""

    parts: tuple[str, ...]
    place: Place

    @property
    def text(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True)
class Call:
    """An aggregate, a date function, or FIELDS(...)."""

    function: str
    argument: Path | None
    place: Place


Operand = Path | Call


@dataclass(frozen=True)
class FieldItem:
    path: Path
    alias: str | None


@dataclass(frozen=True)
class CallItem:
    call: Call
    alias: str | None


@dataclass(frozen=True)
class SubqueryItem:
    query: Query


Item = FieldItem | CallItem | SubqueryItem


class LiteralKind(StrEnum):
    TEXT = "string"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "dateTime"
    RELATIVE = "date literal"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True)
class Literal:
    """`value` is the unescaped text; a relative date keeps its name in capitals and its count."""

    kind: LiteralKind
    value: str
    place: Place
    count: int = 0
    # A LIKE pattern needs to know which % and _ were escaped: they carry a backslash here.
    pattern: str = ""
    # An escaped % or _ outside LIKE is a mistake.
    only_like: bool = False


@dataclass(frozen=True)
class Comparison:
    operand: Operand
    operator: str
    value: Literal


@dataclass(frozen=True)
class Like:
    operand: Operand
    value: Literal


@dataclass(frozen=True)
class InList:
    operand: Operand
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True)
class InQuery:
    operand: Operand
    query: Query
    negated: bool


@dataclass(frozen=True)
class Includes:
    operand: Operand
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Any_:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Comparison | Like | InList | InQuery | Includes | All | Any_ | Not


@dataclass(frozen=True)
class Ordering:
    operand: Operand
    descending: bool
    nulls_first: bool


@dataclass(frozen=True)
class Query:
    items: tuple[Item, ...]
    source: str
    alias: str | None
    place: Place
    where: Condition | None
    group: tuple[Operand, ...]
    having: Condition | None
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int | None
