"""Taking many writes back: a dry run first, and once somebody has signed, one write after the other.

When do you need to touch this? When a batch gains a step. Which writes it holds, and what became of each, is in the
store; history carries numbers and ids only.
"""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.undo_messages import StoppedUndo, UndoBatchEnding, UndoBatchRef, UndoItemFailed, UndoItemInput
    from activities.undoing import UndoBookActivities, UndoingActivities
    from domain.errors import ErrorCode
    from domain.leads import Motion
    from domain.undo_batches import BatchState, Reach

from workflows.applying import stop_if_cancelled
from workflows.messages import UndoBatchInput, UndoProgress
from workflows.options import CRM_WRITE, STORE, UNDO_LOOK
from workflows.stopped_undos import note_stopped
from workflows.undo_watch import end_watch
from workflows.visibility import show

PAGE = 20
"""Writes looked at in one step, and fetched from the store at once."""


@workflow.defn
class UndoMany:
    """One batch. The newest write comes off first: what was written over another has to go before it."""

    @workflow.init
    def __init__(self, start: UndoBatchInput) -> None:
        self._start = start
        self._progress = start.so_far.model_copy(update={"total": start.total})
        self._at: UndoItemInput | None = None
        """The write whose undo was asked for and has not answered."""

    @workflow.query
    def progress(self) -> UndoProgress:
        return self._progress

    @workflow.run
    async def run(self, start: UndoBatchInput) -> UndoProgress:
        try:
            if start.dry_run:
                await self._look_at_all()
            else:
                await self._undo_all()
        except (ActivityError, asyncio.CancelledError) as stopped:
            if is_cancelled_exception(stopped):
                # Shielded: a second cancel must not cut the bookkeeping of the first.
                await asyncio.shield(asyncio.ensure_future(note_stopped(self._stopped())))
            raise
        await workflow.execute_activity_method(
            UndoBookActivities.end_undos,
            UndoBatchEnding(
                batch_id=start.batch_id,
                org_id=start.org_id,
                state=BatchState.LOOKED if start.dry_run else BatchState.DONE,
            ),
            summary="The dry run is done" if start.dry_run else "All is done",
            **STORE,
        )
        return self._progress

    async def _look_at_all(self) -> None:
        left = True
        while left:
            head = await workflow.execute_activity_method(
                UndoingActivities.look_at_undos, self._page(), summary="Look at what would be taken back", **UNDO_LOOK
            )
            left = head.left
            self._count(whole=head.clear, in_part=head.in_part, nothing=head.nothing, failed=head.failed)
            self._continue_if_long()

    async def _undo_all(self) -> None:
        while True:
            page = await workflow.execute_activity_method(
                UndoBookActivities.next_undos, self._page(), summary="The next writes", **STORE
            )
            if not page.items:
                return
            for item in page.items:
                await self._undo(item)
            self._continue_if_long()

    async def _undo(self, item: UndoItemInput) -> None:
        self._at = item
        try:
            head = await workflow.execute_activity_method(
                UndoingActivities.undo_item, item, summary="Take one write back", **CRM_WRITE
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            self._at = None
            await self._give_up(item, failed)
            stop_if_cancelled()
            return
        if head.reach in (Reach.ALL, Reach.IN_PART):
            await end_watch(item.org_id, item.case_id, item.receipt_id)
        self._at = None
        self._count(
            whole=head.reach is Reach.ALL,
            in_part=head.reach is Reach.IN_PART,
            nothing=head.reach is Reach.NOTHING,
        )
        stop_if_cancelled()

    async def _give_up(self, item: UndoItemInput, failed: ActivityError) -> None:
        code = failed.cause.type if isinstance(failed.cause, ApplicationError) else None
        await workflow.execute_activity_method(
            UndoBookActivities.give_up_undo,
            UndoItemFailed(
                batch_id=item.batch_id,
                org_id=item.org_id,
                case_id=item.case_id,
                motion=item.motion,
                number=item.number,
                code=code or ErrorCode.UNEXPECTED.value,
            ),
            summary="Note that one cannot be taken back",
            **STORE,
        )
        self._count(failed=1)

    def _count(self, *, whole: int = 0, in_part: int = 0, nothing: int = 0, failed: int = 0) -> None:
        known = self._progress
        self._progress = known.model_copy(
            update={
                "done": known.done + whole + in_part + nothing + failed,
                "whole": known.whole + whole,
                "in_part": known.in_part + in_part,
                "nothing": known.nothing + nothing,
                "failed": known.failed + failed,
            }
        )
        now = self._progress
        show(
            {
                "Step": "dry run" if self._start.dry_run else "taking back",
                "Writes": f"{now.done} of {now.total}",
                "Whole": str(now.whole),
                "In part": str(now.in_part),
                "Not at all": str(now.nothing),
                "Failed": str(now.failed),
            }
        )

    def _continue_if_long(self) -> None:
        """Thousands of writes are more than one history should hold. What is next stands in the store."""
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(self._start.model_copy(update={"so_far": self._progress}))

    def _stopped(self) -> StoppedUndo:
        start, item = self._start, self._at
        return StoppedUndo(
            org_id=start.org_id,
            batch_id=start.batch_id,
            dry_run=start.dry_run,
            agent_version=start.agent_version,
            decision_id=item.decision_id if item is not None else "",
            case_id=item.case_id if item is not None else "",
            motion=item.motion if item is not None else Motion.INBOUND,
            receipt_id=item.receipt_id if item is not None else "",
            number=item.number if item is not None else -1,
        )

    def _page(self) -> UndoBatchRef:
        return UndoBatchRef(
            batch_id=self._start.batch_id,
            org_id=self._start.org_id,
            limit=PAGE,
            agent_version=self._start.agent_version,
        )
