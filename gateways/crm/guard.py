"""The write guard: who may change what, decided from stored bytes, signatures and the current policy.

When do you need to touch this? When a new reason to refuse a write appears. Nothing here talks to the CRM:
a refusal costs no call, and no caller's word about risk, role or content is believed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

from domain.audit import AuditEvent, AuditKind
from domain.cases import DocumentKind
from domain.countersign import Expected, SignatureVerifier, authorises, verified
from domain.decisions import (
    PURPOSES_OF_KEY,
    DecisionEnvelope,
    Purpose,
    RoundState,
    SignedDecision,
    Verdict,
    parse_envelope,
)
from domain.errors import DomainError, ErrorCode, NotAuthorised, Paused, RefusalReason
from domain.field_mapping import RecordTypes
from domain.leads import Motion
from domain.permissions import Level, Permission, RiskCategory, WritePolicy, can, may, permission_for
from domain.ports import AuditLog, CaseDocuments, Clock, PauseSwitch, Receipts, Reviews, UndoOrder, WriteOrder
from domain.proposals import Action, CloseTask, Phase, ProposalContent, digest_of, in_phase, parse_content
from domain.receipts import WriteReceipt
from domain.risk import POLICY_MAY_SIGN, assess
from domain.undo_batches import in_force
from domain.undoing import undo_content
from gateways.crm.allow_list import check_actions
from gateways.crm.origin import check_origin, key_of
from gateways.crm.well_formed import check_form


@dataclass(frozen=True)
class Signed:
    """A decision whose signature holds, with the content that it is about."""

    envelope: DecisionEnvelope
    content: ProposalContent


@dataclass(frozen=True)
class Authorised:
    """What may be written now."""

    envelope: DecisionEnvelope
    content: ProposalContent
    actions: tuple[Action, ...]
    ledger_key: str
    approvers: tuple[str, ...]
    record_types: Mapping[str, RecordTypes] = field(default_factory=dict)
    """Per object what the mapping says its record types take, as of now."""


@dataclass(frozen=True)
class AuthorisedUndo:
    """Which receipt may be taken back, and by what."""

    envelope: DecisionEnvelope
    content: ProposalContent
    receipt: WriteReceipt
    ledger_key: str


class WriteGuard:
    """Thread-safe as far as its ports are. Each check raises `NotAuthorised` or `Paused`; refusals are audited."""

    def __init__(
        self,
        *,
        org_id: str,
        documents: CaseDocuments,
        reviews: Reviews,
        receipts: Receipts,
        verifier: SignatureVerifier,
        pause: PauseSwitch,
        policy: Callable[[], WritePolicy],
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        """`policy` gives the current one at each call, never the one that a case was started with."""
        self._org_id = org_id
        self._documents = documents
        self._reviews = reviews
        self._receipts = receipts
        self._verifier = verifier
        self._pause = pause
        self._policy = policy
        self._audit = audit
        self._clock = clock

    def signed(self, order: WriteOrder) -> Signed:
        """The signed content of an order, unless writing is paused; nothing is said about time, role or level.

        Enough to look for an earlier attempt's ledger row; never enough to write.
        """
        with self.noting(order):
            self._not_paused(order.motion)
            return self._signed(order)

    def authorise(self, order: WriteOrder) -> Authorised:
        """Everything that has to hold before a write or an e-mail of this order. Raises `NotAuthorised`, `Paused`."""
        with self.noting(order):
            return self._authorise(order)

    def authorise_rejection(self, order: WriteOrder) -> Signed | None:
        """A signed rejection that ended its round, where the motion's level lets anything be written at all.

        None where it does not: that is no refusal. Raises `NotAuthorised`, `Paused`.
        """
        with self.noting(order):
            if not may(self._policy().levels.get(order.motion, Level.READ_ONLY), Level.APPROVED_WRITEBACK):
                return None
            self._not_paused(order.motion)
            signed = self._signed(order)
            envelope = signed.envelope
            if envelope.verdict is not Verdict.REJECT or envelope.purpose is not Purpose.WRITE:
                raise NotAuthorised(RefusalReason.NOT_A_REJECTION)
            if not can(envelope.role, Permission.DECIDE):
                raise NotAuthorised(RefusalReason.ROLE_TOO_LOW)
            outcome = self._reviews.outcome(order.case_id, order.round)
            if outcome.state is not RoundState.DECIDED or order.decision_id not in outcome.decision_ids:
                raise NotAuthorised(RefusalReason.ROUND_CLOSED)
            return signed

    def authorise_undo(self, order: UndoOrder) -> AuthorisedUndo:
        """An undo needs its own signature by somebody who may undo; expiry, level and allow-list do not apply."""
        with self.noting(order):
            self._not_paused(order.motion)
            return self._authorise_undo(order)

    def still_running(self, order: WriteOrder | UndoOrder) -> None:
        """Once more directly before the write: a slow CRM may have taken longer to read than stopping may take."""
        with self.noting(order):
            self._not_paused(order.motion)

    def taken_back(self, order: WriteOrder) -> bool:
        """Whether what this decision has written was undone, and nobody undid that: its e-mail has lost its ground."""
        known = self._receipts.of_case(order.case_id)
        written = [receipt for receipt in known if receipt.decision_id == order.decision_id]
        return bool(written) and not in_force(written, known)

    def refuse(self, order: WriteOrder, reason: RefusalReason, detail: str) -> NoReturn:
        """For what only the CRM can say. Audited like every refusal; raises `NotAuthorised`."""
        with self.noting(order):
            raise NotAuthorised(reason, detail)

    def _authorise(self, order: WriteOrder) -> Authorised:
        self._not_paused(order.motion)
        policy = self._policy()
        if policy.org_id != self._org_id:
            raise NotAuthorised(RefusalReason.WRONG_ORG, "the playbook belongs to another organisation")
        signed = self._signed(order)
        content = signed.content
        risk = assess(content.actions, policy)
        if risk.category is RiskCategory.FORBIDDEN:
            raise NotAuthorised(RefusalReason.FORBIDDEN_ACTION, "; ".join(risk.reasons))
        group = self._group(order, signed.envelope)
        envelope = authorises(
            group,
            needed=permission_for(risk.category),
            quorum=policy.quorum.get(risk.category, 1),
            now=self._clock.now(),
            longest=timedelta(hours=policy.authorisation_hours),
        )
        self._round_stands(order)
        by_policy = envelope.purpose is Purpose.POLICY_WRITE
        if by_policy:
            _policy_key_may(content, risk.category)
        _level_reaches(policy.levels.get(content.motion, Level.READ_ONLY), content, by_policy=by_policy)
        check_actions(content.actions, policy, by_policy=by_policy)
        self._closes_its_own(content, envelope.purpose)
        actions = in_phase(content, order.phase)
        return Authorised(
            envelope=signed.envelope,
            content=content,
            actions=actions,
            ledger_key=key_of(order, content),
            approvers=tuple(dict.fromkeys(e.reviewer for e in group)),
            record_types=policy.record_types,
        )

    def _signed(self, order: WriteOrder) -> Signed:
        if order.org_id != self._org_id:
            raise NotAuthorised(RefusalReason.WRONG_ORG)
        decision = self._decision(order.decision_id)
        envelope = self._verified(order, decision)
        if envelope.decision_id != order.decision_id:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        content = self._content(order.case_id, envelope)
        if content.org_id != order.org_id:
            raise NotAuthorised(RefusalReason.WRONG_ORG)
        if content.case_id != order.case_id or content.motion is not order.motion:
            raise NotAuthorised(RefusalReason.WRONG_CASE)
        if content.round != order.round:
            raise NotAuthorised(RefusalReason.WRONG_ROUND)
        return Signed(envelope=envelope, content=content)

    def _verified(self, order: WriteOrder, decision: SignedDecision) -> DecisionEnvelope:
        claimed = parse_envelope(decision)
        # A policy signature is told apart from a person's by its purpose; which key may make which is verified.
        purpose = claimed.purpose if claimed.purpose is Purpose.POLICY_WRITE else Purpose.WRITE
        expected = Expected(
            org_id=order.org_id,
            case_id=order.case_id,
            round=order.round,
            proposal_digest=self._proposal_digest(order) or claimed.proposal_digest,
            purpose=purpose,
        )
        return verified(decision, expected, self._verifier)

    def _proposal_digest(self, order: WriteOrder) -> str:
        """What the review queue, or else the case's documents, say was proposed."""
        opening = self._reviews.opening(order.case_id, order.round)
        if opening is not None:
            return opening.proposal_digest
        stored = self._documents.find(order.case_id, DocumentKind.PROPOSAL, str(order.round))
        return digest_of(stored) if stored is not None else ""

    def _content(self, case_id: str, envelope: DecisionEnvelope) -> ProposalContent:
        """The bytes behind the final digest, hashed before they are parsed."""
        digest = envelope.final_digest
        places = [(DocumentKind.FINAL, digest)]
        if digest == envelope.proposal_digest:
            places = [(DocumentKind.PROPOSAL, str(envelope.round)), (DocumentKind.PROPOSAL, digest)]
        found = [body for kind, slot in places if (body := self._documents.find(case_id, kind, slot)) is not None]
        for body in found:
            if digest_of(body) == digest:
                content = parse_content(body, digest)
                check_form(body, content)
                return content
        if found:
            raise NotAuthorised(RefusalReason.DIGEST_MISMATCH, "the stored change is not the one that was signed")
        raise DomainError("the signed change is not among the case's documents", code=ErrorCode.DOCUMENT_MISSING)

    def _group(self, order: WriteOrder, own: DecisionEnvelope) -> list[DecisionEnvelope]:
        """Every signature of the round that counts beside this one. An edit voids those over another content."""
        if own.purpose is Purpose.POLICY_WRITE:
            return [own]
        group: list[DecisionEnvelope] = []
        for decision in self._reviews.decisions_of_round(order.case_id, order.round):
            if parse_envelope(decision).purpose is not Purpose.WRITE:
                continue
            envelope = self._verified(order, decision)
            if envelope.verdict is Verdict.REJECT or envelope.final_digest == own.final_digest:
                group.append(envelope)
        if own not in group:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        rejected = next((e for e in group if e.verdict is Verdict.REJECT), None)
        if rejected is not None:
            raise NotAuthorised(RefusalReason.NOT_AN_APPROVAL)
        return group

    def _closes_its_own(self, content: ProposalContent, purpose: Purpose) -> None:
        """A task is completed for the case that made it, on the word of whoever had it made: a person, or policy."""
        closing = {a.record for a in content.actions if isinstance(a, CloseTask)}
        if not closing:
            return
        receipts = (r for r in self._receipts.of_case(content.case_id) if r.purpose is purpose and not r.undoes)
        made = {image.record for r in receipts for image in r.records if image.created}
        if closing - made:
            raise NotAuthorised(RefusalReason.FORBIDDEN_ACTION, "only a task that was made here is closed here")

    def _round_stands(self, order: WriteOrder) -> None:
        if self._reviews.outcome(order.case_id, order.round).state in (RoundState.EXPIRED, RoundState.SUPERSEDED):
            raise NotAuthorised(RefusalReason.ROUND_CLOSED)
        # People were asked again, and what they say now counts: an attempt that slept through it must not write what
        # they have rejected since. That an e-mail went out is recorded all the same. Rounds below 0 stand alone.
        if order.phase is not Phase.AFTER_MAIL and order.round >= 0:
            newest = max(self._reviews.rounds_of_case(order.case_id), default=order.round)
            if newest > order.round:
                raise NotAuthorised(RefusalReason.ROUND_CLOSED, f"people were asked again, in round {newest}")

    def _authorise_undo(self, order: UndoOrder) -> AuthorisedUndo:
        if order.org_id != self._org_id:
            raise NotAuthorised(RefusalReason.WRONG_ORG)
        receipt = self._receipts.get(order.receipt_id)
        if receipt is None or receipt.case_id != order.case_id:
            raise NotAuthorised(RefusalReason.WRONG_CASE, "no such receipt in this case")
        expected = Expected(
            org_id=order.org_id,
            case_id=order.case_id,
            round=receipt.round,
            proposal_digest=receipt.digest,
            purpose=Purpose.UNDO,
        )
        envelope = verified(self._decision(order.decision_id), expected, self._verifier)
        if envelope.decision_id != order.decision_id:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        authorises([envelope], needed=Permission.UNDO, quorum=1, now=None)
        content = self._content(order.case_id, envelope)
        if content != _due(receipt, order):
            raise NotAuthorised(RefusalReason.DIGEST_MISMATCH, "what was signed does not take back this receipt")
        self._written_as_signed(receipt)
        return AuthorisedUndo(envelope=envelope, content=content, receipt=receipt, ledger_key=key_of(order, content))

    def _written_as_signed(self, receipt: WriteReceipt) -> None:
        """The receipt is a row of our database; the decision that it came of is signed. Time and role do not matter.

        What a revoked key signed can be taken back, and often that is why the key was revoked.
        """
        decision = self._decision(receipt.decision_id)
        envelope = parse_envelope(decision)
        try:
            use = self._verifier.verify(decision, envelope.key_id, envelope.decided_at)
            if envelope.purpose not in PURPOSES_OF_KEY[use]:
                raise NotAuthorised(RefusalReason.WRONG_PURPOSE)
        except NotAuthorised as refused:
            if refused.reason is not RefusalReason.REVOKED_KEY:
                raise
        signed = (envelope.org_id, envelope.case_id, envelope.round, envelope.decision_id, envelope.purpose)
        if signed != (self._org_id, receipt.case_id, receipt.round, receipt.decision_id, receipt.purpose):
            raise NotAuthorised(RefusalReason.DIGEST_MISMATCH, "the receipt is not that of its decision")
        if envelope.final_digest != receipt.digest:
            raise NotAuthorised(RefusalReason.DIGEST_MISMATCH, "the receipt is about another change than was signed")
        check_origin(receipt, self._content(receipt.case_id, envelope), self._org_id)

    def _decision(self, decision_id: str) -> SignedDecision:
        decision = self._reviews.decision(decision_id)
        if decision is None:
            raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
        return decision

    def _not_paused(self, motion: Motion) -> None:
        if self._pause.paused(motion):
            raise Paused(f"writing is paused for {motion.value}; resume it to go on")

    @contextmanager
    def noting(self, order: WriteOrder | UndoOrder) -> Iterator[None]:
        """Audits what is refused inside, by this guard or by what it alone lets go on."""
        try:
            yield
        except NotAuthorised as refused:
            self._note(order, refused.reason.value)
            raise
        except Paused as paused:
            self._note(order, paused.code.value)
            raise

    def _note(self, order: WriteOrder | UndoOrder, code: str) -> None:
        """One entry per decision, step and reason, however often it is tried."""
        step = order.phase.value if isinstance(order, WriteOrder) else "undo"
        self._audit.append(
            AuditEvent(
                key=f"write/{order.case_id}/{order.decision_id}/{step}/refused/{code}",
                kind=AuditKind.WRITE_REFUSED,
                org_id=self._org_id,
                case_id=order.case_id,
                actor="write_guard",
                subject=order.decision_id,
                agent_version=order.agent_version,
                code=code,
                at=self._clock.now(),
            )
        )


def _due(receipt: WriteReceipt, order: UndoOrder) -> ProposalContent | None:
    try:
        return undo_content(receipt, org_id=order.org_id, motion=order.motion)
    except ValueError:
        return None


def _policy_key_may(content: ProposalContent, risk: RiskCategory) -> None:
    if risk is not RiskCategory.LOW or any(a.kind not in POLICY_MAY_SIGN for a in content.actions):
        raise NotAuthorised(RefusalReason.POLICY_KEY_NOT_ALLOWED)


def _level_reaches(level: Level, content: ProposalContent, *, by_policy: bool) -> None:
    """Creating a lead is part of taking an inquiry in; every other act under the policy key is automation."""
    only_creates = all(a.kind == "create_lead" for a in content.actions)
    needed = Level.LIMITED_AUTOMATION if by_policy and not only_creates else Level.APPROVED_WRITEBACK
    if not may(level, needed):
        raise NotAuthorised(RefusalReason.LEVEL_TOO_LOW)
