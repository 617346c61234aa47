"""The watch over an owner ends with the write that gave the lead to them.

When do you need to touch this? When something else has to stop once a write was taken back.
"""

import contextlib

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.messages import AssignmentUndone, watch_workflow_id
from workflows.watching import OwnerWatch


async def end_watch(org_id: str, case_id: str, receipt_id: str) -> None:
    """Where the write gave a lead an owner, nobody waits for that owner's answer any more."""
    watch = watch_workflow_id(org_id, case_id, receipt_id)
    # Most writes assign nobody, and most watches have ended.
    with contextlib.suppress(ApplicationError):
        await workflow.get_external_workflow_handle(watch).signal(
            OwnerWatch.assignment_undone, AssignmentUndone(receipt_id=receipt_id)
        )
