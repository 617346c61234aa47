"""`countersign undo RECEIPT`: take one write back, under your own login."""

import json
import sys
from typing import Annotated

import typer

from cli.api import ApiClient


def undo(receipt: Annotated[str, typer.Argument(help="The receipt's id, as case show lists it.")]) -> None:
    """Revert one write, as far as nobody has changed it since. The server signs the undo."""
    answer = ApiClient.from_environment().call("POST", f"/api/receipts/{receipt}/undo")
    sys.stdout.write(json.dumps(answer) + "\n")
