"""Salesforce lead assignment rules, as the Metadata API exports them (`Lead.assignmentRules-meta.xml`).

The active rule's entries are tried in order and the first that fits decides, as in a playbook's `rules`. An entry
without one of its conditions would take other leads, and so is not translated at all; of an or, values that nobody
knows are left out. Both are listed.
"""

import csv
from collections.abc import Sequence

from domain.errors import ErrorCode, InputError
from domain.playbook import Segment
from domain.routing_rules import RoutingRule
from gateways.playbook_import.conditions import Criterion, Untranslatable, row, translated
from gateways.playbook_import.filters import alternatives
from gateways.playbook_import.result import Imported, NotTranslated
from gateways.playbook_import.xml_lines import Node, read_xml

_ALWAYS_TRUE = {"true", "TRUE"}


def read_assignment_rules(body: bytes, name: str, segments: Sequence[Segment]) -> Imported:
    """The rows of the active rule. Raises `InputError` where the file is none of assignment rules."""
    root = read_xml(body, name)
    rules = root.all("assignmentRule")
    if root.name != "AssignmentRules" or not rules:
        raise InputError(
            f"{name}:{max(root.line, 1)}: no assignment rules here; export Lead.assignmentRules-meta.xml",
            code=ErrorCode.INVALID_PLAYBOOK,
        )
    active = [r for r in rules if r.value("active") == "true"]
    chosen = (active or rules)[0]
    notes = [
        f"{name}:{r.line}: rule {r.value('fullName')} is not active and was left out" for r in rules if r is not chosen
    ]
    if not active:
        notes.insert(0, f"{name}:{chosen.line}: no rule is active; {chosen.value('fullName')} was read")
    rows: list[RoutingRule] = []
    missed: list[NotTranslated] = []
    for number, entry in enumerate(chosen.all("ruleEntry"), start=1):
        label = f"{chosen.value('fullName')} {number}"
        made, whys = _entry(entry, label, segments)
        rows.extend(made)
        missed.extend(
            NotTranslated(line=entry.line, entry=label, why=why, after=len(rows)) for why in dict.fromkeys(whys)
        )
        notes.extend(_left_behind(entry, label, name))
    return Imported(rules=tuple(rows), not_translated=tuple(missed), notes=tuple(notes))


def _entry(entry: Node, label: str, segments: Sequence[Segment]) -> tuple[list[RoutingRule], list[str]]:
    """The rows of one entry, several where its filter logic has alternatives; and why parts of it are missing."""
    owner, kind = entry.value("assignedTo"), entry.value("assignedToType")
    if not owner:
        return [], ["it names no owner (`do not reassign`); a row always names one"]
    if kind not in {"User", "Queue"}:
        return [], [f"it assigns to a {kind or 'nameless kind'}; name a queue or a user"]
    goes_to = {"owner" if kind == "User" else "queue": owner}
    formula = entry.value("formula")
    if formula and formula not in _ALWAYS_TRUE:
        return [], [f"it decides by the formula {' '.join(formula.split())[:200]}; write it as conditions"]
    criteria = [_criterion(item) for item in entry.all("criteriaItems")]
    rows: list[RoutingRule] = []
    whys: list[str] = []
    try:
        found = alternatives(entry.value("booleanFilter"), len(criteria))
    except Untranslatable as wrong:
        return [], [str(wrong)]
    for n, numbers in enumerate(found):
        id = label if len(found) == 1 else f"{label}{chr(ord('a') + n % 26)}{n // 26 or ''}"
        try:
            unknown: list[str] = []
            conditions = translated([criteria[i - 1] for i in numbers], segments, unknown)
            rows.append(row(id, conditions, **goes_to))
            whys.extend(unknown)
        except Untranslatable as wrong:
            whys.append(str(wrong))
    return rows, whys


def _criterion(item: Node) -> Criterion:
    field = item.value("field").rpartition(".")[2]
    value = item.value("value") or item.value("valueField")
    # Values are an or, separated by commas; one that holds a comma stands in quotes.
    values = tuple(v.strip() for v in next(csv.reader([" ".join(value.split())], skipinitialspace=True), [""]))
    operation = "comparison of two fields" if item.value("valueField") else item.value("operation")
    return Criterion(field=field, operation=operation, values=values)


def _left_behind(entry: Node, label: str, name: str) -> list[str]:
    left = []
    if entry.value("template"):
        left.append(f"{name}:{entry.line}: {label}: the notification template {entry.value('template')} is not used")
    if entry.value("team") or entry.value("overrideExistingTeams") == "true":
        left.append(f"{name}:{entry.line}: {label}: predefined teams are not used")
    return left
