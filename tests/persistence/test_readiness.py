"""Readiness reports come back as they were; the newest is the one that counts, and the oldest go."""

from datetime import timedelta

from domain.readiness_facts import Area
from domain.readiness_report import AreaReport, ReadinessReport
from persistence.database import Database
from persistence.readiness import KEPT, SqlReadiness
from tests.fakes.clock import START


def report(score: int, org_id: str = "acme", days: int = 0) -> ReadinessReport:
    return ReadinessReport(
        org_id=org_id,
        measured_at=START + timedelta(days=days),
        playbook_digest="d" * 64,
        score=score,
        verdict="Begin with inbound.",
        copilot_only=False,
        areas=(AreaReport(area=Area.OWNER, score=score, reasons=("all well",)),),
        fields=(),
        motions=(),
        fixes=(),
    )


def test_the_newest_of_an_org_counts(db: Database) -> None:
    kept = SqlReadiness(db)
    assert kept.latest("acme") is None
    for n, score in enumerate((40, 60, 80)):
        kept.keep(report(score, days=n))
    kept.keep(report(10, "other", days=9))
    assert kept.latest("acme") == report(80, days=2)
    assert [(p.score, p.measured_at) for p in kept.course("acme")] == [
        (score, START + timedelta(days=n)) for n, score in enumerate((40, 60, 80))
    ]
    assert [p.score for p in kept.course("acme", limit=2)] == [60, 80]


def test_the_oldest_go(db: Database) -> None:
    kept = SqlReadiness(db)
    kept.keep(report(1, "other"))
    for n in range(KEPT + 3):
        kept.keep(report(n % 100, days=n))
    assert len(kept.course("acme", limit=500)) == KEPT
    assert kept.course("acme", limit=500)[0].measured_at == START + timedelta(days=3)
    assert kept.latest("other") is not None
