"""`countersign playbook …`: check the rules and ask what they would do."""

import json
import sys
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from cli.late import Late, LateGroup
from domain.lint_names import Directory, live, unknown_names, written_down
from domain.playbook import Playbook
from domain.rule_lint import lint
from runtime.playbook_files import examine
from runtime.settings import PlaybookSettings, load


class Commands(LateGroup):
    """What needs more than the files is imported when it is called."""

    late: ClassVar[dict[str, Late]] = {
        "explain": Late("cli.explain:explain_lead", "Print the score as a sum with its evidence, the route and why."),
        "simulate": Late("cli.playbook_simulate:simulate", "The leads whose score or owner changes."),
        "import": Late("cli.playbook_import:import_rules", "Salesforce assignment rules or a CSV matrix, as rows."),
        "init": Late("cli.playbook_init:init", "Draft a playbook."),
    }


app = typer.Typer(cls=Commands, help="Check the rules, and ask what they would do.", no_args_is_help=True)
Folder = Annotated[Path | None, typer.Argument(help="The playbook's folder.", show_default="playbook")]


@app.command("check")
def check(
    folder: Folder = None,
    playbook: Annotated[Path | None, typer.Option(help="The same, as an option.")] = None,
    org: Annotated[bool, typer.Option("--org", help="Compare names with the CRM instead of people.yaml.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A list of findings on standard output.")] = False,
) -> int:
    """Say what is wrong, one finding a line as `file:line: message`. Exit code 1 if there is more than warnings."""
    place = playbook or folder or load(PlaybookSettings).playbook_dir
    asked = _live_names() if org else None
    read, found = examine(place, (lint, lambda rules: unknown_names(rules, asked or written_down(rules))))
    if as_json:
        sys.stdout.write(json.dumps([f.model_dump() for f in found], indent=2, ensure_ascii=False) + "\n")
    else:
        for finding in found:
            sys.stdout.write(f"{finding}\n")
    errors = sum(not f.warning for f in found)
    if errors or read is None:
        return 1
    sys.stderr.write(
        f"{place} is valid: {len(read.score_rules)} scoring rules, {len(read.routing.territories)} territories, "
        f"{len(read.reviewers)} reviewers, {len(found)} warnings; digest {read.with_digest().digest[:12]}\n"
    )
    return 0


def _live_names() -> Directory:
    """The names of the org that the environment or the demo on this machine names."""
    from cli.crm_access import crm_access
    from gateways.crm.own_org import OwnOrg
    from runtime.clock import SystemClock

    clock = SystemClock()
    names = OwnOrg(crm_access().session(clock), clock).names()
    return live(names.users, names.queues, names.groups, names.territories)


@app.command("schema")
def schema() -> None:
    """JSON Schema of the whole playbook, for editors."""
    sys.stdout.write(json.dumps(Playbook.model_json_schema(), indent=2) + "\n")
