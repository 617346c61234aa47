"""The grounding evaluation: the public checker on pairs of our own and on a small set made here."""

import json
import re
from pathlib import Path

import pytest

from domain.claims import verify
from evals.grounding.__main__ import main, too_much_let_through
from evals.grounding.run import WICE, Counts, Measured, measure, own_pairs


def test_the_pairs_of_our_own_hold_their_floor() -> None:
    own = measure("own", own_pairs())
    figures = own.counts.figures()
    assert own.pairs > 300
    assert figures["supported"]["precision"] >= 0.86
    assert figures["supported"]["recall"] >= 0.97
    assert not too_much_let_through((own,))
    assert too_much_let_through((Measured(name="own", pairs=2, counts=Counts(right=1, let_through=1), kinds={}),))


def test_a_shared_set_is_read_and_a_missing_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert str(WICE) in capsys.readouterr().err
    (tmp_path / WICE).parent.mkdir()
    row = {"claim": "The plant has 40 workers.", "evidence": ["The plant has 40 workers."], "label": "supported"}
    other = {**row, "claim": "The plant has 60 workers.", "label": "partially_supported"}
    (tmp_path / WICE).write_text("\n".join(map(json.dumps, (row, other))), encoding="utf-8")
    assert main(["--data", str(tmp_path), "--json"]) == 0
    sets = {row["set"]: row for row in json.loads(capsys.readouterr().out)["sets"]}
    assert (sets["wice"]["right"], sets["wice"]["caught"]) == (1, 1)


@pytest.mark.parametrize(
    "evidence", ["We have 450 employees.", ["We have 450 employees."], {"field": "NumberOfEmployees", "value": 450}]
)
def test_evidence_comes_in_many_shapes(evidence: object) -> None:
    assert verify("You have 450 employees.", evidence).supported  # type: ignore[arg-type]
    assert "540" in " ".join(verify("You have 540 employees.", evidence).reasons)  # type: ignore[arg-type]


@pytest.mark.parametrize("evidence", [None, "", [], [None, ""], {}, {"field": "x"}])
def test_no_evidence_supports_nothing(evidence: object) -> None:
    assert not verify("You have 450 employees.", evidence).supported  # type: ignore[arg-type]
    assert not verify("", "You have 450 employees.").supported


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (example,) = (block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "domain.claims" in block)
    exec(compile(example, "README.md", "exec"), {})
    first, second, third = capsys.readouterr().out.splitlines()
    assert (first, "who did it" in second, "540" in third) == ("True", True, True)
