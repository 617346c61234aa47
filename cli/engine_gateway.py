"""The approval UI's door to Temporal: starts, signals and updates of the case workflows."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from approval_ui.ports import AuditRun, AuditState, Delivery, EngineUnavailable
from domain.cases import Case
from domain.errors import DomainError, RefusalReason
from domain.undo_batches import Reach
from runtime.engine import connect
from workflows.inbound import InboundLead
from workflows.messages import (
    AuditInput,
    DecideResult,
    DecisionRef,
    InboundLeadInput,
    InquiryRef,
    ResolutionRef,
    StopMail,
    TaskQueue,
    UndoBatchInput,
    UndoInput,
    UndoProgress,
    audit_workflow_id,
    undo_batch_workflow_id,
    undo_workflow_id,
)
from workflows.readiness import AuditReadiness
from workflows.undo import UndoWrite
from workflows.undo_many import UndoMany

RPC_TIMEOUT = timedelta(seconds=5)
"""A reviewer waits for the answer of an update; longer than this the decision is delivered in the background."""

_T = TypeVar("_T")


class NoSuchRun(EngineUnavailable):
    """The workflow has ended, was terminated, or has not been started yet."""


class EngineGateway:
    """Connects when first needed and again after a loss, so that the UI runs while Temporal does not."""

    def __init__(self, org_id: str) -> None:
        self._org_id = org_id
        self._client: Client | None = None
        self._connecting = asyncio.Lock()

    async def start_case(self, case: Case) -> None:
        client = await self._connected()
        start = InboundLeadInput(
            case_id=case.case_id,
            org_id=case.org_id,
            playbook_digest=case.playbook_digest,
            agent_version=case.agent_version,
            motion=case.motion,
        )
        try:
            await _reached(
                client.start_workflow(
                    InboundLead.run,
                    start,
                    id=case.workflow_id,
                    task_queue=TaskQueue.CASES,
                    # One workflow per case, ever: the same delivery twice starts nothing twice.
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    static_summary=f"Inbound case {case.case_id}",
                    rpc_timeout=RPC_TIMEOUT,
                )
            )
        except WorkflowAlreadyStartedError:
            return

    async def join_case(self, case: Case, inquiry_number: int) -> None:
        handle = (await self._connected()).get_workflow_handle_for(InboundLead.run, case.workflow_id)
        await _reached(
            handle.signal(InboundLead.inquiry_joined, InquiryRef(number=inquiry_number), rpc_timeout=RPC_TIMEOUT)
        )

    async def deliver_decision(self, case: Case, round: int, decision_id: str) -> Delivery:
        handle = (await self._connected()).get_workflow_handle_for(InboundLead.run, case.workflow_id)
        said = DecisionRef(decision_id=decision_id, round=round)
        return await _delivered(
            handle.execute_update(InboundLead.decide, said, id=decision_id, rpc_timeout=RPC_TIMEOUT)
        )

    async def deliver_resolution(self, workflow_id: str, number: int, resolution_id: str) -> Delivery:
        # The same handler in every workflow that asks: a case, or the watch over an owner.
        handle = (await self._connected()).get_workflow_handle_for(InboundLead.run, workflow_id)
        said = ResolutionRef(resolution_id=resolution_id, number=number)
        return await _delivered(
            handle.execute_update(InboundLead.resolve, said, id=resolution_id, rpc_timeout=RPC_TIMEOUT)
        )

    async def start_undo(self, case: Case, receipt_id: str, decision_id: str, *, agent_version: str) -> str:
        client = await self._connected()
        workflow_id = undo_workflow_id(self._org_id, decision_id)
        start = UndoInput(
            case_id=case.case_id,
            org_id=self._org_id,
            receipt_id=receipt_id,
            decision_id=decision_id,
            motion=case.motion,
            agent_version=agent_version,
        )
        try:
            await _reached(
                client.start_workflow(
                    UndoWrite.run,
                    start,
                    id=workflow_id,
                    task_queue=TaskQueue.CASES,
                    # One that ops stopped may be started again: its ledger key stays, so nothing is undone twice.
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                    static_summary=f"Undo in case {case.case_id}",
                    rpc_timeout=RPC_TIMEOUT,
                )
            )
        except WorkflowAlreadyStartedError:
            pass
        return workflow_id

    async def start_undo_batch(
        self, batch_id: str, *, total: int, dry_run: bool, agent_version: str, so_far: Mapping[Reach, int]
    ) -> None:
        client = await self._connected()
        await _reached(
            client.start_workflow(
                UndoMany.run,
                UndoBatchInput(
                    batch_id=batch_id,
                    org_id=self._org_id,
                    dry_run=dry_run,
                    total=total,
                    agent_version=agent_version,
                    so_far=_progress(so_far),
                ),
                id=undo_batch_workflow_id(self._org_id, batch_id, dry_run=dry_run),
                task_queue=TaskQueue.CASES,
                # One that was stopped may be started again: what is left stands in the store.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{'Dry run of' if dry_run else 'Undo of'} {total} writes",
                rpc_timeout=RPC_TIMEOUT,
            )
        )

    async def start_audit(self) -> None:
        client = await self._connected()
        await _reached(
            client.start_workflow(
                AuditReadiness.run,
                AuditInput(org_id=self._org_id),
                id=audit_workflow_id(self._org_id),
                task_queue=TaskQueue.CASES,
                # Two people who press at once wait for the same audit; a finished one may be repeated.
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="Readiness audit",
                rpc_timeout=RPC_TIMEOUT,
            )
        )

    async def audit_run(self) -> AuditRun:
        handle = (await self._connected()).get_workflow_handle(audit_workflow_id(self._org_id))
        try:
            found = await _reached(handle.describe(rpc_timeout=RPC_TIMEOUT))
        except NoSuchRun:
            return AuditRun()
        match found.status:
            case WorkflowExecutionStatus.RUNNING | WorkflowExecutionStatus.CONTINUED_AS_NEW:
                return AuditRun(state=AuditState.RUNNING, started_at=found.start_time)
            case WorkflowExecutionStatus.COMPLETED:
                return AuditRun(state=AuditState.DONE, started_at=found.start_time)
            case _:
                return AuditRun(state=AuditState.FAILED, started_at=found.start_time, code=await _why_failed(handle))

    async def stop_mail(self, case: Case) -> None:
        handle = (await self._connected()).get_workflow_handle_for(InboundLead.run, case.workflow_id)
        await _reached(handle.signal(InboundLead.stop_mail, StopMail(), rpc_timeout=RPC_TIMEOUT))

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None:
                try:
                    self._client = await connect()
                except DomainError as refused:
                    raise EngineUnavailable(refused.detail) from None
            return self._client


async def _delivered(update: Awaitable[DecideResult]) -> Delivery:
    """What the workflow answered. A run that was closed, terminated or never started will not wait for it any more."""
    try:
        result = await _reached(update)
    except NoSuchRun:
        return Delivery(accepted=False, reason=RefusalReason.ROUND_CLOSED)
    except WorkflowUpdateFailedError as refused:
        cause = refused.cause
        code = cause.type if isinstance(cause, ApplicationError) and cause.type else RefusalReason.NOT_WAITING
        return Delivery(accepted=False, reason=str(code))
    return Delivery(accepted=result.accepted, reason=result.reason)


def _progress(so_far: Mapping[Reach, int]) -> UndoProgress:
    return UndoProgress(
        done=sum(so_far.values()),
        whole=so_far.get(Reach.ALL, 0),
        in_part=so_far.get(Reach.IN_PART, 0),
        nothing=so_far.get(Reach.NOTHING, 0),
        failed=so_far.get(Reach.FAILED, 0),
    )


async def _why_failed(handle: WorkflowHandle[Any, Any]) -> str:
    """The error code of a workflow that ended badly; empty where it was stopped by hand."""
    try:
        await _reached(handle.result(follow_runs=False, rpc_timeout=RPC_TIMEOUT))
    except WorkflowFailureError as failed:
        cause: BaseException | None = failed.cause
        while isinstance(cause, FailureError) and not isinstance(cause, ApplicationError):
            cause = cause.cause
        return (cause.type or "") if isinstance(cause, ApplicationError) else ""
    return ""


_OUT_OF_REACH = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.INTERNAL,
    }
)


async def _reached(call: Awaitable[_T]) -> _T:
    """The call's result, with a connection that failed told apart from an answer that says no."""
    try:
        return await call
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        raise EngineUnavailable("Temporal did not answer in time") from None
    except RPCError as failed:
        if failed.status in _OUT_OF_REACH:
            raise EngineUnavailable(f"Temporal cannot be reached ({failed.status.name.lower()})") from None
        if failed.status is RPCStatusCode.NOT_FOUND:
            raise NoSuchRun("Temporal has no such running workflow") from None
        raise EngineUnavailable(f"Temporal refused the call ({failed.status.name.lower()})") from None
