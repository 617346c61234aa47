"""Finding open cases that no workflow works on any more, and what has to be known to bring one to its end.

When do you need to touch this? When a case can be left behind in a new way. What is done about it is decided in
`domain/strays.py`.
"""

import asyncio
from datetime import timedelta

from temporalio import activity

from activities.messages import (
    ApplyHead,
    ApplyInput,
    CaseRef,
    Gate,
    ProposalHead,
    StrayCase,
    StraysHead,
    StraysOrder,
    SurveyHead,
    VerifiedDecision,
)
from activities.write_orders import write_order
from domain.audit import AuditEvent, AuditKind
from domain.cases import Case, DocumentKind
from domain.decisions import APPROVALS, RoundState, parse_envelope
from domain.errors import DomainError
from domain.permissions import RiskCategory
from domain.ports import (
    AuditLog,
    CaseDocuments,
    Cases,
    Clock,
    CrmWriter,
    MailLog,
    Playbooks,
    Receipts,
    Reviews,
)
from domain.proposals import Phase, ProposalContent, in_phase, parse_content
from domain.receipts import MailState, WriteOutcomeKind
from domain.resolutions import Exceptions, ExceptionState
from domain.strays import OpenCases, Remedy, Runs, RunState, remedy_for

SETTLED = timedelta(minutes=10)
"""A younger case may be between its intake and the start of its workflow."""


