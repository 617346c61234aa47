"""Taking a write back, durably, under a signature of its own.

When do you need to touch this? When undo gains a step. What may be taken back is decided in `gateways/crm`.
"""

import contextlib

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.crm import CrmActivities
    from activities.messages import UndoApplyInput

from workflows.messages import AssignmentUndone, UndoInput, UndoResult, watch_workflow_id
from workflows.options import CRM_WRITE
from workflows.watching import OwnerWatch


@workflow.defn
class UndoWrite:
    """Revert one receipt. Refusals are part of the result: what others changed since stays as they left it."""

    @workflow.run
    async def run(self, start: UndoInput) -> UndoResult:
        workflow.set_current_details(f"Undo of receipt `{start.receipt_id}`")
        head = await workflow.execute_activity_method(
            CrmActivities.undo,
            UndoApplyInput(
                case_id=start.case_id,
                org_id=start.org_id,
                motion=start.motion,
                receipt_id=start.receipt_id,
                decision_id=start.decision_id,
                agent_version=start.agent_version,
            ),
            summary="Take the write back",
            **CRM_WRITE,
        )
        if head.restored:
            await end_watch(start.org_id, start.case_id, start.receipt_id)
        return UndoResult(
            receipt_id=start.receipt_id,
            new_receipt_id=head.new_receipt_id,
            restored=head.restored,
            refusals=head.refusals,
        )


async def end_watch(org_id: str, case_id: str, receipt_id: str) -> None:
    """Where the write gave a lead an owner, nobody waits for that owner's answer any more."""
    watch = watch_workflow_id(org_id, case_id, receipt_id)
    # Most writes assign nobody, and most watches have ended.
    with contextlib.suppress(ApplicationError):
        await workflow.get_external_workflow_handle(watch).signal(
            OwnerWatch.assignment_undone, AssignmentUndone(receipt_id=receipt_id)
        )
