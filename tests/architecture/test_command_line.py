"""The command line lists itself without the libraries that its commands need."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer

from cli.late import Late, loaded
from cli.main import Commands
from cli.playbook import Commands as PlaybookCommands
from tests.architecture.source_tree import ROOT
from tests.architecture.test_pure_imports import VENDOR_SDKS, probe

HEAVY = VENDOR_SDKS | {"alembic", "cryptography", "httpx", "pydantic", "temporalio", "uvicorn"}
EVERY = {**Commands.late, **{f"playbook {name}": late for name, late in PlaybookCommands.late.items()}}


def test_the_entry_point_loads_none_of_them() -> None:
    result = probe(ROOT, HEAVY, ["cli.main"])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("module", ["cli.playbook", "cli.cases", "cli.reviews", "cli.pause", "cli.undo", "cli.submit"])
def test_a_command_of_the_playbook_or_the_api_loads_no_engine_and_no_database(module: str) -> None:
    result = probe(ROOT, HEAVY - {"httpx", "pydantic"}, [module])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("name", "late"), EVERY.items())
def test_the_list_says_what_the_command_says(name: str, late: Late) -> None:
    """The table repeats the beginning of each command's own help, so it must not drift from it."""
    if late.hidden:
        return
    told = loaded(name.rsplit(maxsplit=1)[-1], late).help or ""
    assert re.sub(r"\W+", " ", told).strip().startswith(re.sub(r"\W+", " ", late.says).strip()), told


def test_every_file_with_a_command_is_in_a_table() -> None:
    placed = {late.place.partition(":")[0] for late in EVERY.values()}
    with_group = {
        f"cli.{path.stem}"
        for path in Path(ROOT, "cli").glob("*.py")
        if path.stem != "main" and isinstance(getattr(import_module(f"cli.{path.stem}"), "app", None), typer.Typer)
    }
    assert with_group <= placed
