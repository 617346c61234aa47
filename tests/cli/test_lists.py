"""Lists in a terminal: the filters of the page by the same names, every page of them, and times a person can read."""

import json
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

import cli.api
import cli.reviews
from domain.errors import InputError
from domain.leads import Motion
from domain.model import Instant
from tests.approval_ui.sample_review import Sample, northwind, quiet, student
from tests.approval_ui.world import PASSWORD, World
from tests.cli.calling import Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    found.given(COUNTERSIGN_LOGIN="ines", COUNTERSIGN_PASSWORD=PASSWORD, COLUMNS="200")
    return found


@pytest.fixture
def full(ui: World) -> World:
    for make in (northwind, student):
        ui.seed(make)
    for n in range(5):
        ui.seed(partial(_quiet, n))
    return ui


def _quiet(n: int, case_id: str, org: str, now: Instant) -> Sample:
    title, company = f"[b]Quiet {n}", f"Litware {n}"
    made = quiet(case_id, org, now, title=title, company=company, minutes=60 + n, email=f"l{n}@l.example")
    motion = Motion.HYGIENE if n % 2 else Motion.INBOUND
    return Sample(made.inquiry, made.card, made.content, made.opening.model_copy(update={"motion": motion}))


def titles(shell: Shell, *options: str) -> list[str]:
    said = shell.call("review", "list", "--json", *options)
    assert said.code == 0, said.err
    return sorted(item["title"] for item in json.loads(said.out))


def test_reviews_are_filtered_as_on_the_page(shell: Shell, full: World) -> None:
    assert titles(shell, "--motion", "hygiene") == ["[b]Quiet 1", "[b]Quiet 3"]
    assert titles(shell, "--search", "litware 2") == ["[b]Quiet 2"]
    assert titles(shell, "--risk", "high", "--risk", "medium", "--motion", "inbound") == sorted(
        item["title"]
        for item in json.loads(shell.call("review", "list", "--json").out)
        if item["risk"] in ("high", "medium") and item["motion"] == "inbound"
    )
    assert titles(shell, "--state", "decided") == []
    wrong = shell.call("review", "list", "--due", "yesterday")
    assert wrong.code == 2
    assert "escalated" in wrong.err


def test_every_page_is_read(shell: Shell, full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.api, "_PAGE", 2)
    assert len(titles(shell)) == 7
    assert len(titles(shell, "--limit", "3")) == 3
    cases = json.loads(shell.call("case", "list", "--json").out)
    assert len({listed["case"]["case_id"] for listed in cases}) == 7
    opened = [listed["case"]["opened_at"] for listed in cases]
    assert opened == sorted(opened, reverse=True)
    assert len(json.loads(shell.call("case", "list", "--json", "--limit", "5").out)) == 5
    assert json.loads(shell.call("case", "list", "--json", "--state", "closed").out) == []


def test_tables_speak_of_time_as_people_do(shell: Shell, full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.reviews, "console", Console(width=200))
    said = shell.call("review", "list", "--limit", "6").out
    assert "6 of 7; --limit shows more." in said
    assert "[b]Quiet" in said
    assert " min ago" in said
    assert "reminder in " in said
    assert "T" not in "".join(word for word in said.split() if word[:4].isdigit() and "-" in word)
    listed = shell.call("case", "list").out
    assert "ago" in listed or "just now" in listed
    case_id = json.loads(shell.call("case", "list", "--json").out)[0]["case"]["case_id"]
    trace = shell.call("case", "trace", case_id).out
    assert "+00:00" not in trace


def test_a_place_of_another_list_is_refused(full: World, shell: Shell) -> None:
    with cli.api.ApiClient.from_environment() as client:
        place = client.call("GET", "/api/reviews", limit="1")["next"]
        with pytest.raises(InputError) as wrong:
            client.call("GET", "/api/cases", after=place)
    assert "no place in the list" in (wrong.value.detail or "")
