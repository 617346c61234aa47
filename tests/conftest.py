"""What every test may ask for."""

import os
import shutil
from collections.abc import Generator, Iterator

import pytest
import structlog
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from domain.errors import DomainError
from tests.fakes.databases import told_of_forgotten_connections, unsynced

__all__ = ["told_of_forgotten_connections", "unsynced"]

# A slow machine is not a defect, and continuous integration should fail twice on the same example.
settings.register_profile("countersign", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("countersign")

STACKS = "tests/e2e/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole stacks take longest, so they begin first."""
    items.sort(key=lambda item: not item.nodeid.startswith(STACKS))


class OneProcessPerFile(LoadFileScheduling):  # type: ignore[misc]
    """Where tests run side by side: a file stays in one process, so that it starts its servers once, and all whole
    stacks stay in one, since two that run at once would take the machine from each other. A scheduler of its own,
    because the mark `xdist_group` has no effect with pytest 9.2 (pytest-xdist 3.8 sets a private name that is gone)."""

    def _split_scope(self, nodeid: str) -> str:
        return STACKS if nodeid.startswith(STACKS) else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneProcessPerFile:
    config.option.loadscopereorder = False
    return OneProcessPerFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Says why a named failure failed: as text it is its code alone, so that no log quotes a person's data."""
    report = yield
    if call.excinfo and isinstance(failed := call.excinfo.value, DomainError):
        report.sections.append((f"{type(failed).__name__} says", failed.detail))
    return report


@pytest.fixture(autouse=True)
def no_notes_of_an_earlier_command() -> Iterator[None]:
    """A command points this process's notes at its own error output, which closes with the test that ran it."""
    yield
    structlog.reset_defaults()


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
