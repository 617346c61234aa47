"""`countersign review …`: the queue from a terminal, through the same API and checks as the page."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.api import ApiClient
from domain.decisions import Verdict
from domain.errors import InputError

app = typer.Typer(help="The approval queue from a terminal.", no_args_is_help=True)
console = Console()


@app.command("list")
def list_reviews(
    state: Annotated[str, typer.Option(help="open, decided, expired or superseded.")] = "open",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """What waits for a decision, the most urgent first."""
    reviews = ApiClient.from_environment().call("GET", "/api/reviews", state=state)["reviews"]
    if as_json:
        sys.stdout.write(json.dumps(reviews) + "\n")
        return
    table = Table()
    for name in ("Case", "Round", "What", "Risk", "Score", "Expires"):
        table.add_column(name, overflow="fold")
    for item in reviews:
        score = f"{item['band']} {item['score']}" if item.get("score") is not None else "–"
        table.add_row(
            item["case_id"], str(item["round"]), escape(item["title"]), item["risk"], score, item["expires_at"]
        )
    console.print(table)


@app.command("show")
def show_review(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    round: Annotated[int, typer.Argument(help="The round, as the list shows it.")] = 1,
) -> None:
    """One proposal with its digest, as JSON."""
    review = ApiClient.from_environment().call("GET", f"/api/reviews/{case_id}/{round}")
    sys.stdout.write(json.dumps(review, indent=2, ensure_ascii=False) + "\n")


@app.command("decide")
def decide(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    round: Annotated[int, typer.Argument(help="The round, as the list shows it.")],
    verdict: Annotated[Verdict, typer.Argument(help="What you decide.")],
    digest: Annotated[str, typer.Option(help="Digest of what you looked at (review show); it must still be that.")],
    drop: Annotated[list[str] | None, typer.Option(help="Key of an action to leave out; may be repeated.")] = None,
    tick: Annotated[list[str] | None, typer.Option(help="Key of a draft to write too; may be repeated.")] = None,
    edit: Annotated[list[str] | None, typer.Option(help="action.field=value; may be repeated.")] = None,
    reason: Annotated[str, typer.Option(help="Reason code, for a rejection.")] = "",
    text: Annotated[str, typer.Option(help="Your words: why, or what to draft differently.")] = "",
    state: Annotated[
        list[str] | None, typer.Option(help="A sentence of your edit that you state without evidence; may be repeated.")
    ] = None,
) -> None:
    """Decide one review under your own login. The server signs; this command cannot."""
    api = ApiClient.from_environment()
    path = f"/api/reviews/{case_id}/{round}"
    actions = api.call("GET", path)["content"]["actions"]
    keys = [a["key"] for a in actions if not a.get("opt_in") or a["key"] in (tick or [])]
    approving = verdict in (Verdict.APPROVE, Verdict.APPROVE_EDITED)
    answer = api.call(
        "POST",
        f"{path}/decide",
        {
            "verdict": verdict.value,
            "shown_digest": digest,
            "ticked": [k for k in keys if k not in (drop or [])] if approving else [],
            "edits": [_edit(e) for e in edit or ()],
            "reason_code": reason,
            "text": text,
            "stated": state or [],
        },
    )
    sys.stdout.write(json.dumps(answer) + "\n")


def _edit(spelled: str) -> dict[str, str]:
    target, equals, value = spelled.partition("=")
    action, dot, field = target.partition(".")
    if not equals or not dot:
        raise InputError(f"--edit {spelled}: write action.field=value, as in email.subject=Hello")
    return {"action_key": action, "field": field, "value": value}
