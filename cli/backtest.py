"""`countersign backtest`: how often people chose the owner that the playbook would name. Reads only."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.past_leads import past_leads, providers, save
from domain.errors import InputError
from domain.past_leads import BacktestReport
from domain.past_leads import backtest as compare_with_people
from domain.round_robin import LocalTurns
from runtime.playbook_files import load_playbook
from runtime.settings import PlaybookSettings, load

# Piped into a file or another program, a table keeps its lines whole.
console = Console(width=None if sys.stdout.isatty() else 200)
SHOWN = 20


def backtest(
    playbook: Annotated[Path | None, typer.Option(help="The rules to judge.")] = None,
    days: Annotated[int, typer.Option(min=1, help="Leads that were created in so many days.")] = 90,
    limit: Annotated[
        int, typer.Option(min=1, max=2000, help="The newest so many; each costs up to two API calls.")
    ] = 200,
    source: Annotated[Path | None, typer.Option("--from", help="A file of saved leads instead of the CRM.")] = None,
    save_to: Annotated[Path | None, typer.Option("--save", help="Keep what was read, for --from.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report on standard output.")] = False,
) -> int:
    """Agreement per rule with the owners people chose; a reassignment by hand is the truth. Exit code 1 if none."""
    folder = playbook or load(PlaybookSettings).playbook_dir
    rules = load_playbook(folder)
    leads, machines = past_leads(source, days=days, limit=limit)
    if save_to is not None:
        save(leads, machines, save_to)
    report = compare_with_people(leads, rules, providers(folder), LocalTurns(), machines)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    elif not report.judged:
        raise InputError(f"none of {report.leads} leads has an owner that a person chose; ask for more --days")
    else:
        show(report)
    return 0 if report.judged else 1


def show(report: BacktestReport) -> None:
    table = Table("Rule", "Leads", "Same person", "Same team", "Reassigned", box=None, pad_edge=False)
    for row in report.rules:
        table.add_row(
            escape(row.rule),
            str(row.leads),
            _share(row.same_owner, row.leads),
            _share(row.same_team, row.leads),
            str(row.reassigned),
        )
    console.print(table)
    out = "; ".join(f"{n} left out: {why}" for why, n in report.left_out.items())
    team, owner = _share(report.same_team, report.judged), _share(report.same_owner, report.judged)
    judged = f"{report.judged} of {report.leads} leads judged"
    summary = f"\n{judged}: the same team for {team}, the same person for {owner}. {out}"
    console.print(summary, highlight=False, markup=False)
    if report.disagreements:
        console.print(f"\nWhere people chose otherwise (first {SHOWN}):", highlight=False)
        for lead in report.disagreements[:SHOWN]:
            proposed = lead.conflict or f"{lead.proposed or 'nobody'} ({lead.team or 'no team'})"
            line = f"  {lead.lead_id}  {lead.rule}: {proposed}; people chose {lead.chosen}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)


def _share(part: int, whole: int) -> str:
    return f"{part} ({round(100 * part / whole)} %)" if whole else "0"
