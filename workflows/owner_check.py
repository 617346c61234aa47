"""One look at the owners of all waiting proposals. A Temporal Schedule starts it again and again.

When do you need to touch this? When a look gains a step. Who no longer fits is decided in `domain/routing_people.py`.
"""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.owner_messages import OwnerCheckOrder, UnfitOwner
    from activities.owners import OwnerActivities

from workflows.messages import OwnerCheckInput, OwnerCheckResult, OwnerUnfit
from workflows.options import OWNER_CHECK
from workflows.review import ReviewedCase


@workflow.defn
class CheckOwners:
    """Tells each case whose proposed owner left, is away or is full, so that it routes anew."""

    @workflow.run
    async def run(self, start: OwnerCheckInput) -> OwnerCheckResult:
        head = await workflow.execute_activity_method(
            OwnerActivities.find_unfit_owners,
            OwnerCheckOrder(org_id=start.org_id),
            summary="Look at the owners of waiting proposals",
            **OWNER_CHECK,
        )
        # One after the other: a hundred at once would come in front of what people wait for.
        told = [await self._tell(unfit) for unfit in head.unfit]
        return OwnerCheckResult(looked_at=head.looked_at, told=told.count(True), gone=told.count(False))

    async def _tell(self, unfit: UnfitOwner) -> bool:
        """False where the case ended meanwhile: then there is nothing left to route."""
        try:
            await workflow.get_external_workflow_handle(unfit.workflow_id).signal(
                ReviewedCase.owner_unfit, OwnerUnfit(round=unfit.round, reason=unfit.reason)
            )
        except ApplicationError:
            return False
        return True
