"""`countersign evals promote|export`: what people decided becomes cases, and lines for other tools."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.markup import escape

from approval_ui.mending import Mending, MendLine
from cli.existing_store import existing_store
from domain.errors import InputError
from persistence.database import opened
from persistence.decided import SqlDecided
from persistence.decided_cards import DecidedCards
from persistence.documents import SqlDocuments
from persistence.playbooks import SqlPlaybooks
from runtime.clock import SystemClock
from runtime.playbook_files import FilePlaybooks
from runtime.settings import PlaybookSettings, load

if TYPE_CHECKING:
    from evals.suite.captured import Example, Rules

console = Console()
_HEAD = "# What people decided, made into cases by `countersign evals promote`. All names are made up.\n"


def promote(
    decisions: Annotated[list[str] | None, typer.Argument(help="Decisions to make cases of; none: list them.")] = None,
    corrected: Annotated[bool, typer.Option("--corrected", help="All in which somebody put something right.")] = False,
    to: Annotated[Path | None, typer.Option("--to", help="The case file, if not captured.yaml.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The list, or what was written, as JSON.")] = False,
) -> int:
    """Corrections become committed cases, with personal data replaced. Exit code 1 where one could not be."""
    with _decided() as (found, rules, mending):
        if not decisions and not corrected:
            _list(found, mending.offers(), as_json=as_json)
            return 0
        chosen = [e for e in found if e.decided.decision_id in (decisions or ()) or (corrected and e.corrected)]
        unknown = sorted(set(decisions or ()) - {e.decided.decision_id for e in chosen})
        if unknown:
            raise InputError(
                f"no decision {unknown[0]} whose documents are kept; list them with `countersign evals promote`"
            )
        written, refused = _promoted(chosen, rules, to)
    if as_json:
        sys.stdout.write(json.dumps({"written": written, "refused": refused}, indent=2) + "\n")
    else:
        for name in written:
            console.print(f"written: {escape(name)}", highlight=False)
        if written:
            console.print("Read them before you commit them, then run `countersign evals run --family captured`.")
    for decision, why in refused.items():
        typer.echo(f"{decision} is not written: {why}", err=True)
    return 1 if refused else 0


def export(
    out: Annotated[Path | None, typer.Option("--out", help="The file; standard output if not given.")] = None,
    corrected: Annotated[bool, typer.Option("--corrected", help="Only where somebody put something right.")] = False,
    as_they_are: Annotated[bool, typer.Option("--with-personal-data", help="Replace nothing.")] = False,
) -> int:
    """One decision a line, as JSON: what was known, proposed, signed, edited and why; personal data replaced."""
    from evals.suite.captured import as_record

    lines, refused = [], 0
    with _decided() as (found, rules, _):
        for example in found:
            if corrected and not example.corrected:
                continue
            try:
                lines.append(json.dumps(as_record(example, rules, replace=not as_they_are), ensure_ascii=False))
            except InputError as left:
                refused += 1
                typer.echo(f"{example.decided.decision_id} is left out: {left.detail}", err=True)
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        sys.stdout.write(text)
    else:
        out.touch(mode=0o600)
        out.write_text(text, "utf-8")
        typer.echo(f"{len(lines)} decisions written to {out}", err=True)
    return 1 if refused else 0


@contextmanager
def _decided() -> "Iterator[tuple[list[Example], Rules, Mending]]":
    try:
        from cli.evals_org import staff_addresses
        from evals.suite.captured import Rules, examples
    except ModuleNotFoundError as missing:
        raise InputError(f"the evals need {missing.name}; run pip install 'countersign[evals]'") from None
    with opened(existing_store().url) as db:
        playbooks = FilePlaybooks(load(PlaybookSettings).playbook_dir, SqlPlaybooks(db, SystemClock()))
        playbook = playbooks.current()
        documents = SqlDocuments(db, SystemClock())
        found = list(examples(documents, SqlDecided(db).rounds(playbook.org_id)))
        rules = Rules(playbook=playbook, staff=staff_addresses())
        yield found, rules, Mending(DecidedCards(db, playbook.org_id), playbooks, playbooks)


def _promoted(chosen: "list[Example]", rules: "Rules", to: Path | None) -> tuple[list[str], dict[str, str]]:
    """Names of the cases that were written, and why others were not. A case of the same decision is replaced."""
    from evals.suite.captured import FAMILY, as_case, as_yaml
    from evals.suite.cases import CASES, load_families
    from evals.suite.stage import NOW

    file = to or CASES / f"{FAMILY}.yaml"
    held = load_families(file.parent, file.stem)[0].cases if file.exists() else ()
    cases = {case.name: case for case in held}
    written, refused = [], {}
    for example in chosen:
        try:
            case = as_case(example, rules, NOW)
        except InputError as left:
            refused[example.decided.decision_id] = left.detail
            continue
        cases[case.name] = case
        written.append(case.name)
    if written:
        told: dict[str, Any] = {
            "family": file.stem,
            "about": "What people decided about real proposals, with personal data replaced.",
            "cases": [as_yaml(case) for case in cases.values()],
        }
        file.write_text(_HEAD + yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=120), "utf-8")
    return written, refused


def _list(found: "list[Example]", offers: tuple[MendLine, ...], *, as_json: bool) -> None:
    if as_json:
        rows = [_row(e) for e in reversed(found)]
        groups = [{"times": o.times, "what": o.sentence, "mend": o.place} for o in offers]
        sys.stdout.write(json.dumps({"decisions": rows, "repeated": groups}, ensure_ascii=False, indent=2) + "\n")
        return
    for e in reversed(found):
        changes = (*(f"{x.action_key}.{x.field}" for x in e.note.edits), *(f"without {k}" for k in e.note.unticked))
        mark = "corrected" if e.corrected else "as proposed"
        said = (e.decided.decision_id, f"{e.decided.decided_at:%Y-%m-%d %H:%M}", e.decided.verdict, mark)
        _say("  ".join((*said, ", ".join(part for part in (*changes, e.decided.reason_code) if part))))
    if not found:
        _say("Nobody has decided anything yet.")
    for offer in offers:
        _say(f"{offer.times} times: {offer.sentence} Mend {offer.place or 'the playbook'}")


def _row(example: "Example") -> dict[str, Any]:
    return {
        "decision": example.decided.decision_id,
        "decided_at": example.decided.decided_at.isoformat(),
        "verdict": example.decided.verdict,
        "reason_code": example.decided.reason_code,
        "corrected": example.corrected,
        "edited": [f"{e.action_key}.{e.field}" for e in example.note.edits],
        "unticked": list(example.note.unticked),
    }


def _say(line: str) -> None:
    console.print(escape(line.rstrip()), highlight=False, soft_wrap=True)
