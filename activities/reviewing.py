"""Steps of the wait: believe a decision, escalate, expire, void."""

from temporalio import activity

from activities.messages import EscalateInput, RoundEnding, RoundInput, VerifiedDecision, VerifyInput
from domain.absence import is_away, stand_in
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.cases import LadderStep, ReviewOpening
from domain.countersign import Expected, SignatureVerifier, authorises, verified
from domain.decisions import (
    APPROVALS,
    DecisionEnvelope,
    Purpose,
    RoundOutcome,
    RoundState,
    SignedDecision,
    Verdict,
)
from domain.errors import NotAuthorised, RefusalReason
from domain.model import Instant
from domain.permissions import RiskCategory, can_approve, can_decide, permission_for
from domain.ports import Absences, AuditLog, CaseDocuments, Clock, Playbooks, Reviews
from domain.proposals import Phase, ProposalContent, in_phase
from domain.risk import effective


class ReviewActivities:
    """Needs the application database and the public keys; holds no private one."""

    def __init__(
        self,
        *,
        reviews: Reviews,
        documents: CaseDocuments,
        playbooks: Playbooks,
        verifier: SignatureVerifier,
        audit: AuditLog,
        clock: Clock,
        absences: Absences | None = None,
    ) -> None:
        self._absences = absences
        self._reviews = reviews
        self._documents = documents
        self._playbooks = playbooks
        self._verifier = verifier
        self._audit = audit
        self._clock = clock

    @activity.defn
    def verify_decision(self, order: VerifyInput) -> VerifiedDecision:
        """Whether a named decision ends the round: signature, digest, time, role, quorum, and the store's word.

        A refusal is a result, audited, and leaves the wait as it was.
        """
        try:
            accepted = self._believe(order)
        except NotAuthorised as refused:
            self._note(order, AuditKind.DECISION_REFUSED, refused.reason.value)
            return VerifiedDecision(accepted=False, reason=refused.reason.value, decision_id=order.decision_id)
        self._note(order, AuditKind.DECISION_ACCEPTED, accepted.verdict.value if accepted.verdict else "")
        self._reviews.delivered(order.decision_id, now=self._clock.now())
        return accepted

    def _believe(self, order: VerifyInput) -> VerifiedDecision:
        opening = self._reviews.opening(order.case_id, order.round)
        if opening is None:
            raise NotAuthorised(RefusalReason.WRONG_ROUND)
        signed = self._reviews.decision(order.decision_id)
        if signed is None:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        envelope = self._verified_in_time(signed, opening)
        if envelope.decision_id != order.decision_id:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        outcome = self._reviews.outcome(order.case_id, order.round)
        if envelope.verdict not in APPROVALS:
            if not can_decide(envelope.role):
                raise NotAuthorised(RefusalReason.ROLE_TOO_LOW)
            return self._ended(outcome, envelope, None)
        file = CaseFile(self._documents, order.case_id)
        content = file.final(order.round, envelope.proposal_digest, envelope.final_digest)
        policy = self._playbooks.current().write_policy(file.users(order.round))
        proposed = file.final(order.round, envelope.proposal_digest, envelope.proposal_digest)
        risk = effective(opening.risk, proposed.actions, content.actions, policy)
        quorum = max(opening.quorum, policy.quorum.get(risk, 1))
        group = [self._verified_in_time(s, opening) for s in self._group(order, outcome)]
        if not can_approve(envelope.role, risk):
            raise NotAuthorised(RefusalReason.ROLE_TOO_LOW)
        if outcome.state is RoundState.OPEN:
            # Good, but others have to sign too.
            return VerifiedDecision(accepted=True, reason="quorum_open", decision_id=envelope.decision_id)
        deciding = authorises(group, needed=permission_for(risk), quorum=quorum, now=None)
        return self._ended(outcome, deciding, content)

    def _group(self, order: VerifyInput, outcome: RoundOutcome) -> tuple[SignedDecision, ...]:
        stored = self._reviews.decisions_of_round(order.case_id, order.round)
        if outcome.state is RoundState.DECIDED and order.decision_id not in outcome.decision_ids:
            raise NotAuthorised(RefusalReason.ALREADY_DECIDED)
        return stored

    def _verified_in_time(self, signed: SignedDecision, opening: ReviewOpening) -> DecisionEnvelope:
        envelope = verified(
            signed,
            Expected(
                org_id=opening.org_id,
                case_id=opening.case_id,
                round=opening.round,
                proposal_digest=opening.proposal_digest,
                purpose=Purpose.WRITE,
            ),
            self._verifier,
        )
        if envelope.decided_at > opening.ladder.expires_at:
            raise NotAuthorised(RefusalReason.LATE)
        return envelope

    def _ended(
        self, outcome: RoundOutcome, envelope: DecisionEnvelope, content: ProposalContent | None
    ) -> VerifiedDecision:
        if outcome.state is not RoundState.DECIDED:
            raise NotAuthorised(RefusalReason.ROUND_CLOSED)
        if envelope.decision_id not in outcome.decision_ids:
            raise NotAuthorised(RefusalReason.ALREADY_DECIDED)
        writes = content is not None and envelope.verdict in (Verdict.APPROVE, Verdict.APPROVE_EDITED)
        return VerifiedDecision(
            accepted=True,
            complete=True,
            decision_id=envelope.decision_id,
            verdict=envelope.verdict,
            has_mail=bool(content is not None and writes and in_phase(content, Phase.MAIL)),
            has_after_mail=bool(content is not None and writes and in_phase(content, Phase.AFTER_MAIL)),
        )

    @activity.defn
    def escalate(self, order: EscalateInput) -> None:
        """Take the next step of the ladder and put it on record."""
        opening = self._reviews.opening(order.case_id, order.round)
        if opening is None:
            raise NotAuthorised(RefusalReason.WRONG_ROUND)
        notify = next((d.notify for d in opening.ladder.deadlines if d.step is order.step), "")
        now = self._clock.now()
        notify = self._present(notify, opening.risk, now)
        self._reviews.note_step(order.case_id, order.round, order.step, notify, now=now)
        self._audit.append(
            AuditEvent(
                key=f"escalated/{order.case_id}/{order.round}/{order.step.value}",
                kind=AuditKind.REVIEW_ESCALATED,
                org_id=order.org_id,
                case_id=order.case_id,
                actor=notify,
                code=order.step.value,
                at=now,
            )
        )

    def _present(self, login: str, risk: RiskCategory, now: Instant) -> str:
        """Who hears of a step: whoever the ladder names, or who stands in while they are away."""
        playbook = self._playbooks.current()
        reviewer = playbook.reviewer(login)
        declared = self._absences.current(now=now) if self._absences is not None else {}
        if reviewer is None or not is_away(reviewer, playbook, declared, now):
            return login
        successor = stand_in(reviewer, playbook, declared, risk, now)
        return successor.login if successor is not None else login

    @activity.defn
    def expire_round(self, order: RoundInput) -> RoundEnding:
        """End the round as expired, unless a decision was stored in time: then that one counts."""
        now = self._clock.now()
        outcome = self._reviews.expire(order.case_id, order.round, now=now)
        if outcome.state is RoundState.EXPIRED:
            opening = self._reviews.opening(order.case_id, order.round)
            told = opening.ladder.deadlines[-1].notify if opening else ""
            self._reviews.note_step(order.case_id, order.round, LadderStep.EXPIRY, told, now=now)
            self._note_round(order, AuditKind.REVIEW_EXPIRED)
        return self._as_ending(outcome)

    @activity.defn
    def supersede_round(self, order: RoundInput) -> RoundEnding:
        """Void the round because its proposal no longer fits, unless it was decided before."""
        outcome = self._reviews.supersede(order.case_id, order.round, now=self._clock.now())
        if outcome.state is RoundState.SUPERSEDED:
            self._note_round(order, AuditKind.REVIEW_SUPERSEDED)
        return self._as_ending(outcome)

    def _as_ending(self, outcome: RoundOutcome) -> RoundEnding:
        return RoundEnding(state=outcome.state, decision_id=outcome.decision_ids[-1] if outcome.decision_ids else "")

    def _note_round(self, order: RoundInput, kind: AuditKind) -> None:
        self._audit.append(
            AuditEvent(
                key=f"{kind.value}/{order.case_id}/{order.round}",
                kind=kind,
                org_id=order.org_id,
                case_id=order.case_id,
                at=self._clock.now(),
            )
        )

    def _note(self, order: VerifyInput, kind: AuditKind, code: str) -> None:
        self._audit.append(
            AuditEvent(
                key=f"{kind.value}/{order.case_id}/{order.round}/{order.decision_id}/{code}",
                kind=kind,
                org_id=order.org_id,
                case_id=order.case_id,
                subject=order.decision_id,
                code=code,
                at=self._clock.now(),
            )
        )
