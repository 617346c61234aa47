"""A CSV matrix of who gets what: one row per rule, or a cross table with an owner in each cell.

Rules: columns named after conditions (country, state, postal, segment, product, language, lead source, industry,
domain) and one of team, queue, owner; an empty cell or `*` means any; several values are separated by `;` or `|`.
Cross table: `country / segment` in the first cell, values of the one down, of the other across.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from domain.errors import ErrorCode, InputError
from domain.playbook import Playbook
from domain.routing_rules import RoutingRule
from gateways.playbook_import.conditions import Conditions, Untranslatable, condition_of, dimension, row
from gateways.playbook_import.result import Imported, NotTranslated

_OWNERS = ("team", "queue", "owner")
_NAMES = ("rule", "name", "id")
_ANY = {"", "*", "any", "all"}


def read_matrix(text: str, name: str, playbook: Playbook | None) -> Imported:
    """The rows in the order of the file. Raises `InputError` where there is no table."""
    reader = csv.reader(io.StringIO(text), dialect=_dialect(text), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        lines.extend(
            (reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(map(str.strip, cells))
        )
    except csv.Error as broken:
        raise InputError(
            f"{name}:{reader.line_num}: not readable as CSV ({broken})", code=ErrorCode.INVALID_PLAYBOOK
        ) from None
    if len(lines) < 2:
        raise InputError(f"{name}: a matrix needs a header and at least one row", code=ErrorCode.INVALID_PLAYBOOK)
    header = [cell.casefold() for cell in lines[0][1]]
    listed = any(owner in header for owner in _OWNERS)
    entries = _listed(header, lines[1:]) if listed else _crossed(lines[0], lines[1:], name)
    rows: list[RoutingRule] = []
    missed: list[NotTranslated] = []
    for line, label, cells, owner_kind, owner in entries:
        try:
            rows.append(_row(label, cells, owner_kind, owner, playbook))
        except Untranslatable as wrong:
            missed.append(NotTranslated(line=line, entry=label, why=str(wrong), after=len(rows)))
    return Imported(rules=tuple(rows), not_translated=tuple(missed))


Entry = tuple[int, str, list[tuple[str, str]], str, str]
"""Line, label, cells by column, kind of owner, owner."""


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.splitlines()[0] if text.strip() else ""

    class Matrix(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Matrix


def _listed(header: list[str], lines: Sequence[tuple[int, list[str]]]) -> Iterator[Entry]:
    for line, cells in lines:
        by_column = dict(zip(header, cells, strict=False))
        kind = next((k for k in _OWNERS if by_column.get(k)), "")
        label = next((by_column[k] for k in _NAMES if by_column.get(k)), f"row {line}")
        conditions = [(k, v) for k, v in by_column.items() if k not in (*_OWNERS, *_NAMES)]
        yield line, label, conditions, kind, by_column.get(kind, "")


def _crossed(header: tuple[int, list[str]], lines: Sequence[tuple[int, list[str]]], name: str) -> Iterator[Entry]:
    line, cells = header
    sides = [s.strip() for s in re.split(r"[/\\]", cells[0])]
    if len(sides) != 2 or not all(map(dimension, sides)):
        raise InputError(
            f"{name}:{line}: the header names no team, queue or owner; or write `country / segment` in the first cell",
            code=ErrorCode.INVALID_PLAYBOOK,
        )
    for at, row_cells in lines:
        for across, owner in zip(cells[1:], row_cells[1:], strict=False):
            if owner:
                label = f"{row_cells[0] or 'any'} × {across or 'any'}"
                yield at, label, [(sides[0], row_cells[0]), (sides[1], across)], "owner", owner


def _row(label: str, cells: list[tuple[str, str]], kind: str, owner: str, playbook: Playbook | None) -> RoutingRule:
    conditions: Conditions = {}
    for column, cell in cells:
        if cell.casefold() in _ANY:
            continue
        name = dimension(column)
        if not name:
            raise Untranslatable(f"nothing in a playbook row asks the column {column} (it says {cell})")
        values = [v for v in re.split(r"[;|]", cell) if v.strip()]
        if name == "segments" and playbook is not None:
            values = [_segment(v, playbook) for v in values]
        conditions |= condition_of(name, values)
    if not owner:
        raise Untranslatable("it names no team, queue or owner")
    return row(label, conditions, **{_kind(kind, owner, playbook): owner})


def _segment(value: str, playbook: Playbook) -> str:
    wanted = re.sub(r"[^a-z0-9]", "", value.casefold())
    names = {re.sub(r"[^a-z0-9]", "", s.name.casefold()): s.name for s in playbook.routing.segments}
    if wanted not in names:
        raise Untranslatable(f"{value.strip()} is no size of the playbook; use one of: {', '.join(names.values())}")
    return names[wanted]


def _kind(kind: str, owner: str, playbook: Playbook | None) -> str:
    """A column called owner may hold teams and queues too: names that are known as such are taken as such."""
    if kind != "owner" or "@" in owner:
        return kind
    if playbook is not None and owner in playbook.teams:
        return "team"
    queues = (
        {q.casefold() for q in playbook.people.queues} | {t.queue.casefold() for t in playbook.teams.values()}
        if playbook
        else set()
    )
    return "queue" if owner.casefold() in queues else "owner"
