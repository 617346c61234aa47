"""An install is the same on every machine: pinned, hashed, and from whichever index the machine is set up for."""

import re

import pytest

from tests.architecture.source_tree import ROOT, project_settings

LOCKS = ["requirements.lock", "requirements-postgres.lock", "requirements-dev.lock"]
# name==version, an optional marker, and at least one hash on the lines that follow.
PINNED = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^\s;]+)(?: ; [^\\]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
)


def pins(lock: str) -> set[tuple[str, str]]:
    rest = "".join(
        line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("#")
    )
    found = set()
    while rest:
        match = PINNED.match(rest)
        assert match, f"{lock}: not a pinned and hashed requirement: {rest.splitlines()[0]}"
        found.add((match["name"], match["version"]))
        rest = rest[match.end() :]
    return found


def normalised(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    assert len(pins(lock)) > 30


def test_demo_image_and_tests_run_on_the_same_versions() -> None:
    assert pins("requirements.lock") <= pins("requirements-postgres.lock") <= pins("requirements-dev.lock")


def test_the_locks_hold_what_the_project_asks_for() -> None:
    settings = project_settings()
    runtime = {
        normalised(name) for name in settings["project"]["dependencies"] + settings["dependency-groups"]["build"]
    }
    extras = settings["project"]["optional-dependencies"]
    postgres = {normalised(name) for name in extras["postgres"]}
    dev = {normalised(name) for name in extras["dev"]}
    assert runtime <= {name for name, _ in pins("requirements.lock")}
    assert runtime | postgres <= {name for name, _ in pins("requirements-postgres.lock")}
    assert runtime | postgres | dev <= {name for name, _ in pins("requirements-dev.lock")}
