"""One decision, from what a person pressed to a stored signature. No web framework in here.

The order matters: check what is shown against what is stored, build the final content, judge it anew by the
current policy, store its bytes, sign, offer it to the decision store (the one arbiter), audit. Delivery to
the workflow comes after and may wait; see `approval_ui/delivery.py`.
"""

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from approval_ui.decision_requests import KEPT_OUT, DecisionRefused, DecisionRequest, RefusalCode, Reviewer, Taken
from approval_ui.edited_form import revised
from approval_ui.mail_rechecks import Unsupported, check_consent, unsupported_sentences
from approval_ui.rechecks import check_facts, check_fields, check_mail, check_owner, check_reason, check_values
from approval_ui.stored_reviews import Review, load_review
from domain.audit import AuditEvent, AuditKind
from domain.cards import ReviewCard
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.countersign import Expected, SignatureVerifier, verified
from domain.decisions import (
    APPROVALS,
    DecisionEnvelope,
    Purpose,
    Recorded,
    RoundState,
    SignedDecision,
    Verdict,
)
from domain.errors import NotAuthorised
from domain.leads import CrmRecord
from domain.permissions import RiskCategory, can_approve, can_decide
from domain.ports import AuditLog, CaseDocuments, Clock, DecisionSigner, Playbooks, Reviews
from domain.proposals import AssignOwner, ProposalContent, digest_of
from domain.reviewer_notes import ReviewerNote
from domain.risk import effective

MAX_ROUNDS = 5
"""Redrafts stop here; after that a person writes, or the case goes to an exception."""


@dataclass(frozen=True)
class Ready:
    """A decision that passed every check and is not signed yet."""

    review: Review
    final: ProposalContent
    request: DecisionRequest
    quorum: int = 1
    """How many must sign it by the policy of this minute."""

    @property
    def edited(self) -> bool:
        return self.request.verdict in APPROVALS and self.final != self.review.content

    @property
    def final_digest(self) -> str:
        return digest_of(self.final.to_bytes()) if self.edited else self.review.opening.proposal_digest

    @property
    def verdict(self) -> Verdict:
        if self.request.verdict not in APPROVALS:
            return self.request.verdict
        return Verdict.APPROVE_EDITED if self.edited else Verdict.APPROVE


def new_decision_id() -> str:
    """120 random bits as lower-case base32 behind a `d`."""
    return "d" + base64.b32encode(secrets.token_bytes(15)).decode().lower()


