"""The course that every sales motion shares: round after round until one is written, with a person where one is needed.

When do you need to touch this? When the way a case goes on, hands over, opens again or closes changes. What a motion
looks at and proposes is its own matter: it subclasses `MotionCase` and says so in `_handle`.
"""

import asyncio
from abc import ABC, abstractmethod
from enum import StrEnum
from typing import assert_never

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.cases import CaseActivities
    from activities.messages import CaseRef, CloseInput, Gate, ProposalHead, QualificationHead, RoundInput, StepInput
    from activities.signing import SigningActivities
    from domain.cases import Act, CaseOutcome, ExceptionCode
    from domain.decisions import RoundState, Verdict
    from domain.errors import ErrorCode
    from domain.receipts import MailState, WriteOutcomeKind

from workflows.applying import note_rejection, stop_if_cancelled
from workflows.messages import CaseProgress, CaseResult, InboundLeadInput
from workflows.options import SIGNER, STORE
from workflows.resolving import ResolvableCase
from workflows.review import DOCUMENTS_MISSING
from workflows.visibility import OUTCOME, STEP, show
from workflows.writeback import Written, stop_mail, write_back

MAX_REOPENINGS = 3
"""A record that moves away under the reviewer three times needs a talk, not a fourth card."""

MAX_REDRAFTS = 5

GONE = {
    WriteOutcomeKind.DELETED: CaseOutcome.DELETED,
    WriteOutcomeKind.CONVERTED: CaseOutcome.CONVERTED,
}
"""Somebody else finished the matter: the case closes by that name."""

REOPENS = {
    WriteOutcomeKind.CONFLICT,
    WriteOutcomeKind.REASSIGNED,
    WriteOutcomeKind.HUMAN_TOUCH,
    WriteOutcomeKind.OPTED_OUT,
    WriteOutcomeKind.MERGED,
    WriteOutcomeKind.REFUSED_BY_CRM,
}
"""What was signed no longer fits the record: people see a fresh card."""


class Unfinished(StrEnum):
    """A signed write that was begun and whose end nobody knows: it is tried again under the same signature."""

    LEAD = "lead"
    FIRST_OWNER = "first_owner"
    REVIEWED = "reviewed"


