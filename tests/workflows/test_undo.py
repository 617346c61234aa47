"""Taking a write back."""

from typing import Any, cast

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError

from activities.undo_messages import StoppedUndo, UndoApplyInput, UndoHead
from domain.errors import ErrorCode
from tests.workflows.driving import ORG, Desk, RunningCase
from tests.workflows.script import Script
from workflows.messages import UndoInput

pytestmark = pytest.mark.asyncio(loop_scope="session")


def order(script: Script) -> UndoInput:
    return UndoInput(
        case_id=script.case_id, org_id=ORG, receipt_id="r-1", decision_id=f"u-{script.case_id}", agent_version="v"
    )


async def test_says_what_was_restored(desk: Desk, script: Script) -> None:
    undone = await desk.undo(script, order(script))
    assert (undone.receipt_id, undone.new_receipt_id, undone.restored, undone.refusals) == ("r-1", "r-undo", 2, ())
    asked = script.orders("undo", UndoApplyInput)[0]
    assert (asked.receipt_id, asked.decision_id, asked.agent_version) == ("r-1", f"u-{script.case_id}", "v")


async def test_says_what_was_not(desk: Desk, script: Script) -> None:
    script.undo.usual = UndoHead(refusals=("changed_since", "changed_since"))
    undone = await desk.undo(script, order(script))
    assert (undone.new_receipt_id, undone.restored) == ("", 0)
    assert undone.refusals == ("changed_since", "changed_since")


async def test_an_outage_is_waited_out(desk: Desk, script: Script) -> None:
    script.fail("undo", ErrorCode.CRM_UNAVAILABLE, times=2)
    assert (await desk.undo(script, order(script))).restored == 2
    assert [call.attempt for call in script.calls] == [1, 2, 3]


async def test_a_refused_signature_fails_by_its_code(desk: Desk, script: Script) -> None:
    script.fail("undo", ErrorCode.NOT_AUTHORISED)
    with pytest.raises(WorkflowFailureError) as failed:
        await desk.undo(script, order(script))
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    assert failed.value.cause.cause.type == ErrorCode.NOT_AUTHORISED


async def test_cancelled_between_two_attempts_it_says_so_and_the_ledger_is_asked(
    real_desk: Desk, script: Script
) -> None:
    """The attempt before may have committed and lost its answer.

    On the real server: the one that skips time never gets to the second attempt of a step that was cut off.
    """
    script.fail("undo", ErrorCode.CRM_UNAVAILABLE, times=50)
    script.fail("find_undone", ErrorCode.CRM_UNAVAILABLE)
    script.found_undone.usual = UndoHead(new_receipt_id="r-found", restored=1)
    start = order(script)
    handle = await real_desk.begin_undo(script, start)
    await script.until_called("undo", 2)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, CancelledError)
    (noted,) = script.orders("note_stopped_undo", StoppedUndo)
    assert (noted.decision_id, noted.receipt_id, noted.batch_id) == (start.decision_id, "r-1", "")
    assert (await real_desk.filed_undo(start.decision_id)).receipt_id == "r-found"
    assert script.names().count("find_undone") == 2


async def test_cancelled_while_it_writes_it_is_done_and_says_nothing_else(desk: Desk, script: Script) -> None:
    script.hold("undo")
    handle = await desk.begin_undo(script, order(script))
    await script.until_called("undo")
    await handle.cancel()
    await RunningCase(script, cast("Any", handle)).until_cancelling()
    script.release("undo")
    assert (await handle.result()).restored == 2
    assert script.names() == ["undo"]
