"""`countersign audit …`: check and export the chain. Reads the database itself, so it needs no server."""

import json
import sys

import typer
from rich.console import Console

from persistence.audit import SqlAuditLog
from persistence.database import Database, upgrade
from runtime.settings import StoreSettings, load

app = typer.Typer(help="Check and export the audit chain.", no_args_is_help=True)
console = Console()


def _log() -> SqlAuditLog:
    url = load(StoreSettings).url
    upgrade(url)
    return SqlAuditLog(Database(url))


@app.command("verify")
def verify() -> int:
    """Say which entry was altered, removed or reordered; exit code 1 if one was."""
    log = _log()
    problems = log.verify()
    for problem in problems:
        console.print(problem, highlight=False)
    if not problems:
        entries = sum(1 for _ in log.export())
        console.print(f"The audit chain is whole: {entries} entries in {load(StoreSettings).data_dir}.", soft_wrap=True)
    return 1 if problems else 0


@app.command("export")
def export() -> None:
    """Every entry as one JSON object per line on standard output."""
    for entry in _log().export():
        sys.stdout.write(json.dumps(entry.model_dump(mode="json")) + "\n")
