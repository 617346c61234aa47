"""Bringing back what was left behind: open cases whose workflow is gone, and rounds whose documents are.

When do you need to touch this? When a case can be left behind in a new way, or is to be ended differently.
A terminated workflow runs no compensation, so a schedule compares the store with the engine.
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError, is_cancelled_exception
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.cases import CaseActivities
    from activities.messages import (
        ApplyInput,
        CaseRef,
        CloseInput,
        RoundInput,
        StrayCase,
        StraysOrder,
        SurveyHead,
    )
    from activities.recovering import CommitFinder, RecoveringActivities
    from activities.stopped_undos import StoppedUndoActivities
    from domain.cases import Act, CaseOutcome, ExceptionCode
    from domain.errors import ErrorCode
    from domain.proposals import Phase
    from domain.receipts import MailState, WriteOutcomeKind
    from domain.strays import Remedy

from workflows.inbound import InboundLead
from workflows.messages import (
    CaseResult,
    InboundLeadInput,
    OwnerUnfit,
    ReconcileInput,
    ReconcileResult,
    RecoverInput,
    TaskQueue,
    recovery_workflow_id,
)
from workflows.options import CRM_WRITE, STORE
from workflows.resolving import ResolvableCase
from workflows.review import DOCUMENTS_MISSING, ReviewedCase
from workflows.stopped_undos import note_stopped
from workflows.visibility import OUTCOME, STEP, show
from workflows.writeback import mail_order, stop_mail, write_back

PAGE = 200


@workflow.defn
class Reconcile:
    """One look at every open case. Starts what is missing and hands over what was stopped."""

    @workflow.run
    async def run(self, start: ReconcileInput) -> ReconcileResult:
        result = ReconcileResult()
        after = ""
        while True:
            head = await workflow.execute_activity_method(
                RecoveringActivities.find_strays,
                StraysOrder(org_id=start.org_id, after=after, limit=PAGE),
                summary="Hold open cases against the engine",
                **STORE,
            )
            result = result.model_copy(update={"looked_at": result.looked_at + head.looked_at})
            for stray in head.strays:
                if await self._remedied(stray):
                    name = _COUNTED[stray.remedy]
                    result = result.model_copy(update={name: getattr(result, name) + 1})
            after = head.next_after
            if not after:
                break
        return result.model_copy(update={"stopped_undos": await self._stopped_undos(start.org_id)})

    async def _stopped_undos(self, org_id: str) -> int:
        """A terminated undo says nothing itself: the pages would go on showing it as under way."""
        count, after = 0, ""
        while True:
            head = await workflow.execute_activity_method(
                StoppedUndoActivities.find_stopped_undos,
                StraysOrder(org_id=org_id, after=after, limit=PAGE),
                summary="Hold undos without an end against the engine",
                **STORE,
            )
            for stopped in head.stopped:
                await note_stopped(stopped)
            count += len(head.stopped)
            after = head.next_after
            if not after:
                return count

    async def _remedied(self, stray: StrayCase) -> bool:
        """False where somebody else was quicker."""
        try:
            match stray.remedy:
                case Remedy.RESTART:
                    await self._restart(stray)
                case Remedy.REDO_ROUND:
                    await workflow.get_external_workflow_handle(stray.workflow_id).signal(
                        ReviewedCase.owner_unfit, OwnerUnfit(round=stray.round, reason=DOCUMENTS_MISSING)
                    )
                case Remedy.CLOSE:
                    await workflow.execute_activity_method(
                        CaseActivities.cancel,
                        RoundInput(**_ref(stray).model_dump(), round=stray.round),
                        summary="Close: stopped by ops",
                        **STORE,
                    )
                case Remedy.RECOVER:
                    await self._recover(stray)
                case Remedy.NONE:
                    return False
        except (WorkflowAlreadyStartedError, ApplicationError):
            return False
        return True

    async def _restart(self, stray: StrayCase) -> None:
        await workflow.start_child_workflow(
            InboundLead.run,
            InboundLeadInput(
                case_id=stray.case_id,
                org_id=stray.org_id,
                playbook_digest=stray.playbook_digest,
                agent_version=stray.agent_version,
                motion=stray.motion,
            ),
            id=stray.workflow_id,
            task_queue=TaskQueue.CASES,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"Inbound case {stray.case_id}",
        )

    async def _recover(self, stray: StrayCase) -> None:
        await workflow.start_child_workflow(
            RecoverCase.run,
            RecoverInput(
                case_id=stray.case_id, org_id=stray.org_id, motion=stray.motion, agent_version=stray.agent_version
            ),
            id=recovery_workflow_id(stray.org_id, stray.case_id),
            task_queue=TaskQueue.CASES,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"Recovery of case {stray.case_id}",
        )


@workflow.defn
class RecoverCase(ResolvableCase):
    """A case whose workflow is gone, with something approved or written: a person says whether it is finished.

    Nothing is written or sent before that. What was approved is finished under its own signature, as long as that
    holds; what was written can be undone like any other write.
    """

    @workflow.init
    def __init__(self, start: RecoverInput) -> None:
        super().__init__(CaseRef(case_id=start.case_id, org_id=start.org_id, motion=start.motion))
        self._start = start

    @workflow.run
    async def run(self, start: RecoverInput) -> CaseResult:
        self._enter("looking at what was done")
        found = await workflow.execute_activity_method(
            RecoveringActivities.survey_case, self._case, summary="What was approved, and how far it came", **STORE
        )
        receipts = await self._file_commits(found)
        written = found.written or bool(receipts)
        code = ExceptionCode.BROKEN_OFF if found.decision is None else ExceptionCode.WRITE_UNFINISHED
        self._enter("waiting for a resolution")
        finish = await self._to_be_finished(code, found) and found.decision is not None
        outcome = CaseOutcome.PARTLY_WRITTEN if written else CaseOutcome.CANCELLED
        if finish:
            outcome = await self._finished(found) or outcome
        elif found.decision is not None and found.decision.has_mail:
            await self._stop_mail(found)
        await self._close(outcome, found.inquiries)
        return CaseResult(case_id=start.case_id, outcome=outcome, rounds=found.round, receipts=receipts)

    async def _to_be_finished(self, code: ExceptionCode, found: SurveyHead) -> bool:
        """What a person says. About a case whose data was erased nobody can be asked: it stays as it is."""
        try:
            answer = await self._ask_to_resolve(
                code, found.round, seen_inquiries=found.inquiries, agent_version=self._start.agent_version
            )
        except ActivityError as failed:
            if isinstance(failed.cause, ApplicationError) and failed.cause.type == ErrorCode.DOCUMENT_MISSING:
                return False
            raise
        return answer.resolution is not None and answer.resolution.act is Act.RETRY

    async def _file_commits(self, found: SurveyHead) -> tuple[str, ...]:
        """A write that the CRM has and nobody got to file has its receipt afterwards, and can be undone."""
        if found.decision is None:
            return ()
        receipts: list[str] = []
        for phase in (Phase.CRM, Phase.AFTER_MAIL):
            try:
                head = await workflow.execute_activity_method(
                    CommitFinder.find_commit,
                    ApplyInput(
                        **self._case.model_dump(),
                        round=found.round,
                        decision_id=found.decision.decision_id,
                        phase=phase,
                        agent_version=self._start.agent_version,
                    ),
                    summary="Ask the ledger what was written",
                    **CRM_WRITE,
                )
            except ActivityError as failed:
                if is_cancelled_exception(failed):
                    raise
                # What was signed was erased: nobody can tell what its write would look like. A person is asked.
                break
            receipts += [head.receipt_id] if head.receipt_id else []
        return tuple(receipts)

    async def _finished(self, found: SurveyHead) -> CaseOutcome | None:
        """None where the approved change no longer fits or may no longer be written: then it stays as it is."""
        if found.decision is None:
            return None
        self._enter("finishing what was approved")
        try:
            done = await write_back(
                self._case,
                self._gate,
                round=found.round,
                head=found.head,
                decision=found.decision,
                agent_version=self._start.agent_version,
                again=True,
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            return None
        if done.crm.kind not in (WriteOutcomeKind.WRITTEN, WriteOutcomeKind.NOTHING_TO_WRITE):
            return None
        return CaseOutcome.WRITTEN if done.complete else CaseOutcome.PARTLY_WRITTEN

    async def _stop_mail(self, found: SurveyHead) -> None:
        """Somebody said that it is not to be finished: what did not leave yet never will."""
        if found.decision is None or found.mail not in (None, MailState.INTENDED, MailState.SENDING):
            return
        await stop_mail(mail_order(self._case, found.round, found.head, found.decision, self._start.agent_version))

    async def _close(self, outcome: CaseOutcome, seen: int) -> None:
        """With whatever has joined it meanwhile: who answered the exception has seen the case."""
        while True:
            head = await workflow.execute_activity_method(
                CaseActivities.close,
                CloseInput(**self._case.model_dump(), outcome=outcome, seen_inquiries=seen),
                summary=f"Close: {outcome.value}",
                **STORE,
            )
            if head.closed:
                break
            seen = head.inquiry_count
        workflow.upsert_search_attributes([OUTCOME.value_set(outcome.value)])
        self._enter("closed")
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _enter(self, step: str) -> None:
        workflow.upsert_search_attributes([STEP.value_set(step)])
        show({"Recovery of": self._start.case_id, "Step": step})


_COUNTED = {
    Remedy.RESTART: "restarted",
    Remedy.REDO_ROUND: "redone",
    Remedy.CLOSE: "closed",
    Remedy.RECOVER: "recovering",
}


def _ref(stray: StrayCase) -> CaseRef:
    return CaseRef(case_id=stray.case_id, org_id=stray.org_id, motion=stray.motion)
