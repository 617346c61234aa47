"""One guarded write to the CRM, as every step that writes asks for it.

When do you need to touch this? When the order of a write needs something new.
"""

import asyncio
import contextlib

from temporalio import workflow
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError, is_cancelled_exception
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.crm import CrmActivities
    from activities.messages import ApplyHead, ApplyInput, CaseRef, RejectionInput, VerifiedDecision
    from domain.proposals import Phase

from workflows.filing import FileCommit
from workflows.messages import TaskQueue, filing_workflow_id
from workflows.options import CRM_NOTE, CRM_WRITE


def stop_if_cancelled() -> None:
    """Raise the cancellation that a write has swallowed: it is waited for, and its result comes instead."""
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError


async def note_rejection(case: CaseRef, round: int, decision_id: str, agent_version: str) -> None:
    """The ledger row of a rejection, where the level allows. Nothing rests on it: without it the case ends the same."""
    try:
        await workflow.execute_activity_method(
            CrmActivities.note_rejection,
            RejectionInput(**case.model_dump(), round=round, decision_id=decision_id, agent_version=agent_version),
            summary="Note the rejection in the CRM",
            **CRM_NOTE,
        )
    except ActivityError as failed:
        if is_cancelled_exception(failed):
            raise


async def apply_phase(
    case: CaseRef, round: int, decision: VerifiedDecision, phase: Phase, agent_version: str, *, again: bool = False
) -> ApplyHead:
    """One atomic CRM write through the guard. `again` where an earlier request of it has failed."""
    order = ApplyInput(
        **case.model_dump(),
        round=round,
        decision_id=decision.decision_id,
        phase=phase,
        agent_version=agent_version,
        again=again,
    )
    try:
        return await workflow.execute_activity_method(
            CrmActivities.apply_changes,
            order,
            summary="Write to the CRM" if phase is Phase.CRM else "Write the fields that claim contact",
            **CRM_WRITE,
        )
    except ActivityError as failed:
        if is_cancelled_exception(failed):
            # Cancelled between two attempts: the one before may have committed and lost its answer.
            await asyncio.shield(asyncio.ensure_future(_file_later(order)))
        raise


async def _file_later(order: ApplyInput) -> None:
    """By a workflow of its own: closing the case waits for no CRM that is away."""
    with contextlib.suppress(WorkflowAlreadyStartedError):
        await workflow.start_child_workflow(
            FileCommit.run,
            order,
            id=filing_workflow_id(order.org_id, order.decision_id, order.phase),
            task_queue=TaskQueue.CASES,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"Look for a write of case {order.case_id} that was cut off",
        )
