"""What every test may ask for."""

import os
import shutil

import pytest
from hypothesis import settings

# A slow machine is not a defect, and continuous integration should fail twice on the same example.
settings.register_profile("countersign", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("countersign")


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
