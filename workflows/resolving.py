"""The wait for a person to resolve an exception: asked once, reminded, resolved once, or closed as unresolved.

When do you need to touch this? When the way an exception is answered or believed changes. What comes of an answer is
each motion's own matter.
"""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError, is_cancelled_exception
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.messages import (
        CaseRef,
        EndExceptionInput,
        ExceptionInput,
        RemindInput,
        ResolutionHead,
        ResolutionInput,
    )
    from activities.resolving import ResolvingActivities
    from domain.cases import ExceptionCode, LadderStep
    from domain.errors import RefusalReason
    from domain.resolutions import ExceptionState

from workflows.messages import (
    DecideResult,
    ExceptionTaskInput,
    ResolutionRef,
    TaskQueue,
    exception_task_workflow_id,
)
from workflows.mirroring import ExceptionTask
from workflows.options import STORE
from workflows.review import MAX_AUDITED_REFUSALS, ReviewedCase

MAX_EXCEPTIONS = 20
"""A case that stops for the twentieth time is not asked about again: it closes, and its history stays bounded."""


@dataclass
class Asking:
    """The exception that waits; `number` 0 while none does."""

    number: int = 0
    resolution: ResolutionHead | None = None
    asked: int = 0
    """How often this run has asked so far."""
    refusals: int = 0


@dataclass(frozen=True)
class Answer:
    """`resolution` is None where nobody resolved it: in time, or before another inquiry joined."""

    resolution: ResolutionHead | None = None
    superseded: bool = False


class ResolvableCase(ReviewedCase):
    """A case whose exceptions wait for a person."""

    def __init__(self, case: CaseRef) -> None:
        super().__init__(case)
        self._asking = Asking()

    @workflow.update
    async def resolve(self, ref: ResolutionRef) -> DecideResult:
        """Take in a stored resolution. Answers once it is believed."""
        try:
            return await self._believe(ref)
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            code = failed.cause.type if isinstance(failed.cause, ApplicationError) else None
            return DecideResult(accepted=False, reason=code or RefusalReason.UNKNOWN_DECISION)

    @resolve.validator
    def _may_resolve(self, ref: ResolutionRef) -> None:
        """Shape and state only: a refusal here leaves no trace in history."""
        if not ref.resolution_id:
            raise ApplicationError("no resolution id", type=RefusalReason.UNKNOWN_DECISION)
        if not self._asking.number or self._asking.number != ref.number:
            raise ApplicationError("not waiting for this exception", type=RefusalReason.NOT_WAITING)
        if self._asking.refusals >= MAX_AUDITED_REFUSALS:
            raise ApplicationError("too many refused resolutions in this run", type=RefusalReason.NOT_WAITING)

    async def _believe(self, ref: ResolutionRef) -> DecideResult:
        self._asking.refusals += 1
        head = await workflow.execute_activity_method(
            ResolvingActivities.take_resolution,
            ResolutionInput(**self._case.model_dump(), number=ref.number, resolution_id=ref.resolution_id),
            summary="Take in what resolves the exception",
            **STORE,
        )
        if not head.accepted:
            return DecideResult(accepted=False, reason=head.reason)
        self._asking.refusals -= 1
        # While the activity ran the wait may have ended otherwise.
        if self._asking.number == ref.number and self._asking.resolution is None:
            self._asking.resolution = head
        return DecideResult(accepted=True)

    @property
    def _may_ask(self) -> bool:
        return self._asking.asked < MAX_EXCEPTIONS

    async def _ask_to_resolve(
        self,
        code: ExceptionCode,
        round: int,
        *,
        seen_inquiries: int,
        agent_version: str,
        of_a_watch: bool = False,
    ) -> Answer:
        """Open the exception and wait through its ladder; a joined inquiry ends the wait as well."""
        head = await workflow.execute_activity_method(
            ResolvingActivities.open_exception,
            ExceptionInput(
                **self._case.model_dump(),
                round=round,
                code=code,
                workflow_id=workflow.info().workflow_id,
                nth=self._asking.asked,
                of_a_watch=of_a_watch,
            ),
            summary=f"Hand over: {code.value}",
            **STORE,
        )
        self._asking.asked += 1
        self._asking.resolution = None
        self._asking.number = head.number
        if head.mirrored:
            await self._mirror(head.number, agent_version)
        try:
            for rung in head.rungs:
                left = max(rung.at - workflow.now(), timedelta(0))
                if await self._answered_within(left, seen_inquiries, rung.step):
                    break
                if rung.step is not LadderStep.EXPIRY:
                    await workflow.execute_activity_method(
                        ResolvingActivities.remind_of_exception,
                        RemindInput(**self._case.model_dump(), number=head.number, step=rung.step),
                        summary=f"Remind: {rung.step.value}",
                        **STORE,
                    )
            return await self._answer_to(head.number, superseded=self._gate.inquiries > seen_inquiries)
        finally:
            self._asking.number = 0
            if head.mirrored and workflow.cancellation_reason() is None:
                await self._end_mirror(head.number)

    async def _mirror(self, number: int, agent_version: str) -> None:
        """A workflow of its own: a CRM that is away holds up nobody who resolves the exception."""
        # A case that is reset asks anew about the same exception; its task is there.
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await workflow.start_child_workflow(
                ExceptionTask.run,
                ExceptionTaskInput(**self._case.model_dump(), number=number, agent_version=agent_version),
                id=exception_task_workflow_id(self._case.org_id, self._case.case_id, number),
                task_queue=TaskQueue.CASES,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"Task about exception {number} of case {self._case.case_id}",
            )

    async def _end_mirror(self, number: int) -> None:
        task = exception_task_workflow_id(self._case.org_id, self._case.case_id, number)
        # Where no task could be made, nothing waits to hear of it.
        with contextlib.suppress(ApplicationError):
            await workflow.get_external_workflow_handle(task).signal(ExceptionTask.exception_ended)

    async def _answered_within(self, within: timedelta, seen_inquiries: int, next_step: LadderStep) -> bool:
        try:
            await workflow.wait_condition(
                lambda: self._asking.resolution is not None or self._gate.inquiries > seen_inquiries,
                timeout=within,
                timeout_summary=f"Next about the exception: {next_step.value}",
            )
        except TimeoutError:
            return False
        return True

    async def _answer_to(self, number: int, *, superseded: bool) -> Answer:
        """The store is asked before it ends: a resolution that was stored in time counts, delivered or not."""
        if self._asking.resolution is None:
            ended = await workflow.execute_activity_method(
                ResolvingActivities.end_exception,
                EndExceptionInput(**self._case.model_dump(), number=number, superseded=superseded),
                summary="Another inquiry joined: withdraw the exception" if superseded else "Nobody resolved it",
                **STORE,
            )
            if ended.state is ExceptionState.RESOLVED and self._asking.resolution is None:
                await self._believe(ResolutionRef(resolution_id=ended.resolution_id, number=number))
        if self._asking.resolution is not None:
            return Answer(resolution=self._asking.resolution)
        return Answer(superseded=superseded)
