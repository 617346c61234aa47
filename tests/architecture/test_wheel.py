"""What is installed is what stands in the folders: all the code, with its data files, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, code_folders, project_settings, source_files, wheel_folders


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive


def shipped(wheel: zipfile.ZipFile) -> set[str]:
    return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_the_package_list_matches_the_folders() -> None:
    assert wheel_folders() == code_folders() | {"playbook"}


def test_the_type_checker_sees_every_room() -> None:
    assert set(project_settings()["tool"]["mypy"]["files"]) == code_folders() | {"tests"}


def test_the_wheel_holds_every_file_of_those_folders(wheel: zipfile.ZipFile) -> None:
    expected = {path.as_posix() for path in source_files() if path.parts[0] in wheel_folders()}
    assert shipped(wheel) == expected
    assert {name.split("/")[0] for name in expected} == wheel_folders()


def test_the_wheel_installs_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    names = {Path(name).name for name in wheel.namelist() if ".dist-info/" in name}
    assert {"entry_points.txt", "LICENSE"} <= names
    (entry_points,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    with zipfile.ZipFile(str(wheel.filename)) as archive:
        assert "countersign = cli.main:run" in archive.read(entry_points).decode()
