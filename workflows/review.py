"""The approval gate that every sales motion shares: wait for one ending of one round.

When do you need to touch this? When the way a person is asked, reminded or believed changes.

The gate holds no power. It knows ids; an activity verifies every decision, the store arbitrates between a
decision and the expiry, and the write guard checks the signature again at the CRM door.
"""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.messages import (
        CaseRef,
        EscalateInput,
        MailInput,
        ProposalHead,
        RoundEnding,
        RoundInput,
        VerifiedDecision,
        VerifyInput,
    )
    from activities.reviewing import ReviewActivities
    from domain.cases import LadderStep
    from domain.decisions import RoundState
    from domain.errors import RefusalReason

from workflows.messages import DecideResult, DecisionRef, InquiryRef, OwnerUnfit, StopMail
from workflows.options import STORE

MAX_AUDITED_REFUSALS = 20
"""Signals that name a worthless decision cost an activity each; after this many a run stops listening to more.

Those still being verified count as well, so that a flood is capped before its first refusal.

Updates come from the UI alone and get ten times as many. A good decision is never lost by this: it is in the
store, and the expiry asks the store first.
"""


DOCUMENTS_MISSING = "documents_missing"
"""Why a round is made anew: what people are asked about is gone from the store."""

MAX_REROUTINGS = 10
"""After so many owners who dropped out while people were asked, the wait is left alone: the write looks again."""


@dataclass
class GateState:
    """Where the wait stands. `round` is the one that people are asked about; None while nobody is asked."""

    round: int | None = None
    decision: VerifiedDecision | None = None
    inquiries: int = 1
    refusals: int = 0
    """Decisions that were refused, or not found good yet."""
    early: DecisionRef | None = None
    """Told by signal just before its round was asked about."""
    mail_stopped: bool = False
    mail: MailInput | None = None
    """An approved e-mail that has not ended: neither accepted, nor refused, nor stopped."""
    half_written: tuple[str, ...] = ()
    """The receipt of an approved change's CRM step, while what follows it has not ended."""
    unfit: int | None = None
    """The newest round whose proposed owner can take nothing any more."""
    unfit_because: str = ""
    rerouted: int = 0


