"""Inbound qualification: one inquiry from its arrival to what the CRM holds because of it.

When do you need to touch this? When a step is added to the sales process, or its order changes. Every change
replays the committed histories (`make test`); a changed order of commands goes behind `workflow.patched`.
"""

import asyncio
from enum import StrEnum
from typing import assert_never

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.assigning import AssigningActivities
    from activities.cases import CaseActivities
    from activities.crm import CrmActivities
    from activities.deciding import DecidingActivities
    from activities.drafting import DraftingActivities
    from activities.listening import ListeningActivities
    from activities.messages import (
        CaseRef,
        CloseInput,
        DraftInput,
        FetchInput,
        Gate,
        MatchHead,
        ProposalHead,
        ProposeInput,
        QualificationHead,
        RoundInput,
        RoutingHead,
        StepInput,
    )
    from activities.signing import SigningActivities
    from domain.cases import Act, CaseOutcome, ExceptionCode
    from domain.decisions import RoundState, Verdict
    from domain.errors import ErrorCode
    from domain.proposals import Phase
    from domain.receipts import MailState, WriteOutcomeKind

from workflows.applying import apply_phase, note_rejection, stop_if_cancelled
from workflows.messages import CaseProgress, CaseResult, InboundLeadInput
from workflows.options import CRM_READ, MODEL, SIGNER, STORE
from workflows.resolving import ResolvableCase
from workflows.review import DOCUMENTS_MISSING
from workflows.visibility import BAND, OUTCOME, RISK, STEP, show
from workflows.watching import watch_assignment
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


