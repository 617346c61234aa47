"""The readiness audit as a step: it reads counts on the CRM queue and keeps the report for the pages."""

from collections.abc import Callable

from temporalio import activity

from activities.messages import AuditHead, AuditOrder
from domain.errors import ErrorCode, InputError
from domain.playbook import Playbook
from domain.ports import Playbooks, ReadinessReports
from domain.readiness import readiness
from domain.readiness_facts import OrgFacts


class MeasuringActivities:
    """`measure` asks the org with reads only; it raises `CrmError` where nothing at all could be asked."""

    def __init__(
        self, *, measure: Callable[[Playbook], OrgFacts], reports: ReadinessReports, playbooks: Playbooks
    ) -> None:
        self._measure = measure
        self._reports = reports
        self._playbooks = playbooks

    @activity.defn(name="audit_readiness")
    def audit(self, order: AuditOrder) -> AuditHead:
        """Measure the org against the current playbook. An attempt that is repeated keeps one more report."""
        playbook = self._playbooks.current()
        if playbook.org_id != order.org_id:
            raise InputError("the playbook belongs to another organisation", code=ErrorCode.INVALID_PLAYBOOK)
        report = readiness(self._measure(playbook), playbook)
        self._reports.keep(report)
        return AuditHead(score=report.score, copilot_only=report.copilot_only, api_calls=report.api_calls)
