"""Writing what was signed, as a saga: the CRM, then the e-mail after its undo window, then what claims contact.

When do you need to touch this? When a step is added to a writeback, or what happens after a failed step changes.
"""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.mailing import MailActivities
    from activities.messages import (
        ApplyHead,
        CaseRef,
        MailInput,
        ProposalHead,
        VerifiedDecision,
    )
    from domain.proposals import Phase
    from domain.receipts import MailState, WriteOutcomeKind

from workflows.applying import apply_phase, stop_if_cancelled
from workflows.messages import message_id
from workflows.options import MAIL
from workflows.review import GateState
from workflows.watching import watch_assignment


@dataclass(frozen=True)
class Written:
    """What a writeback came to. `crm.kind` says whether the first, deciding write happened."""

    crm: ApplyHead
    receipts: tuple[str, ...] = ()
    mail: MailState | None = None
    complete: bool = True


async def write_back(
    case: CaseRef,
    gate: GateState,
    *,
    round: int,
    head: ProposalHead,
    decision: VerifiedDecision,
    agent_version: str,
    again: bool = False,
) -> Written:
    """Apply one approved decision. Nothing was written unless `crm.kind` is written or nothing_to_write.

    The first write decides: whatever it refuses reopens the review. After it, a failed step is reported and
    left to people, never retried under another decision.
    """
    gate.mail_stopped, gate.half_written = False, ()
    gate.mail = mail_order(case, round, head, decision, agent_version) if decision.has_mail else None
    applied = await apply_phase(case, round, decision, Phase.CRM, agent_version, again=again)
    if applied.kind not in (WriteOutcomeKind.WRITTEN, WriteOutcomeKind.NOTHING_TO_WRITE):
        gate.mail = None
        return Written(crm=applied, complete=False)
    receipts = (applied.receipt_id,) if applied.receipt_id else ()
    gate.half_written = receipts
    await watch_assignment(case, round, applied, agent_version)
    if gate.mail is None:
        return _ended(gate, Written(crm=applied, receipts=receipts))

    stop_if_cancelled()
    mail = await _send_after_undo_window(gate, gate.mail, head)
    gate.mail = None
    if mail is not MailState.ACCEPTED:
        return _ended(gate, Written(crm=applied, receipts=receipts, mail=mail, complete=False))
    if not decision.has_after_mail:
        return _ended(gate, Written(crm=applied, receipts=receipts, mail=mail))

    contacted = await apply_phase(case, round, decision, Phase.AFTER_MAIL, agent_version, again=again)
    if contacted.receipt_id:
        receipts = (*receipts, contacted.receipt_id)
    done = contacted.kind in (WriteOutcomeKind.WRITTEN, WriteOutcomeKind.NOTHING_TO_WRITE)
    return _ended(gate, Written(crm=applied, receipts=receipts, mail=mail, complete=done))


def _ended(gate: GateState, written: Written) -> Written:
    gate.half_written = ()
    return written


def mail_order(
    case: CaseRef, round: int, head: ProposalHead, decision: VerifiedDecision, agent_version: str
) -> MailInput:
    """The one e-mail of a decision; its Message-ID is the same for whoever asks."""
    return MailInput(
        **case.model_dump(),
        round=round,
        decision_id=decision.decision_id,
        message_id=message_id(decision.decision_id, head.sender_domain),
        agent_version=agent_version,
    )


async def _send_after_undo_window(gate: GateState, order: MailInput, head: ProposalHead) -> MailState:
    try:
        await workflow.wait_condition(
            lambda: gate.mail_stopped,
            timeout=timedelta(seconds=head.undo_window_seconds),
            timeout_summary="Undo window of the e-mail",
        )
    except TimeoutError:
        sent = await workflow.execute_activity_method(MailActivities.send, order, summary="Send the e-mail", **MAIL)
        return sent.state
    return await stop_mail(order)


async def stop_mail(order: MailInput) -> MailState:
    """What did not leave yet never will."""
    stopped = await workflow.execute_activity_method(MailActivities.stop, order, summary="Stop the e-mail", **MAIL)
    return stopped.state
