"""What came of reading a rule file: rows in their order, and everything that has no counterpart in a playbook."""

from domain.model import Value
from domain.routing_rules import RoutingRule


class NotTranslated(Value):
    """An entry, or a part of one, that has no counterpart. `after` is the number of rows that stand before it."""

    line: int
    entry: str
    why: str
    after: int


class Imported(Value):
    """Rows in first-match order. What is not translated takes its leads to a later row, so a person must look."""

    rules: tuple[RoutingRule, ...] = ()
    not_translated: tuple[NotTranslated, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left behind without changing who gets a lead."""
