"""Stopping: writes of a motion, or one e-mail within its undo window. The store decides; the engine is told after."""

import asyncio
import contextlib

from approval_ui.decision_requests import Reviewer
from approval_ui.dependencies import UiDependencies
from approval_ui.ports import EngineUnavailable
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.decisions import APPROVALS, DecisionEnvelope, Purpose, RoundState, Verdict
from domain.errors import DomainError
from domain.leads import Motion
from domain.model import Instant
from domain.pausing import RESUME_ROUND, resume_case, resume_digest
from domain.receipts import MailState
from persistence.queue import DecisionItem
from workflows.messages import message_id


def set_pause(deps: UiDependencies, motion: Motion | None, paused: bool, *, by: Reviewer) -> None:
    """Stop or resume writing. Takes effect at the write guard at once; audited, and a resume is signed."""
    now = deps.clock.now()
    decision_id = "" if paused else _sign_resume(deps, motion, by, now)
    deps.pause.set(motion, paused, by=by.login, now=now, decision_id=decision_id)
    kind = AuditKind.PAUSED if paused else AuditKind.RESUMED
    deps.audit.append(
        AuditEvent(
            key=f"{kind.value}/{motion or 'all'}/{now.isoformat()}",
            kind=kind,
            org_id=deps.config.org_id,
            case_id=resume_case(motion),
            actor=by.login,
            subject=decision_id,
            code=motion.value if motion else "all",
            at=now,
        )
    )


def _sign_resume(deps: UiDependencies, motion: Motion | None, by: Reviewer, now: Instant) -> str:
    """Store the signature that the write guard asks for; its decision's id."""
    digest = resume_digest(motion, now)
    envelope = DecisionEnvelope(
        purpose=Purpose.RESUME,
        org_id=deps.config.org_id,
        decision_id=f"r{digest[:30]}",
        case_id=resume_case(motion),
        round=RESUME_ROUND,
        proposal_digest=digest,
        final_digest=digest,
        verdict=Verdict.APPROVE,
        reviewer=by.login,
        role=by.role,
        decided_at=now,
        expires_at=now,
        key_id=deps.signer.key_id,
    )
    deps.reviews.record(deps.signer.sign(envelope), envelope, now=now)
    # No workflow waits for it.
    deps.reviews.delivered(envelope.decision_id, now=now)
    return envelope.decision_id


async def stop_mail(deps: UiDependencies, case_id: str, *, by: str) -> MailState | None:
    """Keep the newest approved e-mail of a case from leaving. The state it is in then; None where there is none.

    The mail log is asked first: what it holds as stopped is never sent, even while the engine is away. The
    workflow hears of it afterwards, so that it need not wait for the end of the window.
    """
    state = await asyncio.to_thread(_stop_in_log, deps, case_id, by)
    if state is MailState.STOPPED:
        case = await asyncio.to_thread(deps.cases.get, case_id)
        with contextlib.suppress(EngineUnavailable, TimeoutError):
            async with asyncio.timeout(deps.config.delivery_timeout_seconds):
                await deps.temporal.stop_mail(case)
    return state


def _stop_in_log(deps: UiDependencies, case_id: str, by: str) -> MailState | None:
    approvals = [d for d in deps.queue.decisions_of(case_id) if d.counts and d.round > 0 and d.verdict in APPROVALS]
    if not approvals:
        return None
    decision = approvals[-1]
    known = next((m for m in deps.queue.mails_of(case_id) if m.decision_id == decision.decision_id), None)
    if known is None and not _has_mail(deps, case_id, decision):
        return None
    mail_id = (
        known.message_id if known else message_id(decision.decision_id, deps.playbooks.current().seller.sender_domain)
    )
    now = deps.clock.now()
    state = deps.mail_log.begin(mail_id, case_id, decision.decision_id, now=now)
    if state is MailState.INTENDED and deps.mail_log.move(mail_id, MailState.INTENDED, MailState.STOPPED, now=now):
        state = MailState.STOPPED
        deps.audit.append(
            AuditEvent(
                key=f"mail/{decision.decision_id}/stopped",
                kind=AuditKind.MAIL_STOPPED,
                org_id=deps.config.org_id,
                case_id=case_id,
                actor=by,
                subject=decision.decision_id,
                at=now,
            )
        )
    return state


def _has_mail(deps: UiDependencies, case_id: str, decision: DecisionItem) -> bool:
    """Whether what this decision ended its round with holds an e-mail: one that was ticked off is no e-mail to stop."""
    opening = deps.reviews.opening(case_id, decision.round)
    if opening is None or deps.reviews.outcome(case_id, decision.round).state is not RoundState.DECIDED:
        return False
    try:
        signed = CaseFile(deps.documents, case_id).final(decision.round, opening.proposal_digest, decision.final_digest)
    except DomainError:
        # Its data was erased. What may still leave is rather stopped.
        return True
    return signed.mail is not None