@dataclass(frozen=True)
class Deciding:
    """Takes decisions for one organisation. All parts are ports; the private key stays inside `signer`."""

    org_id: str
    reviews: Reviews
    documents: CaseDocuments
    audit: AuditLog
    signer: DecisionSigner
    verifier: SignatureVerifier
    playbooks: Playbooks
    clock: Clock
    new_id: Callable[[], str] = new_decision_id
    kept_out: Callable[[str, int, str], bool] = lambda _case_id, _round, _login: False
    """Whether the CRM keeps a reviewer from the records of a round."""

    def decide(self, case_id: str, round: int, request: DecisionRequest, reviewer: Reviewer) -> Taken:
        """Sign and store. Raises `DecisionRefused`; then nothing was signed or stored."""
        ready = self.prepared(case_id, round, request, reviewer)
        envelope = self.envelope(ready, reviewer)
        return self.keep(ready, self.signer.sign(envelope), envelope)

    def prepared(self, case_id: str, round: int, request: DecisionRequest, reviewer: Reviewer) -> Ready:
        """What would be signed, after every check. Raises `DecisionRefused`."""
        review = load_review(self.reviews, self.documents, case_id, round)
        if review is None:
            raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such review, or its data was erased.")
        if not can_decide(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} can look, but not decide.")
        self._must_be_open(review)
        self._must_have_access(review, reviewer)
        if request.shown_digest != review.shown_digest:
            what = "Somebody signed an edited version" if review.edited else "The proposal changed"
            raise DecisionRefused(RefusalCode.CHANGED, f"{what} while you looked at it. This is the current one.")
        quorum = 1
        _check_reason(review.card, request)
        match request.verdict:
            case Verdict.APPROVE | Verdict.APPROVE_EDITED:
                final, quorum = self._final(review, request, reviewer)
            case Verdict.REJECT:
                final = review.content
            case Verdict.RESPOND:
                _check_instructions(round, request)
                final = review.content
        return Ready(review, final, request, quorum)

    def obstacle(self, review: Review, request: DecisionRequest, reviewer: Reviewer) -> str:
        """Why this approval would be refused now; empty where it would be signed. Signs nothing."""
        try:
            self._must_be_open(review)
            self._must_have_access(review, reviewer)
            self._final(review, request, reviewer)
        except DecisionRefused as refused:
            return refused.sentence
        return ""

    def _must_have_access(self, review: Review, reviewer: Reviewer) -> None:
        if self.kept_out(review.opening.case_id, review.opening.round, reviewer.login):
            raise DecisionRefused(RefusalCode.NO_ACCESS, KEPT_OUT)

    def _must_be_open(self, review: Review) -> None:
        outcome = self.reviews.outcome(review.opening.case_id, review.opening.round)
        match outcome.state:
            case RoundState.OPEN:
                if self.clock.now() > review.opening.ladder.expires_at:
                    raise DecisionRefused(RefusalCode.LATE, "The deadline has passed; nothing was signed.")
            case RoundState.DECIDED:
                raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "Somebody else has already decided this.")
            case RoundState.EXPIRED:
                raise DecisionRefused(RefusalCode.CLOSED, "This review expired; nothing was signed.")
            case RoundState.SUPERSEDED:
                raise DecisionRefused(RefusalCode.CLOSED, "A newer proposal replaced this one; nothing was signed.")

    def _final(self, review: Review, request: DecisionRequest, reviewer: Reviewer) -> tuple[ProposalContent, int]:
        """What would be signed, judged anew by the policy of this minute, and how many must sign it."""
        try:
            final = revised(review.content, review.edited, request.ticked, request.edits)
            playbook = self.playbooks.current()
            policy = playbook.write_policy(self._users(review, final))
            check_owner(review.card, review.content, final)
            check_reason(review.card, review.content, final)
            check_fields(final, policy)
            check_mail(review.content, final)
            check_values(final)
            check_facts(review.card, review.content, final)
            check_consent(self.documents, review.card, final, playbook, self.clock.now())
        except ValueError as refused:
            raise DecisionRefused(RefusalCode.INVALID, _sentence(str(refused))) from None
        risk = effective(review.opening.risk, review.content.actions, final.actions, policy)
        if risk is RiskCategory.FORBIDDEN:
            raise DecisionRefused(RefusalCode.FORBIDDEN, "The policy forbids this change, whoever signs it.")
        if not can_approve(reviewer.role, risk):
            raise DecisionRefused(
                RefusalCode.ROLE_TOO_LOW, "This is high risk: a manager must decide it. You can still reject it."
            )
        if open_ones := self._unstated(review, final, request):
            raise DecisionRefused(
                RefusalCode.INVALID,
                "No evidence supports what you wrote. State it under your own name, or take it out.",
                open_ones,
            )
        return final, policy.quorum.get(risk, 1)

    def _users(self, review: Review, final: ProposalContent) -> Sequence[CrmRecord]:
        """Who is who, where a reviewer chose another owner than the one whose risk was shown."""
        if _owners(final) == _owners(review.content):
            return ()
        return CaseFile(self.documents, review.opening.case_id).users(review.opening.round)

    def _unstated(self, review: Review, final: ProposalContent, request: DecisionRequest) -> tuple[Unsupported, ...]:
        """Sentences that need this reviewer's word; what the first signer of a quorum stated stays said."""
        left = unsupported_sentences(review.card, review.content, final, request.stated)
        if review.edited is None:
            return left
        known = {u.key for u in unsupported_sentences(review.card, review.content, review.edited)}
        return tuple(u for u in left if u.key not in known)

    def envelope(self, ready: Ready, reviewer: Reviewer) -> DecisionEnvelope:
        """What is signed for one review alone."""
        opening = ready.review.opening
        now = self.clock.now()
        earlier = self.reviews.decisions_of_round(opening.case_id, opening.round)
        return DecisionEnvelope(
            purpose=Purpose.WRITE,
            org_id=self.org_id,
            decision_id=self.new_id(),
            case_id=opening.case_id,
            round=opening.round,
            proposal_digest=opening.proposal_digest,
            final_digest=ready.final_digest,
            verdict=ready.verdict,
            reason_code=ready.request.reason_code,
            reviewer=reviewer.login,
            role=reviewer.role,
            attested_by=reviewer.attested_by,
            quorum_position=len(earlier) + 1,
            decided_at=now,
            expires_at=now + timedelta(hours=self.playbooks.current().authorisation_hours),
            key_id=self.signer.key_id,
        )

    def keep(self, ready: Ready, signed: SignedDecision, envelope: DecisionEnvelope) -> Taken:
        """Store what was signed. Raises `DecisionRefused`: then it counts for nothing."""
        opening = ready.review.opening
        if ready.edited:
            self.documents.put(opening.case_id, DocumentKind.FINAL, ready.final_digest, ready.final.to_bytes())
        self._verify(signed, envelope)
        self._note(ready.review, ready.final, ready.request, envelope)
        self._accepted(self.reviews.record(signed, envelope, now=envelope.decided_at, quorum=ready.quorum))
        quorum_open = self.reviews.outcome(opening.case_id, opening.round).state is RoundState.OPEN
        self.audit.append(
            AuditEvent(
                key=f"decision/{envelope.decision_id}/recorded",
                kind=AuditKind.DECISION_RECORDED,
                org_id=self.org_id,
                case_id=opening.case_id,
                actor=envelope.reviewer,
                subject=envelope.decision_id,
                digest=envelope.final_digest,
                agent_version=ready.review.card.agent_version,
                code=envelope.verdict.value,
                at=envelope.decided_at,
            )
        )
        return Taken(
            case_id=opening.case_id,
            round=opening.round,
            decision_id=envelope.decision_id,
            verdict=envelope.verdict,
            final_digest=envelope.final_digest,
            quorum_open=quorum_open,
        )

    def _verify(self, signed: SignedDecision, envelope: DecisionEnvelope) -> None:
        """A key that configuration does not know would be refused at the CRM door hours later; say it now."""
        try:
            verified(
                signed,
                Expected(
                    org_id=self.org_id,
                    case_id=envelope.case_id,
                    round=envelope.round,
                    proposal_digest=envelope.proposal_digest,
                    purpose=envelope.purpose,
                ),
                self.verifier,
            )
        except NotAuthorised as refused:
            raise DecisionRefused(
                RefusalCode.SIGNATURE,
                f"This server's signing key is not accepted ({refused.reason.value}). Ask ops to check the keys.",
            ) from None

    def _note(
        self, review: Review, final: ProposalContent, request: DecisionRequest, envelope: DecisionEnvelope
    ) -> None:
        approved = request.verdict in APPROVALS
        kept = {a.key for a in final.actions}
        note = ReviewerNote(
            decision_id=envelope.decision_id,
            verdict=envelope.verdict.value,
            reviewer=envelope.reviewer,
            attested_by=envelope.attested_by,
            reason_code=request.reason_code,
            text=request.text.strip(),
            edits=request.edits if approved else (),
            unticked=tuple(a.key for a in review.content.actions if a.key not in kept and not a.opt_in),
            stated_by_reviewer=tuple(u.text for u in unsupported_sentences(review.card, review.content, final))
            if approved
            else (),
            seconds_open=request.seconds_open,
        )
        self.documents.put(
            review.opening.case_id, DocumentKind.REASON, envelope.decision_id, note.model_dump_json().encode()
        )

    def _accepted(self, recorded: Recorded) -> None:
        match recorded:
            case Recorded.RECORDED | Recorded.RECORDED_QUORUM_OPEN | Recorded.SAME_AGAIN:
                return
            case Recorded.ALREADY_DECIDED:
                raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "Somebody else was quicker.")
            case Recorded.SAME_REVIEWER:
                raise DecisionRefused(
                    RefusalCode.SAME_REVIEWER, "You have already signed; a second person must sign as well."
                )
            case Recorded.LATE:
                raise DecisionRefused(RefusalCode.LATE, "The deadline has passed; this decision does not count.")
            case Recorded.ROUND_CLOSED:
                raise DecisionRefused(RefusalCode.CLOSED, "This review is closed; this decision does not count.")
            case Recorded.DIGEST_MISMATCH:
                raise DecisionRefused(
                    RefusalCode.CHANGED, "The proposal changed while you looked at it. This is the current one."
                )
            case Recorded.UNKNOWN_ROUND:
                raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such review.")


def _owners(content: ProposalContent) -> list[str]:
    return [action.after_owner_id for action in content.actions if isinstance(action, AssignOwner)]


def _check_reason(card: ReviewCard, request: DecisionRequest) -> None:
    if request.verdict is not Verdict.REJECT:
        # It is signed and so outlives an erasure: a code of the playbook, and never somebody's words.
        if request.reason_code:
            raise DecisionRefused(RefusalCode.INVALID, "A reason code is for a rejection; say it in the text instead.")
        return
    known = {code for code, _ in card.reject_reasons}
    if known and request.reason_code not in known:
        raise DecisionRefused(RefusalCode.INVALID, f"Choose a reason for the rejection: {', '.join(sorted(known))}.")


def _check_instructions(round: int, request: DecisionRequest) -> None:
    if not request.text.strip():
        raise DecisionRefused(RefusalCode.INVALID, "Say what the next draft should do differently.")
    if round >= MAX_ROUNDS:
        raise DecisionRefused(
            RefusalCode.INVALID, f"This is draft {round} of {MAX_ROUNDS}. Edit it yourself, or reject it."
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
