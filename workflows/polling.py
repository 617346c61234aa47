"""One look for leads that people changed in the CRM. A Temporal Schedule starts it again and again.

When do you need to touch this? When a look gains a step. Which leads count is decided in `gateways/crm/poll.py`.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import PollOrder
    from activities.polling import PollingActivities

from workflows.messages import PollInput, PollResult
from workflows.options import CRM_POLL


@workflow.defn
class PollCrm:
    """What it finds is committed as inquiries; the approval UI's delivery starts or tells their cases."""

    @workflow.run
    async def run(self, start: PollInput) -> PollResult:
        head = await workflow.execute_activity_method(
            PollingActivities.poll,
            PollOrder(org_id=start.org_id),
            summary="Look for leads that people changed",
            **CRM_POLL,
        )
        return PollResult(
            first=head.first, new=head.new, joined=head.joined, repeated=head.repeated, skipped=head.skipped
        )
