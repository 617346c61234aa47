"""The committed report and its sample are what the command makes today; bands of the first twenty make sense."""

import json
from pathlib import Path

import pytest

from domain.leads import Inquiry
from evals.qualification.__main__ import main
from evals.qualification.rates import SAMPLE, Case, Judge, Judged, by_group, read_cases, swaps
from gateways.enrichment.crm import CrmEnricher
from gateways.enrichment.firmographics import FirmographicsEnricher
from runtime.playbook_files import load_playbook
from tests.evals.sample_inquiries import COUNT, rows

PLAYBOOK = Path(__file__).parents[2] / "playbook"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_playbook(PLAYBOOK), (CrmEnricher(), FirmographicsEnricher(PLAYBOOK / "firmographics.csv")))


@pytest.fixture(scope="module")
def first(judge: Judge) -> list[Judged]:
    return [judge.judge(case) for case in read_cases(SAMPLE, 20)]


def test_the_sample_is_the_sample_orgs() -> None:
    assert SAMPLE.read_text("utf-8").splitlines() == list(rows())


def test_the_committed_report_is_what_the_command_writes(tmp_path: Path) -> None:
    out = tmp_path / "REPORT.md"
    assert main(["--leads", str(COUNT), "--playbook", str(PLAYBOOK), "--out", str(out)]) == 0
    assert out.read_text("utf-8") == SAMPLE.with_name("REPORT.md").read_text("utf-8")


def test_the_first_twenty_spread_over_all_bands_and_the_hot_one_is_an_a(first: list[Judged]) -> None:
    bands = [j.qualification.band for j in first]
    assert set(bands) == {"A", "B", "C", "D"}
    assert all(bands.count(b) <= 10 for b in "ABCD")
    by_label = {j.label: j.qualification for j in first}
    assert by_label["hot_demo"].band == "A"
    assert by_label["student"].disqualify_reason == "student_request"
    assert by_label["competitor"].disqualify_reason == "competitor"
    assert by_label["no_company"].band == "D"
    assert by_label["prompt_injection"].band not in {"A", "B"}


def test_neither_a_name_nor_a_country_moves_a_score(judge: Judge) -> None:
    cases = read_cases(SAMPLE, 12)
    found = list(swaps(cases, judge, [judge.judge(c) for c in cases]))
    assert [(s.what, s.scores_moved, s.disqualified_moved) for s in found] == [
        ("name of the person", 0, 0),
        ("country", 0, 0),
    ]


def test_groups_add_up_and_small_ones_are_not_marked(first: list[Judged]) -> None:
    groups = by_group(first, lambda j: j.country, ["A", "B"])
    assert sum(g.leads for g in groups) == len(first)
    assert all(sum(g.bands.values()) == g.leads for g in groups)
    assert not any(g.far for g in groups if g.leads < 10)


def test_a_rule_on_the_country_would_show(judge: Judge) -> None:
    """The check can fail: a disqualifier on country is seen by the swap."""
    from domain.scoring_rules import Disqualifier, OnField

    rule = Disqualifier(
        id="no_poland",
        label="Not Poland",
        reason="not_a_fit",
        when=OnField(kind="field", name="country", words=("pl",)),
    )
    biased = load_playbook(PLAYBOOK).model_copy(update={"disqualifiers": (rule,)})
    unfair = Judge(biased, ())
    cases = [Case(inquiry=Inquiry.model_validate(json.loads(next(rows()))["inquiry"]))]
    _, country = swaps(cases, unfair, [unfair.judge(c) for c in cases])
    assert country.disqualified_moved == 1


def test_a_bad_file_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "leads.jsonl"
    bad.write_text('{"inquiry": {"event_id": "x"}}\n', "utf-8")
    assert main(["--file", str(bad), "--playbook", str(PLAYBOOK)]) == 2
    assert "leads.jsonl:1:" in capsys.readouterr().err
