"""Where Salesforce takes a semi-join: never under OR or NOT, at most two, one level deep, on another object.

Source: SOQL and SOSL Reference, Comparison Operators, "Semi-Joins with IN and Anti-Joins with NOT IN", restrictions.
"""

from __future__ import annotations

from collections.abc import Iterator

from localcrm.soql import refusal
from localcrm.soql.tree import All, Any_, Condition, InQuery, Not, Query

_MAX = 2


def check(query: Query) -> None:
    """Raises MALFORMED_QUERY at the semi-join that does not belong."""
    if query.having is not None:
        for joined, _ in _found(query.having, ""):
            raise refusal.at(joined.query.place, "Semi join sub-selects are not allowed in HAVING")
    if query.where is None:
        return
    for number, (joined, under) in enumerate(_found(query.where, ""), start=1):
        place = joined.query.place
        if under:
            raise refusal.at(place, f"Semi join sub-selects are not allowed with the '{under}' operator")
        if number > _MAX:
            raise refusal.at(place, f"Maximum {_MAX} semi join sub-selects are allowed")
        if joined.query.source.lower() == query.source.lower():
            raise refusal.at(place, "The inner and outer selects should not be on the same object type")
        if joined.query.where is not None and any(_found(joined.query.where, "")):
            raise refusal.at(place, "Nesting of semi join sub-selects is not supported")


def _found(node: Condition, under: str) -> Iterator[tuple[InQuery, str]]:
    """Each semi-join with the operator above it that rules it out, or nothing."""
    match node:
        case InQuery():
            yield node, under
        case Not(part):
            yield from _found(part, "NOT")
        case All(parts):
            for part in parts:
                yield from _found(part, under)
        case Any_(parts):
            for part in parts:
                yield from _found(part, under or "OR")
        case _:
            return
