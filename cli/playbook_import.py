"""`countersign playbook import FILE`: rules that a team already has, as rows of a playbook."""

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
import yaml

from domain.errors import ErrorCode, InputError
from domain.playbook import Playbook
from domain.routing_rules import RoutingRule
from gateways.playbook_import.matrix import read_matrix
from gateways.playbook_import.result import Imported, NotTranslated
from gateways.playbook_import.salesforce import read_assignment_rules
from runtime.playbook_files import load_playbook
from runtime.settings import PlaybookSettings, load

EMPTY_ROWS = "  rules: []\n"


def import_rules(
    file: Annotated[Path, typer.Argument(help="Lead.assignmentRules-meta.xml, or a CSV matrix.")],
    playbook: Annotated[Path | None, typer.Option(help="The playbook whose teams and sizes are meant.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the rows where routing.yaml says `rules: []`.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Rows and what is missing, on standard output.")] = False,
) -> int:
    """Salesforce assignment rules or a CSV matrix, as rows in first-match order on standard output.

    What has no counterpart is listed; exit code 1 if something has none.
    """
    folder = playbook or load(PlaybookSettings).playbook_dir
    rules = load_playbook(folder) if folder.is_dir() else None
    found = read_file(file, rules)
    if write:
        _write(folder / "routing.yaml", found)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2, exclude_defaults=True) + "\n")
    elif not write:
        sys.stdout.write("routing:\n  rules:\n" + as_yaml(found))
    for missing in found.not_translated:
        sys.stderr.write(
            f"{file.name}:{missing.line}: {missing.entry} is not translated{_in_part(missing, found)}: {missing.why}\n"
        )
    for note in found.notes:
        sys.stderr.write(f"{note}\n")
    asked = rules is not None and any("rules" in rank for rank in rules.routing.precedence)
    sys.stderr.write(
        f"{len(found.rules)} rows, {len(found.not_translated)} not translated."
        + ("" if asked or not found.rules else " Add `rules` to routing.precedence, where they should be asked.")
        + " Then run `countersign playbook check`.\n"
    )
    return 1 if found.not_translated else 0


def read_file(file: Path, rules: Playbook | None) -> Imported:
    """By its beginning: XML or CSV. Raises `InputError`."""
    try:
        body = file.read_bytes()
    except OSError as unreadable:
        raise InputError(f"{file} cannot be read: {unreadable.strerror}", code=ErrorCode.INVALID_PLAYBOOK) from None
    if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return read_assignment_rules(body, file.name, rules.routing.segments if rules is not None else ())
    try:
        return read_matrix(body.decode("utf-8-sig"), file.name, rules)
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8 text; save it as UTF-8", code=ErrorCode.INVALID_PLAYBOOK) from None


def as_yaml(found: Imported) -> str:
    """One row a line, in order; what is missing stands as a comment where it would have been asked."""
    lines: list[str] = []
    for number in range(len(found.rules) + 1):
        lines.extend(
            f"    # Not translated: {m.entry} (line {m.line}): {' '.join(m.why.split())}"
            for m in found.not_translated
            if m.after == number
        )
        if number < len(found.rules):
            lines.append(f"    - {_flow(found.rules[number])}")
    return "\n".join(lines if found.rules else [*lines, "    []"]) + "\n"


def _in_part(missing: NotTranslated, found: Imported) -> str:
    """An entry of which rows were made all the same, for one of its alternatives or for the rest of an or."""
    made = re.compile(rf"{re.escape(missing.entry)}(?:[a-z]\d*)?")
    return " wholly" if any(made.fullmatch(rule.id) for rule in found.rules) else ""


def _flow(rule: RoutingRule) -> str:
    content = json.loads(rule.model_dump_json(exclude_defaults=True))
    return yaml.safe_dump(content, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6).strip()


def _write(target: Path, found: Imported) -> None:
    text = target.read_text(encoding="utf-8") if target.is_file() else ""
    if text.count(EMPTY_ROWS) != 1:
        raise InputError(
            f"{target} has no line `rules: []` to put the rows in; print them without --write and merge by hand",
            code=ErrorCode.INVALID_PLAYBOOK,
        )
    if found.rules:
        target.write_text(text.replace(EMPTY_ROWS, "  rules:\n" + as_yaml(found)), encoding="utf-8")
