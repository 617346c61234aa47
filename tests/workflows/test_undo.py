"""Taking a write back."""

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError

from activities.messages import UndoApplyInput, UndoHead
from domain.errors import ErrorCode
from tests.workflows.driving import ORG, Desk
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
