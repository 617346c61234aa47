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
    pairs: Annotated[Path | None, typer.Option(help="JSONL of your own: claim, evidence (list), supported.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Renew evals/grounding/REPORT.md; needs --data.")] = False,
) -> int:
    """Precision, recall and F1 of what the grounding checker supports; exit code 1 where too much is let through."""
    from evals.grounding.__main__ import too_much_let_through
    from evals.grounding.run import OWN, SetMissing, as_table, measure, read_pairs, run
    from evals.grounding.run import as_json as json_of
    from evals.grounding.run import write as renew

    if write and (data is None or pairs is not None):
        raise InputError("--write renews the committed report, made from the shared sets: give --data, and no --pairs")
    try:
        results = run(data) if pairs is None else (measure(pairs.stem, read_pairs(pairs)),)
    except SetMissing as missing:
        raise InputError(str(missing)) from missing
    sys.stdout.write(json_of(results) if as_json else f"{as_table(results)}\n")
    if write:
        renew(results, OWN.parent)
    return 1 if too_much_let_through(results) else 0


@app.command("injection")
def injection(
    data: Annotated[Path | None, typer.Option(help="The folder that holds the labelled sets.")] = None,
    texts: Annotated[Path | None, typer.Option(help="JSONL of your own: text, injection (true or false).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Renew evals/injection/REPORT.md; needs --data.")] = False,
) -> int:
    """Share of injections that are found and of false alarms; exit code 1 where our own texts are not told apart."""
    from evals.injection.__main__ import as_json as json_of
    from evals.injection.__main__ import as_table, below_floor, of_file, rates
    from evals.injection.__main__ import write as renew

    if write and (data is None or texts is not None):
        raise InputError("--write renews the committed report, made from the shared sets: give --data, and no --texts")
    try:
        found = tuple(rates(data)) if texts is None else of_file(texts)
    except FileNotFoundError as missing:
        raise InputError(f"{missing.filename} is not there; give the folder that holds the labelled sets") from None
    sys.stdout.write(json_of(found) if as_json else f"{as_table(found)}\n")
    if write:
        renew(found)
    return 1 if below_floor(found) else 0
