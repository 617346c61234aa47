"""The policy signer: the one step that may sign without a person, and only what is low risk.

It runs in a process of its own, which alone holds the policy key. It believes nobody about the risk.
"""

import hashlib
from datetime import timedelta

from temporalio import activity

from activities.messages import RoundInput, VerifiedDecision
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.decisions import DecisionEnvelope, Purpose, Recorded, Verdict, parse_envelope
from domain.errors import ErrorCode, NotAuthorised, RefusalReason
from domain.permissions import Level, RiskCategory, Role, may
from domain.ports import AuditLog, CaseDocuments, Clock, DecisionSigner, Playbooks, Reviews
from domain.proposals import CreateLead, Phase, ProposalContent, digest_of, in_phase, parse_content
from domain.risk import POLICY_MAY_SIGN, assess

POLICY_REVIEWER = "policy"
"""Who signed, where nobody did: shown in the queue, the ledger and the audit."""


class SigningActivities:
    def __init__(
        self,
        *,
        signer: DecisionSigner,
        reviews: Reviews,
        documents: CaseDocuments,
        playbooks: Playbooks,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._signer = signer
        self._reviews = reviews
        self._documents = documents
        self._playbooks = playbooks
        self._audit = audit
        self._clock = clock

    @activity.defn(name="sign_by_policy")
    def sign(self, order: RoundInput) -> VerifiedDecision:
        """Sign the round's proposal if every action is low risk and the day's cap is not reached.

        Deterministic decision id, so that a repeated attempt finds the first one's signature.
        """
        stored = CaseFile(self._documents, order.case_id).proposal_bytes(order.round)
        digest = digest_of(stored)
        content = parse_content(stored, digest)
        decision_id = "p" + hashlib.sha256(f"{order.org_id}/{order.case_id}/{order.round}".encode()).hexdigest()[:24]
        if self._reviews.decision(decision_id) is None:
            refused = self._refusal(order, content, round_digest=digest)
            refused = refused or self._sign(order, decision_id, digest)
            if refused:
                return VerifiedDecision(accepted=False, reason=refused, decision_id=decision_id)
        self._note_signed(order, decision_id)
        return VerifiedDecision(
            accepted=True,
            complete=True,
            decision_id=decision_id,
            verdict=Verdict.APPROVE,
            has_mail=bool(in_phase(content, Phase.MAIL)),
            has_after_mail=bool(in_phase(content, Phase.AFTER_MAIL)),
        )

    def _refusal(self, order: RoundInput, content: ProposalContent, *, round_digest: str) -> str:
        """The code of the first reason against signing, or an empty text."""
        playbook = self._playbooks.current()
        policy = playbook.write_policy(CaseFile(self._documents, order.case_id).users(order.round))
        if any(action.kind not in POLICY_MAY_SIGN for action in content.actions):
            return "action_not_for_policy"
        if assess(content.actions, policy).category is not RiskCategory.LOW:
            return "not_low_risk"
        only_creates = all(isinstance(a, CreateLead) for a in content.actions)
        needed = Level.APPROVED_WRITEBACK if only_creates else Level.LIMITED_AUTOMATION
        if not may(policy.levels.get(content.motion, Level.READ_ONLY), needed):
            return "level_too_low"
        opening = self._reviews.opening(order.case_id, order.round)
        if opening is None or opening.proposal_digest != round_digest:
            return "digest_mismatch"
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        if self._reviews.count_decisions(POLICY_REVIEWER, since=midnight) >= playbook.policy_daily_cap:
            return ErrorCode.POLICY_CAP_REACHED.value
        return ""

    def _sign(self, order: RoundInput, decision_id: str, digest: str) -> str:
        now = self._clock.now()
        envelope = DecisionEnvelope(
            purpose=Purpose.POLICY_WRITE,
            org_id=order.org_id,
            decision_id=decision_id,
            case_id=order.case_id,
            round=order.round,
            proposal_digest=digest,
            final_digest=digest,
            verdict=Verdict.APPROVE,
            reason_code="low_risk_by_policy",
            reviewer=POLICY_REVIEWER,
            role=Role.VIEWER,
            decided_at=now,
            expires_at=now + timedelta(hours=self._playbooks.current().authorisation_hours),
            key_id=self._signer.key_id,
        )
        recorded = self._reviews.record(self._signer.sign(envelope), envelope, now=now)
        return "" if recorded in (Recorded.RECORDED, Recorded.SAME_AGAIN) else recorded.value

    def _note_signed(self, order: RoundInput, decision_id: str) -> None:
        """Made again for a signature that was found: a crash may have come between it and its audit entry."""
        stored = self._reviews.decision(decision_id)
        if stored is None:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        envelope = parse_envelope(stored)
        self._audit.append(
            AuditEvent(
                key=f"policy_signed/{decision_id}",
                kind=AuditKind.POLICY_SIGNED,
                org_id=order.org_id,
                case_id=order.case_id,
                actor=envelope.key_id,
                subject=decision_id,
                digest=envelope.final_digest,
                at=envelope.decided_at,
            )
        )
        self._reviews.delivered(decision_id, now=self._clock.now())
