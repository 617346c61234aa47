"""A reviewer sees which sources disagree, with the evidence of each, and which did not answer."""

from domain.cards import Check
from domain.enrichment import Enrichment, Signal, Unknown
from domain.proposing import propose
from tests.domain.scenes import proposing, signal


def checks(*signals: Signal) -> tuple[dict[str, Check], dict[str, str]]:
    made = propose(proposing(enrichment=Enrichment(signals=signals)))
    assert made is not None
    values = {e.id: f"{e.system}: {e.value}" for e in made.card.evidence}
    return {c.name: c for c in made.card.checks}, values


def test_what_disagrees_stands_side_by_side_with_its_evidence_and_the_winner_first() -> None:
    told = (signal("employees", 450), signal("employees", 90).model_copy(update={"system": "website"}))
    found, values = checks(*told)
    sources = found["sources"]
    assert (sources.passed, sources.verdict) == (False, "Disagree.")
    assert sources.detail == f"employees: 450 ({told[0].system}) is used, not 90 (website)"
    assert [values[ref] for ref in sources.evidence] == [f"{told[0].system}: 450", "website: 90"]


def test_sources_that_agree_or_describe_are_no_matter() -> None:
    found, _ = checks(
        *(signal("employees", n) for n in (450, 431)), *(signal("title", text) for text in ("Welcome", "Home"))
    )
    assert "sources" not in found
    assert "enrichment" not in found


def test_a_provider_that_is_down_is_named() -> None:
    unknown = signal("employees", 1).model_copy(
        update={"value": None, "provider": "people_data_labs", "unknown": Unknown.DOWN, "confidence": 0.0}
    )
    found, _ = checks(signal("employees", 450), unknown)
    assert found["enrichment"].passed is False
    assert found["enrichment"].detail.startswith("people data labs did not answer")
