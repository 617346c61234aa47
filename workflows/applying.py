"""One guarded write to the CRM, as every step that writes asks for it.

When do you need to touch this? When the order of a write needs something new.
"""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.crm import CrmActivities
    from activities.messages import ApplyHead, ApplyInput, CaseRef, VerifiedDecision
    from domain.proposals import Phase

from workflows.options import CRM_WRITE


def stop_if_cancelled() -> None:
    """Raise the cancellation that a write has swallowed: it is waited for, and its result comes instead."""
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError


async def apply_phase(
    case: CaseRef, round: int, decision: VerifiedDecision, phase: Phase, agent_version: str, *, again: bool = False
) -> ApplyHead:
    """One atomic CRM write through the guard. `again` where an earlier request of it has failed."""
    return await workflow.execute_activity_method(
        CrmActivities.apply_changes,
        ApplyInput(
            **case.model_dump(),
            round=round,
            decision_id=decision.decision_id,
            phase=phase,
            agent_version=agent_version,
            again=again,
        ),
        summary="Write to the CRM" if phase is Phase.CRM else "Write the fields that claim contact",
        **CRM_WRITE,
    )
