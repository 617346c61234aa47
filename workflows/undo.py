"""Taking a write back, durably, under a signature of its own.

When do you need to touch this? When undo gains a step. What may be taken back is decided in `gateways/crm`.
"""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.crm import CrmActivities
    from activities.undo_messages import StoppedUndo, UndoApplyInput, UndoHead

from workflows.messages import UndoInput, UndoResult
from workflows.options import CRM_WRITE
from workflows.stopped_undos import note_stopped
from workflows.undo_watch import end_watch


@workflow.defn
class UndoWrite:
    """Revert one receipt. Refusals are part of the result: what others changed since stays as they left it."""

    @workflow.run
    async def run(self, start: UndoInput) -> UndoResult:
        workflow.set_current_details(f"Undo of receipt `{start.receipt_id}`")
        try:
            head = await self._take_back(start)
        except (ActivityError, asyncio.CancelledError) as failed:
            if is_cancelled_exception(failed):
                # Shielded: a second cancel must not cut the bookkeeping of the first.
                await asyncio.shield(asyncio.ensure_future(note_stopped(_stopped(start))))
            raise
        if head.restored:
            await end_watch(start.org_id, start.case_id, start.receipt_id)
        return UndoResult(
            receipt_id=start.receipt_id,
            new_receipt_id=head.new_receipt_id,
            restored=head.restored,
            refusals=head.refusals,
        )

    async def _take_back(self, start: UndoInput) -> UndoHead:
        return await workflow.execute_activity_method(
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


def _stopped(start: UndoInput) -> StoppedUndo:
    return StoppedUndo(
        org_id=start.org_id,
        decision_id=start.decision_id,
        case_id=start.case_id,
        motion=start.motion,
        receipt_id=start.receipt_id,
        agent_version=start.agent_version,
    )
