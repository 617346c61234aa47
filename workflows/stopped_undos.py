"""What remains of an undo that ops cancelled or terminated: the pages say so, and the ledger says what it had done.

When do you need to touch this? When what was cut off is to be looked for somewhere else than in the ledger.
"""

import contextlib

from temporalio import workflow
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError, is_cancelled_exception
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.stopped_undos import StoppedUndoActivities
    from activities.undo_messages import StoppedUndo
    from activities.undoing import UndoingActivities

from workflows.messages import FiledResult, TaskQueue, undo_filing_workflow_id
from workflows.options import CRM_WRITE, STORE
from workflows.undo_watch import end_watch


@workflow.defn
class FileUndo:
    """Asks the ledger for as long as it takes the CRM to answer. Writes nothing; what it finds is filed."""

    @workflow.run
    async def run(self, order: StoppedUndo) -> FiledResult:
        if order.settle_seconds:
            await workflow.sleep(order.settle_seconds, summary="An attempt that was cut off may still be at it")
        try:
            found = await workflow.execute_activity_method(
                UndoingActivities.find_undone, order, summary="Ask the ledger what was taken back", **CRM_WRITE
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            # What was signed was erased or its key revoked: nobody can tell what its undo would look like.
            return FiledResult()
        if found.restored:
            await end_watch(order.org_id, order.case_id, order.receipt_id)
        return FiledResult(receipt_id=found.new_receipt_id)


async def note_stopped(order: StoppedUndo) -> None:
    """Where the pages find it. Whatever stood in the middle of a write is looked for by a workflow of its own."""
    await workflow.execute_activity_method(
        StoppedUndoActivities.note_stopped_undo, order, summary="Note that it was stopped", **STORE
    )
    if not (order.decision_id and order.receipt_id):
        return
    with contextlib.suppress(WorkflowAlreadyStartedError):
        await workflow.start_child_workflow(
            FileUndo.run,
            order,
            id=undo_filing_workflow_id(order.org_id, order.decision_id),
            task_queue=TaskQueue.CASES,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"Look for an undo in case {order.case_id} that was cut off",
        )
