"""Undos whose workflow was terminated: the schedule notes them, and the ledger is asked what they had done.

On the real server: the one that skips time stands still where a workflow leaves a child behind that sleeps.
"""

import pytest

from activities.undo_messages import StoppedUndo, StoppedUndos, UndoHead
from domain.errors import ErrorCode
from tests.workflows.driving import ORG, Desk
from tests.workflows.script import Script

pytestmark = pytest.mark.asyncio(loop_scope="session")


def stopped(script: Script) -> StoppedUndo:
    return StoppedUndo(
        org_id=ORG,
        decision_id=f"u-{script.case_id}",
        case_id=script.case_id,
        receipt_id="r-1",
        settle_seconds=1,
    )


async def test_what_an_attempt_had_committed_is_filed_once_it_can_no_longer_change(
    real_desk: Desk, script: Script
) -> None:
    real_desk.activities.play(script)
    script.found_undone.usual = UndoHead(new_receipt_id="r-found", restored=1)
    order = stopped(script)
    real_desk.activities.stopped_undos["undos"] = [
        StoppedUndos(stopped=(order,), next_after="d1"),
        StoppedUndos(stopped=(StoppedUndo(org_id=ORG, decision_id="gone", case_id=script.case_id),)),
    ]
    assert (await real_desk.reconcile("undos")).stopped_undos == 2
    assert (await real_desk.filed_undo(order.decision_id)).receipt_id == "r-found"
    noted, asked = (c.at for c in script.calls if c.name in ("note_stopped_undo", "find_undone") and c.order == order)
    assert (asked - noted).total_seconds() >= order.settle_seconds
    # The second one's receipt was erased: there is nothing to look for, and the page says so all the same.
    assert script.names().count("note_stopped_undo") == 2
    assert script.names().count("find_undone") == 1


async def test_where_nobody_can_tell_what_it_was_it_stays_noted(real_desk: Desk, script: Script) -> None:
    real_desk.activities.play(script)
    script.fail("find_undone", ErrorCode.DOCUMENT_MISSING)
    order = stopped(script)
    real_desk.activities.stopped_undos["erased"] = [StoppedUndos(stopped=(order,))]
    await real_desk.reconcile("erased")
    assert (await real_desk.filed_undo(order.decision_id)).receipt_id == ""
