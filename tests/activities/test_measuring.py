"""The readiness audit as a step: what it keeps, and that it never judges an org by another one's playbook."""

import pytest

from activities.measuring import MeasuringActivities
from activities.messages import AuditHead, AuditOrder
from domain.errors import DomainError, ErrorCode
from domain.readiness_report import ReadinessReport
from tests.activities.world import HeldPlaybooks
from tests.domain.scenes import playbook
from tests.domain.test_readiness import org


class Shelf:
    """Keeps what it is given, newest last."""

    def __init__(self) -> None:
        self.reports: list[ReadinessReport] = []

    def keep(self, report: ReadinessReport) -> None:
        self.reports.append(report)


def step(shelf: Shelf) -> MeasuringActivities:
    return MeasuringActivities(measure=lambda _: org(api_calls=11), reports=shelf, playbooks=HeldPlaybooks(playbook()))


def test_the_report_is_kept_and_only_its_score_travels() -> None:
    shelf = Shelf()
    head = step(shelf).audit(AuditOrder(org_id=playbook().org_id))
    (kept,) = shelf.reports
    assert head == AuditHead(score=kept.score, copilot_only=kept.copilot_only, api_calls=11)
    assert kept.org_id == playbook().org_id


def test_another_org_is_refused_before_it_is_measured() -> None:
    shelf = Shelf()
    with pytest.raises(DomainError) as refused:
        step(shelf).audit(AuditOrder(org_id="00D000000000009AAA"))
    assert refused.value.code is ErrorCode.INVALID_PLAYBOOK
    assert shelf.reports == []