class MotionCase(ResolvableCase, ABC):
    """One case of any motion. Survives any worker; ends in exactly one `CaseOutcome`."""

    def __init__(self, start: InboundLeadInput) -> None:
        super().__init__(CaseRef(case_id=start.case_id, org_id=start.org_id, motion=start.motion))
        self._start = start
        self._round = 0
        self._seen = 1
        """How many inquiries the current round has looked at."""
        self._lead_id = ""
        self._step = "received"
        self._reopenings = 0
        self._redrafts = 0
        self._qualified: QualificationHead | None = None
        self._receipts: tuple[str, ...] = ()
        self._mail: MailState | None = None
        self._exception: ExceptionCode | None = None
        self._outcome: CaseOutcome | None = None
        self._reopened_because = ""
        self._ladder_of: int | None = None
        self._redraft_of = ""
        self._new_person = False
        """Nobody in the CRM is this person: by the match, or because somebody said so."""
        self._unfinished: Unfinished | None = None
        self._head: ProposalHead | None = None

    @workflow.query
    def progress(self) -> CaseProgress:
        return CaseProgress(
            step=self._step,
            round=self._round,
            waiting=self._gate.round is not None,
            outcome=self._outcome,
            exception=self._exception if self._asking.number else None,
            exception_number=self._asking.number,
        )

    async def _to_its_end(self) -> CaseResult:
        """What a motion's `run` does."""
        try:
            return await self._until_closed()
        except (ActivityError, asyncio.CancelledError) as stopped:
            if is_cancelled_exception(stopped):
                # Shielded: a second cancel must not cut the bookkeeping of the first.
                await asyncio.shield(asyncio.ensure_future(self._close_cancelled()))
            raise

    async def _until_closed(self) -> CaseResult:
        while True:
            outcome = await self._handled()
            if self._exception is not None and self._may_ask and await self._resolved(self._exception):
                continue
            outcome = await self._left_half(outcome)
            if await self._close(outcome):
                return self._result(outcome)
            # An inquiry joined between the last look and the closing: the case is still open, so handle it.
            self._begin_anew("another_inquiry")

    async def _handled(self) -> CaseOutcome:
        try:
            return await self._handle()
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            return self._hand_over(_named(failed))

    @abstractmethod
    async def _handle(self) -> CaseOutcome:
        """From where the case stands to an outcome; what was signed and not finished comes first."""

    # The gate

    async def _pass_gate(self, head: ProposalHead) -> tuple[bool, CaseOutcome | None]:
        """Whether to write; if not, how the case ends, or None for another round."""
        match head.gate:
            case Gate.NOTHING_TO_DO:
                return False, CaseOutcome.NOTHING_TO_DO
            case Gate.SUMMARY_ONLY:
                return False, CaseOutcome.READ_ONLY
            case Gate.FORBIDDEN:
                return False, self._hand_over(ExceptionCode.FORBIDDEN)
            case Gate.POLICY:
                if await self._sign_by_policy():
                    return True, None
                return False, self._hand_over(ExceptionCode.POLICY_SIGNER_REFUSED)
            case Gate.PERSON | Gate.ACCEPT_ONLY:
                return await self._ask_a_person(head)
        assert_never(head.gate)

    async def _ask_a_person(self, head: ProposalHead) -> tuple[bool, CaseOutcome | None]:
        self._enter("waiting for approval")
        ending = await self._wait_for_ending(self._round, head, self._seen)
        if ending.state is RoundState.EXPIRED:
            return False, self._hand_over(ExceptionCode.REVIEW_EXPIRED)
        if ending.state is RoundState.SUPERSEDED:
            self._reopen_superseded()
            return False, None
        if self._decision.verdict is Verdict.REJECT:
            if head.gate is not Gate.ACCEPT_ONLY:
                await note_rejection(self._case, self._round, self._decision.decision_id, self._start.agent_version)
            return False, CaseOutcome.REJECTED
        if self._decision.verdict is Verdict.RESPOND:
            return False, await self._redraft()
        if head.gate is Gate.ACCEPT_ONLY:
            return False, CaseOutcome.ACCEPTED_NOT_WRITTEN
        return True, None

    async def _sign_by_policy(self) -> bool:
        """Low-risk actions only; the signer checks that itself and holds the only policy key."""
        signed = await workflow.execute_activity_method(
            SigningActivities.sign,
            RoundInput(**self._case.model_dump(), round=self._round),
            summary="Sign by policy",
            **SIGNER,
        )
        if not signed.accepted:
            return False
        self._gate.decision = signed
        return True

    async def _redraft(self) -> CaseOutcome | None:
        self._redrafts += 1
        if self._redrafts > MAX_REDRAFTS:
            return self._hand_over(ExceptionCode.TOO_MANY_REDRAFTS)
        self._redraft_of = self._decision.decision_id
        self._reopen("redraft", keep_ladder=False)
        return None

    async def _write(self, head: ProposalHead, *, again: bool = False) -> CaseOutcome | None:
        self._enter("writing")
        self._unfinished, self._head = Unfinished.REVIEWED, head
        written = await write_back(
            self._case,
            self._gate,
            round=self._round,
            head=head,
            decision=self._decision,
            agent_version=self._start.agent_version,
            again=again,
        )
        self._unfinished = None
        self._receipts = (*self._receipts, *written.receipts)
        self._mail = written.mail
        kind = written.crm.kind
        if kind in GONE:
            return GONE[kind]
        if kind in REOPENS:
            return await self._reopen_after(written)
        return CaseOutcome.WRITTEN if written.complete else CaseOutcome.PARTLY_WRITTEN

    async def _reopen_after(self, written: Written) -> CaseOutcome | None:
        self._reopenings += 1
        if self._reopenings > MAX_REOPENINGS:
            return self._hand_over(ExceptionCode.CONFLICT_REPEATED)
        if written.crm.survivor_id:
            self._lead_id = written.crm.survivor_id
        self._reopen(written.crm.kind.value, keep_ladder=True)
        return None

    def _reopen_superseded(self) -> None:
        """Another inquiry begins the wait anew; an owner who dropped out is no fault of the reviewer's deadline."""
        if self._gate.inquiries > self._seen:
            self._reopen("another_inquiry", keep_ladder=False)
            return
        self._gate.rerouted += 1
        lost = self._gate.unfit_because == DOCUMENTS_MISSING
        self._reopen(DOCUMENTS_MISSING if lost else "owner_unfit", keep_ladder=True)

    def _reopen(self, because: str, *, keep_ladder: bool) -> None:
        """The next card says why it is there again; after a conflict it keeps its place in the ladder."""
        stop_if_cancelled()
        self._reopened_because = because
        if not keep_ladder:
            self._ladder_of = None
        elif self._ladder_of is None:
            self._ladder_of = self._round

    # Endings

    def _hand_over(self, code: ExceptionCode) -> CaseOutcome:
        """Escalate to a person by name instead of guessing. The outcome holds if nobody resolves it."""
        self._exception = code
        if code not in _MAY_BE_FINISHED:
            self._unfinished = None
        return CaseOutcome.EXPIRED if code is ExceptionCode.REVIEW_EXPIRED else CaseOutcome.EXCEPTION

    async def _resolved(self, code: ExceptionCode) -> bool:
        """Whether the case goes on: somebody said how, or wrote again."""
        self._enter("waiting for a resolution")
        answer = await self._ask_to_resolve(
            code, self._round, seen_inquiries=self._seen, agent_version=self._start.agent_version
        )
        if answer.superseded:
            self._begin_anew("another_inquiry")
            return True
        head = answer.resolution
        if head is None or head.act is None or head.act is Act.CLOSE:
            return False
        if head.act is not Act.RETRY:
            self._unfinished = None
        if self._unfinished is None:
            # A card of its own follows: what the earlier one approved is not sent beside it.
            await self._stop_mail()
        self._reopenings = self._redrafts = 0
        self._redraft_of = ""
        if head.act is Act.CHOOSE_MATCH:
            # The same round: what is next was never done in it.
            self._exception = None
            self._lead_id, self._new_person = head.record_id, not head.record_id
        else:
            self._begin_anew("resolved")
        return True

    def _begin_anew(self, because: str) -> None:
        """The same case from its start; a write that was begun keeps its round and its signature."""
        self._exception = None
        if self._unfinished is None:
            self._new_person = False
            if not self._lead_id:
                self._round += 1
        self._reopen(because, keep_ladder=False)

    async def _left_half(self, outcome: CaseOutcome) -> CaseOutcome:
        """Nobody goes on with what broke off: an e-mail that did not leave never will, and what was written is said."""
        await self._stop_mail()
        half = bool(self._gate.half_written) and outcome is CaseOutcome.EXCEPTION
        return CaseOutcome.PARTLY_WRITTEN if half else outcome

    async def _stop_mail(self) -> None:
        order, self._gate.mail = self._gate.mail, None
        if order is not None:
            self._mail = await stop_mail(order)

    async def _close(self, outcome: CaseOutcome) -> bool:
        head = await workflow.execute_activity_method(
            CaseActivities.close,
            CloseInput(
                **self._case.model_dump(), outcome=outcome, seen_inquiries=self._seen, exception=self._exception
            ),
            summary=f"Close: {outcome.value}",
            **STORE,
        )
        if not head.closed:
            self._gate.inquiries = max(self._gate.inquiries, head.inquiry_count)
            return False
        self._outcome = outcome
        self._enter("closed")
        workflow.upsert_search_attributes([OUTCOME.value_set(outcome.value)])
        # An update that is still being answered must not be cut off by the end of the run.
        await workflow.wait_condition(workflow.all_handlers_finished)
        return True

    async def _close_cancelled(self) -> None:
        """Ops cancelled. What was written stays and can be undone; what was not written or sent never will be."""
        await workflow.execute_activity_method(
            CaseActivities.cancel,
            RoundInput(**self._case.model_dump(), round=self._round),
            summary="Close: cancelled by ops",
            **STORE,
        )
        self._outcome, self._exception = CaseOutcome.CANCELLED, None
        self._enter("closed")
        workflow.upsert_search_attributes([OUTCOME.value_set(CaseOutcome.CANCELLED.value)])
        await self._stop_mail()
        await workflow.wait_condition(workflow.all_handlers_finished)

    # What ops see

    def _enter(self, step: str) -> None:
        self._step = step
        workflow.upsert_search_attributes([STEP.value_set(step)])
        lines = {"Step": step, "Round": str(self._round), "Lead": self._lead_id or "not in the CRM yet"}
        if self._qualified is not None:
            lines["Score"] = f"{self._qualified.band} {self._qualified.score}"
        if self._outcome is not None:
            lines["Outcome"] = self._outcome.value
        if self._exception is not None:
            lines["Exception"] = self._exception.value
        show(lines)

    def _step_input(self) -> StepInput:
        return StepInput(
            **self._case.model_dump(),
            round=self._round,
            playbook_digest=self._start.playbook_digest,
            agent_version=self._start.agent_version,
            inquiries=self._seen,
        )

    def _result(self, outcome: CaseOutcome) -> CaseResult:
        return CaseResult(
            case_id=self._start.case_id,
            outcome=outcome,
            rounds=self._round,
            score=self._qualified.score if self._qualified else None,
            band=self._qualified.band if self._qualified else "",
            receipts=(*self._receipts, *(r for r in self._gate.half_written if r not in self._receipts)),
            mail=self._mail,
            exception=self._exception,
        )


_MAY_BE_FINISHED = frozenset({ExceptionCode.STEP_FAILED, ExceptionCode.CRM_PROTOCOL})

_NAMED = {
    # A matter for security, not a step to be mended.
    ErrorCode.NOT_AUTHORISED.value: ExceptionCode.WRITE_NOT_AUTHORISED,
    ErrorCode.CRM_PROTOCOL.value: ExceptionCode.CRM_PROTOCOL,
}


def _named(failed: ActivityError) -> ExceptionCode:
    cause = failed.cause
    kind = cause.type if isinstance(cause, ApplicationError) else None
    return _NAMED.get(kind or "", ExceptionCode.STEP_FAILED)
