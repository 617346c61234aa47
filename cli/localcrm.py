"""`countersign localcrm …`: the embedded CRM by itself."""

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
    """Answer the Salesforce REST API. Clients come from LOCALCRM_CLIENT_ID and LOCALCRM_CLIENT_SECRET."""
    _make_folder(db)
    from localcrm.options import Options, clients_from_environment
    from localcrm.server import run

    run(str(db), host, port, options=Options(clients=clients_from_environment()))


@app.command("seed")
def seed_sample(
    db: DbOption = Path(".countersign/localcrm.db"),
    seed: Annotated[int, typer.Option(help="The same number makes the same org.")] = 7,
) -> None:
    """Fill an empty database with the sample org."""
    from localcrm.sample import AlreadySeeded
    from localcrm.sample import seed as fill

    _make_folder(db)
    try:
        counts = fill(str(db), seed, datetime.now(UTC).date())
    except AlreadySeeded as refused:
        raise InputError(str(refused)) from None
    console.print(", ".join(f"{name} {count}" for name, count in counts.items()), highlight=False)


def _make_folder(db: Path) -> None:
    try:
        db.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{db.parent} cannot hold the CRM's database: {error.strerror}; choose another --db") from None
