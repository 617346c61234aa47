"""`countersign submit FILE`: leads in, from CSV, JSON or JSONL."""

import csv
import hashlib
import io
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from cli.api import ApiClient, Unreachable
from domain.errors import InputError
from domain.leads import Inquiry, InquirySource

KNOWN = tuple(name for name in Inquiry.model_fields if name not in ("received_at", "source", "trusted"))

console = Console(stderr=True)


def submit(
    file: Annotated[str, typer.Argument(help="CSV with a header, JSON (a list) or JSONL; - reads standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per row on standard output.")] = False,
) -> int:
    """Hand in leads. A bad row is reported by its line and the rest go on; exit code 1 if there was one."""
    secret = os.environ.get("COUNTERSIGN_INTAKE_SECRET", "")
    if not secret:
        raise InputError("set COUNTERSIGN_INTAKE_SECRET to the secret that the approval UI was started with")
    rows = list(read_rows(file))
    if not rows:
        raise InputError(f"{'standard input' if file == '-' else file} holds no lead; nothing was handed in")
    api = ApiClient(os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8080"))
    kinds: Counter[str] = Counter()
    try:
        for line, row in track(rows, "Handing in", console=console, disable=as_json or not console.is_terminal):
            try:
                if isinstance(row, str):
                    raise InputError(row)
                answer = api.deliver(inquiry_fields(row), secret)
            except Unreachable:
                raise
            except InputError as bad:
                kinds["bad"] += 1
                console.print(f"{file}:{line}: {bad.detail}", highlight=False, markup=False, soft_wrap=True)
                answer = {"line": line, "error": bad.detail}
            else:
                kinds[str(answer["kind"])] += 1
            if as_json:
                sys.stdout.write(json.dumps({"line": line, **answer}) + "\n")
    finally:
        api.close()
    console.print(
        f"{len(rows)} rows: {kinds['new']} new cases, {kinds['joined']} joined an open case, "
        f"{kinds['repeated']} were known already, {kinds['bad']} bad"
    )
    return 1 if kinds["bad"] else 0


def read_rows(file: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Line number and row; a row that cannot be read comes as the sentence that says why. Raises `InputError`."""
    name = "standard input" if file == "-" else Path(file).name
    try:
        text = (sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()).decode("utf-8-sig")
    except OSError as unreadable:
        raise InputError(f"{file} cannot be read: {unreadable.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{name} is not UTF-8 text; save it as UTF-8 and try again") from None
    if not text.strip():
        raise InputError(f"{name} is empty")
    start = text.lstrip()[0]
    if start == "[":
        yield from _json_list(text, name)
    elif start == "{":
        yield from _json_lines(text)
    else:
        yield from _csv_rows(text, name)


def _json_list(text: str, name: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    try:
        items = json.loads(text)
    except json.JSONDecodeError as broken:
        raise InputError(f"{name}:{broken.lineno}: not JSON ({broken.msg})") from None
    except RecursionError:
        raise InputError(f"{name} is nested too deeply to be a list of leads") from None
    for number, item in enumerate(items, start=1):
        yield number, item if isinstance(item, dict) else "not an object with fields"


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as broken:
            yield number, f"not JSON ({broken.msg})"
            continue
        except RecursionError:
            yield number, "nested too deeply to be a lead"
            continue
        yield number, item if isinstance(item, dict) else "not an object with fields"


def _csv_rows(text: str, name: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        headers = [_field(h) for h in reader.fieldnames or ()]
    except csv.Error as broken:
        raise InputError(f"{name}:1: not CSV ({broken})") from None
    if not set(headers) & {"email", "last_name", "company"}:
        raise InputError(f"{name}:1: no column is called email, last_name or company; known: {', '.join(KNOWN)}")
    reader.fieldnames = headers
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            yield reader.reader.line_num, f"not CSV ({broken})"
            continue
        if None in row:
            yield reader.line_num, "more values than the header has columns"
            continue
        yield reader.line_num, {k: v for k, v in row.items() if v}


def _field(header: str) -> str:
    """`Last Name`, `LastName` and `last_name` are one."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header.strip())
    return re.sub(r"[ -]+", "_", words).lower()


def inquiry_fields(row: dict[str, Any]) -> dict[str, Any]:
    """What is handed in for one row. Raises `InputError` for a field that no inquiry has."""
    unknown = sorted(set(row) - set(Inquiry.model_fields))
    if unknown:
        raise InputError(f"unknown field {', '.join(unknown)}; known: {', '.join(KNOWN)}")
    fields = {k: v for k, v in row.items() if v not in (None, "")}
    if "consent" in fields and isinstance(fields["consent"], str):
        fields["consent"] = fields["consent"].strip().lower() in ("true", "yes", "1")
    # The same row of the same file is the same delivery, however often it is submitted.
    content = json.dumps(row, sort_keys=True, default=str)
    fields.setdefault("event_id", "row-" + hashlib.sha256(content.encode()).hexdigest()[:32])
    fields.setdefault("source", InquirySource.FILE.value)
    return fields
