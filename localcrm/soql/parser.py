"""Text to syntax tree, by the grammar beside this file."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from localcrm.errors import ApiError
from localcrm.soql import refusal
from localcrm.soql.dates import is_relative
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
    Item,
    Like,
    Literal,
    LiteralKind,
    Not,
    Operand,
    Ordering,
    Path,
    Place,
    Query,
    SubqueryItem,
)

_MAX_LENGTH = 100_000
# Deeper nesting than this is no query a person or tool writes; it only exhausts the stack.
_MAX_DEPTH = 60
_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    "N": "\n",
    "R": "\r",
    "T": "\t",
    "B": "\b",
    "F": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "%": "%",
    "_": "_",
}
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_DIGITS = 9
# Words that begin a clause this server has not: cut short, such a query must not pass for one with an alias.
_NO_ALIAS = frozenset({"ALL", "FOR", "NULL", "UPDATE", "USING", "WITH"})


def parse(text: str) -> Query:
    """Raises 400 MALFORMED_QUERY with row and column, or QUERY_TOO_COMPLICATED."""
    if len(text) > _MAX_LENGTH:
        raise refusal.too_complicated(f"SOQL statements cannot be longer than {_MAX_LENGTH} characters.")
    if any("\ud800" <= ch <= "\udfff" for ch in text):
        raise ApiError(400, "MALFORMED_QUERY", "The query is not valid Unicode text.")
    if text.count("(") > _MAX_DEPTH and _depth(text) > _MAX_DEPTH:
        raise refusal.too_complicated("The query is nested too deeply.")
    try:
        tree = _grammar().parse(text)
        query = _Builder().transform(tree)
    except VisitError as wrapped:
        if isinstance(wrapped.orig_exc, ApiError):
            raise wrapped.orig_exc from None
        raise
    except UnexpectedInput as unexpected:
        raise _syntax_error(text, unexpected) from None
    assert isinstance(query, Query)  # noqa: S101 - the grammar's start rule builds nothing else
    return query


@cache
def _grammar() -> Lark:
    source = resources.files(__package__).joinpath("grammar.lark").read_text("utf-8")
    return Lark(source, start="query", parser="lalr", lexer="contextual", maybe_placeholders=True)


def _depth(text: str) -> int:
    depth = deepest = 0
    for ch in _STRING.sub("", text):
        depth += (ch == "(") - (ch == ")")
        deepest = max(deepest, depth)
    return deepest


def _syntax_error(text: str, error: UnexpectedInput) -> ApiError:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        lines = text.split("\n")
        place, what = Place(len(lines), len(lines[-1]) + 1), "<EOF>"
    elif isinstance(error, UnexpectedCharacters):
        place, what = Place(error.line, error.column), text[error.pos_in_stream or 0]
    else:
        place = Place(error.line, error.column)
        what = str(error.token) if isinstance(error, UnexpectedToken) else "?"
    line = text.split("\n")[place.line - 1]
    pointer = " " * (place.column - 1) + "^"
    message = f"\n{line}\n{pointer}\nERROR at Row:{place.line}:Column:{place.column}\nunexpected token: '{what}'"
    return ApiError(400, "MALFORMED_QUERY", message)


def _place(token: Token) -> Place:
    return Place(token.line or 1, token.column or 1)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """One method a grammar rule. Optional parts arrive as None."""

    def query(
        self,
        select: Token,
        items: tuple[Item, ...],
        _from: Token,
        source: tuple[Token, Token | None],
        where: Condition | None,
        group: tuple[tuple[Operand, ...], Condition | None] | None,
        order: tuple[Ordering, ...] | None,
        limit: int | None,
        offset: int | None,
    ) -> Query:
        name, alias = source
        keys, having = group or ((), None)
        return Query(
            items=items,
            source=str(name),
            alias=None if alias is None else str(alias),
            place=_place(name),
            where=where,
            group=keys,
            having=having,
            order=order or (),
            limit=limit,
            offset=offset,
        )

    def select_list(self, *items: Item) -> tuple[Item, ...]:
        return items

    def field_item(self, path: Path, alias: Token | None) -> FieldItem:
        return FieldItem(path, None if alias is None else str(alias))

    def function_item(self, call: Call, alias: Token | None) -> CallItem:
        return CallItem(call, None if alias is None else str(alias))

    def subquery(self, query: Query) -> SubqueryItem:
        return SubqueryItem(query)

    def source(self, name: Token, *rest: Token | None) -> tuple[Token, Token | None]:
        alias = rest[-1] if rest else None
        if alias is not None and alias.upper() in _NO_ALIAS:
            raise refusal.at(_place(alias), f"unexpected token: '{alias}'")
        return name, alias

    def path(self, *parts: Token) -> Path:
        return Path(tuple(str(p) for p in parts), _place(parts[0]))

    def call(self, function: Token, argument: Path | None) -> Call:
        return Call(str(function).upper(), argument, _place(function))

    def where(self, _where: Token, condition: Condition) -> Condition:
        return condition

    def group(self, _group: Token, _by: Token, *rest: Any) -> tuple[tuple[Operand, ...], Condition | None]:
        return tuple(rest[:-1]), rest[-1]

    def having(self, _having: Token, condition: Condition) -> Condition:
        return condition

    def order(self, _order: Token, _by: Token, *items: Ordering) -> tuple[Ordering, ...]:
        return items

    def order_item(
        self, operand: Operand, direction: Token | None, nulls: Token | None, edge: Token | None
    ) -> Ordering:
        # Salesforce puts nulls first unless told otherwise, in either direction.
        return Ordering(operand, str(direction).lower() == "desc", edge is None or str(edge).lower() == "first")

    def limit(self, _limit: Token, number: Token) -> int:
        return _count(number)

    def offset(self, _offset: Token, number: Token) -> int:
        return _count(number)

    def conjunction(self, *parts: Any) -> All:
        return All(parts[::2])

    def disjunction(self, *parts: Any) -> Any_:
        return Any_(parts[::2])

    def negation(self, _not: Token, part: Condition) -> Not:
        return Not(part)

    def comparison(self, operand: Operand, operator: Token, value: Literal) -> Comparison:
        _refuse_like_escapes(value)
        return Comparison(operand, "!=" if operator == "<>" else str(operator), value)

    def like(self, operand: Operand, _like: Token, value: Literal) -> Like:
        return Like(operand, value)

    def in_list(self, operand: Operand, negated: Token | None, _in: Token, *values: Literal) -> InList:
        _refuse_like_escapes(*values)
        return InList(operand, values, negated is not None)

    def in_query(self, operand: Operand, negated: Token | None, _in: Token, query: Query) -> InQuery:
        return InQuery(operand, query, negated is not None)

    def includes(self, operand: Operand, word: Token, *values: Literal) -> Includes:
        _refuse_like_escapes(*values)
        return Includes(operand, values, word.lower() == "excludes")

    def value(self, token: Token) -> Literal:
        place = _place(token)
        match token.type:
            case "STRING":
                return _text(token, place)
            case "NUMBER":
                return Literal(LiteralKind.NUMBER, str(token), place)
            case "DATE":
                return Literal(LiteralKind.DATE, str(token), place)
            case "DATETIME":
                return Literal(LiteralKind.DATETIME, str(token).upper(), place)
            case _:
                return _word(token, place)


def _refuse_like_escapes(*values: Literal) -> None:
    for value in values:
        if value.only_like:
            raise refusal.at(value.place, "Illegal string escape sequence: \\% and \\_ belong to LIKE")


def _word(token: Token, place: Place) -> Literal:
    name, _, count = str(token).upper().partition(":")
    if name in ("TRUE", "FALSE") and not count:
        return Literal(LiteralKind.BOOLEAN, name, place)
    if name == "NULL" and not count:
        return Literal(LiteralKind.NULL, name, place)
    if not is_relative(name, bool(count)) or len(count) > _DIGITS:
        raise refusal.at(place, f"unexpected token: '{token}'")
    return Literal(LiteralKind.RELATIVE, name, place, count=int(count or 0))


def _text(token: Token, place: Place) -> Literal:
    raw = str(token)[1:-1]

    def plain(match: re.Match[str]) -> str:
        if len(match[1]) > 1:
            return chr(int(match[1][1:], 16))
        if match[1] not in _ESCAPES:
            raise refusal.at(place, f"Illegal string escape sequence: \\{match[1]}")
        return _ESCAPES[match[1]]

    def kept(match: re.Match[str]) -> str:
        found = plain(match)
        return f"\\{found}" if found in ("%", "_", "\\") else found

    value = _ESCAPE.sub(plain, raw)
    if any("\ud800" <= ch <= "\udfff" for ch in value):
        raise refusal.at(place, "Illegal string escape sequence: half of a surrogate pair")
    only_like = any(match[1] in "%_" for match in _ESCAPE.finditer(raw))
    return Literal(LiteralKind.TEXT, value, place, pattern=_ESCAPE.sub(kept, raw), only_like=only_like)


def _count(token: Token) -> int:
    text = str(token)
    if not text.isdigit() or len(text) > _DIGITS:
        raise refusal.at(_place(token), f"unexpected token: '{token}'")
    return int(text)
