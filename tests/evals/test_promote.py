"""Decisions become cases and lines, without the people in them; repeated corrections point at the playbook's line."""

import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.evals_org import running_org
from domain.cases import DocumentKind
from domain.reviewer_notes import ReviewerNote
from domain.revising import Edit
from domain.wording import fold
from evals.suite.cases import EvalCase, load_families
from evals.suite.play import Play
from evals.suite.run import judge
from evals.suite.stage import NOW, Theatre
from persistence.decided import SqlDecided
from runtime.playbook_files import load_playbook
from tests.cli.calling import PLAYBOOK, Shell

_SECRET = ("otto", "brandstetter", "kühlfracht", "kuhlfracht", "600123456", "reuter")
_CASE: dict[str, Any] = {
    "name": "planted",
    "about": "A lead with a name that nobody else has.",
    "inquiries": [
        {
            "first_name": "Otto", "last_name": "Brandstetter", "email": "otto.brandstetter@kuehlfracht-reuter.test",
            "company": "Kühlfracht Reuter GmbH", "country": "DE", "phone": "+49 600 123456", "title": "Leiter Logistik",
            "message": "Wir sind die Kühlfracht Reuter aus Gera und möchten eine Demo. Grüße, Otto Brandstetter",
        }
    ],
    "crm": [
        {"as": "acc", "object": "Account", "fields": {"Name": "Kühlfracht Reuter", "Website": "kuehlfracht-reuter.test",
         "BillingCountry": "Germany", "OwnerId": "javier.montes@acme-routing.example"}}
    ],
    "expect": {},
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A database with one approval that was edited and one rejection, made by the product's own steps."""
    folder, theatre_folder = tmp_path_factory.mktemp("data"), tempfile.mkdtemp()
    with running_org(NOW) as org:
        theatre = Theatre(org, load_playbook(PLAYBOOK), PLAYBOOK / "firmographics.csv", Path(theatre_folder))
        with theatre.stage(EvalCase.model_validate({**_CASE, "reviewer": "rejects"})) as stage:
            play = Play(EvalCase.model_validate({**_CASE, "reviewer": "rejects"}), stage)
            play.run()
            (decided,) = (d for d in SqlDecided(stage.stores.db).rounds(stage.playbook.org_id) if d.verdict == "reject")
            note = ReviewerNote(
                decision_id=decided.decision_id,
                verdict=decided.verdict,
                reviewer="ana",
                reason_code="other",
                text="Otto Brandstetter is Carla's neighbour, call +49 600 123456",
                edits=(Edit(action_key="email", field="body", value="Lieber Otto,"),),
            )
            stage.stores.documents.put(
                decided.case_id, DocumentKind.REASON, decided.decision_id, note.model_dump_json().encode()
            )
            with contextlib.closing(sqlite3.connect(Path(theatre_folder) / "case.db")) as live:
                live.execute("VACUUM INTO ?", (str(folder / "countersign.db"),))
    yield folder
    shutil.rmtree(theatre_folder)


@pytest.fixture
def shell(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    here = Shell(tmp_path, monkeypatch, capfd)
    here.given(COUNTERSIGN_DATA_DIR=str(data), COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK))
    return here


def _nobody_in(text: str) -> None:
    for original in _SECRET:
        assert original not in text.casefold()
        assert original not in fold(text)


def test_what_was_decided_is_listed(shell: Shell) -> None:
    told = json.loads(shell.call("evals", "promote", "--json").out)
    (row,) = told["decisions"]
    assert row["verdict"] == "reject"
    assert row["corrected"]
    assert told["repeated"] == []
    assert row["decision"] in shell.call("evals", "promote").out


def test_a_decision_becomes_a_case_without_the_people_in_it_and_can_be_played(shell: Shell) -> None:
    done = shell.call("evals", "promote", "--corrected", "--to", "captured.yaml", "--json")
    assert done.code == 0, done.err
    assert len(json.loads(done.out)["written"]) == 1
    written = (shell.folder / "captured.yaml").read_text("utf-8")
    _nobody_in(written)
    assert "xxx" in written
    (family,) = load_families(shell.folder)
    again = shell.call("evals", "promote", "--corrected", "--to", "captured.yaml")
    assert again.code == 0
    assert load_families(shell.folder)[0].cases == family.cases
    with running_org(NOW) as org, tempfile.TemporaryDirectory() as workplace:
        result = judge(family, Theatre(org, load_playbook(PLAYBOOK), PLAYBOOK / "firmographics.csv", Path(workplace)))
    assert result.cases[0].broken == ""
    assert result.passed == 1
    assert str(family.cases[0].crm[0].fields["Name"]) in str(family.cases[0].inquiries[0]["company"])


def test_the_export_is_a_line_a_decision_and_says_whether_anybody_is_in_it(shell: Shell) -> None:
    done = shell.call("evals", "export", "--out", "decided.jsonl")
    assert done.code == 0, done.err
    file = shell.folder / "decided.jsonl"
    (line,) = file.read_text("utf-8").splitlines()
    _nobody_in(line)
    told = json.loads(line)
    assert told["personal_data"] == "replaced"
    assert told["verdict"] == "reject"
    assert {a["kind"] for a in told["proposed"]} >= {"create_task"}
    assert told["edits"][0]["field"] == "body"
    assert file.stat().st_mode & 0o077 == 0
    whole = json.loads(shell.call("evals", "export", "--with-personal-data").out)
    assert whole["personal_data"] == "inside"
    assert "Brandstetter" in whole["reason"]


def test_an_unknown_decision_is_refused_in_a_line(shell: Shell) -> None:
    done = shell.call("evals", "promote", "no-such")
    assert done.code not in (0, 1)
    assert "no-such" in done.line


def test_without_a_database_the_next_step_is_named(shell: Shell) -> None:
    shell.given(COUNTERSIGN_DATA_DIR=str(shell.folder / "nothing"))
    assert "countersign demo" in shell.call("evals", "promote").line
