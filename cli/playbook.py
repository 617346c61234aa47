"""`countersign playbook …`: check the rules and ask what they would do."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from domain.playbook import Playbook
from runtime.playbook_files import load_playbook

app = typer.Typer(help="Check the rules.", no_args_is_help=True)
console = Console()
Folder = Annotated[Path, typer.Argument(help="The playbook's folder.")]


@app.command("check")
def check(folder: Folder = Path("playbook")) -> None:
    """Say what is wrong, by file and line, or that all is well."""
    playbook = load_playbook(folder)
    console.print(
        f"{folder} is valid: {len(playbook.score_rules)} scoring rules, "
        f"{len(playbook.routing.territories)} territories, {len(playbook.reviewers)} reviewers; "
        f"digest {playbook.digest[:12]}",
        highlight=False,
    )


@app.command("schema")
def schema() -> None:
    """JSON Schema of the whole playbook, for editors."""
    sys.stdout.write(json.dumps(Playbook.model_json_schema(), indent=2) + "\n")
