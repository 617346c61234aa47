"""What `countersign bench` measures is the product: the pages it times are the ones a reviewer gets."""

import json
from pathlib import Path

import pytest

from cli.bench import PAGES
from persistence.database import upgrade
from tests.cli.calling import PLAYBOOK, Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    folder = tmp_path / "here"
    folder.mkdir()
    found = Shell(folder, monkeypatch, capfd)
    # The command points the settings at data of its own; what stands here is put back afterwards.
    found.given(
        COUNTERSIGN_DATA_DIR=str(folder / "data"), COUNTERSIGN_DATABASE_URL="", COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK)
    )
    return found


def test_every_page_of_the_queue_is_timed_and_nothing_is_left_behind(shell: Shell) -> None:
    done = shell.call("bench", "queue", "--reviews", "30", "--requests", "5", "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert said["reviews"] == 30
    assert [page["page"] for page in said["pages"]] == [name for name, _ in PAGES]
    assert all(0 < page["p50_ms"] <= page["p95_ms"] for page in said["pages"])
    assert shell.files == set()


def test_a_database_in_use_is_left_alone(shell: Shell, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/used.db"
    upgrade(url)
    done = shell.call("bench", "queue", "--reviews", "5", "--database", url)
    assert done.code == 2
    assert "give it an empty one" in done.err
