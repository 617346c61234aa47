"""Plays one case: every step that the workflow takes, in its order, as the workers would run it.

Waiting, timers and retries without end are the workflow's own and have its own tests; here a step is tried a few times
at once, and a failure that the workflow would wait out ends the play as stalled.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from temporalio.testing import ActivityEnvironment

from activities.errors import RETRYABLE
from activities.messages import (
    ApplyHead,
    ApplyInput,
    CaseRef,
    DraftInput,
    ExceptionInput,
    FetchInput,
    Gate,
    MailInput,
    ProposalHead,
    ProposeInput,
    RejectionInput,
    RoundInput,
    StepInput,
    VerifiedDecision,
    VerifyInput,
)
from domain.casefile import CaseFile
from domain.cases import Case, CaseOutcome, DocumentKind, ExceptionCode
from domain.decisions import DecisionEnvelope, Purpose, Recorded, Verdict
from domain.errors import DomainError, ErrorCode, InputError, NotAuthorised
from domain.leads import Inquiry, InquirySource, Motion
from domain.model import Instant
from domain.permissions import RiskCategory, Role
from domain.proposals import Phase, digest_of
from domain.receipts import MailState, WriteOutcomeKind
from domain.revising import revise
from evals.suite.cases import EvalCase, Reviewer
from evals.suite.observed import Probe
from evals.suite.scenery import Scenery
from evals.suite.stage import NOW, Stage
from workflows.messages import message_id
from workflows.motion import GONE, MAX_REOPENINGS, REOPENS

TRIES = 4
VERSION = "evals"
_Order = TypeVar("_Order")
_Head = TypeVar("_Head")


def activity_name(step: Callable[[_Order], _Head]) -> str:
    """As a workflow's history names it. Raises `InputError` where it is no activity of the workers."""
    definition = getattr(step, "__temporal_activity_definition", None)
    if definition is None:
        raise InputError(
            f"{getattr(step, '__qualname__', step)} is no activity; play the steps that the workers register"
        )
    return str(definition.name)


