"""`countersign undo`: take back one write, a case's, or all of an agent version in a time range, signed by you."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from cli.api import ApiClient
from domain.durations import Seconds
from domain.errors import InputError

LEFT_SOME = 1
"""Exit code where not everything was, or could be, taken back."""

_POLL_SECONDS = 0.5
_SECONDS = TypeAdapter(Seconds)
_REACH = {
    "all": "taken back",
    "in_part": "in part",
    "nothing": "left as it is",
    "failed": "could not be looked at",
}
_STAGE = {
    "done": "Taken back",
    "in_part": "Taken back in part",
    "kept": "Nothing was taken back",
    "refused": "Refused",
    "stopped": "Stopped by ops before it was carried out; the same command starts it again",
    "waiting": "Signed; it is carried out as soon as the workflow engine can be reached",
}


def undo(
    receipt: Annotated[str, typer.Argument(help="The receipt's id, as case show lists it.")] = "",
    agent_version: Annotated[str, typer.Option(help="Every write of this agent version; needs --since.")] = "",
    since: Annotated[str, typer.Option(help="From when on: 2026-11-23T14:00, or 4h for four hours ago.")] = "",
    until: Annotated[str, typer.Option(help="Until when; now, if left out.")] = "",
    case: Annotated[str, typer.Option(help="Every write of this case.")] = "",
    batch: Annotated[str, typer.Option(help="Take back what an earlier batch took back.")] = "",
    go_on: Annotated[str, typer.Option("--continue", help="Go on with a batch that was looked at or stopped.")] = "",
    dry_run: Annotated[bool, typer.Option(help="Say what would be taken back; sign nothing.")] = False,
    yes: Annotated[bool, typer.Option(help="Sign without asking, once the dry run is done.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what came of it as JSON: the batch and its items, or the one.")
    ] = False,
) -> None:
    """Revert writes, as far as nobody has changed them since.

    The server signs, under your login.

    More than one is looked at first: what would be taken back, and what stays because somebody changed it since.
    Exit code 1 where something stays.
    """
    named = [name for name in (receipt, agent_version, case, batch, go_on) if name]
    if len(named) != 1:
        raise InputError("name one thing to undo: a receipt, --agent-version, --case, --batch or --continue")
    if agent_version and not since:
        raise InputError("--agent-version needs --since, such as --since 4h")
    if (since or until) and not agent_version:
        raise InputError("--since and --until go with --agent-version")
    if receipt and (dry_run or yes):
        raise InputError("one receipt is undone at once; --dry-run and --yes go with the others")
    with ApiClient.from_environment() as api:
        if receipt:
            _undo_one(api, receipt, as_json=as_json)
        wanted = {"agent_version": agent_version, "case_id": case, "batch_id": batch}
        times = {"since": _moment(since), "until": _moment(until)}
        shown = (
            _gone_on(api, go_on)
            if go_on
            else api.call("POST", "/api/undo-batches", {**wanted, **{k: v for k, v in times.items() if v}})
        )
        _run(api, shown, dry_run=dry_run, yes=yes, as_json=as_json)


def _gone_on(api: ApiClient, batch_id: str) -> dict[str, Any]:
    """The batch, begun again where it was stopped."""
    path = f"/api/undo-batches/{batch_id}"
    shown: dict[str, Any] = api.call("GET", path)
    return api.call("POST", f"{path}/continue") if shown["stopped_at"] else shown


def _undo_one(api: ApiClient, receipt: str, *, as_json: bool) -> NoReturn:
    """Sign, wait for the end, say what stays. Where only somebody else can end the wait, it is not waited for."""
    path = f"/api/receipts/{receipt}/undo"
    asked = api.call("POST", path)
    told: dict[str, Any] = api.call("GET", path)
    with Console(stderr=True).status("Taking it back …"):
        while told["stage"] == "underway" and not told["waits_for_resume"]:
            time.sleep(_POLL_SECONDS)
            told = api.call("GET", path)
    if as_json:
        sys.stdout.write(json.dumps({**asked, **told}) + "\n")
    else:
        said = _STAGE.get(told["stage"], told["stage"])
        if told["waits_for_resume"]:
            said = "signed; it is carried out once writing is resumed"
        why = escape(_why(told))
        console = Console()
        console.print(f"{said}{': ' if why else '.'}{why}", highlight=False, soft_wrap=True)
        if told["new_receipt_id"]:
            console.print(f"Its receipt: {told['new_receipt_id']}", highlight=False, soft_wrap=True)
    raise typer.Exit(0 if told["stage"] == "done" else LEFT_SOME)


def _run(api: ApiClient, shown: dict[str, Any], *, dry_run: bool, yes: bool, as_json: bool) -> None:
    screen = Console(stderr=True)
    batch_id = str(shown["batch_id"])
    path = f"/api/undo-batches/{batch_id}"
    shown = _followed(api, path, screen, "Looking", "foreseen", until=("looked", "undoing", "done"))
    if shown["state"] == "looked":
        if not as_json:
            _print(api, shown, "foreseen", dry_run=True)
        can = shown["foreseen"]["all"] + shown["foreseen"]["in_part"]
        if dry_run or not can:
            _finish(api, shown, "foreseen", as_json=as_json)
        if not yes and not _agreed(can, batch_id):
            raise typer.Exit(LEFT_SOME)
    if shown["state"] != "done":
        while api.call("POST", f"{path}/sign")["unsigned"]:
            pass
        shown = _followed(api, path, screen, "Taking back", "results", until=("done",))
    if not as_json:
        _print(api, shown, "results", dry_run=False)
    _finish(api, shown, "results", as_json=as_json)


def _agreed(count: int, batch_id: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError(f"nothing was signed; add --yes, or: countersign undo --continue {batch_id}")
    return typer.confirm(f"Sign the undo of {count} writes?")


def _followed(
    api: ApiClient, path: str, screen: Console, what: str, counted: str, *, until: tuple[str, ...]
) -> dict[str, Any]:
    """Wait with a bar until the batch is in one of these states. Stopping here stops nothing: the server goes on."""
    with Progress(console=screen, transient=True) as bar:
        task = bar.add_task(what, total=None)
        while True:
            shown: dict[str, Any] = api.call("GET", path)
            bar.update(task, total=shown["total"], completed=sum(shown[counted].values()))
            if shown["state"] in until:
                return shown
            if shown["stopped_at"]:
                raise InputError(
                    f"ops stopped it in the workflow engine, at {sum(shown[counted].values())} of {shown['total']}; "
                    f"to go on: countersign undo --continue {shown['batch_id']}"
                )
            time.sleep(_POLL_SECONDS)


def _finish(api: ApiClient, shown: dict[str, Any], counted: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({**shown, "items": list(_items(api, shown))}) + "\n")
    whole = shown["foreseen"]["all"] == shown["total"] and shown[counted]["all"] == shown["total"]
    raise typer.Exit(0 if whole else LEFT_SOME)


def _items(api: ApiClient, shown: dict[str, Any]) -> Iterator[dict[str, Any]]:
    after = -1
    while True:
        page = api.call("GET", f"/api/undo-batches/{shown['batch_id']}/items", None, after=str(after))
        yield from page["items"]
        if page["next"] is None:
            return
        after = page["next"]


def _print(api: ApiClient, shown: dict[str, Any], which: str, *, dry_run: bool) -> None:
    console = Console()
    table = Table("case", "receipt", "would be" if dry_run else "was", "why", box=None, pad_edge=False)
    for item in _items(api, shown):
        # What the dry run found nothing to take back of was never signed: it still says why.
        told = item["foreseen"] if dry_run else item["result"] or item["foreseen"]
        word = _REACH[told["reach"]] if told else ""
        table.add_row(item["case_id"], item["receipt_id"][:16], word, escape(_why(told or {})))
    console.print(table)
    counts = shown["foreseen"] if dry_run else shown["results"]
    verb = "would be taken back" if dry_run else "taken back"
    left = shown["total"] - counts["all"] - counts["in_part"]
    console.print(
        f"{shown['total']} writes: {counts['all']} {verb}, {counts['in_part']} in part, {left} not. "
        f"Batch {shown['batch_id']}.",
        highlight=False,
    )


def _why(told: dict[str, Any]) -> str:
    """Each record and field that stays, with its reason; the reasons of one record once."""
    lines: dict[str, list[str]] = {}
    for refusal in told.get("refusals", ()):
        record = refusal["record"]
        name = f"{record['object']} {record['id']}" + (f" {refusal['field']}" if refusal["field"] else "")
        lines.setdefault(refusal["sentence"], []).append(name)
    said = [f"{', '.join(names)}: {sentence}" for sentence, names in lines.items()]
    return "\n".join([*said, *([told["code"]] if told.get("code") else [])])


def _moment(said: str) -> str:
    """ISO 8601, on this machine's clock where it names no zone, or a duration before now. Raises `InputError`."""
    if not said:
        return ""
    try:
        return datetime.fromisoformat(said).astimezone().isoformat()
    except ValueError:
        pass
    try:
        return (datetime.now(UTC) - timedelta(seconds=_SECONDS.validate_python(said))).isoformat()
    except ValidationError:
        raise InputError(f"{said} is no time; write 2026-11-23T14:00, or 30m, 4h, 3d for so long ago") from None
