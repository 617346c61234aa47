"""The table in docs/sagas.md: each step with each failure once, and each row with a test that exists."""

import ast
import re
from itertools import product

from tests.architecture.source_tree import ROOT

TABLE = (ROOT / "docs" / "sagas.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (CRM|e-mail|claim) \| ([^|]+) \|.*\| `([^`]+)` \|$", TABLE, re.MULTILINE)
FAILURES = (
    *("conflict", "unclear answer", "permanent error", "cancelled by ops", "terminated", "worker lost"),
    "outage of a day",
)


def test_every_step_is_there_with_every_failure() -> None:
    said = {(step, failure) for step, failure, _ in ROWS}
    assert set(product(("CRM", "e-mail", "claim"), FAILURES)) <= said
    assert {("CRM", "refused by the guard"), ("CRM", "refused by the CRM"), ("e-mail", "refused")} <= said
    assert ("claim", "refused") in said
    assert len(said) == len(ROWS)


def test_every_row_names_a_test_that_exists() -> None:
    for _, _, named in ROWS:
        path, _, name = named.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        functions = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in functions, named
