"""`countersign localcrm …`: the embedded CRM by itself."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from domain.errors import InputError

app = typer.Typer(help="The embedded CRM that speaks the Salesforce REST API.", no_args_is_help=True)
console = Console()
DbOption = Annotated[Path, typer.Option("--db", help="The CRM's database file.")]


@app.command("serve")
def serve(
    db: DbOption = Path(".countersign/localcrm.db"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback.")] = 8100,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Answer the Salesforce REST API. Clients come from LOCALCRM_CLIENT_ID and LOCALCRM_CLIENT_SECRET.

    LOCALCRM_CONTROL_TOKEN opens the test controls.
    """
    _make_folder(db)
    from localcrm.options import Options, clients_from_environment
    from localcrm.server import run
    from localcrm.store import StoreError

    try:
        control = os.environ.get("LOCALCRM_CONTROL_TOKEN") or None
        run(str(db), host, port, options=Options(clients=clients_from_environment(), control_token=control))
    except StoreError as refused:
        raise InputError(f"{refused}; choose another --db") from None


@app.command("seed")
def seed_sample(
    db: DbOption = Path(".countersign/localcrm.db"),
    seed: Annotated[int, typer.Option(help="The same number makes the same org.")] = 7,
) -> None:
    """Fill an empty database with the sample org."""
    from localcrm.sample import AlreadySeeded
    from localcrm.sample import seed as fill
    from localcrm.store import StoreError

    _make_folder(db)
    try:
        counts = fill(str(db), seed, datetime.now(UTC).date())
    except (AlreadySeeded, StoreError) as refused:
        raise InputError(str(refused)) from None
    console.print(", ".join(f"{name} {count}" for name, count in counts.items()), highlight=False)


def _make_folder(db: Path) -> None:
    try:
        db.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{db.parent} cannot hold the CRM's database: {error.strerror}; choose another --db") from None


@app.command("import")
def import_rows(
    file: Annotated[Path, typer.Argument(help="CSV with a header, or JSON: a list of objects.")],
    object_name: Annotated[str, typer.Option("--object", help="Account, Contact, Lead, …")],
    db: DbOption = Path(".countersign/localcrm.db"),
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADER=FIELD", help="A header that names no field. Repeatable."),
    ] = None,
    encoding: Annotated[str, typer.Option(help="Of a file that is not UTF-8, for example cp1252.")] = "",
) -> int:
    """Read rows into one object, by the same rules as the API. A bad row is told by its line and the rest go on;
    exit code 1 if there was one. A row with an Id keeps it, and changes the record that has it already."""
    from localcrm.transfer import TransferError, import_file

    pairs = [pair.partition("=") for pair in mapped or ()]
    wrong = next((f"{left}{equals}{right}" for left, equals, right in pairs if not (left and equals and right)), None)
    if wrong is not None:
        raise InputError(f"--map {wrong}: give HEADER=FIELD, for example --map 'Firm=Company'")
    _make_folder(db)
    try:
        columns = {left: right for left, _, right in pairs}
        report = import_file(db, file, object_name, columns=columns, encoding=encoding or None)
    except TransferError as refused:
        raise InputError(str(refused)) from None
    for row in report.refused:
        console.print(f"{file}:{row.line}: {row.reason}", highlight=False, markup=False, soft_wrap=True)
    if report.ignored_columns:
        left_out = ", ".join(report.ignored_columns)
        console.print(f"columns left out: {left_out}", highlight=False, markup=False, soft_wrap=True)
    updated = f", {report.updated} updated" if report.updated else ""
    said = f"{report.created} rows of {object_name} imported{updated}, {len(report.refused)} refused"
    console.print(said, highlight=False, markup=False)
    return 1 if report.refused else 0


@app.command("export")
def export_rows(
    file: Annotated[Path, typer.Argument(help="Where to write: .csv or .json.")],
    object_name: Annotated[str, typer.Option("--object", help="Account, Contact, Lead, …")],
    db: DbOption = Path(".countersign/localcrm.db"),
) -> None:
    """Write every live row of one object, with every field."""
    from localcrm.transfer import TransferError, export_file

    if not db.exists():
        raise InputError(f"there is no CRM database at {db}; give --db, or make one: countersign localcrm seed")
    try:
        count = export_file(db, file, object_name)
    except TransferError as refused:
        raise InputError(str(refused)) from None
    console.print(f"{count} rows of {object_name} written to {file}", highlight=False, markup=False)
