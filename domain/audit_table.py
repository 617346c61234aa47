"""Audit entries as a table for a spreadsheet, which must not take a cell for a formula."""

from collections.abc import Iterable, Iterator

from domain.audit import AuditEvent

COLUMNS = (
    "org_id",
    "position",
    "at",
    "kind",
    "case_id",
    "actor",
    "subject",
    "digest",
    "agent_version",
    "code",
    "key",
    "prev_hash",
    "entry_hash",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula in Excel, LibreOffice or Sheets (OWASP, "CSV Injection"), full-width forms included."""


def inert(cell: str) -> str:
    """The cell as text: where a spreadsheet would calculate, blanks before it or not, an apostrophe goes first."""
    return f"'{cell}" if cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA) else cell


def rows(entries: Iterable[tuple[int, AuditEvent, str, str]]) -> Iterator[tuple[str, ...]]:
    """The column names, then one row per entry, given as position, event, previous hash and own hash."""
    yield COLUMNS
    for position, event, prev_hash, entry_hash in entries:
        cells = (
            event.org_id,
            str(position),
            event.at.isoformat(),
            event.kind.value,
            event.case_id,
            event.actor,
            event.subject,
            event.digest,
            event.agent_version,
            event.code,
            event.key,
            prev_hash,
            entry_hash,
        )
        yield tuple(map(inert, cells))
