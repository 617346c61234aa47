"""One round of telling people what happened. A Temporal Schedule starts it again and again.

When do you need to touch this? When a round gains a step. Whom to tell what is decided in `domain/notice_spreading.py`.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import TellOrder
    from activities.telling import TellingActivities

from workflows.messages import TellInput, TellResult
from workflows.options import TELL


@workflow.defn
class TellPeople:
    """No case waits for this; what cannot be delivered now is tried again by a later round."""

    @workflow.run
    async def run(self, start: TellInput) -> TellResult:
        head = await workflow.execute_activity_method(
            TellingActivities.tell,
            TellOrder(org_id=start.org_id),
            summary="Tell people what happened",
            **TELL,
        )
        return TellResult(delivered=head.delivered, waiting=head.waiting, failed=head.failed)