@workflow.defn
class InboundLead(ResolvableCase):
    """One case. Survives any worker; ends in exactly one `CaseOutcome`."""

    @workflow.init
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
        self._assigned_first = False
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

    @workflow.run
    async def run(self, start: InboundLeadInput) -> CaseResult:
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

    async def _handle(self) -> CaseOutcome:
        ended = await self._finish()
        if ended is not None:
            return ended
        self._seen = self._gate.inquiries
        if not self._lead_id:
            ended = await self._find_or_create_lead()
            if ended is not None:
                return ended
        while True:
            outcome = await self._one_round()
            if outcome is not None:
                return outcome

    async def _finish(self) -> CaseOutcome | None:
        """What was signed before the case stopped is written first, under the same signature."""
        match self._unfinished:
            case Unfinished.LEAD:
                return await self._write_lead(again=True)
            case Unfinished.FIRST_OWNER:
                await self._write_first_owner(again=True)
                return None
            case Unfinished.REVIEWED if self._head is not None:
                return await self._write(self._head, again=True)
            case _:
                return None

    async def _find_or_create_lead(self) -> CaseOutcome | None:
        if not self._new_person:
            matched = await self._match()
            if matched.exception is not None:
                return self._hand_over(matched.exception)
            self._lead_id = matched.lead_id
        return None if self._lead_id else await self._create_lead()

    async def _one_round(self) -> CaseOutcome | None:
        """Fetch, decide, draft, propose, wait, write. None asks for another round."""
        self._round += 1
        self._seen = self._gate.inquiries
        gone = await self._fetch()
        if gone is not None:
            return gone
        self._qualified = await self._qualify()
        routed = await self._route()
        if routed.conflict:
            return self._hand_over(ExceptionCode.NO_OWNER if routed.nobody else ExceptionCode.ROUTING_CONFLICT)
        if routed.assign_first and not self._assigned_first:
            # Once per case: an owner that does not stick is for people to look at.
            self._assigned_first = True
            if await self._assign_first():
                return None
        await self._draft()
        head = await self._propose()
        approved, ended = await self._pass_gate(head)
        return await self._write(head) if approved else ended

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

    # Steps

    async def _match(self) -> MatchHead:
        self._enter("matching")
        return await workflow.execute_activity_method(
            CrmActivities.match, self._step_input(), summary="Find the person in the CRM", **CRM_READ
        )

    async def _create_lead(self) -> CaseOutcome | None:
        """A person who is not in the CRM yet: a lead with the sent fields only, signed by policy."""
        self._enter("creating the lead")
        head = await workflow.execute_activity_method(
            DecidingActivities.propose_lead, self._step_input(), summary="Propose the new lead", **STORE
        )
        if head.exception is not None:
            return self._hand_over(head.exception)
        if not head.allowed:
            return None
        if not await self._sign_by_policy():
            return self._hand_over(ExceptionCode.POLICY_SIGNER_REFUSED)
        return await self._write_lead()

    async def _write_lead(self, *, again: bool = False) -> CaseOutcome | None:
        self._unfinished = Unfinished.LEAD
        created = await apply_phase(
            self._case, self._round, self._decision, Phase.CRM, self._start.agent_version, again=again
        )
        self._unfinished = None
        if created.kind is not WriteOutcomeKind.WRITTEN:
            return self._hand_over(ExceptionCode.CRM_REFUSED)
        self._receipts = (*self._receipts, created.receipt_id)
        self._lead_id = created.lead_id
        stop_if_cancelled()
        return None

    async def _fetch(self) -> CaseOutcome | None:
        self._enter("fetching")
        head = await workflow.execute_activity_method(
            CrmActivities.fetch,
            FetchInput(**self._step_input().model_dump(), lead_id=self._lead_id),
            summary="Read the lead and what surrounds it",
            **CRM_READ,
        )
        if head.survivor_id:
            self._lead_id = head.survivor_id
            return await self._fetch_survivor()
        if head.converted:
            return CaseOutcome.CONVERTED
        if head.deleted:
            return CaseOutcome.DELETED
        return None if head.found else self._hand_over(ExceptionCode.CRM_RECORD_MISSING)

    async def _fetch_survivor(self) -> CaseOutcome | None:
        """A merged lead lives on in another record. The snapshot gets a round of its own."""
        self._round += 1
        return await self._fetch()

    async def _qualify(self) -> QualificationHead:
        self._enter("qualifying")
        enriched = await workflow.execute_activity_method(
            DecidingActivities.enrich, self._step_input(), summary="Ask the enrichment providers", **STORE
        )
        if enriched is not None and enriched.calls:
            await self._read_calls()
        head = await workflow.execute_activity_method(
            DecidingActivities.qualify, self._step_input(), summary="Score by the playbook", **STORE
        )
        workflow.upsert_search_attributes([BAND.value_set(head.band)])
        return head

    async def _read_calls(self) -> None:
        try:
            await workflow.execute_activity_method(
                ListeningActivities.read_calls, self._step_input(), summary="Read the calls for BANT", **MODEL
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            await workflow.execute_activity_method(
                ListeningActivities.read_calls_by_rules,
                self._step_input(),
                summary="The model failed: read the calls by rules",
                **STORE,
            )

    async def _route(self) -> RoutingHead:
        self._enter("routing")
        return await workflow.execute_activity_method(
            DecidingActivities.route, self._step_input(), summary="Choose the owner", **STORE
        )

    async def _assign_first(self) -> bool:
        """Speed to lead: give the lead its first owner now, under the policy key. The rest is the next round's."""
        self._enter("assigning")
        head = await workflow.execute_activity_method(
            AssigningActivities.propose_assignment,
            self._step_input(),
            summary="Propose the first owner",
            **STORE,
        )
        if not head.proposed or not await self._sign_by_policy():
            return False
        await self._write_first_owner()
        # Written or overtaken by somebody: either way the next round reads the record as it is now.
        return True

    async def _write_first_owner(self, *, again: bool = False) -> None:
        self._unfinished = Unfinished.FIRST_OWNER
        applied = await apply_phase(
            self._case, self._round, self._decision, Phase.CRM, self._start.agent_version, again=again
        )
        self._unfinished = None
        await watch_assignment(self._case, self._round, applied, self._start.agent_version)
        stop_if_cancelled()
        if applied.receipt_id:
            self._receipts = (*self._receipts, applied.receipt_id)

    async def _draft(self) -> None:
        self._enter("drafting")
        order = DraftInput(**self._step_input().model_dump(), redraft_of=self._redraft_of)
        try:
            await workflow.execute_activity_method(
                DraftingActivities.draft, order, summary="Write the brief and the e-mail", **MODEL
            )
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            await workflow.execute_activity_method(
                DraftingActivities.draft_from_template, order, summary="The model failed: use the template", **STORE
            )

    async def _propose(self) -> ProposalHead:
        self._enter("proposing")
        head = await workflow.execute_activity_method(
            DecidingActivities.propose,
            ProposeInput(
                **self._step_input().model_dump(),
                reopened_because=self._reopened_because,
                keeps_ladder_of_round=self._ladder_of,
            ),
            summary="Propose the changes",
            **STORE,
        )
        workflow.upsert_search_attributes([RISK.value_set(head.risk.value)])
        return head

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
