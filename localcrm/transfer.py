"""Rows in and out as CSV or JSON. Import goes through the same rules as the API; a bad row does not stop the rest."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from localcrm import headers, ids, rows, tables
from localcrm.bootstrap import ensure_org
from localcrm.context import Access, Caller, Context, OrgRules
from localcrm.errors import ApiError, MultipleMatches
from localcrm.fields import Field, FieldType, Record, SObject
from localcrm.stamps import Clock, parse_date, stamp, system_clock
from localcrm.store import Store, StoreError
from localcrm.tables import Line, TransferError
from localcrm.validation import coerce

__all__ = ["ImportReport", "Refused", "TransferError", "export_file", "import_file"]

_VERSION = "62.0"
_YES = frozenset({"true", "yes", "1", "x", "y"})
_NO = frozenset({"false", "no", "0", "n"})
_MISSING_PARENT = "INVALID_CROSS_REFERENCE_KEY"


class _Done(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Refused:
    """`line` is the line of the CSV file where the row begins, or the position in the JSON list from 1."""

    line: int
    reason: str


@dataclass
class ImportReport:
    created: int = 0
    updated: int = 0
    refused: list[Refused] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


def import_file(
    db: str | Path,
    path: str | Path,
    object_name: str,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    clock: Clock = system_clock,
) -> ImportReport:
    """Reads `.csv` or `.json` (a list of objects) into one object.

    Headers are field names or labels in any case (`First Name`, `firstname`, `FirstName`) or what reports call them;
    `columns` maps other headers to field names. A row with an Id keeps it, so that what points to it still does, and
    changes the record that has it already: the same file twice makes nothing twice. Raises TransferError.
    """
    try:
        store = Store(db)
    except StoreError as error:
        raise TransferError(str(error)) from None
    try:
        sobject = _object(store, object_name)
        table = tables.read(Path(path), encoding)
        plan = headers.plan(sobject, table.headers, columns or {})
        report = ImportReport(ignored_columns=[header for header, target in plan.items() if target is None])
        if plan and all(target is None for target in plan.values()):
            raise TransferError(
                f"{path}: no column names a field of {sobject.name}; map them, header by header. "
                f"The first line is read as {', '.join(table.headers)[:200]}"
            )
        with store.transaction() as tx:
            user = ensure_org(tx, store.schema, stamp(clock()))
            caller = Caller("import", user, Access.READ_WRITE)
            ctx = Context(tx, store.schema, caller, clock(), OrgRules(inactive_owners=True), _VERSION)
            _take(replace(ctx, auto_assign=False, allow_duplicates=True), sobject, table.lines, plan, report)
        return report
    except ApiError as busy:
        raise TransferError(f"{db}: {busy.message}") from None
    finally:
        store.close()


def _take(
    ctx: Context, sobject: SObject, lines: tuple[Line, ...], plan: Mapping[str, Field | None], report: ImportReport
) -> None:
    """A row that points to a later one of the same file waits for it."""
    left, waiting = list(lines), True
    while left and waiting:
        pending: list[tuple[Line, str]] = []
        for line in left:
            try:
                if line.wrong:
                    raise ApiError(400, "INVALID_FIELD", line.wrong)
                with ctx.tx.savepoint():
                    done = _take_one(ctx, sobject, line, plan)
            except ApiError as error:
                if error.code == _MISSING_PARENT:
                    pending.append((line, _no_parent(error)))
                else:
                    report.refused.append(Refused(line.number, error.message))
            except MultipleMatches as error:
                report.refused.append(Refused(line.number, str(error)))
            else:
                report.created += done is _Done.CREATED
                report.updated += done is _Done.UPDATED
        waiting = len(pending) < len(left)
        left = [line for line, _ in pending]
    report.refused += [Refused(line.number, reason) for line, reason in pending] if left else []
    report.refused.sort(key=lambda refused: refused.line)


def _take_one(ctx: Context, sobject: SObject, line: Line, plan: Mapping[str, Field | None]) -> _Done:
    cells = {target: _cell(target, value) for header, value in line.cells.items() if (target := plan[header])}
    own_id = next((value for target, value in cells.items() if target.type is FieldType.ID), None)
    body = {target.name: value for target, value in cells.items() if target.createable}
    if own_id in (None, ""):
        record_id = rows.create(ctx, sobject, body)
    else:
        known = ids.to_18(str(own_id))
        if known is None or not known.startswith(sobject.prefix):
            raise ApiError(400, "MALFORMED_ID", f"Id: {str(own_id)[:40]} is no id of {sobject.name}")
        before = ctx.tx.fetch(sobject, known)
        if before is not None:
            return _change(ctx, sobject, before, cells)
        record_id = rows.create(ctx, sobject, body, record_id=known)
    past: Record = {}
    for target, value in cells.items():
        if not target.createable and target.type is not FieldType.ID and value not in (None, ""):
            past[target.name] = coerce(ctx.tx, ctx.schema, target, value)
    ctx.tx.update(sobject, record_id, past)
    return _Done.CREATED


def _change(ctx: Context, sobject: SObject, before: Record, cells: Mapping[Field, Any]) -> _Done:
    """A record that is as the file says is left alone, its SystemModstamp as well."""
    changes = {
        target.name: value
        for target, value in cells.items()
        if target.updateable and coerce(ctx.tx, ctx.schema, target, value) != before[target.name]
    }
    if not changes:
        return _Done.UNCHANGED
    rows.update(ctx, sobject, str(before["Id"]), changes)
    return _Done.UPDATED


def _no_parent(error: ApiError) -> str:
    names = ", ".join(error.fields or ()) or "a reference"
    return f"{names} points to a record that is not here; import that first, or leave the column out"


def export_file(db: str | Path, path: str | Path, object_name: str) -> int:
    """Writes every live row with every field to `.csv` or `.json`; returns their number. Raises TransferError."""
    target = Path(path)
    try:
        store = Store(db)
    except StoreError as error:
        raise TransferError(str(error)) from None
    try:
        sobject = _object(store, object_name)
        with store.transaction() as tx:
            found = tx.find(sobject, '"IsDeleted" = 0')
        match target.suffix.lower():
            case ".json":
                target.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
            case ".csv":
                with target.open("w", encoding="utf-8", newline="") as stream:
                    writer = csv.DictWriter(stream, [f.name for f in sobject.fields])
                    writer.writeheader()
                    writer.writerows(found)
            case suffix:
                raise TransferError(f"cannot write {suffix or 'a file without suffix'}; use .csv or .json")
        return len(found)
    except OSError as error:
        raise TransferError(f"{path}: {error.strerror or error}") from None
    except ApiError as busy:
        raise TransferError(f"{db}: {busy.message}") from None
    finally:
        store.close()


def _object(store: Store, name: str) -> SObject:
    found = store.schema.find(name)
    if found is None:
        known = ", ".join(sorted(o.name for o in store.schema if o.createable))
        raise TransferError(f"there is no object {name!r}; choose one of {known}")
    return found


def _cell(target: Field, value: Any) -> Any:
    """CSV knows no types: yes and 1 mean true as well, and a day alone is its midnight."""
    if not isinstance(value, str):
        return value
    word = value.strip().casefold()
    if target.type is FieldType.BOOLEAN and word in _YES | _NO:
        return word in _YES
    if target.type is FieldType.DATETIME and parse_date(value.strip()) is not None:
        return f"{value.strip()}T00:00:00Z"
    return value
