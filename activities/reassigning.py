"""Another owner for a lead that nobody worked on in time: routed anew, proposed alone, for a person to approve."""

from temporalio import activity

from activities.deciding import gate_of
from activities.messages import Gate, ProposalHead, Rung
from activities.owner_messages import ReassignOrder
from activities.turns import TurnsOfCase
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile, Routed
from domain.cases import DocumentKind, Ladder, ReviewOpening
from domain.citing import cite_field, cite_playbook
from domain.consent import may_contact
from domain.drafting import Draft, DraftOrigin
from domain.evidence import EvidenceBook
from domain.first_touch import Breach
from domain.ladder import build_ladder
from domain.permissions import Level, RiskCategory
from domain.playbook import Playbook
from domain.ports import AuditLog, CaseDocuments, Cases, Clock, Playbooks, Reviews, Rotation
from domain.proposals import digest_of
from domain.proposing import Proposed, ProposingInput, propose
from domain.resolutions import chosen_owner
from domain.routing import RoutingDecision, route
from domain.routing_chosen import with_chosen_owner
from domain.routing_people import with_absences_of

WRITER = "no draft"
"""Nobody writes to the lead here: the card of a reassignment has no e-mail."""


class ReassigningActivities:
    """Needs the application database only; the round's snapshot was read before."""

    def __init__(
        self,
        *,
        documents: CaseDocuments,
        cases: Cases,
        reviews: Reviews,
        rotation: Rotation,
        playbooks: Playbooks,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._cases = cases
        self._reviews = reviews
        self._rotation = rotation
        self._playbooks = playbooks
        self._audit = audit
        self._clock = clock

    @activity.defn
    def propose_reassignment(self, order: ReassignOrder) -> ProposalHead:
        """Route without those who did not answer, and open a review of the change of owner.

        Gate `forbidden` where nobody else can take the lead, `nothing_to_do` where it has changed hands already.
        """
        file = CaseFile(self._documents, order.case_id)
        slot = str(order.review_round)
        current = self._playbooks.current()
        if not file.has(DocumentKind.PROPOSAL, slot):
            made = self._compose(file, order, current)
            if made is None:
                found = file.routed(order.review_round).routing.owner_id
                gate = Gate.NOTHING_TO_DO if found else Gate.FORBIDDEN
                return ProposalHead(digest="", risk=RiskCategory.LOW, gate=gate)
            file.keep(DocumentKind.CARD, slot, made.card)
            file.keep_bytes(DocumentKind.PROPOSAL, slot, made.content.to_bytes())
        digest = digest_of(file.proposal_bytes(order.review_round))
        card = file.card(order.review_round)
        level = current.levels.get(order.motion, Level.READ_ONLY)
        gate = gate_of(file.proposal(order.review_round), card.risk.category, level)
        if gate is Gate.POLICY:
            # Taking a lead from somebody is for people to decide, however low its risk.
            gate = Gate.PERSON
        head = ProposalHead(
            digest=digest,
            risk=card.risk.category,
            gate=gate,
            quorum=current.quorum.get(card.risk.category, 1),
            undo_window_seconds=current.undo_window_seconds,
        )
        if gate not in (Gate.PERSON, Gate.ACCEPT_ONLY):
            return head
        ladder = self._open_review(file, order, current, head)
        return head.model_copy(update={"rungs": tuple(Rung(step=d.step, at=d.at) for d in ladder.deadlines)})

    def _compose(self, file: CaseFile, order: ReassignOrder, current: Playbook) -> Proposed | None:
        case = self._cases.get(order.case_id)
        inquiries = file.inquiries(case.inquiry_count)
        snapshot = file.snapshot(order.review_round)
        qualified = file.qualified(order.round)
        breach = file.breaches()[-1]
        book = EvidenceBook(qualified.evidence)
        routing = self._route(file, order, breach, book)
        if not routing.owner_id:
            return None
        now = self._clock.now()
        return propose(
            ProposingInput(
                org_id=order.org_id,
                case_id=order.case_id,
                round=order.review_round,
                motion=order.motion,
                inquiries=inquiries,
                snapshot=snapshot,
                match=file.latest_match(),
                enrichment=file.enrichment(order.round),
                facts=qualified.facts,
                qualification=qualified.qualification,
                routing=routing,
                consent=may_contact(inquiries, snapshot, current, book, now=now),
                draft=Draft(origin=DraftOrigin.TEMPLATE, writer_version=WRITER, language="en", summary=breach.said()),
                evidence=book.entries(),
                playbook=current,
                agent_version=order.agent_version,
                now=now,
                snapshot_slot=str(order.review_round),
                reopened_because="no_answer",
                no_answer=breach.said(),
            )
        )

    def _route(self, file: CaseFile, order: ReassignOrder, breach: Breach, book: EvidenceBook) -> RoutingDecision:
        """By the case's own rules with today's absences, the reason and its evidence in front."""
        slot = str(order.review_round)
        if not file.has(DocumentKind.ROUTING, slot):
            case = self._cases.get(order.case_id)
            now = self._clock.now()
            rules = with_absences_of(self._playbooks.pinned(case.playbook_digest), self._playbooks.current())
            snapshot = file.snapshot(order.review_round)
            found = route(
                file.inquiries(case.inquiry_count),
                snapshot,
                file.enrichment(order.round),
                file.qualified(order.round).qualification,
                rules,
                book,
                now=now,
                turns=TurnsOfCase(self._rotation, order.org_id, order.case_id, order.review_round, now=now),
                set_aside=file.set_aside(),
            )
            found = with_chosen_owner(found, chosen_owner(file.resolved()), snapshot, book, set_aside=file.set_aside())
            due = f"first human activity by {breach.respond_by:%Y-%m-%d %H:%M} UTC"
            cited = [cite_playbook(book, "routing", "first_touch", due, now=breach.noticed_at)]
            if snapshot.lead is not None:
                cited.append(cite_field(book, snapshot.lead, "OwnerId"))
            said = found.model_copy(
                update={
                    "reason": f"{breach.said()} {found.reason}",
                    "evidence": tuple(dict.fromkeys((*cited, *found.evidence))),
                }
            )
            file.keep(DocumentKind.ROUTING, slot, Routed(routing=said, evidence=book.entries()))
        kept = file.routed(order.review_round)
        for known in kept.evidence[len(book.entries()) :]:
            book.cite(**known.model_dump(exclude={"id"}))
        return kept.routing

    def _open_review(self, file: CaseFile, order: ReassignOrder, playbook: Playbook, head: ProposalHead) -> Ladder:
        known = self._reviews.opening(order.case_id, order.review_round)
        if known is not None:
            return known.ladder
        card = file.card(order.review_round)
        now = self._clock.now()
        ladder = build_ladder(now, card.assignee, playbook, card.risk.category)
        if order.keeps_ladder_of_round is not None:
            before = self._reviews.opening(order.case_id, order.keeps_ladder_of_round)
            if before is not None and before.ladder.expires_at > now:
                ladder = before.ladder
        self._reviews.open_round(
            ReviewOpening(
                case_id=order.case_id,
                org_id=order.org_id,
                round=order.review_round,
                motion=order.motion,
                workflow_id=order.workflow_id,
                title=card.title,
                subtitle=card.subtitle,
                risk=card.risk.category,
                score=card.qualification.score,
                band=card.qualification.band,
                owner_name=card.routing.owner_name,
                assignee=card.assignee,
                proposal_digest=head.digest,
                quorum=head.quorum,
                opened_at=now,
                ladder=ladder,
            )
        )
        self._audit.append(
            AuditEvent(
                key=f"review/{order.case_id}/{order.review_round}",
                kind=AuditKind.REVIEW_OPENED,
                org_id=order.org_id,
                case_id=order.case_id,
                digest=head.digest,
                agent_version=order.agent_version,
                code=card.risk.category.value,
                at=now,
            )
        )
        opened = self._reviews.opening(order.case_id, order.review_round)
        return opened.ladder if opened is not None else ladder
