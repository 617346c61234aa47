"""Taking many writes back: first a look, then one after the other, whatever happens to the worker meanwhile."""

import asyncio
from typing import Any, cast

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import CancelledError

from domain.errors import ErrorCode
from domain.undo_batches import BatchState, Reach
from tests.workflows.batches import ScriptedBatch
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.script import Script
from workflows.messages import UndoProgress
from workflows.undo_many import PAGE, UndoMany

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_dry_run_looks_page_by_page_and_takes_nothing_back(desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL] * (PAGE + 3) + [Reach.IN_PART, Reach.NOTHING])
    handle = await desk.undo_many(batch, "looked", dry_run=True)
    assert await handle.result() == UndoProgress(total=PAGE + 5, done=PAGE + 5, whole=PAGE + 3, in_part=1, nothing=1)
    assert (batch.asked, batch.ended) == ([], BatchState.LOOKED)


async def test_the_newest_comes_off_first_and_one_that_fails_stops_no_other(desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL, ErrorCode.NOT_AUTHORISED, Reach.IN_PART, Reach.NOTHING])
    handle = await desk.undo_many(batch, "failing")
    progress = await handle.result()
    assert batch.asked == [0, 1, 2, 3]
    assert batch.done == {0: Reach.ALL, 1: "not_authorised", 2: Reach.IN_PART, 3: Reach.NOTHING}
    assert progress == UndoProgress(total=4, done=4, whole=1, in_part=1, nothing=1, failed=1)
    assert batch.ended is BatchState.DONE


async def test_an_outage_is_waited_out(desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL, Reach.ALL], outages=6)
    await (await desk.undo_many(batch, "outage")).result()
    assert batch.asked == [0] * 7 + [1]


async def test_progress_can_be_asked_for_while_it_runs(desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL, Reach.ALL, Reach.ALL], held=1)
    handle = await desk.undo_many(batch, "progress")
    await asyncio.to_thread(batch.reached.wait, 30)
    assert (await handle.query(UndoMany.progress)).done == 1
    batch.go_on.set()
    assert (await handle.result()).done == 3


async def test_a_worker_that_forgets_everything_goes_on_where_it_was(forgetful_desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL] * 5)
    handle = await forgetful_desk.undo_many(batch, "forgetful")
    assert (await handle.result()).whole == 5
    assert batch.asked == [0, 1, 2, 3, 4]


async def test_one_that_was_stopped_goes_on_with_what_is_left(real_desk: Desk) -> None:
    """On the real server: the one that skips time stands still for good once an activity was cut off."""
    batch = ScriptedBatch([Reach.ALL] * 3, held=1)
    handle = await real_desk.undo_many(batch, "stopped")
    await asyncio.to_thread(batch.reached.wait, 30)
    await handle.terminate("by ops")
    batch.held = None
    batch.go_on.set()
    await (await real_desk.undo_many(batch, "stopped")).result()
    assert sorted(batch.done) == [0, 1, 2]
    assert batch.asked.count(0) == 1


async def test_history_holds_numbers_and_ids_alone(desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL])
    handle = await desk.undo_many(batch, "history")
    await handle.result()
    events = (await handle.fetch_history()).events
    asked = [e for e in events if e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    names = [e.activity_task_scheduled_event_attributes.activity_type.name for e in asked]
    assert names == ["next_undos", "undo_item", "next_undos", "end_undos"]


async def test_cancelled_while_a_write_is_taken_back_it_ends_with_that_write(desk: Desk) -> None:
    """That write reports what it did; the next one is not begun, and the batch says that it was stopped."""
    batch = ScriptedBatch([Reach.ALL] * 3, held=1)
    handle = await desk.undo_many(batch, "cancelled-writing")
    await asyncio.to_thread(batch.reached.wait, 30)
    await handle.cancel()
    await RunningCase(Script(case_id="none"), cast("Any", handle)).until_cancelling()
    batch.go_on.set()
    await cancelled(handle)
    assert (batch.asked, sorted(batch.done), batch.ended) == ([0, 1], [0, 1], None)
    assert [(s.batch_id, s.number, s.dry_run) for s in batch.stopped] == [("cancelled-writing", -1, False)]
    batch.held = None
    progress = await (await desk.undo_many(batch, "cancelled-writing")).result()
    assert (batch.asked, progress.whole, batch.ended) == ([0, 1, 2], 1, BatchState.DONE)


async def test_cancelled_between_two_attempts_the_ledger_is_asked_about_that_write(real_desk: Desk) -> None:
    batch = ScriptedBatch([Reach.ALL, Reach.ALL], outages=50)
    handle = await real_desk.undo_many(batch, "cancelled-waiting")
    await asyncio.to_thread(batch.waited, 2)
    await handle.cancel()
    await cancelled(handle)
    assert [(s.number, s.receipt_id, s.decision_id) for s in batch.stopped] == [(0, "r-0", "d-0")]
    assert (await real_desk.filed_undo("d-0")).receipt_id == "r-undo-0"
    assert batch.looked_up == [0]


async def test_a_dry_run_that_is_cancelled_says_so_and_looks_nothing_up(real_desk: Desk) -> None:
    """On the real server: the one that skips time stands still for good once an activity was cut off."""
    batch = ScriptedBatch([Reach.ALL] * (PAGE + 1))
    batch.hold_look = True
    handle = await real_desk.undo_many(batch, "cancelled-look", dry_run=True)
    await asyncio.to_thread(batch.reached.wait, 30)
    await handle.cancel()
    await cancelled(handle)
    batch.go_on.set()
    assert [(s.dry_run, s.number) for s in batch.stopped] == [(True, -1)]
    assert (batch.looked_up, batch.ended) == ([], None)


async def test_a_long_batch_continues_as_new_and_counts_on(real_desk: Desk) -> None:
    """Thousands of writes in one history would meet the engine's limit; each run holds some hundreds of events."""
    total = 4 * PAGE
    batch = ScriptedBatch([Reach.ALL] * total)
    handle = await real_desk.undo_many(batch, "long")
    assert await handle.result() == UndoProgress(total=total, done=total, whole=total)
    assert batch.asked == list(range(total))
    lengths = await lengths_of(real_desk, handle)
    assert len(lengths) > 1
    # A page of twenty is still finished once the engine has asked for a new run.
    assert max(lengths) < 300 + PAGE * EVENTS_OF_ONE


EVENTS_OF_ONE = 15
"""At most, of one write: its activity, the word to its watch, and the tasks between."""


async def lengths_of(desk: Desk, handle: WorkflowHandle[UndoMany, UndoProgress]) -> list[int]:
    """How many events each run of a workflow holds, from the first run on."""
    found, run_id = [], handle.first_execution_run_id
    while run_id:
        events = (await desk.env.client.get_workflow_handle(handle.id, run_id=run_id).fetch_history()).events
        found.append(len(events))
        run_id = events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found


async def cancelled(handle: WorkflowHandle[UndoMany, UndoProgress]) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, CancelledError)
