"""What every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is not a defect, and continuous integration should fail twice on the same example.
settings.register_profile("countersign", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("countersign")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side: a file stays in one process, so that it starts its servers once, and whole stacks
    run one after the other, since two that start at once would take the same usual ports. First of all hooks: what
    spreads the tests reads the groups in its own."""
    stacks = Path(__file__).parent / "e2e"
    for item in items:
        item.add_marker(pytest.mark.xdist_group("stacks" if stacks in item.path.parents else item.location[0]))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium. Where it is missing the test is skipped, or fails if REQUIRE_BROWSER is set."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    message = "no Chromium on the PATH; Debian and Ubuntu: apt-get install chromium"
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(message)
    pytest.skip(message)
