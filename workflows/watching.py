"""From an assignment to the first human activity: tell the owner, watch the deadline, propose another owner.

When do you need to touch this? When the way a new owner is told, reminded or replaced changes. What counts as a touch
and when the deadlines are is decided in `domain/first_touch.py`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError, is_cancelled_exception
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.crm import CrmActivities
    from activities.messages import ApplyHead, CaseRef, FetchInput, Gate, ProposalHead, RoundEnding
    from activities.owner_messages import (
        AssignmentRef,
        LookHead,
        LookOrder,
        NoticeOrder,
        ReassignOrder,
        WatchHead,
        WatchOrder,
    )
    from activities.reassigning import ReassigningActivities
    from activities.watching import WatchingActivities
    from domain.cases import Act, ExceptionCode
    from domain.decisions import APPROVALS, RoundState, Verdict
    from domain.first_touch import Standing
    from domain.owner_notices import NoticeKind
    from domain.proposals import Phase
    from domain.receipts import WriteOutcomeKind

from workflows.applying import apply_phase, note_rejection
from workflows.messages import (
    AssignmentUndone,
    OwnerUnfit,
    TaskQueue,
    WatchInput,
    WatchOutcome,
    WatchResult,
    watch_workflow_id,
)
from workflows.options import CRM_READ, MAIL, STORE
from workflows.resolving import ResolvableCase
from workflows.review import ReviewedCase
from workflows.visibility import OUTCOME, STEP, show

LOOK_EVERY = timedelta(minutes=30)
"""How often the CRM is asked while a reassignment waits for approval: nobody should decide what is settled."""

MAX_PROPOSALS = 5
"""A lead that keeps changing while its reassignment is decided is for people to settle."""

ENDS = {
    Standing.TOUCHED: WatchOutcome.TOUCHED,
    Standing.OWNER_CHANGED: WatchOutcome.OWNER_CHANGED,
    Standing.UNDONE: WatchOutcome.UNDONE,
    Standing.GONE: WatchOutcome.GONE,
}

HANDED_OVER = {
    ExceptionCode.NO_OWNER: WatchOutcome.NOBODY_ELSE,
    ExceptionCode.CONFLICT_REPEATED: WatchOutcome.NOBODY_ELSE,
    ExceptionCode.REVIEW_EXPIRED: WatchOutcome.EXPIRED,
    ExceptionCode.STEP_FAILED: WatchOutcome.FAILED,
}
"""A person by name takes over, and why."""


async def watch_assignment(
    case: CaseRef, round: int, applied: ApplyHead, agent_version: str, *, number: int = 0
) -> None:
    """Have a lead's new owner told and watched, where the write gave it one. The watch outlives the case."""
    if applied.kind is not WriteOutcomeKind.WRITTEN or not applied.assigned_owner_id:
        return
    # A case that is reset writes and assigns nothing anew; its watch goes on.
    with contextlib.suppress(WorkflowAlreadyStartedError):
        await workflow.start_child_workflow(
            OwnerWatch.run,
            WatchInput(
                **case.model_dump(),
                round=round,
                receipt_id=applied.receipt_id,
                agent_version=agent_version,
                number=number,
            ),
            id=watch_workflow_id(case.org_id, case.case_id, applied.receipt_id),
            task_queue=TaskQueue.CASES,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"Watch the owner in case {case.case_id}",
        )