class RecoveringActivities:
    """On the case queue: needs the application database, and the engine's word on who is running."""

    def __init__(
        self,
        *,
        open_cases: OpenCases,
        runs: Runs,
        cases: Cases,
        reviews: Reviews,
        exceptions: Exceptions,
        documents: CaseDocuments,
        receipts: Receipts,
        mail_log: MailLog,
        playbooks: Playbooks,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._open_cases = open_cases
        self._runs = runs
        self._cases = cases
        self._reviews = reviews
        self._exceptions = exceptions
        self._documents = documents
        self._receipts = receipts
        self._mail_log = mail_log
        self._playbooks = playbooks
        self._audit = audit
        self._clock = clock

    @activity.defn
    async def find_strays(self, order: StraysOrder) -> StraysHead:
        """One page of open cases, held against the engine. Changes nothing."""
        before = self._clock.now() - SETTLED
        page = await asyncio.to_thread(
            self._open_cases.open_ones, order.org_id, before=before, after=order.after, limit=order.limit
        )
        strays: list[StrayCase] = []
        for case in page:
            state = await self._runs.state_of(case.workflow_id)
            stray = await asyncio.to_thread(self._stray, case, state)
            if stray is not None:
                strays.append(stray)
        return StraysHead(
            looked_at=len(page),
            strays=tuple(strays),
            next_after=page[-1].case_id if len(page) == order.limit else "",
        )

    @activity.defn
    def survey_case(self, order: CaseRef) -> SurveyHead:
        """Take the case's cards and questions out of the queue, and say what was approved and how far it came."""
        now = self._clock.now()
        for round in self._rounds(order.case_id):
            if self._reviews.opening(order.case_id, round) is not None:
                self._reviews.supersede(order.case_id, round, now=now)
        for raised in self._exceptions.of_case(order.case_id):
            self._exceptions.end(order.case_id, raised.number, ExceptionState.SUPERSEDED, now=now)
        self._audit.append(
            AuditEvent(
                key=f"recovery/{order.case_id}",
                kind=AuditKind.CASE_RECOVERED,
                org_id=order.org_id,
                case_id=order.case_id,
                at=now,
            )
        )
        newest = max(self._rounds(order.case_id), default=0)
        # What was approved before the newest round was finished then: a round opens only after the one before it.
        decision = self._approval(order.case_id, newest)
        playbook = self._playbooks.current()
        address, mail = self._mail_of(order.case_id, decision)
        return SurveyHead(
            round=newest,
            decision=decision,
            head=ProposalHead(
                digest="",
                risk=RiskCategory.LOW,
                gate=Gate.PERSON,
                undo_window_seconds=playbook.undo_window_seconds,
                has_mail=decision is not None and decision.has_mail,
                # The Message-ID decides whether it was sent before, so the one that was noted counts.
                sender_domain=address or playbook.seller.sender_domain,
            ),
            mail=mail,
            written=any(not r.undoes for r in self._receipts.of_case(order.case_id)),
            inquiries=self._cases.get(order.case_id).inquiry_count,
        )

    def _mail_of(self, case_id: str, decision: VerifiedDecision | None) -> tuple[str, MailState | None]:
        """The sender's domain of the decision's e-mail as noted, and how far it came."""
        if decision is None:
            return "", None
        for message_id, state in self._mail_log.of_case(case_id):
            name, _, domain = message_id.strip("<>").partition("@")
            if name == decision.decision_id:
                return domain, state
        return "", None

    def _stray(self, case: Case, state: RunState) -> StrayCase | None:
        rounds = self._rounds(case.case_id)
        approved = any(self._approval(case.case_id, r) is not None for r in rounds)
        receipts = self._receipts.of_case(case.case_id)
        mailed = any(s is not MailState.INTENDED for _, s in self._mail_log.of_case(case.case_id))
        lost = self._lost_round(case.case_id, rounds)
        remedy = remedy_for(
            state,
            begun=bool(rounds or receipts),
            bound=approved or mailed or bool(receipts),
            round_lost=lost > 0,
        )
        if remedy is Remedy.NONE:
            return None
        return StrayCase(
            case_id=case.case_id,
            org_id=case.org_id,
            motion=case.motion,
            workflow_id=case.workflow_id,
            playbook_digest=case.playbook_digest,
            agent_version=case.agent_version,
            remedy=remedy,
            round=lost or max(rounds, default=0),
        )

    def _rounds(self, case_id: str) -> tuple[int, ...]:
        """The numbers of the case's rounds that somebody was asked about, or that policy signed."""
        return self._reviews.rounds_of_case(case_id)

    def _known(self, case_id: str, round: int) -> bool:
        return round in self._rounds(case_id)

    def _approval(self, case_id: str, round: int) -> VerifiedDecision | None:
        if not self._known(case_id, round):
            return None
        outcome = self._reviews.outcome(case_id, round)
        if outcome.state is not RoundState.DECIDED or outcome.verdict not in APPROVALS or not outcome.decision_ids:
            return None
        decision_id = outcome.decision_ids[-1]
        stored = self._reviews.decision(decision_id)
        if stored is None:
            return None
        digest = parse_envelope(stored).final_digest
        body = self._documents.find(case_id, DocumentKind.FINAL, digest) or self._documents.find(
            case_id, DocumentKind.PROPOSAL, str(round)
        )
        content = _content(body, digest)
        return VerifiedDecision(
            accepted=True,
            complete=True,
            decision_id=decision_id,
            verdict=outcome.verdict,
            has_mail=content is not None and bool(in_phase(content, Phase.MAIL)),
            has_after_mail=content is not None and bool(in_phase(content, Phase.AFTER_MAIL)),
        )

    def _lost_round(self, case_id: str, rounds: tuple[int, ...]) -> int:
        """An open round whose documents are gone, as after a backup was put back; 0 where there is none."""
        for round in rounds:
            if self._reviews.outcome(case_id, round).state is not RoundState.OPEN:
                continue
            kinds = (DocumentKind.PROPOSAL, DocumentKind.CARD)
            if any(self._documents.find(case_id, kind, str(round)) is None for kind in kinds):
                return round
        return 0


def _content(body: bytes | None, digest: str) -> ProposalContent | None:
    """None for what was erased, or is not what was signed: one such case must not keep the others waiting."""
    try:
        return parse_content(body, digest) if body is not None else None
    except DomainError:
        return None


class CommitFinder:
    """On the CRM queue: looks for a write that the CRM has, and that nobody got to file."""

    def __init__(self, writer: CrmWriter) -> None:
        self._writer = writer

    @activity.defn
    def find_commit(self, order: ApplyInput) -> ApplyHead:
        """The receipt of what stands in the ledger under this decision; writes nothing to the CRM."""
        receipt = self._writer.find_written(write_order(order, order.phase))
        if receipt is None:
            return ApplyHead(kind=WriteOutcomeKind.NOTHING_TO_WRITE)
        return ApplyHead(kind=WriteOutcomeKind.WRITTEN, receipt_id=receipt.id)
