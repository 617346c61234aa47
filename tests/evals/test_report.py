"""What a run says of itself beside the committed one, as JSON, Markdown and a page; and the exit code."""

import json
from datetime import date
from pathlib import Path

import pytest

from evals.suite.dangers import NAMES
from evals.suite.page import as_html
from evals.suite.report import Report, as_markdown, read_baseline
from evals.suite.run import CaseResult, FamilyResult, Judgement
from tests.cli.calling import PLAYBOOK, Shell


def _case(name: str, *failed: str) -> CaseResult:
    judged = [Judgement(evaluator=e, passed=e not in failed, reason="<b>why</b>") for e in ("contact", *NAMES)]
    return CaseResult(name=name, judgements=tuple(judged))


def _report(*cases: CaseResult) -> Report:
    return Report(families=(FamilyResult(family="opt_outs", about="No.", cases=cases),), writer="template.v1")


def test_a_new_failure_is_a_regression_and_a_known_one_is_not() -> None:
    before = _report(_case("a", "contact"), _case("b"), _case("c")).baseline(date(2026, 3, 3))
    same = _report(_case("a", "contact"), _case("b"), _case("c")).model_copy(update={"before": before})
    assert same.regressions() == ()
    worse = _report(_case("a", "contact"), _case("b", "contact"), _case("c")).model_copy(update={"before": before})
    assert worse.regressions() == ("opt_outs: b",)
    assert worse.regressions(tolerance=1) == ()
    swapped = _report(_case("a"), _case("b", "contact"), _case("c")).model_copy(update={"before": before})
    assert swapped.regressions() == ("opt_outs: b",)
    fewer = _report(_case("b"), _case("c")).model_copy(update={"before": before})
    assert fewer.regressions() == ("opt_outs: 1 cases fewer than before",)
    gone = Report(families=(), before=before)
    assert gone.regressions() == ("opt_outs: the family is gone",)
    assert gone.model_copy(update={"partial": True}).regressions() == ()


def test_a_dangerous_error_is_named_with_its_case() -> None:
    report = _report(_case("a"), _case("b", "disqualified_alone"))
    assert report.dangerous == (("disqualified_alone", "opt_outs", "b", "<b>why</b>"),)
    summary = report.summary()
    assert summary["families"] == {"opt_outs": {"cases": 2, "passed": 1}}
    assert summary["dangerous_errors"] == 1


def test_the_page_escapes_what_comes_from_cases_and_needs_nothing_else() -> None:
    page = as_html(_report(_case("a"), _case("b", "contact")))
    assert "<b>why</b>" not in page
    assert "&lt;b&gt;why" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "1 of 2" in page


def test_the_table_names_each_evaluator_and_each_failure() -> None:
    text = as_markdown(_report(_case("a"), _case("b", "contact")))
    assert "| opt_outs | 1/2 | new | 1/2 | 2/2 |" in text
    assert "- opt_outs/b: contact: <b>why</b>" in text


def test_the_committed_run_has_no_dangerous_error() -> None:
    committed = read_baseline()
    assert committed is not None
    assert committed.dangerous_errors == 0


@pytest.mark.parametrize(("mail", "code"), [("false", 0), ("true", 1)])
def test_the_command_prints_json_alone_and_its_exit_code_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], mail: str, code: int
) -> None:
    (tmp_path / "tiny.yaml").write_text(
        "family: tiny\nabout: One case.\ncases:\n"
        "  - {name: nobody, about: Nobody at all., inquiries: [{message: Hello}], "
        f"expect: {{outcome: exception, exception: missing_identity, mail: {mail}}}}}\n",
        "utf-8",
    )
    page = tmp_path / "page.html"
    done = Shell(tmp_path, monkeypatch, capfd).call(
        "evals", "run", "--cases", str(tmp_path), "--playbook", str(PLAYBOOK), "--json", "--html", str(page)
    )
    assert done.code == code, done.err
    told = json.loads(done.out)
    assert told["families"] == {"tiny": {"cases": 1, "passed": 1 - code}}
    assert told["dangerous_errors"] == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_family_that_is_not_there_is_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    done = Shell(tmp_path, monkeypatch, capfd).call("evals", "run", "--family", "no_such")
    assert done.code not in (0, 1)
    assert "opt_out_leads" in done.line
