"""The files of the project as they would be committed."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_NOT_SOURCE = {"dist", "build", "__pycache__"}


def source_files(root: Path = ROOT) -> list[Path]:
    """Paths relative to root, sorted: what git tracks or would add; every file of an unpacked archive without git."""
    if (root / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
        found = {Path(name) for name in listed if name and (root / name).is_file()}
    else:
        found = set()
        for folder, folders, names in os.walk(root):
            hidden = {name for name in folders if name.startswith(".") and name != ".ci"}
            folders[:] = [name for name in folders if name not in hidden | _NOT_SOURCE]
            found |= {(Path(folder) / name).relative_to(root) for name in names}
    return sorted(found)


def project_settings() -> dict[str, Any]:
    """pyproject.toml, parsed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def wheel_folders() -> set[str]:
    """Top-level folders that pyproject.toml puts into the wheel."""
    folders: list[str] = project_settings()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return set(folders)


def code_folders() -> set[str]:
    """Top-level folders that are Python packages of the product."""
    return {path.parts[0] for path in source_files() if path.parts[1:] == ("__init__.py",)} - {"tests"}
