"""`countersign evals run`: play every case through the product's own steps, and compare with the committed run."""

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from domain.errors import InputError
from domain.ports import DraftWriter
from gateways.llm.template_writer import TemplateWriter
from runtime.settings import ModelSettings, PlaybookSettings, load
from workers.writer import draft_writer

if TYPE_CHECKING:
    from evals.suite.cases import Family
    from evals.suite.report import Report
    from evals.suite.run import FamilyResult


def run_suite(
    family: Annotated[str, typer.Option("--family", help="One family of cases only.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the report and make this run the one to beat.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Also write the report with plots here.")] = None,
    cases: Annotated[Path | None, typer.Option("--cases", help="Another folder of cases.")] = None,
    playbook: Annotated[Path | None, typer.Option("--playbook", help="Another playbook to judge.")] = None,
    tolerance: Annotated[int, typer.Option(min=0, help="New failures that a family may have.")] = 0,
    model: Annotated[bool, typer.Option("--model", help="Draft with the configured model, not the template.")] = False,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="Families that are played at once.")] = 2,
) -> int:
    """Exit code 1 on a dangerous error, or where a family fails in more new cases than tolerated."""
    try:
        from evals.suite.cases import CASES, load_families
        from evals.suite.report import read_baseline
    except ModuleNotFoundError as missing:
        raise InputError(f"the eval suite needs {missing.name}; run pip install 'countersign[evals]'") from None
    if write and (family or cases or model):
        raise InputError("--write makes the run to beat: all families, template writer; leave the other options out")
    if model and not load(ModelSettings).enabled:
        raise InputError("no model is configured; set OPENAI_API_KEY or OPENAI_BASE_URL, and OPENAI_MODEL")
    chosen = load_families(cases or CASES, family)
    folder = playbook or load(PlaybookSettings).playbook_dir
    report = play_families(chosen, folder, jobs, model=model)
    if cases is None:
        report = report.model_copy(update={"before": read_baseline(), "partial": bool(family)})
    if write:
        _write(report)
    if html is not None:
        from evals.suite.page import as_html

        html.write_text(as_html(report), "utf-8")
    _tell(report, as_json=as_json, tolerance=tolerance)
    return 1 if report.dangerous or report.regressions(tolerance) else 0


def play_families(families: "Sequence[Family]", playbook: Path, jobs: int, *, model: bool = False) -> "Report":
    """Each family in a process of its own, so that none sees what another left. In the order given."""
    from evals.suite.report import Report

    if jobs == 1 or len(families) == 1:
        results = [play_family(family, playbook, model) for family in families]
    else:
        # Spawned: a forked server thread would take its locks along.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(jobs, len(families)), mp_context=context) as pool:
            several = len(families)
            results = list(pool.map(play_family, families, [playbook] * several, [model] * several))
    return Report(families=tuple(results), writer=_writer(model).version)


def _writer(model: bool) -> DraftWriter:
    return draft_writer(load(ModelSettings)) if model else TemplateWriter()


def play_family(family: "Family", playbook: Path, model: bool = False) -> "FamilyResult":
    from cli.evals_org import running_org
    from evals.suite.run import judge
    from evals.suite.stage import NOW, Theatre
    from runtime.playbook_files import load_playbook

    rules = load_playbook(playbook)
    with running_org(NOW) as org, tempfile.TemporaryDirectory(prefix="countersign-evals-") as workplace:
        return judge(family, Theatre(org, rules, playbook / "firmographics.csv", Path(workplace), _writer(model)))


def _write(report: "Report") -> None:
    from evals.suite.page import as_html
    from evals.suite.report import BASELINE, as_markdown

    baseline = report.baseline(datetime.now(UTC).date())
    BASELINE.write_text(json.dumps(baseline.model_dump(mode="json"), indent=2) + "\n", "utf-8")
    BASELINE.with_name("REPORT.md").write_text(as_markdown(report), "utf-8")
    BASELINE.with_name("report.html").write_text(as_html(report), "utf-8")


def _tell(report: "Report", *, as_json: bool, tolerance: int) -> None:
    from evals.suite.report import as_markdown

    if as_json:
        sys.stdout.write(json.dumps(report.summary(tolerance), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(as_markdown(report))
    for error, family, case, found in report.dangerous:
        typer.echo(f"dangerous error {error} in {family}/{case}: {found}", err=True)
    for regression in report.regressions(tolerance):
        typer.echo(f"worse than the committed run: {regression}", err=True)
