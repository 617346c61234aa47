"""SOQL without string splicing: names are checked, values are quoted by simple-salesforce's `format_soql`."""

import re
from collections.abc import Iterable

from simple_salesforce.format import format_soql

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_COUNT = re.compile(r"COUNT\([A-Za-z][A-Za-z0-9_]*\) [a-z][a-z0-9_]*")


class Children(str):
    """A subquery of child rows, made by `children`."""

    __slots__ = ()


def children(relationship: str, fields: Iterable[str], tail: str, *, where: str = "") -> Children:
    """The child rows of each row, to stand among the fields of `select`. `where` and `tail` are ours."""
    return Children(f"({_spelled(relationship, fields, where, tail)})")


def select(object_name: str, fields: Iterable[str], where: str, *values: object, tail: str = "") -> str:
    """A query. `where` and `tail` are ours: `where` marks each value by `{}`, or `{:like}` inside a quoted pattern.

    Lists must not be empty: SOQL has no empty list. Raises `ValueError` for a name that is none.
    """
    if any(isinstance(value, (list, tuple, set)) and not value for value in values):
        raise ValueError("an empty list matches nothing; leave the query out")
    return _spelled(object_name, fields, format_soql(where, *values), tail)


def _spelled(source: str, fields: Iterable[str], where: str, tail: str) -> str:
    listed = tuple(dict.fromkeys(fields))
    for name in (source, *listed):
        if not isinstance(name, Children) and not _NAME.fullmatch(name) and not _COUNT.fullmatch(name):
            raise ValueError(f"not a field name: {name!r}")
    condition = ("WHERE", where) if where else ()
    return " ".join(word for word in ("SELECT", ", ".join(listed), "FROM", source, *condition, tail) if word)
