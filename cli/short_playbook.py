"""A copy of a playbook with deadlines in seconds, for runs that should not take days. Nothing is skipped."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from domain.errors import ErrorCode, InputError

LADDER = {"reminder": "12s", "fallback": "20s", "manager": "28s", "expiry": "45s"}
UNDO_WINDOW = "2s"


def with_short_deadlines(
    source: Path, target: Path, *, ladder: Mapping[str, str] = LADDER, undo_window: str = UNDO_WINDOW
) -> Path:
    """Copy the playbook and shorten its ladders and the undo window; calendars count every second."""
    if not source.is_dir():
        raise InputError(f"no playbook at {source.resolve()}; name it with --playbook", code=ErrorCode.INVALID_PLAYBOOK)
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target)
    for file in sorted(target.glob("*.yaml")):
        content = yaml.safe_load(file.read_text())
        if not isinstance(content, dict):
            continue
        changed = False
        if "ladders" in content:
            content["ladders"] = {category: dict(ladder) for category in content["ladders"]}
            changed = True
        if "calendars" in content:
            content["calendars"] = {name: {"always": True} for name in content["calendars"]}
            changed = True
        if "undo_window_seconds" in content:
            content["undo_window_seconds"] = undo_window
            changed = True
        if changed:
            file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    return target
