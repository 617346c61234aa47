"""The CRM task that mirrors one exception: made when it opens, completed when it ends, never in its way.

When do you need to touch this? When what is written about an exception changes its order.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.messages import CaseRef, MirrorHead, MirrorInput, RoundInput
    from activities.mirroring import MirroringActivities
    from activities.signing import SigningActivities
    from domain.proposals import Phase
    from domain.receipts import WriteOutcomeKind

from workflows.applying import apply_phase
from workflows.messages import ExceptionTaskInput, ExceptionTaskResult
from workflows.options import CRM_READ, SIGNER

LONGEST = timedelta(days=60)
"""Longer than any exception waits: after it, whoever was to say that it ended is gone."""


@workflow.defn
class ExceptionTask:
    """One exception's task. Whatever refuses it leaves the exception itself alone."""

    @workflow.init
    def __init__(self, start: ExceptionTaskInput) -> None:
        self._start = start
        self._case = CaseRef(case_id=start.case_id, org_id=start.org_id, motion=start.motion)
        self._ended = False

    @workflow.signal
    def exception_ended(self) -> None:
        """It was resolved, or nobody waits for it any more."""
        self._ended = True

    @workflow.run
    async def run(self, start: ExceptionTaskInput) -> ExceptionTaskResult:
        workflow.set_current_details(f"Task about exception {start.number} of case `{start.case_id}`")
        proposed = await workflow.execute_activity_method(
            MirroringActivities.propose_exception_task, self._order(), summary="Propose the task", **CRM_READ
        )
        if not await self._written(proposed):
            return ExceptionTaskResult(made=False)
        try:
            await workflow.wait_condition(
                lambda: self._ended, timeout=LONGEST, timeout_summary="The exception has ended at the latest then"
            )
        except TimeoutError:
            return ExceptionTaskResult(made=True)
        closing = await workflow.execute_activity_method(
            MirroringActivities.propose_closing_task,
            self._order(),
            summary="Propose to complete the task",
            **CRM_READ,
        )
        if await self._written(closing):
            return ExceptionTaskResult(made=True, closed=True)
        noting = await workflow.execute_activity_method(
            MirroringActivities.propose_ending_note,
            self._order(),
            summary="Propose the note on how it ended",
            **CRM_READ,
        )
        return ExceptionTaskResult(made=True, noted=await self._written(noting))

    async def _written(self, head: MirrorHead) -> bool:
        if not head.proposed:
            return False
        signed = await workflow.execute_activity_method(
            SigningActivities.sign,
            RoundInput(**self._case.model_dump(), round=head.round),
            summary="Sign by policy",
            **SIGNER,
        )
        if not signed.accepted:
            return False
        applied = await apply_phase(self._case, head.round, signed, Phase.CRM, self._start.agent_version)
        return applied.kind is WriteOutcomeKind.WRITTEN

    def _order(self) -> MirrorInput:
        return MirrorInput(**self._case.model_dump(), number=self._start.number)
