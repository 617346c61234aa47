"""`countersign playbook explain`: for a file, a lead of the CRM and a case."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.explain import explain_lead
from cli.playbook import app
from domain.casefile import CaseFile, Qualified
from domain.cases import DocumentKind
from domain.errors import DomainError, ErrorCode, InputError
from domain.evidence import EvidenceBook
from domain.reading import read
from domain.scoring import qualify
from persistence.database import Database, upgrade
from persistence.documents import SqlDocuments
from tests.domain.scenes import COMPANY, NOW, inquiry, playbook, snapshot

PLAYBOOK = Path(__file__).parents[2] / "playbook"
LEAD = {
    "email": "g.fenwick@penninechilled.example",
    "company": "Pennine Chilled Distribution Ltd",
    "title": "Head of Logistics",
    "country": "GB",
    "source": "web_form",
    "message": "Could we get a demo this week? Our budget of £120k is approved.",
}


class FixedClock:
    def now(self) -> datetime:
        return NOW


def written(folder: Path, content: object) -> str:
    file = folder / "lead.json"
    file.write_text(json.dumps(content) if not isinstance(content, str) else content, "utf-8")
    return str(file)


def test_a_file_gets_its_sum_its_route_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_lead(written(tmp_path, LEAD), PLAYBOOK, False) == 0
    said = capsys.readouterr().out
    assert "band A" in said.splitlines()[0]
    assert "+30  Asked for a demo  ← web_form explained message “Could we get a demo this week" in said
    assert "-5  No phone  ← web_form explained phone is empty" in said
    assert "sum" in said
    assert "Route: EMEA" in said
    assert "E-mail: Allowed. GB: asked us themselves; UK GDPR and PECR, reg. 22." in said
    assert "Calls: Blocked. No usable phone number." in said
    points = [
        int(line.split()[0]) for line in said.splitlines() if line.startswith("  ") and line.split()[0][0] in "+-"
    ]
    assert sum(points[:-1]) == points[-1]


def test_json_has_every_part_and_its_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    explain_lead(written(tmp_path, [LEAD, LEAD]), PLAYBOOK, True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    told = json.loads(lines[0])
    known = {e["id"] for e in told["evidence"]}
    assert all(set(line["evidence"]) <= known and line["evidence"] for line in told["qualification"]["lines"])


def test_it_is_registered() -> None:
    assert "JSON file" in CliRunner().invoke(app, ["explain", "--help"]).output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[]", "the list is empty"),
        ("[1]", "not an object"),
        ({"email": "x@y.example", "colour": "red"}, "colour"),
        ({"email": "x@y.example", "country": "Spain"}, "country"),
    ],
)
def test_bad_files_are_named_with_the_place(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(InputError) as bad:
        explain_lead(written(tmp_path, content), PLAYBOOK, False)
    assert said in bad.value.detail
    assert "lead.json" in bad.value.detail


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("COUNTERSIGN_DATABASE_URL", raising=False)
    return tmp_path


def test_a_case_is_explained_as_it_was_decided(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{store / 'countersign.db'}"
    upgrade(url)
    database = Database(url)
    rules, said, book = playbook(), (inquiry(),), EvidenceBook()
    facts = read(said, rules)
    result = qualify(said, snapshot(), COMPANY, facts, rules, book, now=NOW)
    kept = Qualified(qualification=result, facts=facts, evidence=book.entries())
    CaseFile(SqlDocuments(database, FixedClock()), "case-7").keep(DocumentKind.QUALIFICATION, "1", kept)
    database.close()
    assert explain_lead("case-7", PLAYBOOK, False) == 0
    told = capsys.readouterr().out
    assert "Score 98, band A" in told
    assert "case case-7 as it was decided" in told
    with pytest.raises(DomainError) as unknown:
        explain_lead("case-8", PLAYBOOK, False)
    assert unknown.value.code is ErrorCode.CASE_UNKNOWN
    assert "countersign case list" in unknown.value.detail


def test_without_a_database_it_says_where_to_look(store: Path) -> None:
    with pytest.raises(InputError) as bad:
        explain_lead("case-7", PLAYBOOK, False)
    assert "COUNTERSIGN_DATA_DIR" in bad.value.detail
    with pytest.raises(InputError) as odd:
        explain_lead("'; DROP TABLE Lead; --", PLAYBOOK, False)
    assert "is no case here" in odd.value.detail


def test_an_old_lead_of_the_crm_is_worth_less(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The CRM's own lead is read as an inquiry of the day it was created."""
    from cli import explain
    from domain.explaining import explain as explained
    from tests.domain.scenes import lead

    old = lead(CreatedDate="2026-09-18T09:24:00.000+0000", Description="We would like a demo.", LeadSource="Web")
    said = explain._as_inquiry(old)
    assert said.received_at == datetime(2026, 9, 18, 9, 24, tzinfo=UTC)
    result = explained((said,), snapshot(lead=old), COMPANY, playbook(), source="lead", now=NOW)
    line = next(x for x in result.qualification.lines if x.rule == "asked_for_demo")
    assert (line.points, line.full_points, line.said_days_ago) == (7, 30, 60)
