"""`countersign audit …`: check and export the chain. Reads the database itself, so it needs no server."""

import json
import sys

import typer
from rich.console import Console

from cli.existing_store import existing_store, place_of
from persistence.audit import SqlAuditLog
from persistence.database import Database, upgrade
from runtime.settings import StoreSettings

app = typer.Typer(help="Check and export the audit chain.", no_args_is_help=True)
console = Console()


def _log(store: StoreSettings) -> SqlAuditLog:
    upgrade(store.url)
    return SqlAuditLog(Database(store.url))


@app.command("verify")
def verify() -> int:
    """Say which entry was altered, removed or reordered; exit code 1 if one was."""
    store = existing_store()
    log = _log(store)
    problems = log.verify()
    for problem in problems:
        console.print(problem, highlight=False, markup=False, soft_wrap=True)
    if not problems:
        entries = sum(1 for _ in log.export())
        whole = f"The audit chain is whole: {entries} entries in {place_of(store)}."
        console.print(whole, markup=False, soft_wrap=True)
    return 1 if problems else 0


@app.command("export")
def export() -> None:
    """Every entry as one JSON object per line on standard output."""
    for entry in _log(existing_store()).export():
        sys.stdout.write(json.dumps(entry.model_dump(mode="json")) + "\n")
