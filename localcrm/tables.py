"""Files of rows: CSV as spreadsheets and Salesforce reports write it, and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DELIMITERS = ",;\t|"
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


class TransferError(Exception):
    """The file as a whole cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One row, with the line of the file where it begins, or its position in a JSON list from 1.

    `wrong` says why it cannot be used.
    """

    number: int
    cells: dict[str, Any]
    wrong: str = ""


@dataclass(frozen=True)
class Table:
    headers: tuple[str, ...]
    lines: tuple[Line, ...]


def read(path: Path, encoding: str | None = None) -> Table:
    """`.csv` or `.json`. The delimiter and a byte order mark are found; other encodings have to be named."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".json"):
        raise TransferError(f"cannot read {suffix or 'a file without suffix'}; use .csv or .json")
    try:
        text = _decoded(path, path.read_bytes(), encoding)
        return _json(text) if suffix == ".json" else _csv(text)
    except OSError as error:
        raise TransferError(f"{path}: {error.strerror or error}") from None
    except (ValueError, csv.Error, RecursionError) as error:
        raise TransferError(f"{path}: not readable as {suffix[1:].upper()}: {error}") from None


def _decoded(path: Path, raw: bytes, encoding: str | None) -> str:
    found = encoding or next((name for mark, name in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(found)
    except LookupError:
        raise TransferError(f"there is no encoding {found!r}; cp1252 is what Western Windows writes") from None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TransferError(
            f"{path}: line {line} is not readable as {found.upper().removesuffix('-SIG')}; "
            "save it as CSV UTF-8, or name its encoding: --encoding cp1252"
        ) from None
    if "\0" in text:
        # UTF-16 without its mark reads as UTF-8 with a zero beside each letter.
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TransferError(
            f"{path}: line {line} holds a zero character, which no text has; "
            "if the file is UTF-16, name it: --encoding utf-16-le"
        )
    return text


def _json(text: str) -> Table:
    found = json.loads(text)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ValueError("expected a list of objects")
    headers = dict.fromkeys(name for item in found for name in item)
    return Table(tuple(headers), tuple(Line(number, item) for number, item in enumerate(found, start=1)))


def _csv(text: str) -> Table:
    told = text.startswith("sep=") and len(text.split("\n", 1)[0].rstrip("\r")) == len("sep=;")
    delimiter = text[4] if told else _delimiter(text)
    skipped = text.index("\n") + 1 if told and "\n" in text else 0
    # A cell that is too long for its field is that row's fault, not the file's.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(io.StringIO(text[skipped:], newline=""), delimiter=delimiter, strict=True)
    headers = [header.strip() for header in next(reader, [])]
    if not any(headers):
        raise ValueError("there is no header in its first line")
    twice = next((h for i, h in enumerate(headers) if h and h in headers[:i]), None)
    if twice is not None:
        raise ValueError(f"two columns are called {twice!r}; rename or remove one")
    return Table(tuple(h for h in headers if h), tuple(_lines(reader, headers, int(told))))


def _lines(reader: Any, headers: list[str], before: int) -> Iterator[Line]:
    start = reader.line_num + 1
    for row in reader:
        # Spreadsheets pad: rows of nothing but delimiters, and delimiters behind the last value.
        if any(cell.strip() for cell in row):
            beyond = any(cell.strip() for cell in row[len(headers) :])
            wrong = f"{len(row)} values for {len(headers)} columns" if beyond else ""
            cells = {header: value for header, value in zip(headers, row, strict=False) if header}
            yield Line(start + before, cells, wrong)
        start = reader.line_num + 1


def _delimiter(text: str) -> str:
    """The one that cuts the header into most columns; a comma where none does."""

    def columns(mark: str) -> int:
        # The whole text, because a header in quotes may go over several lines, and old Macs end them by a return alone.
        try:
            return len(next(csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=mark, strict=True)))
        except (csv.Error, StopIteration):
            return 0

    return max(_DELIMITERS, key=columns)
