"""`countersign evals …`: judge what the product decides and writes, and measure it against labelled sets."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.evals_promote import export, promote
from cli.evals_run import run_suite
from domain.errors import InputError

app = typer.Typer(help="Judge what the product decides and writes, from cases and corrections.", no_args_is_help=True)
app.command("run")(run_suite)
app.command("promote")(promote)
app.command("export")(export)


@app.command("identity")
def identity(
    data: Annotated[Path, typer.Option(help="The folder that holds the labelled sets.")],
    sets: Annotated[str, typer.Option(help="Which sets, comma-separated; otherwise all.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> int:
    """Precision, recall and F1 of whom the matcher joins; exit code 1 where a match is wrong too often."""
    from evals.identity.report import FLOOR, as_table
    from evals.identity.report import as_json as json_of
    from evals.identity.run import run
    from evals.identity.sets import SetMissing

    try:
        report = run(data, tuple(name for name in sets.split(",") if name))
    except SetMissing as missing:
        raise InputError(str(missing)) from missing
    sys.stdout.write(json_of(report) if as_json else f"{as_table(report.sets)}\n")
    if low := report.below_floor():
        typer.echo(f"precision of a match is below {FLOOR} in {low[0].name} ({low[0].part})", err=True)
    return 1 if report.below_floor() else 0


@app.command("grounding")
def grounding(
    data: Annotated[Path | None, typer.Option(help="The folder that holds the labelled sets.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> int:
    """Precision, recall and F1 of what the grounding checker supports; exit code 1 where too much is let through."""
    from evals.grounding.__main__ import too_much_let_through
    from evals.grounding.run import SetMissing, as_table, run
    from evals.grounding.run import as_json as json_of

    try:
        results = run(data)
    except SetMissing as missing:
        raise InputError(str(missing)) from missing
    sys.stdout.write(json_of(results) if as_json else f"{as_table(results)}\n")
    return 1 if too_much_let_through(results) else 0
