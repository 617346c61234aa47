"""Filter logic such as `1 AND (2 OR 3)` as alternatives that each must hold wholly."""

import re

from gateways.playbook_import.conditions import Untranslatable

_MAX_ALTERNATIVES = 64
Alternatives = list[tuple[int, ...]]


def alternatives(expression: str, count: int) -> Alternatives:
    """Numbers of conditions, from 1, per alternative. Without an expression all must hold. Raises `Untranslatable`."""
    if not expression.strip():
        return [tuple(range(1, count + 1))]
    tokens = re.findall(r"\d+|[()]|[A-Za-z]+|\S", expression)
    found, rest = _any_of(tokens)
    if rest:
        raise Untranslatable(f"the filter logic {expression} cannot be read at {rest[0]}")
    if any(number > count or number < 1 for numbers in found for number in numbers):
        raise Untranslatable(f"the filter logic {expression} names a condition that is not there")
    return found


def _any_of(tokens: list[str]) -> tuple[Alternatives, list[str]]:
    found, rest = _all_of(tokens)
    while rest and rest[0].upper() == "OR":
        more, rest = _all_of(rest[1:])
        found = found + more
    if len(found) > _MAX_ALTERNATIVES:
        raise Untranslatable("the filter logic has too many alternatives; split the entry")
    return list(dict.fromkeys(found)), rest


def _all_of(tokens: list[str]) -> tuple[Alternatives, list[str]]:
    found, rest = _one(tokens)
    while rest and rest[0].upper() == "AND":
        more, rest = _one(rest[1:])
        found = [tuple(dict.fromkeys((*a, *b))) for a in found for b in more]
        if len(found) > _MAX_ALTERNATIVES:
            raise Untranslatable("the filter logic has too many alternatives; split the entry")
    return found, rest


def _one(tokens: list[str]) -> tuple[Alternatives, list[str]]:
    if not tokens:
        raise Untranslatable("the filter logic ends too early")
    head, rest = tokens[0], tokens[1:]
    if head.isdecimal():
        return [(int(head),)], rest
    if head == "(":
        found, rest = _any_of(rest)
        if not rest or rest[0] != ")":
            raise Untranslatable("a bracket of the filter logic is not closed")
        return found, rest[1:]
    if head.upper() == "NOT":
        raise Untranslatable("the filter logic has a NOT; a row can only ask for what is there")
    raise Untranslatable(f"the filter logic cannot be read at {head}")
