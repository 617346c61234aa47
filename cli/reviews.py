"""`countersign review …`: the queue from a terminal, through the same API and checks as the page."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.api import ApiClient
from cli.when import how_far
from domain.decisions import RoundState, Verdict
from domain.errors import InputError
from domain.leads import Motion
from domain.permissions import RiskCategory
from domain.review_queue import Age, Due, QueueState, Sort, Whose

app = typer.Typer(help="The approval queue from a terminal.", no_args_is_help=True)
console = Console()


@app.command("list")
def list_reviews(
    motion: Annotated[Motion | None, typer.Option(help="One lane; all of them when left out.")] = None,
    state: Annotated[QueueState, typer.Option(help="Where they stand.")] = QueueState.OPEN,
    whose: Annotated[Whose, typer.Option(help="Whom they wait for.")] = Whose.ALL,
    risk: Annotated[list[RiskCategory] | None, typer.Option(help="May be repeated: any of them.")] = None,
    due: Annotated[Due | None, typer.Option(help="When the next step of the ladder comes.")] = None,
    age: Annotated[Age | None, typer.Option(help="Waiting at least this long.")] = None,
    territory: Annotated[str, typer.Option(help="The territory's name.")] = "",
    search: Annotated[str, typer.Option("--search", "-q", help="Name, company, e-mail or title.")] = "",
    sort: Annotated[Sort, typer.Option(help="The order.")] = Sort.DUE,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
) -> None:
    """What waits for a decision, the most urgent first; filtered as on the page."""
    query: dict[str, str | list[str]] = {}
    asked = {"motion": motion, "state": state, "whose": whose, "due": due, "age": age, "sort": sort}
    query |= {name: value.value for name, value in asked.items() if value is not None}
    query |= {name: text for name, text in (("territory", territory), ("q", search)) if text}
    query |= {"risk": [each.value for each in risk]} if risk else {}
    with ApiClient.from_environment() as api:
        reviews, total = api.pages("/api/reviews", "reviews", limit, **query)
    if as_json:
        sys.stdout.write(json.dumps(reviews) + "\n")
        return
    table = Table()
    for name in ("Case", "Round", "What", "Risk", "Score", "Waiting since", "Next step"):
        table.add_column(name, overflow="fold")
    for item in reviews:
        score = f"{item['band']} {item['score']}".strip() if item.get("score") is not None else "–"
        what = " · ".join(part for part in (item["title"], item["subtitle"]) if part)
        since = how_far(item["opened_at"])
        table.add_row(item["case_id"], str(item["round"]), escape(what), item["risk"], score, since, _end(item))
    console.print(table)
    if total > len(reviews):
        console.print(f"{len(reviews)} of {total}; --limit shows more.", highlight=False)


def _end(item: dict[str, Any]) -> str:
    if item["state"] == RoundState.OPEN.value:
        return f"{item['next_step']} {how_far(item['next_at'])}"
    ended = item["verdict"] or item["state"]
    return f"{ended} {how_far(item['closed_at'])}" if item["closed_at"] else ended


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
            "edits": [_edit(e, actions) for e in edit or ()],
            "reason_code": reason,
            "text": text,
            "stated": state or [],
        },
    )
    sys.stdout.write(json.dumps(answer) + "\n")


def _edit(spelled: str, actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As a script would send it: a number where the proposal has one, and yes or no where it has that."""
    target, equals, value = spelled.partition("=")
    action, dot, field = target.partition(".")
    if not equals or not dot:
        raise InputError(f"--edit {spelled}: write action.field=value, as in email.subject=Hello")
    proposed = next((a for a in actions if a["key"] == action), {})
    values = {c["field"]: c["after"] for c in proposed.get("changes", ())} or proposed
    return {"action_key": action, "field": field, "value": _typed(spelled, value, values.get(field))}


def _typed(spelled: str, value: str, like: object) -> object:
    """The value as JSON has it, where the proposal holds a number or a yes or no there; else the text itself."""
    if not isinstance(like, bool | int | float):
        return value
    if not value and not isinstance(like, bool):
        return None
    try:
        given = json.loads(value)
    except ValueError:
        given = None
    if not isinstance(given, bool | int | float) or isinstance(given, bool) is not isinstance(like, bool):
        raise InputError(f"--edit {spelled}: give {'true or false' if isinstance(like, bool) else 'a number'}")
    return given
