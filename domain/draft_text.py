"""YAML text of a drafted playbook, in which every guess says that it is one."""

import json
import re
from collections.abc import Iterable

from domain.texts import clean, fold

Line = tuple[int, str, str]
"""Depth, text, and what was guessed; empty where the org said it."""


def text_of(heading: str, lines: Iterable[Line]) -> str:
    """A file. A guess stands at the end of its line as `# guess: why`."""
    written = [f"# {line}".rstrip() for line in heading.splitlines()]
    for depth, text, guess in lines:
        written.append(f"{'  ' * depth}{text}" + (f"  # guess: {clean(guess, 200)}" if guess else ""))
    return "\n".join(written) + "\n"


def quoted(text: str) -> str:
    """A scalar as it is where YAML takes it so, else in double quotes."""
    line = clean(text, 500)
    plain = re.fullmatch(r"[A-Za-z][\w .@/&()-]*[\w)]", line, re.ASCII)
    return line if plain and line.casefold() not in {"null", "true", "false", "yes", "no"} else _json(line)


def listed(values: Iterable[str]) -> str:
    return "[" + ", ".join(quoted(v) for v in values) + "]"


def key_of(text: str, taken: Iterable[str] = ()) -> str:
    """A short name for use as a key: `EMEA mid-market` gives `emea_mid_market`; numbered where it is taken."""
    base = re.sub(r"[^a-z0-9]+", "_", fold(clean(text, 60))).strip("_") or "unnamed"
    used, name, number = set(taken), base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