class Stalled(Exception):
    """A step that the workflow would try again until it works."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code.value)
        self.code = code


class Play:
    """One case from its arrival to its end. Afterwards `outcome`, `exception` and `stalled` say what became of it."""

    def __init__(self, case: EvalCase, stage: Stage) -> None:
        self.case = case
        self.stage = stage
        self.scenery = Scenery(case, stage.org)
        self.round = 0
        self.outcome = ""
        self.exception: ExceptionCode | None = None
        self.exception_owner = ""
        self.stalled = ""
        self.gate = ""
        self.lead_id = ""
        self.probes: list[Probe] = []
        self.steps_taken: list[str] = []
        """Activity names in the order in which the case took them; a step that was tried again stands once."""
        self._meanwhile_done = False
        self._assigned_first = False
        self._reopenings = 0
        self._reopened_because = ""
        self._taken = self._take_in()
        self._ref = CaseRef(case_id=self._taken.case_id, org_id=stage.playbook.org_id)
        self.file = CaseFile(stage.stores.documents, self._taken.case_id)

    def run(self) -> None:
        try:
            self.outcome = (self._find_or_create() or self._rounds()).value
        except Stalled as stalled:
            self.stalled = stalled.code.value
            self.outcome = "waiting"
        except DomainError as failed:
            refused = failed.code is ErrorCode.NOT_AUTHORISED
            code = ExceptionCode.WRITE_NOT_AUTHORISED if refused else ExceptionCode.STEP_FAILED
            self.outcome = self._hand_over(code).value

    def _take_in(self) -> Case:
        aliases = self.scenery.build()
        for event in self.scenery.happened():
            self.stage.stores.context.add(event, now=NOW)
        taken: list[Case] = []
        for number, said in enumerate(self.case.inquiries, start=1):
            told = {k: aliases.get(str(v), v) if k == "lead_id" else v for k, v in said.items()}
            days = float(told.pop("days_ago", 0))
            fields = {"source": InquirySource.WEBHOOK, "received_at": NOW - timedelta(days=days, minutes=12), **told}
            inquiry = Inquiry.model_validate({"event_id": f"{self.case.name}-{number}", **fields})
            result = self.stage.stores.cases.take_in(
                inquiry,
                org_id=self.stage.playbook.org_id,
                motion=Motion.INBOUND,
                playbook_digest=self.stage.playbook.digest,
                agent_version=VERSION,
                now=NOW,
            )
            taken.append(result.case)
        if self.case.paused:
            self.stage.stores.pause.set(None, True, by="ops", now=NOW)
        self.scenery.faults("read")
        return taken[-1]

    # ---- steps, as in workflows.inbound and workflows.motion

    def _find_or_create(self) -> CaseOutcome | None:
        steps = self.stage.steps
        matched = self._do(steps.crm.match, self._input())
        if matched.exception is not None:
            return self._hand_over(matched.exception)
        self.lead_id = matched.lead_id
        if self.lead_id:
            return None
        head = self._do(steps.deciding.propose_lead, self._input())
        if head.exception is not None:
            return self._hand_over(head.exception)
        if not head.allowed:
            return None
        signed = self._do(steps.signing.sign, self._round_input())
        if not signed.accepted:
            return self._hand_over(ExceptionCode.POLICY_SIGNER_REFUSED)
        created = self._apply(signed, Phase.CRM)
        if created.kind is not WriteOutcomeKind.WRITTEN:
            return self._hand_over(ExceptionCode.CRM_REFUSED)
        self.lead_id = created.lead_id
        return None

    def _rounds(self) -> CaseOutcome:
        while True:
            outcome = self._one_round()
            if outcome is not None:
                return outcome

    def _one_round(self) -> CaseOutcome | None:
        steps = self.stage.steps
        self.round += 1
        gone = self._fetch()
        if gone is not None:
            return gone
        enriched = self._do(steps.deciding.enrich, self._input())
        if enriched is not None and enriched.calls:
            self._do(steps.listening.read_calls, self._input())
        self._do(steps.deciding.qualify, self._input())
        routed = self._do(steps.deciding.route, self._input())
        if routed.conflict:
            return self._hand_over(ExceptionCode.NO_OWNER if routed.nobody else ExceptionCode.ROUTING_CONFLICT)
        if routed.assign_first and not self._assigned_first:
            self._assigned_first = True
            if self._assign_first():
                return None
        self._do(steps.drafting.draft, DraftInput(**self._input().model_dump()))
        head = self._do(
            steps.deciding.propose,
            ProposeInput(**self._input().model_dump(), reopened_because=self._reopened_because),
        )
        return self._pass_gate(head)

    def _fetch(self) -> CaseOutcome | None:
        order = FetchInput(**self._input().model_dump(), lead_id=self.lead_id)
        head = self._do(self.stage.steps.crm.fetch, order)
        if head.survivor_id:
            self.lead_id = head.survivor_id
            self.round += 1
            return self._fetch()
        if head.converted:
            return CaseOutcome.CONVERTED
        if head.deleted:
            return CaseOutcome.DELETED
        return None if head.found else self._hand_over(ExceptionCode.CRM_RECORD_MISSING)

    def _assign_first(self) -> bool:
        head = self._do(self.stage.steps.assigning.propose_assignment, self._input())
        if not head.proposed:
            return False
        signed = self._do(self.stage.steps.signing.sign, self._round_input())
        if signed.accepted:
            self._apply(signed, Phase.CRM)
        return signed.accepted

    def _pass_gate(self, head: ProposalHead) -> CaseOutcome | None:
        self.gate = head.gate.value
        if head.gate is Gate.NOTHING_TO_DO:
            return CaseOutcome.NOTHING_TO_DO
        if head.gate is Gate.SUMMARY_ONLY:
            return CaseOutcome.READ_ONLY
        if head.gate is Gate.FORBIDDEN:
            return self._hand_over(ExceptionCode.FORBIDDEN)
        if head.gate is Gate.POLICY:
            signed = self._do(self.stage.steps.signing.sign, self._round_input())
            return (
                self._write(head, signed) if signed.accepted else self._hand_over(ExceptionCode.POLICY_SIGNER_REFUSED)
            )
        self._try_without_signature(head)
        if self.case.reviewer is Reviewer.SILENT:
            self._expire()
            return self._hand_over(ExceptionCode.REVIEW_EXPIRED)
        decided = self._decide(head)
        if decided.verdict is Verdict.REJECT:
            if head.gate is not Gate.ACCEPT_ONLY:
                self._note_rejection(decided)
            return CaseOutcome.REJECTED
        if head.gate is Gate.ACCEPT_ONLY:
            return CaseOutcome.ACCEPTED_NOT_WRITTEN
        return self._write(head, decided)

    def _expire(self) -> None:
        opening = self.stage.stores.reviews.opening(self._ref.case_id, self.round)
        if opening is None:
            raise DomainError("nobody was asked", code=ErrorCode.UNEXPECTED)
        self._at(opening.ladder.expires_at + timedelta(seconds=1))
        self._do(self.stage.steps.reviewing.expire_round, self._round_input())

    # ---- people

    def _decide(self, head: ProposalHead) -> VerifiedDecision:
        """Sign by as many people as it takes, each with the role that the shown risk asks for."""
        role = Role.MANAGER if head.risk is RiskCategory.HIGH else Role.REVIEWER
        rejects = self.case.reviewer is Reviewer.REJECTS
        signers = [r.login for r in self.stage.playbook.reviewers if r.role is role]
        for position, login in enumerate(signers, start=1):
            decision_id = self._sign(head, login, role, position, rejects=rejects)
            order = VerifyInput(**self._ref.model_dump(), round=self.round, decision_id=decision_id)
            verified = self._do(self.stage.steps.reviewing.verify_decision, order)
            if not verified.accepted:
                raise DomainError(f"a good signature was refused: {verified.reason}", code=ErrorCode.NOT_AUTHORISED)
            if verified.complete:
                return verified
        raise DomainError("the playbook names too few people for this quorum", code=ErrorCode.UNEXPECTED)

    def _sign(self, head: ProposalHead, login: str, role: Role, position: int, *, rejects: bool) -> str:
        stores, now = self.stage.stores, self.stage.clock.now()
        proposed = self.file.proposal(self.round)
        final, verdict = proposed, Verdict.REJECT if rejects else Verdict.APPROVE
        if not rejects and any(a.opt_in for a in proposed.actions):
            # As the page does it: what waits for a tick of its own is left out.
            final = revise(proposed, ticked=frozenset(a.key for a in proposed.actions if not a.opt_in), edits=())
            verdict = Verdict.APPROVE_EDITED
        stored = final.to_bytes()
        digest = head.digest if final is proposed else digest_of(stored)
        if digest != head.digest:
            stores.documents.put(self._ref.case_id, DocumentKind.FINAL, digest, stored)
        envelope = DecisionEnvelope(
            purpose=Purpose.WRITE,
            org_id=self._ref.org_id,
            decision_id=f"d{self.round}-{position}",
            case_id=self._ref.case_id,
            round=self.round,
            proposal_digest=head.digest,
            final_digest=digest,
            verdict=verdict,
            reason_code="other" if rejects else "",
            reviewer=login,
            role=role,
            quorum_position=position,
            decided_at=now,
            expires_at=now + timedelta(hours=self.stage.playbook.authorisation_hours),
            key_id=self.stage.people.key_id,
        )
        recorded = stores.reviews.record(self.stage.people.sign(envelope), envelope, now=now)
        if recorded not in (Recorded.RECORDED, Recorded.RECORDED_QUORUM_OPEN):
            raise DomainError(f"the decision was not taken: {recorded.value}", code=ErrorCode.UNEXPECTED)
        return envelope.decision_id

    # ---- writing

    def _write(self, head: ProposalHead, decided: VerifiedDecision) -> CaseOutcome | None:
        if not self._meanwhile_done:
            self._meanwhile_done = True
            self._at(self.stage.clock.now() + timedelta(minutes=5))
            self.scenery.meanwhile()
            self.scenery.faults("write")
        self._at(self.stage.clock.now() + timedelta(minutes=2))
        applied = self._apply(decided, Phase.CRM)
        if applied.kind in GONE:
            return GONE[applied.kind]
        if applied.kind in REOPENS:
            return self._reopen(applied)
        if not decided.has_mail:
            return CaseOutcome.WRITTEN
        self._at(self.stage.clock.now() + timedelta(seconds=head.undo_window_seconds + 1))
        sent = self._do(self.stage.steps.mail.send, self._mail(decided.decision_id, head.sender_domain))
        if sent.state is not MailState.ACCEPTED:
            return CaseOutcome.PARTLY_WRITTEN
        if not decided.has_after_mail:
            return CaseOutcome.WRITTEN
        contacted = self._apply(decided, Phase.AFTER_MAIL)
        done = contacted.kind in (WriteOutcomeKind.WRITTEN, WriteOutcomeKind.NOTHING_TO_WRITE)
        return CaseOutcome.WRITTEN if done else CaseOutcome.PARTLY_WRITTEN

    def _reopen(self, applied: ApplyHead) -> CaseOutcome | None:
        self._reopenings += 1
        if self._reopenings > MAX_REOPENINGS:
            return self._hand_over(ExceptionCode.CONFLICT_REPEATED)
        self.lead_id = applied.survivor_id or self.lead_id
        self._reopened_because = applied.kind.value
        return None

    def _apply(self, decided: VerifiedDecision, phase: Phase) -> ApplyHead:
        return self._do(self.stage.steps.crm.apply_changes, self._apply_input(decided.decision_id, phase))

    def _note_rejection(self, decided: VerifiedDecision) -> None:
        order = RejectionInput(
            **self._ref.model_dump(), round=self.round, decision_id=decided.decision_id, agent_version=VERSION
        )
        # Nothing rests on the row: without it the case ends the same.
        with contextlib.suppress(Stalled, DomainError):
            self._do(self.stage.steps.crm.note_rejection, order)

    def _try_without_signature(self, head: ProposalHead) -> None:
        """What nobody signed must not pass the doors, however it is asked for."""
        steps, stranger = self.stage.steps, "nobody-signed-this"
        self._probe("CRM write", lambda: self._once(steps.crm.apply_changes, self._apply_input(stranger, Phase.CRM)))
        self._probe("e-mail", lambda: self._once(steps.mail.send, self._mail(stranger, head.sender_domain)))
        signed = self._once(steps.signing.sign, self._round_input())
        self.probes.append(Probe(what="policy signature for what waits for a person", refused=not signed.accepted))

    def _probe(self, what: str, attempt: Callable[[], object]) -> None:
        written, sent = len(self.receipts()), len(self.stage.mailbox.sent)
        try:
            attempt()
        except NotAuthorised:
            pass
        except DomainError:
            # Refused for another reason (paused, CRM away): what counts is that nothing went through.
            pass
        through = len(self.receipts()) > written or len(self.stage.mailbox.sent) > sent
        self.probes.append(Probe(what=what, refused=not through))

    def receipts(self) -> tuple[str, ...]:
        return tuple(r.id for r in self.stage.stores.receipts.of_case(self._ref.case_id))

    # ---- how a step is run

    def _do(self, step: Callable[[_Order], _Head], order: _Order) -> _Head:
        """A few tries, as the workflow's retries would; what only waiting mends is `Stalled`."""
        self.steps_taken.append(activity_name(step))
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(step, order, attempt)
            except DomainError as failed:
                if not RETRYABLE[failed.code]:
                    raise
                if attempt == TRIES:
                    raise Stalled(failed.code) from failed
        raise AssertionError("unreachable")

    def _once(self, step: Callable[[_Order], _Head], order: _Order, attempt: int = 1) -> _Head:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return environment.run(step, order)

    def _hand_over(self, code: ExceptionCode) -> CaseOutcome:
        self.exception = code
        order = ExceptionInput(**self._ref.model_dump(), round=self.round, code=code)
        self.exception_owner = self._do(self.stage.steps.resolving.open_exception, order).owner
        return CaseOutcome.EXPIRED if code is ExceptionCode.REVIEW_EXPIRED else CaseOutcome.EXCEPTION

    def _at(self, now: Instant) -> None:
        self.stage.clock.at = now
        self.stage.org.set_time(now)

    def _input(self) -> StepInput:
        return StepInput(
            **self._ref.model_dump(),
            round=self.round,
            playbook_digest=self.stage.playbook.digest,
            agent_version=VERSION,
            inquiries=self._taken.inquiry_count,
        )

    def _round_input(self) -> RoundInput:
        return RoundInput(**self._ref.model_dump(), round=self.round)

    def _apply_input(self, decision_id: str, phase: Phase) -> ApplyInput:
        return ApplyInput(
            **self._ref.model_dump(), round=self.round, decision_id=decision_id, phase=phase, agent_version=VERSION
        )

    def _mail(self, decision_id: str, domain: str) -> MailInput:
        return MailInput(
            **self._ref.model_dump(),
            round=self.round,
            decision_id=decision_id,
            message_id=message_id(decision_id, domain),
            agent_version=VERSION,
        )
