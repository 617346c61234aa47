"""In a fresh interpreter, workflows and domain load no vendor SDK, not even through a library that they may use."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT, source_files

VENDOR_SDKS = {"fastapi", "openai", "prometheus_client", "simple_salesforce", "sqlalchemy", "sqlmodel"}
BANNED = {"domain": VENDOR_SDKS | {"httpx", "temporalio"}, "workflows": VENDOR_SDKS, "activities": VENDOR_SDKS}

# Prints each module after which a banned one is loaded; stops there, since the later ones would be blamed for it.
PROBE = """
import importlib, sys
banned = set(sys.argv[1].split(","))
for name in sys.argv[2:]:
    importlib.import_module(name)
    if loaded := banned & set(sys.modules):
        sys.exit(f"{name} loads {', '.join(sorted(loaded))}")
"""


def probe(root: Path, banned: set[str], modules: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROBE, ",".join(sorted(banned)), *modules]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


def modules_of(package: str) -> list[str]:
    paths = [path for path in source_files() if path.parts[0] == package and path.suffix == ".py"]
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
    assert package in names
    return names


@pytest.mark.parametrize("package", sorted(BANNED))
def test_a_fresh_import_loads_no_vendor_sdk(package: str) -> None:
    result = probe(ROOT, BANNED[package], modules_of(package))
    assert result.returncode == 0, result.stderr


def test_the_probe_sees_what_a_library_drags_in(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("import fastapi.testclient\n", encoding="utf-8")
    result = probe(tmp_path, {"httpx", "starlette"}, ["json", "planted"])
    assert result.returncode == 1
    assert "planted loads" in result.stderr
    assert "starlette" in result.stderr
