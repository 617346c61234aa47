"""`countersign case …`: what happened to a lead, step by step."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.api import ApiClient
from cli.when import how_far, local
from domain.cases import CaseState
from domain.errors import InputError

app = typer.Typer(help="What happened to each lead.", no_args_is_help=True)
console = Console()


@app.command("list")
def list_cases(
    state: Annotated[CaseState | None, typer.Option(help="Only those that stand so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """The latest cases with their state and outcome."""
    query: dict[str, str | list[str]] = {"state": state.value} if state is not None else {}
    with ApiClient.from_environment() as api:
        cases, total = api.pages("/api/cases", "cases", limit, **query)
    if as_json:
        sys.stdout.write(json.dumps(cases) + "\n")
        return
    table = Table()
    for name in ("Case", "Lead", "State", "Outcome", "Opened"):
        table.add_column(name, overflow="fold")
    for listed in cases:
        case = listed["case"]
        opened = how_far(case["opened_at"])
        table.add_row(*map(escape, (case["case_id"], listed["title"], case["state"], case["outcome"] or "–", opened)))
    console.print(table)
    if total > len(cases):
        console.print(f"{len(cases)} of {total}; --limit shows more.", highlight=False)


@app.command("show")
def show_case(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """One case: state, rounds, decisions, what was written and what can be undone."""
    case = ApiClient.from_environment().call("GET", f"/api/cases/{case_id}")
    if as_json:
        sys.stdout.write(json.dumps(case) + "\n")
        return
    _print(case, depth=0)


@app.command("trace")
def trace_case(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """The steps of one case in order of time."""
    with ApiClient.from_environment() as api:
        steps = api.call("GET", f"/api/cases/{case_id}")["steps"]
    if as_json:
        sys.stdout.write(json.dumps(steps) + "\n")
        return
    table = Table(show_header=False, box=None)
    for step in steps:
        table.add_row(local(step["at"]), escape(step["what"]), escape(step["how"]))
    console.print(table)


@app.command("resolve")
def resolve_case(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    match: Annotated[
        str | None, typer.Option(help="Id of the record that this person is; `none` for a new one.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Id of the user or queue to propose as the owner.")] = None,
    field: Annotated[str | None, typer.Option(help="name=value of the lead, as in Email=ada@example.org.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Go on where it stopped.")] = False,
    close: Annotated[str | None, typer.Option(help="Nothing more to do here, and why.")] = None,
) -> None:
    """Resolve what stopped a case, under your own login; exactly one of the options says how."""
    given = [said for said in (match, owner, field, retry or None, close) if said is not None]
    if len(given) != 1:
        raise InputError("say how with exactly one of --match, --owner, --field, --retry, --close")
    answer: dict[str, str] = {"act": "retry"}
    if match is not None:
        answer = {"act": "choose_match", "record_id": "" if match == "none" else match}
    elif owner is not None:
        answer = {"act": "choose_owner", "owner_id": owner}
    elif field is not None:
        name, equals, value = field.partition("=")
        if not equals:
            raise InputError(f"--field {field}: write name=value, as in Email=ada@example.org")
        answer = {"act": "supply_field", "field": name.strip(), "value": value}
    elif close is not None:
        answer = {"act": "close", "reason": close}
    done = ApiClient.from_environment().call("POST", f"/api/cases/{case_id}/resolve", {"resolution": answer})
    sys.stdout.write(json.dumps(done) + "\n")


def _print(value: Any, *, depth: int) -> None:
    indent = "  " * depth
    for name, part in value.items():
        label = name.replace("_", " ")
        if isinstance(part, dict):
            console.print(f"{indent}[bold]{escape(label)}[/]")
            _print(part, depth=depth + 1)
        elif isinstance(part, list):
            console.print(f"{indent}[bold]{escape(label)}[/]")
            for item in part:
                if isinstance(item, dict):
                    _print(item, depth=depth + 1)
                    console.print()
                else:
                    console.print(f"{indent}  {item}", highlight=False, markup=False)
        else:
            console.print(f"{indent}{label}: {'–' if part in (None, '') else part}", highlight=False, markup=False)
