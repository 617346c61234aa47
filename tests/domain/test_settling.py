"""Whom to believe, what may be used at all, and what a silent provider costs."""

import pytest

from domain.enrichment import Enrichment, Sensitive, Signal, Unknown, says_the_same
from domain.model import Scalar
from domain.playbook import EnrichmentRules
from domain.settling import settle
from tests.fakes.clock import START


def said(name: str, value: Scalar, provider: str, confidence: float = 0.8) -> Signal:
    return Signal(
        name=name, value=value, system=provider, record="r", field=name, observed_at=START, confidence=confidence,
        provider=provider,
    )  # fmt: skip


def silent(name: str, provider: str, kind: Unknown) -> Signal:
    return said(name, None, provider, 0.0).model_copy(update={"unknown": kind})


def values(enrichment: Enrichment, name: str) -> list[Scalar]:
    return [s.value for s in enrichment.signals if s.name == name]


ALL = EnrichmentRules(providers=("crm", "firmographics", "website", "people_data_labs"))


def test_the_order_of_providers_decides_where_nothing_else_is_said() -> None:
    told = [said("employees", 90, "people_data_labs", 0.99), said("employees", 450, "crm", 0.5)]
    settled = settle(told, ALL)
    best = settled.best("employees")
    assert best is not None
    assert best.value == 450
    assert [s.value for s in settled.conflicts("employees")] == [450, 90]


def test_the_playbook_says_per_field_who_wins() -> None:
    rules = ALL.model_copy(update={"wins": {"employees": ("website", "firmographics")}})
    told = [
        *(said(name, 450, "crm") for name in ("employees", "founded")),
        said("employees", 90, "firmographics"),
        *(said(name, 30, "website") for name in ("employees", "founded")),
    ]
    assert values(settle(told, rules), "employees") == [30, 90, 450]
    assert values(settle(told, rules), "founded") == [450, 30]


def test_fields_that_are_never_inferred_or_not_allowed_to_a_provider_are_dropped() -> None:
    rules = ALL.model_copy(update={"never_infer": ("annual_revenue",), "allowed": {"website": ("country",)}})
    told = [said("annual_revenue", 5, "crm"), said("industry", "Retail", "website"), said("country", "ES", "website")]
    assert [s.name for s in settle(told, rules).signals] == ["country"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("technologies", Sensitive.TECHNOGRAPHIC),
        ("funding_total", Sensitive.BUDGET),
        ("funding_stage", Sensitive.BUDGET),
        ("inferred_revenue", Sensitive.BUDGET),
    ],
)
def test_sensitive_signals_need_the_playbooks_word(name: str, kind: Sensitive) -> None:
    told = [said(name, "x", "people_data_labs")]
    other = next(s for s in Sensitive if s is not kind)
    assert settle(told, ALL).signals == ()
    assert settle(told, ALL.model_copy(update={"approved": (other,)})).signals == ()
    assert len(settle(told, ALL.model_copy(update={"approved": (kind,)})).signals) == 1


def test_a_provider_that_is_down_lowers_what_the_others_say_of_the_same() -> None:
    told = [
        *(said("employees", 450, "crm"), said("founded", 1987, "crm")),
        silent("employees", "website", Unknown.DOWN),
    ]
    settled = settle(told, ALL)
    best, untouched = settled.best("employees"), settled.best("founded")
    assert best is not None
    assert untouched is not None
    assert (best.confidence, best.note) == (0.68, "another source did not answer")
    assert (untouched.confidence, untouched.note) == (0.8, "")
    assert settled.down() == ("website",)


@pytest.mark.parametrize("kind", [Unknown.EMPTY, Unknown.NOT_FOUND, Unknown.NOT_ALLOWED, Unknown.SWITCHED_OFF])
def test_other_unknowns_cost_nothing(kind: Unknown) -> None:
    settled = settle([said("employees", 450, "crm"), silent("employees", "website", kind)], ALL)
    best = settled.best("employees")
    assert best is not None
    assert (best.confidence, settled.down()) == (0.8, ())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        *((450, 431, True), (450, 400, False), (450, 450.0, True), (0, 0, True), (True, 1, False)),
        *(("Retail", " retail ", True), ("Retail", "Shipping", False), ("450", 450, True)),
    ],
)
def test_when_sources_agree(one: Scalar, other: Scalar, same: bool) -> None:
    assert says_the_same(one, other) is says_the_same(other, one) is same
    disputed = settle([said("x", one, "crm"), said("x", other, "website")], ALL).disputed()
    assert disputed == (() if same else ("x",))
