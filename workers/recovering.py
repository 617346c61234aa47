"""The look for cases that were left behind: the activity with its parts, and the schedule that starts it.

When do you need to touch this? When the look gains a setting.
"""

from datetime import timedelta

from temporalio.client import Client, ScheduleActionStartWorkflow, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.recovering import RecoveringActivities
from activities.stopped_undos import StoppedUndoActivities
from domain.errors import StoreError
from domain.strays import RunState
from domain.undo_runs import UndoRun
from persistence.undo_runs import SqlUndoRuns
from runtime.schedules import ensure_schedule, remove_schedule
from runtime.settings import ReconcileSettings
from workers.stores import Stores
from workflows.messages import (
    ReconcileInput,
    TaskQueue,
    reconcile_workflow_id,
    undo_batch_workflow_id,
    undo_workflow_id,
)
from workflows.reconciling import Reconcile

_STOPPED = frozenset({WorkflowExecutionStatus.TERMINATED, WorkflowExecutionStatus.CANCELED})
_RUNNING = frozenset({WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW})
RPC_TIMEOUT = timedelta(seconds=5)


class EngineRuns:
    """`Runs` over a Temporal client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def state_of(self, workflow_id: str) -> RunState:
        """Raises `StoreError` where the engine does not answer: nothing is concluded from silence."""
        try:
            found = await self._client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as failed:
            if failed.status is RPCStatusCode.NOT_FOUND:
                return RunState.ABSENT
            raise StoreError(f"the engine does not say what {workflow_id} does") from None
        if found.status in _RUNNING:
            return RunState.RUNNING
        return RunState.STOPPED if found.status in _STOPPED else RunState.BROKEN


def recovering(client: Client, stores: Stores) -> RecoveringActivities:
    return RecoveringActivities(
        open_cases=stores.cases,
        runs=EngineRuns(client),
        cases=stores.cases,
        reviews=stores.reviews,
        exceptions=stores.exceptions,
        documents=stores.documents,
        receipts=stores.receipts,
        mail_log=stores.mail_log,
        playbooks=stores.playbooks,
        audit=stores.audit,
        clock=stores.clock,
    )


def stopped_undos(client: Client, stores: Stores) -> StoppedUndoActivities:
    return StoppedUndoActivities(
        undos=SqlUndoRuns(stores.db),
        runs=EngineRuns(client),
        workflow_of=undo_workflow_of,
        audit=stores.audit,
        clock=stores.clock,
    )


def undo_workflow_of(org_id: str, run: UndoRun) -> str:
    if run.batch_id:
        return undo_batch_workflow_id(org_id, run.batch_id, dry_run=run.dry_run)
    return undo_workflow_id(org_id, run.decision_id)


async def schedule_reconciling(client: Client, org_id: str, settings: ReconcileSettings) -> None:
    """Look as often as the settings say; 0 takes the schedule away."""
    name = reconcile_workflow_id(org_id)
    if not settings.reconcile_seconds:
        await remove_schedule(client, name)
        return
    action = ScheduleActionStartWorkflow(
        Reconcile.run,
        ReconcileInput(org_id=org_id),
        # Temporal adds the time of each run.
        id=name,
        task_queue=TaskQueue.CASES,
    )
    await ensure_schedule(client, name, action, timedelta(seconds=settings.reconcile_seconds))
