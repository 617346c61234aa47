"""A readiness audit that somebody started from the page: one look at the org, by counts only.

When do you need to touch this? When the audit gains a step. What is measured is decided in `gateways/crm`.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.measuring import MeasuringActivities
    from activities.messages import AuditOrder

from workflows.messages import AuditInput, AuditResult
from workflows.options import CRM_AUDIT


@workflow.defn
class AuditReadiness:
    """At most one of an org runs at a time: its id is the org's. The report is in the database, not here."""

    @workflow.run
    async def run(self, start: AuditInput) -> AuditResult:
        head = await workflow.execute_activity_method(
            MeasuringActivities.audit,
            AuditOrder(org_id=start.org_id),
            summary="Count what the CRM holds",
            **CRM_AUDIT,
        )
        return AuditResult(score=head.score, copilot_only=head.copilot_only)
