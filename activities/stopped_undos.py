"""Undos whose workflow was ended from outside: found by asking the engine, and noted where the pages look.

When do you need to touch this? When an undo can be left behind in a new way.
"""

import asyncio
from collections.abc import Callable

from temporalio import activity

from activities.messages import StraysOrder
from activities.undo_messages import StoppedUndo, StoppedUndos
from domain.audit import AuditEvent, AuditKind
from domain.ports import AuditLog, Clock
from domain.strays import Runs
from domain.undo_runs import UndoRemedy, UndoRun, UndoRuns, undo_remedy

SETTLED_SECONDS = 120
"""Longer than one attempt at a write may take: afterwards the ledger says for good what it came to."""


class StoppedUndoActivities:
    """On the case queue: needs the application database, and the engine's word on who is running."""

    def __init__(
        self,
        *,
        undos: UndoRuns,
        runs: Runs,
        workflow_of: Callable[[str, UndoRun], str],
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        """`workflow_of` names the workflow of an org's undo or batch."""
        self._undos = undos
        self._runs = runs
        self._workflow_of = workflow_of
        self._audit = audit
        self._clock = clock

    @activity.defn
    async def find_stopped_undos(self, order: StraysOrder) -> StoppedUndos:
        """One page of the undos without an end, held against the engine; with the first also every batch.

        Of what the engine has forgotten, it is told again. Nothing else is changed here.
        """
        page = await asyncio.to_thread(self._undos.open_ones, order.org_id, after=order.after, limit=order.limit)
        batches = () if order.after else await asyncio.to_thread(self._undos.open_batches, order.org_id)
        found = [run for run in (*batches, *page) if await self._is_stopped(order.org_id, run)]
        return StoppedUndos(
            stopped=tuple(
                StoppedUndo(
                    org_id=order.org_id,
                    settle_seconds=SETTLED_SECONDS,
                    **run.model_dump(exclude={"stopped"}),
                )
                for run in found
            ),
            next_after=page[-1].decision_id if len(page) == order.limit else "",
        )

    @activity.defn
    def note_stopped_undo(self, order: StoppedUndo) -> None:
        """Say where the pages find it that it was stopped; not about what has ended meanwhile."""
        at = self._undos.stop(_run(order), now=self._clock.now())
        if at is None:
            return
        name = order.batch_id or order.decision_id
        self._audit.append(
            AuditEvent(
                key=f"undo/{name}/stopped/{at.isoformat()}",
                kind=AuditKind.UNDO_STOPPED,
                org_id=order.org_id,
                case_id="" if order.batch_id else order.case_id,
                subject=name,
                code="dry_run" if order.dry_run else "",
                at=at,
            )
        )

    async def _is_stopped(self, org_id: str, run: UndoRun) -> bool:
        state = await self._runs.state_of(self._workflow_of(org_id, run))
        remedy = undo_remedy(state, stopped=run.stopped)
        match remedy:
            case UndoRemedy.GOES_ON:
                await asyncio.to_thread(self._undos.goes_on, run)
            case UndoRemedy.START:
                await asyncio.to_thread(self._undos.hand_over_again, run)
            case UndoRemedy.STOP:
                # It may have come to its end while the engine was asked.
                return await asyncio.to_thread(self._undos.is_open, run)
            case UndoRemedy.NONE:
                pass
        return False


def _run(order: StoppedUndo) -> UndoRun:
    return UndoRun(decision_id=order.decision_id, batch_id=order.batch_id, dry_run=order.dry_run, case_id=order.case_id)
