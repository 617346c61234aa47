"""`countersign localcrm …`: the embedded CRM by itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(help="The embedded CRM that speaks the Salesforce REST API.", no_args_is_help=True)
console = Console()
DbOption = Annotated[Path, typer.Option("--db", help="The CRM's database file.")]


@app.command("serve")
def serve(
    db: DbOption = Path(".countersign/localcrm.db"),
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 8100,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Answer the Salesforce REST API. Clients come from LOCALCRM_CLIENT_ID and LOCALCRM_CLIENT_SECRET."""
    from localcrm.options import Options, clients_from_environment
    from localcrm.server import run

    run(str(db), host, port, options=Options(clients=clients_from_environment()))


@app.command("seed")
def seed_sample(
    db: DbOption = Path(".countersign/localcrm.db"),
    seed: Annotated[int, typer.Option(help="The same number makes the same org.")] = 7,
) -> None:
    """Fill an empty database with the sample org."""
    from domain.errors import InputError
    from localcrm.sample import AlreadySeeded
    from localcrm.sample import seed as fill

    db.parent.mkdir(parents=True, exist_ok=True)
    try:
        counts = fill(str(db), seed, datetime.now(UTC).date())
    except AlreadySeeded as refused:
        raise InputError(str(refused)) from None
    console.print(", ".join(f"{name} {count}" for name, count in counts.items()), highlight=False)
