"""The CSV of Bulk API 2.0: its delimiters and line endings, and how values are written in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from localcrm.errors import ApiError
from localcrm.fields import Field, FieldType, Value

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
NULL = "#N/A"
"""The cell that empties a field; an empty cell leaves it alone."""


class UnreadableCsv(Exception):
    """The upload as a whole cannot be read; the message says where."""


@dataclass(frozen=True)
class Dialect:
    """Names as the API spells them."""

    delimiter: str = "COMMA"
    line_ending: str = "LF"

    @classmethod
    def of(cls, body: dict[str, object]) -> Dialect:
        delimiter, ending = body.get("columnDelimiter") or "COMMA", body.get("lineEnding") or "LF"
        if delimiter not in DELIMITERS:
            raise ApiError(400, "INVALIDJOB", f"columnDelimiter must be one of {', '.join(DELIMITERS)}")
        if ending not in LINE_ENDINGS:
            raise ApiError(400, "INVALIDJOB", f"lineEnding must be one of {', '.join(LINE_ENDINGS)}")
        return cls(str(delimiter), str(ending))

    def write(self, rows: Iterable[Sequence[str]]) -> str:
        out = io.StringIO(newline="")
        writer = csv.writer(
            out,
            delimiter=DELIMITERS[self.delimiter],
            lineterminator=LINE_ENDINGS[self.line_ending],
            quoting=csv.QUOTE_ALL,
        )
        writer.writerows(rows)
        return out.getvalue()

    def read(self, text: str) -> tuple[list[str], list[list[str]]]:
        """Header and rows, blank lines left out. Raises UnreadableCsv."""
        reader = csv.reader(
            io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=DELIMITERS[self.delimiter], strict=True
        )
        try:
            header = next(reader, None)
            rows = []
            for row in reader:
                if not row:
                    continue
                if len(row) != len(header or ()):
                    raise UnreadableCsv(f"line {reader.line_num} has {len(row)} fields, expected {len(header or ())}")
                rows.append(row)
        except csv.Error as error:
            raise UnreadableCsv(f"line {reader.line_num}: {error}") from None
        if not header:
            raise UnreadableCsv("there is no header")
        return [name.strip() for name in header], rows


def cell(field: Field, value: Value) -> str:
    """One value of an export."""
    if value is None:
        return ""
    if field.type is FieldType.BOOLEAN:
        return "true" if value else "false"
    if field.type is FieldType.DATETIME:
        return str(value).replace("+0000", "Z")
    return str(value)
