"""`countersign readiness`: is this org ready for the agent, and for which motion first? Reads only."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.crm_access import CrmAccess, crm_access
from domain.permissions import Level
from domain.playbook import Playbook
from domain.readiness import readiness as judged
from domain.readiness_report import FAIR, GOOD, MotionReport, ReadinessReport
from gateways.crm.audit_reader import AuditReader
from persistence.database import opened
from persistence.readiness import SqlReadiness
from runtime.clock import SystemClock
from runtime.playbook_files import load_playbook
from runtime.settings import PlaybookSettings, load

console = Console()


def readiness(
    folder: Annotated[Path | None, typer.Option("--playbook", help="Another playbook than the configured one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON on standard output.")] = False,
    store: Annotated[bool, typer.Option(help="Keep the report, so that the approval UI shows it.")] = True,
) -> int:
    """Audit the connected CRM and the set-up. Exit code 1 where nothing but a copilot is advised yet."""
    access = crm_access()
    report = audit(access, load_playbook(folder or load(PlaybookSettings).playbook_dir))
    if store:
        keep(access, report)
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        show(report)
    return 1 if report.copilot_only else 0


def audit(access: CrmAccess, playbook: Playbook) -> ReadinessReport:
    """Measure the org and judge it. Raises `CrmError` where it does not answer."""
    clock = SystemClock()
    return judged(AuditReader(access.session(clock), clock).measure(playbook), playbook)


def keep(access: CrmAccess, report: ReadinessReport) -> None:
    """Store the report where the pages find it."""
    access.store.data_dir.mkdir(parents=True, exist_ok=True)
    with opened(access.store.url) as database:
        SqlReadiness(database).keep(report)


def show(report: ReadinessReport) -> None:
    console.print(f"\n[bold]{report.score} of 100.[/] {escape(report.verdict)}\n", highlight=False)
    areas = Table("Area", "Score", "What was found", box=None, pad_edge=False)
    for area in report.areas:
        tone = "green" if area.score >= GOOD else "yellow" if area.score >= FAIR else "red"
        areas.add_row(
            _words(area.area.value), f"[{tone}]{area.score}[/]", escape(area.reasons[0]) if area.reasons else ""
        )
    console.print(areas)
    fields = Table("Field", "Filled", "Fresh", "One spelling", "Use", "Playbook", box=None, pad_edge=False)
    for field in report.fields:
        shares = [f"{part:.0%}" if field.exists else "–" for part in (field.fill, field.fresh, field.consistent)]
        fields.add_row(
            escape(f"{field.object}.{field.field}"),
            *shares,
            field.use.value,
            field.mapped.value if field.mapped else "",
        )
    console.print("\n[bold]Fields[/]")
    console.print(fields)
    motions = Table(
        "#", "Motion", "Score", "Level", "Records", "Rules", "Data", "Risk", "Why", box=None, pad_edge=False
    )
    for motion in report.motions:
        motions.add_row(
            str(motion.rank), _words(motion.motion.value), str(motion.score), level_words(motion),
            f"{motion.records:,}", f"{motion.consistent:.0%}", f"{motion.fill:.0%}", f"{motion.risk:.0%}",
            escape("; ".join(motion.reasons)),
        )  # fmt: skip
    console.print("\n[bold]Motions[/]")
    console.print(motions)
    console.print("\n[bold]Worth most[/]")
    for number, fix in enumerate(report.fixes, start=1):
        console.print(escape(f"{number}. {fix.what} (+{fix.gain}). {fix.how}."), highlight=False)
    for line in report.unmeasured:
        console.print(f"[yellow]Not measured:[/] {escape(line)}", highlight=False)
    console.print(f"\n[dim]{report.api_calls} API calls, nothing written to the CRM.[/]", highlight=False)


def level_words(motion: MotionReport) -> str:
    return "not yet, copilot only" if motion.level is Level.READ_ONLY else _words(motion.level.value)


def _words(code: str) -> str:
    return code.replace("_", " ")
