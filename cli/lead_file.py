"""Leads from a file as `countersign submit` takes them, to be decided on paper: CSV, JSON or JSONL."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from approval_ui.intake import IntakeRefused, inquiry_from_json
from cli.submit import inquiry_fields, read_rows
from domain.errors import InputError
from domain.explaining import queues_named
from domain.model import Instant
from domain.past_leads import PastLead, on_paper
from domain.playbook import Playbook

_TIME = TypeAdapter(Instant)


def holds_saved_leads(file: Path) -> bool:
    """Whether it was written by `--save`. Its first line says so, since that has everything that was read."""
    try:
        with file.open(encoding="utf-8-sig") as opened:
            first = json.loads(next((line for line in opened if line.strip()), "{}"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(first, dict) and "past" in first


def leads_on_paper(file: Path, playbook: Playbook) -> tuple[list[PastLead], tuple[str, ...]]:
    """The leads, and a line for each row that is none: `file:line: why`. Raises `InputError` where none is one.

    Without the CRM there are no people and no accounts: a route ends at a team's queue.
    """
    now = datetime.now(UTC)
    queues = queues_named(playbook, now)
    leads: list[PastLead] = []
    bad: list[str] = []
    for line, row in read_rows(str(file)):
        try:
            if isinstance(row, str):
                raise InputError(row)
            received = _received(row, now)
            fields = inquiry_fields({k: v for k, v in row.items() if k != "received_at"})
            inquiry = inquiry_from_json(json.dumps(fields).encode(), received)
        except InputError as refused:
            bad.append(f"{file}:{line}: {refused.detail}")
        except IntakeRefused as refused:
            bad.append(f"{file}:{line}: {refused.sentence}")
        else:
            leads.append(on_paper(inquiry, f"line {line}", playbook, queues))
    if not leads:
        raise InputError("; ".join(bad[:1]) or f"{file} holds no lead")
    return leads, tuple(bad)


def _received(row: dict[str, Any], now: datetime) -> datetime:
    try:
        return _TIME.validate_python(row["received_at"]) if row.get("received_at") else now
    except ValidationError:
        raise InputError("received_at: not a time with its zone, as in 2026-03-02T09:00:00Z") from None
