"""Company facts from a CSV file beside the playbook.

Columns: `domain`, `company`, `industry`, `employees`, `country` (ISO code), `annual_revenue`, `updated_on`
(ISO date); only `domain` or `company` is required in a row. The file is read again when it changes.
"""

import csv
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import structlog

from domain.enrichment import Signal, Unknown
from domain.errors import ErrorCode, InputError
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant, Scalar
from domain.naming import company_name, country_code, registrable_domain
from gateways.enrichment.company import company_domain_of

SIGNALS = ("industry", "employees", "country", "annual_revenue")
_NUMBERS = frozenset({"employees", "annual_revenue"})
_BY_DOMAIN = 0.85
_BY_NAME = 0.6
_log = structlog.get_logger(__name__)

Row = dict[str, str]
Index = tuple[dict[str, list[tuple[int, Row]]], dict[str, list[tuple[int, Row]]]]


class FirmographicsEnricher:
    """Implements `domain.ports.Enricher`. A file that is not there or not readable gives typed unknowns."""

    name = "firmographics"

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._index: Index = ({}, {})

    def enrich(self, inquiry: Inquiry, snapshot: CrmSnapshot, *, now: Instant) -> Sequence[Signal]:
        """Signals of the one row that fits by domain, else by name; unknowns where none or several do."""
        try:
            by_domain, by_name = self._read()
        except (OSError, InputError) as down:
            _log.warning("firmographics file not usable", reason=type(down).__name__)
            return self._unknown("the firmographics file cannot be read", Unknown.DOWN, now)
        domain = company_domain_of(inquiry, snapshot)
        rows, confidence = by_domain.get(domain, []) if domain else [], _BY_DOMAIN
        if not rows:
            of_lead = snapshot.lead.text("Company") if snapshot.lead is not None else ""
            company = company_name(inquiry.company or of_lead)
            rows, confidence = by_name.get(company, []) if company else [], _BY_NAME
        if len(rows) != 1:
            return self._unknown("several companies fit" if rows else "not in the file", Unknown.NOT_FOUND, now)
        line, row = rows[0]
        return [self._signal(name, line, row, confidence, now) for name in SIGNALS]

    def _signal(self, name: str, line: int, row: Row, confidence: float, now: Instant) -> Signal:
        value = _value(name, row.get(name, ""))
        return Signal(
            name=name,
            value=value,
            system="firmographics",
            record=f"{self._file.name}:{line}",
            field=name,
            observed_at=_moment(row.get("updated_on", "")) or now,
            confidence=confidence if value is not None else 0.0,
            note="" if value is not None else "empty in the file",
            provider=self.name,
            unknown=None if value is not None else Unknown.EMPTY,
        )

    def _unknown(self, note: str, kind: Unknown, now: Instant) -> list[Signal]:
        return [
            Signal(
                name=name,
                value=None,
                system="firmographics",
                record=self._file.name,
                field=name,
                observed_at=now,
                confidence=0.0,
                note=note,
                provider=self.name,
                unknown=kind,
            )
            for name in SIGNALS
        ]

    def _read(self) -> Index:
        stat = self._file.stat()
        stamp = (stat.st_mtime_ns, stat.st_size)
        with self._lock:
            if stamp != self._stamp:
                self._index = read_firmographics(self._file)
                self._stamp = stamp
            return self._index


def read_firmographics(file: Path) -> Index:
    """Rows by registrable domain and by company name, with their line numbers.

    Raises `InputError` that names the file where its first line is no header with `domain` or `company`.
    """
    by_domain: dict[str, list[tuple[int, Row]]] = {}
    by_name: dict[str, list[tuple[int, Row]]] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            if not {"domain", "company"} & set(reader.fieldnames or ()):
                raise InputError(
                    f"{file.name}:1: no column `domain` or `company`; see the header of the sample file",
                    code=ErrorCode.INVALID_PLAYBOOK,
                )
            for raw in reader:
                row = {k: (v or "").strip() for k, v in raw.items() if isinstance(k, str) and isinstance(v, str | None)}
                if domain := registrable_domain(row.get("domain", "")):
                    by_domain.setdefault(domain, []).append((reader.line_num, row))
                if name := company_name(row.get("company", "")):
                    by_name.setdefault(name, []).append((reader.line_num, row))
    except (csv.Error, UnicodeDecodeError) as broken:
        raise InputError(
            f"{file.name}: not readable as CSV in UTF-8: {broken}", code=ErrorCode.INVALID_PLAYBOOK
        ) from None
    return by_domain, by_name


def _value(name: str, text: str) -> Scalar:
    if name in _NUMBERS:
        digits = text.replace(",", "").replace(" ", "").replace("_", "")
        # isdecimal alone would let in other scripts' digits, and int() has a limit on length.
        return int(digits) if digits.isascii() and digits.isdecimal() and 0 < len(digits) <= 15 else None
    if name == "country":
        return country_code(text) or None
    return text or None


def _moment(text: str) -> Instant | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None
