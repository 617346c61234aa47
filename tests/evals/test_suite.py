"""The suite as committed: every family holds, and the suite sees a fault in the product itself."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.evals_org import running_org
from domain.errors import InputError
from evals.suite.cases import CASES, EvalCase, load_families
from evals.suite.report import Report, read_baseline
from evals.suite.run import judge
from evals.suite.stage import NOW, Theatre
from runtime.playbook_files import load_playbook

_ROOT = Path(__file__).parents[2]
_FAMILIES = {family.family: family for family in load_families()}
_ASKED_FOR = {
    "missing_data", "duplicate_accounts", "strategic_accounts", "opt_out_leads", "stale_opportunities",
    "regional_rules", "unavailable_crm", "conflicting_routing", "low_confidence_enrichment", "injection",
    "unsupported_claims", "wrong_language", "free_mail_senders", "competitors_and_students", "existing_customers",
}  # fmt: skip


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    playbook = load_playbook(_ROOT / "playbook")
    with running_org(NOW) as org, tempfile.TemporaryDirectory() as workplace:
        yield Theatre(org, playbook, _ROOT / "playbook" / "firmographics.csv", Path(workplace))


def _case(family: str, name: str) -> EvalCase:
    return next(case for case in _FAMILIES[family].cases if case.name == name)


def test_every_family_is_there_with_its_cases() -> None:
    assert set(_FAMILIES) >= _ASKED_FOR
    assert {name: len(_FAMILIES[name].cases) for name in _ASKED_FOR if len(_FAMILIES[name].cases) < 12} == {}
    unexpecting = [c.name for f in _FAMILIES.values() for c in f.cases if not c.expect.model_fields_set]
    assert unexpecting == []


@pytest.mark.parametrize("name", sorted(_FAMILIES))
def test_a_family_is_no_worse_than_the_committed_run(theatre: Theatre, name: str) -> None:
    report = Report(families=(judge(_FAMILIES[name], theatre),), before=read_baseline(), partial=True)
    assert report.dangerous == ()
    assert report.regressions() == ()


def test_a_product_that_overlooks_opt_outs_is_caught(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.consent.opt_outs", lambda *_, **__: [])
    one = _FAMILIES["opt_out_leads"].model_copy(update={"cases": (_case("opt_out_leads", "flag-on-the-lead"),)})
    found = Report(families=(judge(one, theatre),)).dangerous
    assert {error for error, *_ in found} == {"contacted_opted_out"}


def test_a_product_that_routes_past_the_strategic_rule_is_caught(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.routing_claims._strategic", lambda *_: ((), ()))
    case = _case("strategic_accounts", "listed-in-the-playbook")
    one = _FAMILIES["strategic_accounts"].model_copy(update={"cases": (case,)})
    result = judge(one, theatre)
    assert {error for error, *_ in Report(families=(result,)).dangerous} == {"wrong_strategic_owner"}
    assert result.passed == 0


def test_a_case_that_cannot_be_played_fails(theatre: Theatre) -> None:
    case = _case("opt_out_leads", "flag-on-the-lead").model_copy(update={"rules": {"levels": {"inbound": "boundless"}}})
    one = _FAMILIES["opt_out_leads"].model_copy(update={"cases": (case,)})
    result = judge(one, theatre)
    assert result.passed == 0
    assert result.cases[0].broken


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("family: [", "x.yaml:1: not YAML"),
        ("family: x\nabout: y\ncases: [{name: A B, about: z, inquiries: [{}], expect: {}}]", "cases.0.name"),
        ("family: x\nabout: y\ncases: [{name: a, about: z, inquiries: [{}], expect: {outcom: written}}]", "outcom"),
        ("family: other\nabout: y\ncases: [{name: a, about: z, inquiries: [{}], expect: {}}]", "name the file"),
    ],
)
def test_a_wrong_case_file_says_where(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError) as refused:
        load_families(tmp_path)
    assert says in refused.value.detail


def test_an_unknown_family_names_the_known_ones() -> None:
    with pytest.raises(InputError) as refused:
        load_families(CASES, "no_such_family")
    assert "opt_out_leads" in refused.value.detail
