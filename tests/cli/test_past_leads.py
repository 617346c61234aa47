"""`playbook simulate` and `backtest` on leads that were saved before."""

import json
import re
import shutil
from pathlib import Path

import pytest

from cli.backtest import backtest
from cli.past_leads import past_leads, save
from cli.playbook_simulate import simulate
from domain.errors import InputError
from tests.domain.scenes import IRENE
from tests.domain.test_past_leads import MACHINES, past

SHIPPED = Path(__file__).parents[2] / "playbook"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "past.jsonl"
    save([past(1), past(2, Country="Brazil"), past(3, owner="005Lc0000000000002")], MACHINES, file)
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "changed"))


def test_what_was_saved_is_read_again_by_its_owner_only(saved: Path) -> None:
    leads, machines = past_leads(saved, days=1, limit=1)
    assert ([p.lead.id for p in leads], machines) == ([past(n).lead.id for n in (1, 2, 3)], MACHINES)
    assert saved.stat().st_mode & 0o077 == 0


def test_a_changed_rule_shows_the_leads_it_changes(
    saved: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    routing = folder / "routing.yaml"
    routing.write_text(
        routing.read_text().replace(
            "countries: [ES, PT, IT, AD]\n      team: emea", "countries: [ES, PT, IT, AD]\n      team: enterprise"
        )
    )
    assert simulate(folder, SHIPPED, 1, 1, saved, None, True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["leads"] == 3
    assert {c["lead_id"] for c in report["changes"]} == {past(1).lead.id, past(3).lead.id}
    assert simulate(SHIPPED, SHIPPED, 1, 1, saved, None, False) == 0
    assert "the score changes for 0, owner or rule for 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leads.csv", "Email,Last Name,Company,Country\na@b.example,Rossi,Alba,IT\nc@d.example,Kahn,Berg,DE\n,,,\n"),
        (
            "leads.json",
            '[{"email": "a@b.example", "country": "IT"}, {"email": "c@d.example", "country": "DE"}, {"country": "IT"}]',
        ),
        ("leads.jsonl", '{"email":"a@b.example","country":"IT"}\n{"email":"c@d.example","country":"DE"}\n{"a": 1}\n'),
    ],
)
def test_leads_of_a_file_are_decided_on_paper(
    tmp_path: Path, folder: Path, name: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(content)
    routing = folder / "routing.yaml"
    routing.write_text(
        routing.read_text().replace(
            "countries: [ES, PT, IT, AD]\n      team: emea", "countries: [ES, PT, IT, AD]\n      team: enterprise"
        )
    )
    assert simulate(folder, SHIPPED, 1, 1, file, None, True) == 1
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert report["leads"] == 2
    (changed,) = report["changes"]
    assert changed["owner_before"] != changed["owner_after"]
    assert said.err.startswith(f"{file}:{4 if name.endswith('csv') else 3}: ")


def test_a_file_without_any_lead_is_refused_by_its_first_mistake(tmp_path: Path) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text('{"shoe_size": 44}\n')
    with pytest.raises(InputError) as refused:
        simulate(SHIPPED, SHIPPED, 1, 1, file, None, True)
    assert refused.value.detail.startswith(f"{file}:1: unknown field shoe_size")


def test_backtest_tells_agreement_per_rule(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert backtest(SHIPPED, 1, 1, saved, None, True) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["judged"] == 3
    assert {r["rule"] for r in report["rules"]} == {"none", "territory Iberia and Italy"}
    assert backtest(SHIPPED, 1, 1, saved, None, False) == 0
    said = capsys.readouterr().out
    assert "3 of 3 leads judged" in said
    assert IRENE.text("Name") in said


def test_what_looks_like_markup_is_shown_as_it_is(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "past.jsonl"
    save([past(1, Company="[/red]A [b]B"), past(2), past(3)], MACHINES, file)
    scoring = folder / "scoring.yaml"
    scoring.write_text(re.sub(r"points: \d+", "points: 1", scoring.read_text()))
    assert simulate(folder, SHIPPED, 1, 1, file, None, False) == 0
    assert "[/red]A [b]B" in capsys.readouterr().out
    routing = (folder / "routing.yaml").read_text()
    (folder / "routing.yaml").write_text(routing.replace("name: Iberia and Italy", 'name: "[/red] Iberia"'))
    assert backtest(folder, 1, 1, file, None, False) == 0
    assert "territory [/red] Iberia" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{}", "nonsense", '{"past": {"snapshot": {}}}'])
def test_a_line_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f"\n{text}\n")
    with pytest.raises(InputError) as refused:
        past_leads(file, days=1, limit=1)
    assert refused.value.detail.startswith(f"{file}:2: ")
