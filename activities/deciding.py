"""The steps that decide: pure rules over the case's documents. Only `enrich` may ask outside."""

from collections.abc import Sequence
from typing import assert_never

from temporalio import activity

from activities.assigning import before_anybody_looks
from activities.messages import (
    CreateLeadHead,
    EnrichHead,
    Gate,
    ProposalHead,
    ProposeInput,
    QualificationHead,
    RoutingHead,
    Rung,
    StepInput,
)
from activities.turns import TurnsOfCase
from domain.audit import AuditEvent, AuditKind
from domain.calls import calls_of, heard_in
from domain.casefile import CaseFile, Qualified, Routed
from domain.cases import DocumentKind, ExceptionCode, Ladder, ReviewOpening
from domain.context import CONTEXT_REACH, CaseContext, ContextReader, crm_items, newest_first, subject_of
from domain.enrichment import Signal
from domain.evidence import EvidenceBook
from domain.field_mapping import admitted
from domain.identity import is_identifiable
from domain.ladder import build_ladder
from domain.leads import CrmSnapshot, Inquiry, Motion
from domain.owners import owner_change
from domain.permissions import Level, RiskCategory, may
from domain.playbook import Playbook
from domain.ports import AuditLog, CaseDocuments, Cases, Clock, Enricher, Playbooks, Reviews, Rotation
from domain.proposals import ProposalContent, digest_of, parse_content
from domain.proposed_actions import called
from domain.proposing import Proposed, ProposingInput, create_lead_content, propose
from domain.reading import read
from domain.receipts import WriteOutcomeKind
from domain.resolutions import chosen_owner
from domain.review_queue import account_key, searchable
from domain.risk import POLICY_MAY_SIGN
from domain.routing import route
from domain.routing_chosen import with_chosen_owner
from domain.routing_people import with_absences_of
from domain.scoring import qualify
from domain.settling import settle


