"""What a step asks of the write guard."""

from temporalio import activity

from activities.messages import SignedStep
from activities.undo_messages import StoppedUndo, UndoApplyInput
from domain.ports import UndoOrder, WriteOrder
from domain.proposals import Phase


def write_order(step: SignedStep, phase: Phase, *, again: bool = False) -> WriteOrder:
    """The order of the running attempt. With `again` an earlier request of the same write may have done its work,
    so that even the first attempt counts as a later one."""
    return WriteOrder(
        org_id=step.org_id,
        case_id=step.case_id,
        round=step.round,
        decision_id=step.decision_id,
        phase=phase,
        motion=step.motion,
        attempt=activity.info().attempt + int(again),
        agent_version=step.agent_version,
        snapshot_slot=str(step.round),
    )


def undo_order(asked: UndoApplyInput | StoppedUndo) -> UndoOrder:
    """The order of the running attempt."""
    return UndoOrder(
        org_id=asked.org_id,
        case_id=asked.case_id,
        receipt_id=asked.receipt_id,
        decision_id=asked.decision_id,
        motion=asked.motion,
        attempt=activity.info().attempt,
        agent_version=asked.agent_version,
    )
