"""`countersign audit …`: check, export and ask the chain. Reads the database itself, so it needs no server."""

import csv
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.audit_show import show
from cli.existing_store import existing_store, place_of
from domain.audit_table import rows
from domain.decisions import KeyUse
from domain.errors import InputError, StoreError
from persistence.audit import SqlAuditLog
from persistence.audit_guards import weaknesses
from persistence.database import opened
from runtime.audit_heads import KeptHeads, read_heads
from runtime.keys import KeyringVerifier, read_keyring
from runtime.settings import AuditSettings, KeySettings, StoreSettings, load

app = typer.Typer(help="Check and export the audit chain, and ask it about a write.", no_args_is_help=True)
console = Console()
app.command("show")(show)


ALTERED = 1
UNGUARDED = 3
"""Exit codes of `verify`; 2 is for what cannot be asked at all."""


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@app.command("verify")
def verify(
    heads: Annotated[
        Path | None, typer.Option("--heads", help="Folder with signed heads; else the signer's.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> int:
    """Say which entry was altered, removed, reordered or cut off, and which guard of the database is missing.

    Exit code 1 if an entry was; 3 if all entries are whole, and nothing or not enough keeps them so.
    """
    store = existing_store()
    folder = heads or load(AuditSettings).heads_in(store.data_dir)
    if heads is not None and not any(heads.glob("*.jsonl")):
        raise InputError(f"{heads} holds no signed heads; give the folder of the signer's *.jsonl files")
    # The heads first: what is signed while the chain is read would seem to be missing.
    kept = _kept(folder, store)
    with opened(store.url) as database:
        log = SqlAuditLog(database)
        ends, unreadable = _ends(log)
        problems = [*kept.problems, *(log.verify(kept.heads) or unreadable)]
        unguarded = weaknesses(database)
    entries = sum(ends.values())
    remarks = [*kept.remarks, *_coverage(kept, ends, folder)]
    code = ALTERED if problems else UNGUARDED if unguarded else 0
    if as_json:
        told = {"whole": not problems, "guarded": not unguarded, "entries": entries, "heads": len(kept.heads)}
        said = {"problems": problems, "unguarded": unguarded, "remarks": remarks}
        sys.stdout.write(json.dumps({**told, **said}) + "\n")
        return code
    for line in (*problems, *remarks):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if not problems:
        whole = f"The audit chain is whole: {entries} entries in {place_of(store)}."
        console.print(whole, markup=False, soft_wrap=True)
    for line in unguarded:
        console.print(f"Not guarded: {line}.", highlight=False, markup=False, soft_wrap=True)
    return code


@app.command("export")
def export(
    form: Annotated[Format, typer.Option("--format", help="One JSON object per line, or a table.")] = Format.JSONL,
) -> None:
    """Every entry on standard output. In CSV no cell can be taken for a formula."""
    with opened(existing_store().url) as database:
        entries = SqlAuditLog(database).export()
        if form is Format.JSONL:
            sys.stdout.writelines(f"{json.dumps(entry.model_dump(mode='json'))}\n" for entry in entries)
            return
        table = rows((e.position, e.event, e.prev_hash, e.entry_hash) for e in entries)
        csv.writer(sys.stdout, lineterminator="\n").writerows(table)


def _ends(log: SqlAuditLog) -> tuple[dict[str, int], list[str]]:
    """Where each org's chain ends; without that, the reason."""
    try:
        return {head.org_id: head.position for head in log.heads()}, []
    except StoreError as altered:
        return {}, [altered.detail]


def _kept(folder: Path, store: StoreSettings) -> KeptHeads:
    """The heads that count. Raises `KeyFileError` where there are heads and no keyring to verify them by."""
    ring = load(KeySettings).keyring_in(store.data_dir)
    if any(folder.glob("*.jsonl")):
        return read_heads(folder, KeyringVerifier(ring))
    made = ring.exists() and any(key.use is KeyUse.AUDIT for key in read_keyring(ring).keys)
    if made:
        lost = f"{folder}: no signed heads, though there is a key for them; they were removed or lie elsewhere"
        return KeptHeads(problems=(f"{lost} (COUNTERSIGN_AUDIT_HEADS_DIR)",))
    return KeptHeads()


def _coverage(kept: KeptHeads, ends: dict[str, int], folder: Path) -> list[str]:
    if not kept.heads:
        return [f"{folder}: no signed head counts, so entries cut off the end would not show. The signer keeps them."]
    told = []
    for org_id, end in sorted(ends.items()):
        covered = max((head.position for head in kept.heads if head.org_id == org_id), default=0)
        if end > covered:
            told.append(f"{org_id}: entries after #{covered} are not covered by a signed head yet; the last is #{end}")
    return told
