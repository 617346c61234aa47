"""Who may import whom. The rules themselves stand in pyproject.toml, under importlinter."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, code_folders, project_settings


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


def test_the_rules_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"Contracts: \d+ kept, 0 broken", result.stdout)


def test_every_room_is_under_the_rules() -> None:
    assert set(project_settings()["tool"]["importlinter"]["root_packages"]) == code_folders()


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("domain/planted.py", "import openai", "domain imports nothing"),
        ("domain/planted.py", "import persistence", "domain imports nothing"),
        ("workflows/planted.py", "import gateways", "workflows import"),
        ("workflows/planted.py", "import sqlmodel", "workflows import"),
        ("workflows/messages.py", "import activities", "the public door of workflows"),
        ("activities/planted.py", "import workflows", "activities import"),
        ("gateways/planted.py", "import runtime", "gateways import"),
        ("persistence/planted.py", "import gateways", "persistence imports"),
        ("runtime/planted.py", "import gateways", "runtime imports"),
        ("workers/planted.py", "import approval_ui", "workers compose"),
        ("workers/planted.py", "import localcrm", "workers compose"),
        ("approval_ui/planted.py", "import workflows.review", "approval_ui imports"),
        ("approval_ui/planted.py", "import gateways", "approval_ui imports"),
        ("evals/planted.py", "import approval_ui", "evals judge"),
        ("evals/planted.py", "import localcrm", "evals judge"),
        ("localcrm/planted.py", "import domain", "localcrm stands outside"),
        ("cli/planted.py", "import tests", "the product never imports"),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, module: str, line: str, contract: str) -> None:
    _empty_house(tmp_path)
    (tmp_path / module).write_text(f"{line}\n", encoding="utf-8")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [found for found in result.stdout.splitlines() if found.endswith("BROKEN")]
    assert len(broken) == 1, result.stdout
    assert broken[0].startswith(contract)


def test_the_pages_may_use_the_door_of_workflows(tmp_path: Path) -> None:
    _empty_house(tmp_path)
    (tmp_path / "approval_ui" / "planted.py").write_text("import workflows.messages\n", encoding="utf-8")
    result = lint_imports(tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def _empty_house(root: Path) -> None:
    """The rooms without furniture, under the project's own rules."""
    shutil.copy(ROOT / "pyproject.toml", root)
    for room in project_settings()["tool"]["importlinter"]["root_packages"]:
        (root / room).mkdir()
        (root / room / "__init__.py").touch()
    for module in ("messages", "review"):
        (root / "workflows" / f"{module}.py").touch()