class DecidingActivities:
    def __init__(
        self,
        *,
        documents: CaseDocuments,
        cases: Cases,
        reviews: Reviews,
        rotation: Rotation,
        playbooks: Playbooks,
        enrichers: Sequence[Enricher],
        audit: AuditLog,
        clock: Clock,
        context: ContextReader | None = None,
    ) -> None:
        self._documents = documents
        self._cases = cases
        self._reviews = reviews
        self._rotation = rotation
        self._playbooks = playbooks
        self._enrichers = enrichers
        self._context = context
        self._audit = audit
        self._clock = clock

    @activity.defn
    def propose_lead(self, step: StepInput) -> CreateLeadHead:
        """A proposal to create the person as a lead, with what was sent and nothing else."""
        file = CaseFile(self._documents, step.case_id)
        inquiries = file.inquiries(step.inquiries)
        if not is_identifiable(inquiries):
            return CreateLeadHead(exception=ExceptionCode.MISSING_IDENTITY)
        playbook = self._playbooks.current()
        if not may(_level(playbook, step.motion), Level.APPROVED_WRITEBACK):
            return CreateLeadHead(allowed=False)
        if not file.has(DocumentKind.PROPOSAL, str(step.round)):
            content = create_lead_content(
                inquiries,
                playbook=playbook,
                queues=file.latest_match().queues,
                org_id=step.org_id,
                case_id=step.case_id,
                round=step.round,
                motion=step.motion,
            )
            file.keep_bytes(DocumentKind.PROPOSAL, str(step.round), content.to_bytes())
        digest = digest_of(file.proposal_bytes(step.round))
        now = self._clock.now()
        self._reviews.open_round(
            ReviewOpening(
                case_id=step.case_id,
                org_id=step.org_id,
                round=step.round,
                motion=step.motion,
                workflow_id=self._cases.get(step.case_id).workflow_id,
                title=f"New lead: {called(inquiries)}",
                risk=RiskCategory.LOW,
                proposal_digest=digest,
                opened_at=now,
                ladder=build_ladder(now, "", playbook, RiskCategory.LOW, step.motion),
            )
        )
        return CreateLeadHead(digest=digest)

    @activity.defn
    def enrich(self, step: StepInput) -> EnrichHead | None:
        """What was said and done so far; then each provider that the playbook names, in its order.

        One that is down leaves a typed unknown. Always answers a head; histories from before there was one hold none.
        """
        file = CaseFile(self._documents, step.case_id)
        if not file.has(DocumentKind.ENRICHMENT, str(step.round)):
            self._enrich(file, step)
        return EnrichHead(calls=len(calls_of(file.context(step.round))))

    def _enrich(self, file: CaseFile, step: StepInput) -> None:
        playbook = self._playbooks.pinned(step.playbook_digest)
        inquiries, snapshot = file.inquiries(step.inquiries), file.snapshot(step.round)
        file.keep(DocumentKind.CONTEXT, str(step.round), self._context_of(inquiries, snapshot))
        by_name = {e.name: e for e in self._enrichers}
        signals: list[Signal] = []
        for name in playbook.enrichment.providers:
            if name in by_name:
                signals.extend(by_name[name].enrich(inquiries[-1], snapshot, now=self._clock.now()))
        settled = settle(admitted(signals, playbook.objects), playbook.enrichment)
        file.keep(DocumentKind.ENRICHMENT, str(step.round), settled)

    def _context_of(self, inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> CaseContext:
        since = self._clock.now() - CONTEXT_REACH
        reported = self._context.about(subject_of(inquiries, snapshot), since=since) if self._context else ()
        return CaseContext(items=newest_first((*reported, *crm_items(snapshot))))

    @activity.defn
    def qualify(self, step: StepInput) -> QualificationHead:
        """Score by the rules of the pinned playbook, with what calls said."""
        file = CaseFile(self._documents, step.case_id)
        playbook = self._playbooks.pinned(step.playbook_digest)
        inquiries = file.inquiries(step.inquiries)
        facts = read(inquiries, playbook)
        book = EvidenceBook()
        readings = file.calls(step.round)
        heard = heard_in(readings)
        result = qualify(
            inquiries,
            file.snapshot(step.round),
            file.enrichment(step.round),
            facts,
            playbook,
            book,
            now=self._clock.now(),
            heard=heard,
        )
        usage = tuple(used for reading in readings for used in reading.findings.usage)
        kept = Qualified(qualification=result, facts=facts, evidence=book.entries(), heard=heard, usage=usage)
        file.keep(DocumentKind.QUALIFICATION, str(step.round), kept)
        result = file.qualified(step.round).qualification
        return QualificationHead(
            score=result.score, band=result.band, fit=result.fit.value, confidence=result.confidence
        )

    @activity.defn
    def route(self, step: StepInput) -> RoutingHead:
        """Choose the owner by the rules of the pinned playbook, or name the conflict."""
        file = CaseFile(self._documents, step.case_id)
        playbook = with_absences_of(self._playbooks.pinned(step.playbook_digest), self._playbooks.current())
        qualified = file.qualified(step.round)
        book = EvidenceBook(qualified.evidence)
        result = route(
            file.inquiries(step.inquiries),
            file.snapshot(step.round),
            file.enrichment(step.round),
            qualified.qualification,
            playbook,
            book,
            now=self._clock.now(),
            turns=TurnsOfCase(self._rotation, step.org_id, step.case_id, step.round, now=self._clock.now()),
            set_aside=file.set_aside(),
        )
        chosen = chosen_owner(file.resolved())
        result = with_chosen_owner(result, chosen, file.snapshot(step.round), book, set_aside=file.set_aside())
        file.keep(DocumentKind.ROUTING, str(step.round), Routed(routing=result, evidence=book.entries()))
        result = file.routed(step.round).routing
        current = self._playbooks.current()
        first = before_anybody_looks(
            file.snapshot(step.round),
            qualified.qualification,
            file.enrichment(step.round),
            result,
            current,
            step.motion,
        )
        return RoutingHead(
            owner_id=result.owner_id,
            rule=result.rule,
            confidence=result.confidence,
            conflict=not result.owner_id,
            nobody=not result.owner_id and len(result.rows) < 2,
            strategic=result.strategic,
            # Whom a person chose is shown on a card with the rest.
            assign_first=bool(first) and chosen is None,
        )

    @activity.defn
    def propose(self, step: ProposeInput) -> ProposalHead:
        """Make the proposal, decide by level and risk what it waits for, and open its review."""
        file = CaseFile(self._documents, step.case_id)
        current = self._playbooks.current()
        proposed = self._proposed(file, step, current)
        if proposed is None:
            return ProposalHead(digest="", risk=RiskCategory.LOW, gate=Gate.NOTHING_TO_DO)
        content, digest = proposed
        card = file.card(step.round)
        gate = gate_of(content, card.risk.category, _level(current, step.motion))
        head = ProposalHead(
            digest=digest,
            risk=card.risk.category,
            gate=gate,
            quorum=current.quorum.get(card.risk.category, 1),
            undo_window_seconds=current.undo_window_seconds,
            has_mail=content.mail is not None,
            sender_domain=current.seller.sender_domain,
        )
        if gate is Gate.SUMMARY_ONLY:
            return head
        ladder = self._open_review(file, step, current, digest, head.quorum)
        return head.model_copy(
            update={"rungs": tuple(Rung(step=deadline.step, at=deadline.at) for deadline in ladder.deadlines)}
        )

    def _proposed(self, file: CaseFile, step: ProposeInput, current: Playbook) -> tuple[ProposalContent, str] | None:
        """The round's content with the digest of its stored bytes; None where there is nothing to change."""
        slot = str(step.round)
        if not file.has(DocumentKind.PROPOSAL, slot):
            made = self._compose(file, step, current)
            if made is None:
                return None
            # The card first: whoever finds the proposal must find what explains it.
            file.keep(DocumentKind.CARD, slot, made.card)
            file.keep_bytes(DocumentKind.PROPOSAL, slot, made.content.to_bytes())
        stored = file.proposal_bytes(step.round)
        digest = digest_of(stored)
        return parse_content(stored, digest), digest

    def _compose(self, file: CaseFile, step: ProposeInput, current: Playbook) -> Proposed | None:
        drafted, qualified, routed = (
            file.drafted(step.round),
            file.qualified(step.round),
            file.routed(step.round),
        )
        return propose(
            ProposingInput(
                org_id=step.org_id,
                case_id=step.case_id,
                round=step.round,
                motion=step.motion,
                inquiries=file.inquiries(step.inquiries),
                snapshot=file.snapshot(step.round),
                match=file.latest_match(),
                enrichment=file.enrichment(step.round),
                facts=qualified.facts.with_orders(drafted.spoken_orders),
                qualification=qualified.qualification,
                routing=routed.routing,
                consent=drafted.consent,
                draft=drafted.draft,
                evidence=drafted.evidence,
                playbook=current,
                agent_version=step.agent_version,
                now=self._clock.now(),
                snapshot_slot=str(step.round),
                reopened_because=step.reopened_because,
                owner_change=_owner_change(file, step),
                reading_usage=qualified.usage,
            )
        )

    def _open_review(self, file: CaseFile, step: ProposeInput, playbook: Playbook, digest: str, quorum: int) -> Ladder:
        known = self._reviews.opening(step.case_id, step.round)
        if known is not None:
            return known.ladder
        card = file.card(step.round)
        now = self._clock.now()
        account = file.snapshot(step.round).account
        inquiries = file.inquiries(step.inquiries)
        people = dict.fromkeys(f"{i.first_name} {i.last_name}" for i in inquiries)
        self._reviews.open_round(
            ReviewOpening(
                case_id=step.case_id,
                org_id=step.org_id,
                round=step.round,
                motion=step.motion,
                workflow_id=self._cases.get(step.case_id).workflow_id,
                title=card.title,
                subtitle=card.subtitle,
                risk=card.risk.category,
                score=card.qualification.score,
                band=card.qualification.band,
                owner_name=card.routing.owner_name,
                assignee=card.assignee,
                proposal_digest=digest,
                quorum=quorum,
                opened_at=now,
                ladder=self._ladder(step, card.assignee, playbook, card.risk.category),
                territory=card.routing.territory,
                respond_by=card.routing.respond_by,
                account_key=account_key(account.id if account is not None else "", card.company),
                search_text=searchable(
                    card.title, card.company, card.lead_name, *(i.email for i in inquiries), *people
                ),
            )
        )
        self._audit.append(
            AuditEvent(
                key=f"review/{step.case_id}/{step.round}",
                kind=AuditKind.REVIEW_OPENED,
                org_id=step.org_id,
                case_id=step.case_id,
                digest=digest,
                agent_version=step.agent_version,
                code=card.risk.category.value,
                at=now,
            )
        )
        opened = self._reviews.opening(step.case_id, step.round)
        return opened.ladder if opened else build_ladder(now, card.assignee, playbook, card.risk.category, step.motion)

    def _ladder(self, step: ProposeInput, assignee: str, playbook: Playbook, risk: RiskCategory) -> Ladder:
        """A reopened review keeps its place in the ladder, unless that has run out while it was being written."""
        now = self._clock.now()
        if step.keeps_ladder_of_round is not None:
            before = self._reviews.opening(step.case_id, step.keeps_ladder_of_round)
            if before is not None and before.ladder.expires_at > now:
                return before.ladder
        return build_ladder(now, assignee, playbook, risk, step.motion)


def _owner_change(file: CaseFile, step: ProposeInput) -> str:
    """A round of its own read the survivor of a merge: then there is no snapshot to compare with."""
    before = str(step.round - 1)
    if step.reopened_because != WriteOutcomeKind.REASSIGNED or not file.has(DocumentKind.SNAPSHOT, before):
        return ""
    return owner_change(file.snapshot(step.round - 1), file.snapshot(step.round))


def _level(playbook: Playbook, motion: Motion) -> Level:
    return playbook.levels.get(motion, Level.READ_ONLY)


def gate_of(content: ProposalContent, risk: RiskCategory, level: Level) -> Gate:
    """What permission level and risk say: the whole proposal waits if any of its actions has to."""
    if risk is RiskCategory.FORBIDDEN:
        return Gate.FORBIDDEN
    match level:
        case Level.READ_ONLY:
            return Gate.SUMMARY_ONLY
        case Level.DRAFT:
            return Gate.ACCEPT_ONLY
        case Level.APPROVED_WRITEBACK:
            return Gate.PERSON
        case Level.LIMITED_AUTOMATION:
            by_policy = risk is RiskCategory.LOW and all(a.kind in POLICY_MAY_SIGN for a in content.actions)
            return Gate.POLICY if by_policy else Gate.PERSON
    assert_never(level)
