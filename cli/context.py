"""`countersign context import FILE`: what other systems know about people and companies, from CSV."""

import csv
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from cli.api import ApiClient
from domain.context import HANDED_IN
from domain.context_intake import FACT_PREFIX, FIELDS
from domain.errors import InputError

DOOR = "/intake/webhook/context"
TEXT_FILE = "text_file"
"""A column with the path of a text, beside the CSV file: transcripts seldom stand in a cell."""

app = typer.Typer(no_args_is_help=True, help="What other systems know: calls, usage, billing, support, web visits.")
console = Console(stderr=True)
Row = dict[str, Any]


@app.callback()
def context() -> None:
    """What was said and done elsewhere. The next case about the person or company reads it."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV with a header: occurred_at, email|domain|record_id, summary, …")],
    kind: Annotated[str, typer.Option(help=f"For files without that column: {', '.join(HANDED_IN)}.")] = "",
    system: Annotated[str, typer.Option(help="Where it comes from; the file's name when not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per row on standard output.")] = False,
) -> int:
    """Hand in events. A bad row is reported by its line and the rest go on; exit code 1 if there was one."""
    secret = os.environ.get("COUNTERSIGN_INTAKE_SECRET", "")
    if not secret:
        raise InputError("set COUNTERSIGN_INTAKE_SECRET to the secret that the approval UI was started with")
    rows = list(read_events(file, kind, system or file.stem))
    if not rows:
        raise InputError(f"{file} holds no event below its header; nothing was handed in")
    api = ApiClient(os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8080"))
    kinds: Counter[str] = Counter()
    for line, row in track(rows, "Handing in", console=console, disable=as_json or not console.is_terminal):
        try:
            if isinstance(row, str):
                raise InputError(row)
            answer = api.deliver(row, secret, DOOR)
        except InputError as bad:
            if "does not answer" in bad.detail:
                raise
            kinds["bad"] += 1
            console.print(f"{file}:{line}: {bad.detail}", highlight=False, markup=False)
            answer = {"error": bad.detail}
        else:
            kinds[str(answer["kind"])] += 1
        if as_json:
            sys.stdout.write(json.dumps({"line": line, **answer}) + "\n")
    console.print(f"{len(rows)} rows: {kinds['kept']} kept, {kinds['repeated']} were known already, {kinds['bad']} bad")
    return 1 if kinds["bad"] else 0


def read_events(file: Path, kind: str, system: str) -> Iterator[tuple[int, Row | str]]:
    """Line number and fields; a row that cannot be read comes as the sentence that says why. Raises `InputError`."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            names = [h.strip() for h in reader.fieldnames or ()]
            unknown = [n for n in names if n not in (*FIELDS, TEXT_FILE) and not n.startswith(FACT_PREFIX)]
            if not names or unknown:
                what = f"unknown column {', '.join(unknown)[:120]}" if names else "there is no header"
                raise InputError(f"{file.name}:1: {what}; known: {', '.join((*FIELDS, TEXT_FILE))}, {FACT_PREFIX}NAME")
            reader.fieldnames = names
            for raw in reader:
                line = reader.line_num
                if None in raw:
                    yield line, "more values than the header has columns"
                    continue
                yield line, _event({k: v for k, v in raw.items() if v}, file.parent, kind, system)
    except OSError as unreadable:
        raise InputError(f"{file} cannot be read: {unreadable.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"{file} is not readable as CSV in UTF-8; save it as UTF-8 text and try again") from None


def _event(row: Row, folder: Path, kind: str, system: str) -> Row | str:
    path = row.pop(TEXT_FILE, "")
    if path:
        try:
            row["text"] = (folder / path).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return f"{TEXT_FILE}: {path} cannot be read as UTF-8 text; paths are relative to the CSV file"
    facts = {k.removeprefix(FACT_PREFIX): _plain(str(row.pop(k))) for k in list(row) if k.startswith(FACT_PREFIX)}
    fields: Row = {"kind": kind, "system": system, **row, **({"facts": facts} if facts else {})}
    # The same row of the same system is the same event, however often it is handed in.
    content = json.dumps(fields, sort_keys=True)
    fields.setdefault("event_id", "row-" + hashlib.sha256(content.encode()).hexdigest()[:32])
    return {k: v for k, v in fields.items() if v != ""}


def _plain(text: str) -> str | int | float:
    """A number as a number, so that it can be compared and counted; what begins with zeros is a code."""
    if text[:1] == "0" and text[1:2].isdigit():
        return text
    for read in (int, float):
        try:
            return read(text) if text.isascii() and len(text) < 20 and text[:1] in "-0123456789" else text
        except ValueError:
            continue
    return text