class ReviewedCase:
    """Base of the case workflows: message handlers, and the wait. A motion adds its own `run`."""

    def __init__(self, case: CaseRef) -> None:
        self._case = case
        self._gate = GateState()

    # Handlers

    @workflow.update
    async def decide(self, ref: DecisionRef) -> DecideResult:
        """Take in a stored decision. Answers once it is verified."""
        return await self._answer(ref)

    @decide.validator
    def _may_decide(self, ref: DecisionRef) -> None:
        """Shape and state only: a refusal here leaves no trace in history."""
        if not ref.decision_id:
            raise ApplicationError("no decision id", type=RefusalReason.UNKNOWN_DECISION)
        if self._gate.round is None or self._gate.round != ref.round:
            raise ApplicationError("not waiting for this round", type=RefusalReason.NOT_WAITING)
        if self._gate.refusals >= 10 * MAX_AUDITED_REFUSALS:
            raise ApplicationError("too many refused decisions in this run", type=RefusalReason.NOT_WAITING)

    @workflow.signal
    async def submit_decision(self, ref: DecisionRef) -> None:
        """The same for senders that cannot wait for an answer. Believed no more than an update."""
        if self._gate.refusals >= MAX_AUDITED_REFUSALS:
            return
        if self._gate.round is None:
            # The queue shows a review a moment before this run waits for it.
            self._gate.early = ref
        elif self._gate.round == ref.round:
            await self._answer(ref)

    @workflow.signal
    def inquiry_joined(self, ref: InquiryRef) -> None:
        """The same person wrote again; the proposal may no longer fit."""
        self._gate.inquiries = max(self._gate.inquiries, ref.number)

    @workflow.signal
    def owner_unfit(self, told: OwnerUnfit) -> None:
        """The proposed owner left, is away or is full: nobody should spend time on that card."""
        self._gate.unfit = max(self._gate.unfit or 0, told.round)
        self._gate.unfit_because = told.reason

    @workflow.signal
    def stop_mail(self, request: StopMail) -> None:
        """Keep the e-mail from going out, as long as its undo window is open."""
        self._gate.mail_stopped = True

    async def _answer(self, ref: DecisionRef) -> DecideResult:
        """One that cannot be verified is refused like a worthless one: a failing signal would end the whole case."""
        try:
            return await self._take_in(ref)
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            code = failed.cause.type if isinstance(failed.cause, ApplicationError) else None
            return DecideResult(accepted=False, reason=code or RefusalReason.UNKNOWN_DECISION)

    async def _take_in(self, ref: DecisionRef) -> DecideResult:
        asked_about = self._gate.round
        self._gate.refusals += 1
        verified = await workflow.execute_activity_method(
            ReviewActivities.verify_decision,
            VerifyInput(**self._case.model_dump(), round=ref.round, decision_id=ref.decision_id),
            summary="Verify a decision",
            **STORE,
        )
        if not verified.accepted:
            return DecideResult(accepted=False, reason=verified.reason)
        self._gate.refusals -= 1
        # While the activity ran the round may have ended otherwise: only the round that was asked about counts.
        if self._gate.round == asked_about and verified.complete and self._gate.decision is None:
            self._gate.decision = verified
        return DecideResult(accepted=True, reason=verified.reason)

    # The wait

    async def _wait_for_ending(self, round: int, head: ProposalHead, seen_inquiries: int) -> RoundEnding:
        """Wait through the ladder. Ends as decided, expired, or superseded: by another inquiry, or an unfit owner."""
        self._gate.decision = None
        self._gate.round = round
        early, self._gate.early = self._gate.early, None
        try:
            if early is not None and early.round == round:
                await self._answer(early)
            for rung in head.rungs:
                # Computed here, at each rung, from the absolute time: nothing that happens while waiting moves it.
                left = max(rung.at - workflow.now(), timedelta(0))
                if await self._something_happened(left, seen_inquiries, round, rung.step):
                    return await self._ending(round)
                if rung.step is not LadderStep.EXPIRY:
                    await workflow.execute_activity_method(
                        ReviewActivities.escalate,
                        EscalateInput(**self._case.model_dump(), round=round, step=rung.step),
                        summary=f"Escalate: {rung.step.value}",
                        **STORE,
                    )
            return await self._expire(round)
        finally:
            self._gate.round = None

    async def _something_happened(
        self, within: timedelta, seen_inquiries: int, round: int, next_step: LadderStep
    ) -> bool:
        try:
            await workflow.wait_condition(
                lambda: (
                    self._gate.decision is not None
                    or self._gate.inquiries > seen_inquiries
                    or self._owner_dropped_out(round)
                ),
                timeout=within,
                timeout_summary=f"Next on the ladder: {next_step.value}",
            )
        except TimeoutError:
            return False
        return True

    def _owner_dropped_out(self, round: int) -> bool:
        return self._gate.unfit == round and self._gate.rerouted < MAX_REROUTINGS

    async def _ending(self, round: int) -> RoundEnding:
        if self._gate.decision is not None:
            return RoundEnding(state=RoundState.DECIDED, decision_id=self._gate.decision.decision_id)
        ending = await workflow.execute_activity_method(
            ReviewActivities.supersede_round,
            RoundInput(**self._case.model_dump(), round=round),
            summary="The owner no longer fits: void this round"
            if self._owner_dropped_out(round)
            else "Another inquiry by the same person: void this round",
            **STORE,
        )
        return await self._believing(round, ending)

    async def _expire(self, round: int) -> RoundEnding:
        """The store is asked before anything expires: a decision that was stored in time counts, delivered or not."""
        ending = await workflow.execute_activity_method(
            ReviewActivities.expire_round,
            RoundInput(**self._case.model_dump(), round=round),
            summary="Expire, unless a decision was stored in time",
            **STORE,
        )
        return await self._believing(round, ending)

    async def _believing(self, round: int, ending: RoundEnding) -> RoundEnding:
        """A decision that the store names is verified like any other; a worthless one ends the round as expired."""
        if ending.state is not RoundState.DECIDED:
            return ending
        if self._gate.decision is None:
            await self._take_in(DecisionRef(decision_id=ending.decision_id, round=round))
        if self._gate.decision is None:
            return RoundEnding(state=RoundState.EXPIRED)
        return RoundEnding(state=RoundState.DECIDED, decision_id=self._gate.decision.decision_id)

    @property
    def _decision(self) -> VerifiedDecision:
        """The decision that ended the last round."""
        if self._gate.decision is None:
            raise ApplicationError("no decision was taken in", type=RefusalReason.UNKNOWN_DECISION)
        return self._gate.decision