@workflow.defn
class OwnerWatch(ResolvableCase):
    """One assignment. Ends in exactly one `WatchOutcome`."""

    @workflow.init
    def __init__(self, start: WatchInput) -> None:
        super().__init__(CaseRef(case_id=start.case_id, org_id=start.org_id, motion=start.motion))
        self._start = start
        self._assigned = AssignmentRef(**self._case.model_dump(), round=start.round, agent_version=start.agent_version)
        self._plan = WatchHead()
        self._lead_id = ""
        self._undone = False
        self._breached = False
        self._minutes = 0
        self._outcome: WatchOutcome | None = None
        self._ladder_of: int | None = None

    @workflow.signal
    def assignment_undone(self, told: AssignmentUndone) -> None:
        """Somebody took the assignment back: there is nothing left to watch."""
        self._undone = self._undone or told.receipt_id == self._start.receipt_id

    @workflow.query
    def outcome(self) -> WatchOutcome | None:
        return self._outcome

    @workflow.run
    async def run(self, start: WatchInput) -> WatchResult:
        while self._outcome is None:
            try:
                self._outcome = await (self._reassign() if self._breached else self._until_touched())
            except ActivityError as failed:
                if is_cancelled_exception(failed):
                    raise
                self._outcome = await self._nobody_else(ExceptionCode.STEP_FAILED, self._start.round)
        self._enter("watch ended")
        workflow.upsert_search_attributes([OUTCOME.value_set(self._outcome.value)])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return WatchResult(outcome=self._outcome, breached=self._breached, minutes=self._minutes)

    async def _until_touched(self) -> WatchOutcome:
        if not await self._begin():
            return WatchOutcome.NOT_WATCHED
        await self._tell(NoticeKind.ASSIGNED)
        self._enter("waiting for the first touch")
        ended = await self._look_at(self._plan.look_at, "First look for human activity")
        ended = ended or await self._look_at(self._plan.respond_by, "The owner's deadline")
        if ended is not None:
            return ended
        await self._breach()
        if self._plan.reassign_at is None:
            return WatchOutcome.BREACHED
        ended = await self._look_at(self._plan.reassign_at, "Another owner is proposed")
        return ended or await self._reassign()

    # Steps

    async def _begin(self) -> bool:
        self._plan = await workflow.execute_activity_method(
            WatchingActivities.begin_watch,
            WatchOrder(**self._assigned.model_dump(), receipt_id=self._start.receipt_id, number=self._start.number),
            summary="Note the owner and the deadline",
            **CRM_READ,
        )
        self._lead_id = self._plan.lead_id
        return self._plan.watching

    async def _tell(self, notice: NoticeKind) -> None:
        self._enter(f"telling the owner: {notice.value}")
        await workflow.execute_activity_method(
            WatchingActivities.notify_owner,
            NoticeOrder(**self._assigned.model_dump(), notice=notice),
            summary="Tell the owner" if notice is NoticeKind.ASSIGNED else "Remind the owner and the manager",
            **MAIL,
        )

    async def _look_at(self, at: datetime | None, why: str) -> WatchOutcome | None:
        """Wait until then and look; sooner where the assignment is taken back."""
        left = max((at or workflow.now()) - workflow.now(), timedelta(0))
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._undone, timeout=left, timeout_summary=why)
        # Told once, looked at once: what the CRM and the receipts say decides.
        self._undone = False
        return await self._look()

    async def _look(self) -> WatchOutcome | None:
        """How the watch ends by what the CRM says now; None where it goes on."""
        head = await self._ask()
        while head.standing is Standing.MERGED:
            # The lead lives on in another record, and so does the duty to answer it.
            self._lead_id = head.survivor_id
            head = await self._ask()
        self._minutes = head.minutes
        return ENDS.get(head.standing)

    async def _ask(self) -> LookHead:
        return await workflow.execute_activity_method(
            WatchingActivities.look_for_touch,
            LookOrder(**self._assigned.model_dump(), lead_id=self._lead_id),
            summary="Has somebody worked on the lead?",
            **CRM_READ,
        )

    async def _breach(self) -> None:
        await workflow.execute_activity_method(
            WatchingActivities.note_breach, self._assigned, summary="Nobody answered in time", **CRM_READ
        )
        self._breached = True
        await self._tell(NoticeKind.BREACHED)
        self._enter("overdue")

    # Another owner

    async def _reassign(self) -> WatchOutcome:
        proposals = 0
        while True:
            placed = await workflow.execute_activity_method(
                WatchingActivities.place_reassignment,
                self._assigned,
                summary="Find where another owner can be proposed",
                **CRM_READ,
            )
            if not placed.case_open:
                proposals += 1
                if proposals > MAX_PROPOSALS:
                    proposals = 0
                    ended = await self._nobody_else(ExceptionCode.CONFLICT_REPEATED, placed.next_round)
                else:
                    ended = await self._propose_another(placed.next_round)
            elif placed.open_round and await self._hand_to_case(placed.case_workflow_id, placed.open_round):
                return WatchOutcome.HANDED_TO_CASE
            else:
                # Between two steps of the case: it opens a review or closes soon.
                ended = await self._look_at(workflow.now() + LOOK_EVERY, "The case is busy: look again")
            if ended is not None:
                return ended

    async def _hand_to_case(self, workflow_id: str, round: int) -> bool:
        """The case that is open routes its own proposal anew. False where it has ended meanwhile."""
        try:
            await workflow.get_external_workflow_handle(workflow_id).signal(
                ReviewedCase.owner_unfit, OwnerUnfit(round=round, reason="no_answer")
            )
        except ApplicationError:
            return False
        return True

    async def _propose_another(self, round: int) -> WatchOutcome | None:
        """One review of another owner. None asks for another one, with what the record is then."""
        self._enter("proposing another owner")
        fetched = await workflow.execute_activity_method(
            CrmActivities.fetch,
            FetchInput(
                **self._case.model_dump(), round=round, agent_version=self._start.agent_version, lead_id=self._lead_id
            ),
            summary="Read the lead and what surrounds it",
            **CRM_READ,
        )
        if fetched.survivor_id:
            self._lead_id = fetched.survivor_id
            return None
        if not fetched.found or fetched.converted or fetched.deleted:
            return await self._look() or WatchOutcome.GONE
        head = await workflow.execute_activity_method(
            ReassigningActivities.propose_reassignment,
            ReassignOrder(
                **self._assigned.model_dump(),
                review_round=round,
                workflow_id=workflow.info().workflow_id,
                keeps_ladder_of_round=self._ladder_of,
            ),
            summary="Propose another owner",
            **STORE,
        )
        match head.gate:
            case Gate.FORBIDDEN:
                return await self._nobody_else(ExceptionCode.NO_OWNER, round)
            case Gate.NOTHING_TO_DO:
                return await self._look() or WatchOutcome.OWNER_CHANGED
            case Gate.SUMMARY_ONLY:
                return WatchOutcome.NOT_ALLOWED
            case _:
                return await self._ask_a_person(round, head)

    async def _ask_a_person(self, round: int, head: ProposalHead) -> WatchOutcome | None:
        self._enter("waiting for approval of another owner")
        self._ladder_of = round if self._ladder_of is None else self._ladder_of
        async with self._looking(round):
            ending: RoundEnding = await self._wait_for_ending(round, head, self._gate.inquiries)
        if ending.state is RoundState.EXPIRED:
            return await self._nobody_else(ExceptionCode.REVIEW_EXPIRED, round)
        if ending.state is RoundState.SUPERSEDED:
            self._gate.rerouted += 1
            return await self._look()
        if self._decision.verdict not in APPROVALS:
            if self._decision.verdict is Verdict.REJECT and head.gate is not Gate.ACCEPT_ONLY:
                await note_rejection(self._case, round, self._decision.decision_id, self._start.agent_version)
            return WatchOutcome.KEPT
        if head.gate is Gate.ACCEPT_ONLY:
            return WatchOutcome.NOT_ALLOWED
        return await self._write(round)

    @contextlib.asynccontextmanager
    async def _looking(self, round: int) -> AsyncIterator[None]:
        """While people are asked, keep asking the CRM; what is settled there takes the card away."""
        looking = asyncio.create_task(self._void_when_settled(round))
        try:
            yield
        finally:
            looking.cancel()
            # A look that failed is no reason to end the wait: the write looks again.
            with contextlib.suppress(asyncio.CancelledError, ActivityError):
                await looking

    async def _void_when_settled(self, round: int) -> None:
        while await self._look_at(workflow.now() + LOOK_EVERY, "Still nobody?") is None:
            pass
        self.owner_unfit(OwnerUnfit(round=round, reason="settled"))

    async def _write(self, round: int) -> WatchOutcome | None:
        self._enter("writing")
        applied = await apply_phase(self._case, round, self._decision, Phase.CRM, self._start.agent_version)
        if applied.kind is WriteOutcomeKind.WRITTEN:
            await watch_assignment(self._case, round, applied, self._start.agent_version, number=self._start.number + 1)
            return WatchOutcome.REASSIGNED
        if applied.kind is WriteOutcomeKind.NOTHING_TO_WRITE:
            # The reviewer ticked the change of owner off.
            return WatchOutcome.KEPT
        if applied.survivor_id:
            self._lead_id = applied.survivor_id
        return await self._look()

    async def _nobody_else(self, code: ExceptionCode, round: int) -> WatchOutcome | None:
        """A person by name, instead of a lead that nobody answers. None where they said how it goes on."""
        if not self._may_ask:
            return HANDED_OVER[code]
        self._enter("waiting for a resolution")
        answer = await self._ask_to_resolve(
            code,
            round,
            seen_inquiries=self._gate.inquiries,
            agent_version=self._start.agent_version,
            of_a_watch=self._breached,
        )
        head = answer.resolution
        if head is None or head.act not in (Act.RETRY, Act.CHOOSE_OWNER):
            return HANDED_OVER[code]
        self._ladder_of = None
        return await self._look() if self._lead_id else None

    # What ops see

    def _enter(self, step: str) -> None:
        workflow.upsert_search_attributes([STEP.value_set(step)])
        lines = {"Step": step, "Case": self._start.case_id, "Lead": self._lead_id, "Owner": self._plan.owner_id}
        if self._plan.respond_by is not None:
            lines["Answer by"] = f"{self._plan.respond_by:%Y-%m-%d %H:%M} UTC"
        if self._breached:
            lines["Overdue"] = "yes"
        if self._outcome is not None:
            lines["Outcome"] = self._outcome.value
        show(lines)
