"""Inbound qualification: one inquiry from its arrival to what the CRM holds because of it.

When do you need to touch this? When a step is added to the sales process, or its order changes. Every change
replays the committed histories (`make test`); a changed order of commands goes behind `workflow.patched`.
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.assigning import AssigningActivities
    from activities.crm import CrmActivities
    from activities.deciding import DecidingActivities
    from activities.drafting import DraftingActivities
    from activities.listening import ListeningActivities
    from activities.messages import (
        DraftInput,
        FetchInput,
        MatchHead,
        ProposalHead,
        ProposeInput,
        QualificationHead,
        RoutingHead,
    )
    from domain.cases import CaseOutcome, ExceptionCode
    from domain.proposals import Phase
    from domain.receipts import WriteOutcomeKind

from workflows.applying import apply_phase, stop_if_cancelled
from workflows.messages import CaseResult, InboundLeadInput
from workflows.motion import MotionCase, Unfinished
from workflows.options import CRM_READ, MODEL, STORE
from workflows.visibility import BAND, RISK
from workflows.watching import watch_assignment


@workflow.defn
class InboundLead(MotionCase):
    """One inquiry, and every further one of the same person while it is open."""

    @workflow.init
    def __init__(self, start: InboundLeadInput) -> None:
        super().__init__(start)
        self._assigned_first = False

    @workflow.run
    async def run(self, start: InboundLeadInput) -> CaseResult:
        return await self._to_its_end()

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
