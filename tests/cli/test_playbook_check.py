"""`countersign playbook check`, as a person runs it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "playbook", tmp_path / "rules"))


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", "playbook", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def edit(folder: Path, file: str, old: str, new: str) -> int:
    path = folder / file
    text = path.read_text()
    place = text.index(old)
    path.write_text(text[:place] + new + text[place + len(old) :])
    return text[:place].count("\n") + 1


def test_the_shipped_playbook_has_no_finding() -> None:
    result = check()
    assert (result.returncode, result.stdout) == (0, "")
    assert "playbook is valid" in result.stderr


def test_every_kind_of_finding_is_one_line_with_its_place(folder: Path) -> None:
    typo = edit(folder, "routing.yaml", "amelie.rousseau@", "amelie.rouseau@")
    hidden = edit(
        folder,
        "routing.yaml",
        "  product_teams:\n    - {product: Analytics, team: enterprise}\n",
        "  product_teams:\n    - {product: Analytics, team: enterprise}\n    - {product: Analytics, team: emea}\n",
    )
    double = edit(
        folder,
        "routing.yaml",
        "    - name: DACH\n      countries: [DE, AT, CH, LI]\n",
        "    - name: DACH\n      countries: [DE, AT, ES]\n",
    )
    edit(folder, "routing.yaml", "team: emea\n    - name: France", "team: partner_desk\n    - name: France")
    result = check("--playbook", str(folder))
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert all(line.split(":")[1].isdigit() for line in lines)
    found = "\n".join(lines)
    assert f"routing.yaml:{typo}: unknown user amelie.rouseau@acme-routing.example" in found
    assert f"routing.yaml:{hidden + 2}: product Analytics belongs to enterprise and to emea" in found
    assert f"routing.yaml:{double}: ES belongs to emea (territory Iberia and Italy) and to partner_desk" in found
    assert "CH is covered in part only" in found


def test_warnings_alone_are_no_failure_and_a_script_can_read_them(folder: Path) -> None:
    edit(folder, "routing.yaml", "    - [account_owner, territory]\n    - product\n", "    - [territory, product]\n")
    result = check(str(folder), "--json")
    assert result.returncode == 0
    findings = json.loads(result.stdout)
    assert findings
    assert all(f["warning"] and f["file"] == "routing.yaml" and f["line"] > 0 for f in findings)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("scoring.yaml", "bands: [\n", "scoring.yaml:2: not readable as YAML: "),
        ("reviewers.yaml", "reviewers:\n\t- login: x\n", "reviewers.yaml:2: not readable as YAML: "),
        ("routing.yaml", "- a\n- b\n", "routing.yaml:1: the file must be `key: value` at its top"),
        ("calendars.yaml", "calendars: !!python/object:os.system {}\n", "calendars.yaml:1: not readable as YAML: "),
    ],
)
def test_of_what_cannot_be_read_only_that_is_told(folder: Path, file: str, text: str, said: str) -> None:
    """What other files say about it is not known to be wrong."""
    (folder / file).write_text(text)
    result = check(str(folder))
    assert result.returncode == 1
    (line,) = result.stdout.splitlines()
    assert line.startswith(said)


def test_a_mistake_in_another_file_is_told_beside_what_cannot_be_read(folder: Path) -> None:
    (folder / "scoring.yaml").write_text("bands: [\n")
    wrong = edit(folder, "routing.yaml", "fallback_queue:", "falback_queue:")
    lines = check(str(folder)).stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [f"routing.yaml:{wrong}", "scoring.yaml:2"]
    assert "did you mean fallback_queue?" in lines[0]


def test_no_playbook_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = check(str(tmp_path))
    assert result.returncode == 2
    assert "no playbook here" in result.stderr
    assert "Traceback" not in result.stderr
