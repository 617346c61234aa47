"""`countersign playbook simulate`: what a changed playbook would have done with past leads. Reads only."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.lead_file import holds_saved_leads, leads_on_paper
from cli.past_leads import past_leads, providers, save
from domain.errors import InputError
from domain.past_leads import Change, PastLead, compare, decide_again
from domain.playbook import Playbook
from domain.round_robin import LocalTurns
from runtime.playbook_files import load_playbook
from runtime.settings import PlaybookSettings, load

# Piped into a file or another program, a table keeps its lines whole.
console = Console(width=None if sys.stdout.isatty() else 200)


def simulate(
    changed: Annotated[Path, typer.Argument(help="The folder of the changed playbook.")],
    playbook: Annotated[Path | None, typer.Option(help="The playbook as it is.")] = None,
    days: Annotated[int, typer.Option(min=1, help="Leads that were created in so many days.")] = 90,
    limit: Annotated[
        int, typer.Option(min=1, max=2000, help="The newest so many; each costs up to two API calls.")
    ] = 200,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Not the CRM but CSV, JSON or JSONL as for submit, or what --save kept."),
    ] = None,
    save_to: Annotated[Path | None, typer.Option("--save", help="Keep what was read, for --from.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every change on standard output.")] = False,
) -> int:
    """The leads whose score or owner changes, and how many each owner gets.

    Exit code 0 whatever changes, 1 where a row of the file is no lead.
    """
    folder = playbook or load(PlaybookSettings).playbook_dir
    before, after = load_playbook(folder), load_playbook(changed)
    bad: tuple[str, ...] = ()
    if source is not None and not holds_saved_leads(source):
        if save_to is not None:
            raise InputError("--save keeps what was read from the CRM; leave it out, or leave --from out")
        leads, bad = leads_on_paper(source, before)
    else:
        leads, machines = past_leads(source, days=days, limit=limit)
        if save_to is not None:
            save(leads, machines, save_to)
    leads.sort(key=lambda p: (p.created_at, p.lead.id))
    changes = changes_of(leads, before, folder, after, changed)
    shares = owners_of(leads, before, folder), owners_of(leads, after, changed)
    if as_json:
        report = {
            "leads": len(leads),
            "changes": [c.model_dump() for c in changes],
            "leads_per_owner": {"before": shares[0], "after": shares[1]},
        }
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    else:
        _show(len(leads), changes, *shares)
    for line in bad:
        sys.stderr.write(f"{line}\n")
    return 1 if bad else 0


def changes_of(
    leads: list[PastLead], before: Playbook, before_folder: Path, after: Playbook, after_folder: Path
) -> list[Change]:
    """Every lead is decided on an even table, so that one lead's change never shifts the turn of the next."""
    asked_before, asked_after = providers(before_folder), providers(after_folder)
    found = (
        compare(
            past,
            decide_again(past, before, asked_before, LocalTurns()),
            decide_again(past, after, asked_after, LocalTurns()),
        )
        for past in leads
    )
    return [change for change in found if change.score_moved or change.owner_moved]


def owners_of(leads: list[PastLead], playbook: Playbook, folder: Path) -> dict[str, int]:
    """How many of the leads each owner would get with turns taken in order."""
    turns, asked = LocalTurns(), providers(folder)
    routed = (decide_again(past, playbook, asked, turns).routing for past in leads)
    return dict(sorted(Counter(r.owner_name or "conflict or nobody" for r in routed).items()))


def _show(leads: int, changes: list[Change], before: dict[str, int], after: dict[str, int]) -> None:
    table = Table("Lead", "Company", "Score", "Owner", "Rule", box=None, pad_edge=False)
    for c in changes:
        table.add_row(
            escape(c.lead_id),
            escape(c.company[:32]),
            escape(_moved(f"{c.band_before} {c.score_before}", f"{c.band_after} {c.score_after}")),
            escape(_moved(c.owner_before, c.owner_after)),
            escape(_moved(c.rule_before, c.rule_after)),
        )
    if changes:
        console.print(table)
    scores, owners = sum(c.score_moved for c in changes), sum(c.owner_moved for c in changes)
    console.print(f"\n{leads} leads: the score changes for {scores}, owner or rule for {owners}.", highlight=False)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name, 0) != after.get(name, 0):
            line = f"  {name}: {before.get(name, 0)} → {after.get(name, 0)} leads"
            console.print(line, highlight=False, markup=False)


def _moved(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
