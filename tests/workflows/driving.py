"""Start cases, decide them, and wait for what they come to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.errors import to_failure
from activities.messages import ApplyInput, StraysHead
from domain.cases import Act
from domain.decisions import Verdict
from domain.leads import Motion
from domain.model import Instant
from runtime.failures import CodedFailures
from tests.workflows.batches import ScriptedBatch
from tests.workflows.script import WAIT, Script
from tests.workflows.scripted import ScriptedActivities
from workers.roles import SANDBOX, WORKFLOWS
from workflows.filing import FileCommit
from workflows.inbound import InboundLead
from workflows.messages import (
    AssignmentUndone,
    CaseProgress,
    CaseResult,
    DecideResult,
    DecisionRef,
    FiledResult,
    InboundLeadInput,
    InquiryRef,
    OwnerUnfit,
    ReconcileInput,
    ReconcileResult,
    RecoverInput,
    ResolutionRef,
    StopMail,
    TaskQueue,
    UndoBatchInput,
    UndoInput,
    UndoProgress,
    UndoResult,
    WatchInput,
    WatchResult,
    filing_workflow_id,
    reconcile_workflow_id,
    recovery_workflow_id,
    undo_batch_workflow_id,
    undo_filing_workflow_id,
    undo_workflow_id,
    watch_workflow_id,
    workflow_id,
)
from workflows.reconciling import Reconcile, RecoverCase
from workflows.stopped_undos import FileUndo
from workflows.undo import UndoWrite
from workflows.undo_many import UndoMany
from workflows.watching import OwnerWatch

ORG = "acme"


@asynccontextmanager
async def workers_of(
    client: Client, activities: ScriptedActivities, *, max_cached_workflows: int = 1000
) -> AsyncIterator[None]:
    """All five queues in this process, set up as `workers.roles` does."""
    async with AsyncExitStack() as running:
        for queue, registered in activities.by_queue().items():
            threads = running.enter_context(ThreadPoolExecutor(8, thread_name_prefix=queue.value))
            worker = Worker(
                client,
                task_queue=queue,
                workflows=WORKFLOWS if queue is TaskQueue.CASES else (),
                activities=registered,
                activity_executor=threads,
                max_concurrent_activities=8,
                max_cached_workflows=max_cached_workflows,
                workflow_runner=SANDBOX,
                interceptors=[CodedFailures(translate=to_failure, keep_detail=lambda _case, _slot, _text: "")],
            )
            await running.enter_async_context(worker)
        yield


class RunningCase:
    """One case on its way."""

    def __init__(self, script: Script, handle: WorkflowHandle[InboundLead, CaseResult]) -> None:
        self.script = script
        self.handle = handle
        self._decided = 0

    async def progress(self) -> CaseProgress:
        return await self.handle.query(InboundLead.progress)

    async def until_waiting(self, round: int = 1) -> None:
        """Wait until people are asked about that round."""
        await self.script.until_proposed(round)
        async with asyncio.timeout(WAIT):
            while True:
                now = await self.progress()
                if now.waiting and now.round == round:
                    return

    async def until_event(self, kind: EventType.ValueType, times: int = 1) -> None:
        """Wait until the history holds that many events of a kind."""
        async with asyncio.timeout(WAIT):
            while await self.count(kind) < times:
                pass

    async def until_cancelling(self) -> None:
        """Wait until the workflow has passed its cancellation on to the activity that it is waiting for."""
        await self.until_event(EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)

    def store(self, verdict: Verdict, round: int = 1, *, decided_at: Instant | None = None) -> DecisionRef:
        """Sign and store a decision without telling the workflow."""
        self._decided += 1
        decision_id = f"d{self._decided}-{self.script.case_id}"
        self.script.arbiter.record(
            decision_id,
            round,
            verdict,
            decided_at=decided_at,
            has_mail=self.script.has_mail,
            has_after_mail=self.script.has_after_mail,
        )
        return DecisionRef(decision_id=decision_id, round=round)

    async def deliver(self, ref: DecisionRef) -> DecideResult:
        """Tell the workflow of a decision, by update."""
        return await self.handle.execute_update(InboundLead.decide, ref)

    async def refused(self, ref: DecisionRef) -> str | None:
        """Deliver a decision that the validator turns away, and say by which code."""
        with pytest.raises(WorkflowUpdateFailedError) as turned_away:
            await self.deliver(ref)
        cause = turned_away.value.cause
        assert isinstance(cause, ApplicationError)
        return cause.type

    async def signal(self, ref: DecisionRef) -> None:
        """Tell the workflow of a decision, by signal."""
        await self.handle.signal(InboundLead.submit_decision, ref)

    async def decide(self, verdict: Verdict, round: int = 1) -> DecideResult:
        """Wait until a round is asked about, store a decision and deliver it."""
        await self.until_waiting(round)
        return await self.deliver(self.store(verdict, round))

    async def join(self, number: int) -> None:
        """The same person writes again: the store knows first, then the workflow is told."""
        self.script.inquiries = number
        await self.handle.signal(InboundLead.inquiry_joined, InquiryRef(number=number))

    async def until_asked(self, number: int = 1) -> None:
        """Wait until the case waits for somebody to resolve that exception."""
        await self.script.until_called("open_exception", number)
        async with asyncio.timeout(WAIT):
            while (await self.progress()).exception_number != number:
                pass

    def resolve_in_store(self, act: Act, number: int = 1, *, record_id: str = "") -> ResolutionRef:
        """Store a resolution without telling the workflow."""
        resolution_id = f"x{number}-{self.script.case_id}"
        assert self.script.questions.resolve(resolution_id, act, number=number, record_id=record_id)
        return ResolutionRef(resolution_id=resolution_id, number=number)

    async def resolve(self, act: Act, number: int = 1, *, record_id: str = "") -> DecideResult:
        """Wait until the exception is asked about, store a resolution and deliver it."""
        await self.until_asked(number)
        ref = self.resolve_in_store(act, number, record_id=record_id)
        return await self.handle.execute_update(InboundLead.resolve, ref)

    async def drop_owner(self, round: int = 1) -> None:
        """Somebody found that the owner of that round can take nothing any more."""
        await self.handle.signal(InboundLead.owner_unfit, OwnerUnfit(round=round, reason="inactive"))

    async def stop_mail(self) -> None:
        await self.handle.signal(InboundLead.stop_mail, StopMail(by="sam"))

    async def result(self) -> CaseResult:
        """How the case ended; skips over all waiting on the way."""
        try:
            async with asyncio.timeout(WAIT):
                return await self.handle.result()
        except TimeoutError:
            last = [EventType.Name(event.event_type) for event in (await self.history())[-12:]]
            raise AssertionError(f"no result; calls: {self.script.names()}; last events: {last}") from None

    async def history(self) -> Sequence[HistoryEvent]:
        return (await self.handle.fetch_history()).events

    async def count(self, kind: EventType.ValueType) -> int:
        """How many events of a kind the history holds."""
        return sum(event.event_type == kind for event in await self.history())


class RunningWatch:
    """One watch over an assignment."""

    def __init__(self, script: Script, handle: WorkflowHandle[OwnerWatch, WatchResult], receipt_id: str) -> None:
        self.script = script
        self.handle = handle
        self.receipt_id = receipt_id

    async def decide(self, verdict: Verdict, round: int = 2) -> None:
        """Store a decision about another owner and tell the watch, which may not wait for it yet."""
        await self.script.until(lambda: round in self.script.arbiter.rounds, f"a review of round {round}")
        decision_id = f"w{round}-{self.script.case_id}"
        self.script.arbiter.record(decision_id, round, verdict)
        await self.handle.signal(OwnerWatch.submit_decision, DecisionRef(decision_id=decision_id, round=round))

    async def undo(self) -> None:
        await self.handle.signal(OwnerWatch.assignment_undone, AssignmentUndone(receipt_id=self.receipt_id))

    async def drop_owner(self, round: int = 2) -> None:
        await self.handle.signal(OwnerWatch.owner_unfit, OwnerUnfit(round=round, reason="full"))

    async def result(self) -> WatchResult:
        """How it ended; skips over all waiting on the way."""
        try:
            async with asyncio.timeout(WAIT):
                return await self.handle.result()
        except TimeoutError:
            raise AssertionError(f"no result; calls: {self.script.names()}") from None


class Desk:
    """Where cases are started in a test."""

    def __init__(self, env: WorkflowEnvironment, activities: ScriptedActivities) -> None:
        self.env = env
        self.activities = activities
        self._open: list[RunningCase] = []
        self._watches: list[RunningWatch] = []

    async def open(self, script: Script) -> RunningCase:
        """Start the workflow of a case."""
        self.activities.play(script)
        handle = await self.env.client.start_workflow(
            InboundLead.run,
            InboundLeadInput(
                case_id=script.case_id, org_id=ORG, playbook_digest="playbook-1", agent_version="test-agent"
            ),
            id=workflow_id(Motion.INBOUND, ORG, script.case_id),
            task_queue=TaskQueue.CASES,
        )
        case = RunningCase(script, handle)
        self._open.append(case)
        return case

    async def watch(self, script: Script, *, round: int = 1, number: int = 0) -> RunningWatch:
        """Start the watch over an assignment, as the case does after its write."""
        self.activities.play(script)
        receipt_id = f"r-{script.case_id}"
        handle = await self.env.client.start_workflow(
            OwnerWatch.run,
            WatchInput(case_id=script.case_id, org_id=ORG, round=round, receipt_id=receipt_id, number=number),
            id=watch_workflow_id(ORG, script.case_id, receipt_id),
            task_queue=TaskQueue.CASES,
        )
        watch = RunningWatch(script, handle, receipt_id)
        self._watches.append(watch)
        return watch

    def watch_of(self, script: Script, receipt_id: str) -> RunningWatch:
        """The watch that a case started by itself. To wait for its end skips no time; use `skip` before."""
        watch_id = watch_workflow_id(ORG, script.case_id, receipt_id)
        watch = RunningWatch(script, self.env.client.get_workflow_handle_for(OwnerWatch.run, watch_id), receipt_id)
        self._watches.append(watch)
        return watch

    async def filed(self, order: ApplyInput) -> FiledResult:
        """What was found of a write that was cut off."""
        name = filing_workflow_id(order.org_id, order.decision_id, order.phase)
        return await self.env.client.get_workflow_handle_for(FileCommit.run, name).result()

    async def undo(self, script: Script, order: UndoInput) -> UndoResult:
        """Run an undo to its end."""
        return await (await self.begin_undo(script, order)).result()

    async def begin_undo(self, script: Script, order: UndoInput) -> WorkflowHandle[UndoWrite, UndoResult]:
        self.activities.play(script)
        return await self.env.client.start_workflow(
            UndoWrite.run,
            order,
            id=undo_workflow_id(order.org_id, order.decision_id),
            task_queue=TaskQueue.CASES,
        )

    async def filed_undo(self, decision_id: str) -> FiledResult:
        """What was found of an undo that was cut off."""
        name = undo_filing_workflow_id(ORG, decision_id)
        return await self.env.client.get_workflow_handle_for(FileUndo.run, name).result()

    async def recover(self, script: Script) -> "RunningCase":
        """Start the recovery of a case whose workflow is gone."""
        self.activities.play(script)
        handle: Any = await self.env.client.start_workflow(
            RecoverCase.run,
            RecoverInput(case_id=script.case_id, org_id=ORG, agent_version="test-agent"),
            id=recovery_workflow_id(ORG, script.case_id),
            task_queue=TaskQueue.CASES,
        )
        case = RunningCase(script, handle)
        self._open.append(case)
        return case

    async def reconcile(self, org_id: str, *pages: StraysHead) -> ReconcileResult:
        """One look at the open cases of an org."""
        self.activities.strays[org_id] = list(pages)
        return await self.env.client.execute_workflow(
            Reconcile.run,
            ReconcileInput(org_id=org_id),
            id=reconcile_workflow_id(org_id),
            task_queue=TaskQueue.CASES,
        )

    async def undo_many(
        self, batch: ScriptedBatch, batch_id: str, *, dry_run: bool = False
    ) -> WorkflowHandle[UndoMany, UndoProgress]:
        """Start the dry run of a batch, or its undo."""
        self.activities.batches[batch_id] = batch
        return await self.env.client.start_workflow(
            UndoMany.run,
            UndoBatchInput(batch_id=batch_id, org_id=ORG, dry_run=dry_run, total=len(batch.writes)),
            id=undo_batch_workflow_id(ORG, batch_id, dry_run=dry_run),
            task_queue=TaskQueue.CASES,
        )

    async def skip(self, time: timedelta) -> None:
        """Let the engine's time pass."""
        await self.env.sleep(time)

    async def clear(self) -> None:
        """End what a test left open, so that the next one has the clock to itself."""
        running: list[RunningCase | RunningWatch] = [*self._open, *self._watches]
        for case in running:
            case.script.release_all()
            described: Any = await case.handle.describe()
            if described.close_time is None:
                await case.handle.terminate("end of test")
        self._open, self._watches = [], []
