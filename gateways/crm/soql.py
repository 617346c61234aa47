"""SOQL without string splicing: names are checked, values are quoted by simple-salesforce's `format_soql`."""

import re
from collections.abc import Iterable

from simple_salesforce.format import format_soql

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_COUNT = re.compile(r"COUNT\(Id\) [a-z]+")


def select(object_name: str, fields: Iterable[str], where: str, *values: object, tail: str = "") -> str:
    """A query. `where` and `tail` are ours: `where` marks each value by `{}`, or `{:like}` inside a quoted pattern.

    Lists must not be empty: SOQL has no empty list. Raises `ValueError` for a name that is none.
    """
    listed = tuple(dict.fromkeys(fields))
    for name in (object_name, *listed):
        if not _NAME.fullmatch(name) and not _COUNT.fullmatch(name):
            raise ValueError(f"not a field name: {name!r}")
    if any(isinstance(value, (list, tuple, set)) and not value for value in values):
        raise ValueError("an empty list matches nothing; leave the query out")
    condition = format_soql(where, *values)
    return " ".join(
        part for part in ("SELECT", ", ".join(listed), "FROM", object_name, "WHERE", condition, tail) if part
    )
