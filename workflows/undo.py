"""Taking a write back, durably, under a signature of its own.

When do you need to touch this? When undo gains a step. What may be taken back is decided in `gateways/crm`.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.crm import CrmActivities
    from activities.messages import UndoApplyInput

from workflows.messages import UndoInput, UndoResult
from workflows.options import CRM_WRITE


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
        return UndoResult(
            receipt_id=start.receipt_id,
            new_receipt_id=head.new_receipt_id,
            restored=head.restored,
            refusals=head.refusals,
        )
