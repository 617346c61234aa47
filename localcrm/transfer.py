"""Rows in and out as CSV or JSON. Import goes through the same rules as the API; a bad row does not stop the rest."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from localcrm import rows
from localcrm.bootstrap import ensure_org
from localcrm.context import Access, Caller, Context, OrgRules
from localcrm.errors import ApiError, MultipleMatches
from localcrm.fields import Field, FieldType, SObject
from localcrm.stamps import Clock, stamp, system_clock
from localcrm.store import Store

_VERSION = "62.0"


class TransferError(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Refused:
    """`line` is the line of the CSV file, or the position in the JSON list from 1."""

    line: int
    reason: str


@dataclass
class ImportReport:
    created: int = 0
    refused: list[Refused] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


def import_file(
    db: str | Path,
    path: str | Path,
    object_name: str,
    *,
    columns: Mapping[str, str] | None = None,
    clock: Clock = system_clock,
) -> ImportReport:
    """Reads `.csv` or `.json` (a list of objects) into one object.

    Headers are field names or labels in any case (`First Name`, `firstname`, `FirstName`);
    `columns` maps other headers to field names. Raises TransferError.
    """
    store = Store(db)
    try:
        sobject = _object(store, object_name)
        records = _read(Path(path))
        headers = list(dict.fromkeys(header for _, record in records for header in record))
        plan = _plan(sobject, headers, columns or {})
        report = ImportReport(ignored_columns=[header for header, target in plan.items() if target is None])
        if records and all(target is None for target in plan.values()):
            raise TransferError(f"{path}: no column names a field of {sobject.name}; map them, header by header")
        with store.transaction() as tx:
            user = ensure_org(tx, store.schema, stamp(clock()))
            caller = Caller("import", user, Access.READ_WRITE)
            ctx = Context(tx, store.schema, caller, clock(), OrgRules(), _VERSION)
            ctx = replace(ctx, auto_assign=False, allow_duplicates=True)
            for line, record in records:
                body = {target.name: _cell(target, v) for h, v in record.items() if (target := plan[h]) is not None}
                try:
                    with tx.savepoint():
                        rows.create(ctx, sobject, body)
                    report.created += 1
                except ApiError as error:
                    report.refused.append(Refused(line, error.message))
                except MultipleMatches as error:
                    report.refused.append(Refused(line, str(error)))
        return report
    finally:
        store.close()


def export_file(db: str | Path, path: str | Path, object_name: str) -> int:
    """Writes every live row with every field to `.csv` or `.json`; returns their number. Raises TransferError."""
    target = Path(path)
    store = Store(db)
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
    finally:
        store.close()


def _object(store: Store, name: str) -> SObject:
    found = store.schema.find(name)
    if found is None:
        known = ", ".join(sorted(o.name for o in store.schema if o.createable))
        raise TransferError(f"there is no object {name!r}; choose one of {known}")
    return found


def _read(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        match path.suffix.lower():
            case ".json":
                return list(_json_records(path))
            case ".csv":
                with path.open(encoding="utf-8-sig", newline="") as stream:
                    reader = csv.DictReader(stream, strict=True)
                    return [(reader.line_num, {k: v for k, v in row.items() if k}) for row in reader]
            case suffix:
                raise TransferError(f"cannot read {suffix or 'a file without suffix'}; use .csv or .json")
    except OSError as error:
        raise TransferError(f"{path}: {error.strerror or error}") from None
    except (ValueError, csv.Error) as error:
        raise TransferError(f"{path}: not readable as {path.suffix[1:].upper()} in UTF-8: {error}") from None


def _json_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    found = json.loads(path.read_text("utf-8-sig"))
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ValueError("expected a list of objects")
    yield from enumerate(found, start=1)


def _plan(sobject: SObject, headers: list[str], columns: Mapping[str, str]) -> dict[str, Field | None]:
    """Which field each header fills. Fields that the API never sets (Id, audit fields) are left out."""
    by_key = {_key(f.name): f for f in sobject.fields}
    by_key |= {_key(f.name.removesuffix("__c")): f for f in sobject.fields}
    plan: dict[str, Field | None] = {}
    for header in headers:
        wanted = columns.get(header)
        target = sobject.field(wanted) if wanted else by_key.get(_key(header))
        if wanted and target is None:
            raise TransferError(f"column {header!r} is mapped to {wanted!r}, which {sobject.name} does not have")
        plan[header] = target if target is not None and target.createable else None
    return plan


def _cell(target: Field, value: Any) -> Any:
    """CSV knows no types: yes and 1 mean true as well."""
    if target.type is FieldType.BOOLEAN and isinstance(value, str):
        return value.strip().casefold() in ("true", "yes", "1", "x", "y")
    return value


def _key(header: str) -> str:
    return "".join(ch for ch in header.casefold() if ch.isalnum())
