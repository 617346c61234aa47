"""What is proposed for one inbound lead, and the card that explains it. Made once per round."""

from collections.abc import Sequence

from domain.absence import is_away, stand_in
from domain.cards import Check, ReviewCard
from domain.citing import cite_field, cite_signal
from domain.consent import ConsentDecision
from domain.drafted_actions import apart_from_drafts
from domain.drafting import Draft, ModelUsage
from domain.enrichment import Enrichment
from domain.errors import ErrorCode, InputError
from domain.evidence import Evidence, EvidenceBook
from domain.field_facts import FieldFacts
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, MatchResult, Motion
from domain.model import Instant, Value
from domain.permissions import RISK_ORDER, RiskAssessment, RiskCategory, Role, can, permission_for
from domain.playbook import Playbook, Reviewer
from domain.proposals import (
    Action,
    AssignOwner,
    CreateLead,
    Disqualify,
    FieldChange,
    ProposalContent,
    SendEmail,
    UpdateFields,
    make_content,
)
from domain.proposed_actions import (
    UNNAMED,
    after_mail_actions,
    company_of,
    disqualify_action,
    expected_values,
    intake_owner,
    lead_fields,
    mail_action,
    owner_action,
    person_name_of,
    qualification_action,
    suggested_values,
)
from domain.proposed_tasks import task_action
from domain.qualification import Qualification
from domain.reading import ReadFacts
from domain.review_checks import (
    commercial_checks,
    fishing_checks,
    language_checks,
    source_checks,
    writer_checks,
)
from domain.risk import assess, raise_to
from domain.routing import RoutingDecision
from domain.texts import clean, clean_block

_MATCH_WORDS = {"match": "Match", "possible": "Unclear", "none": "New person"}


class ProposingInput(Value):
    """Everything that the steps before left, for one round."""

    org_id: str
    case_id: str
    round: int
    motion: Motion = Motion.INBOUND
    inquiries: tuple[Inquiry, ...]
    snapshot: CrmSnapshot
    match: MatchResult
    enrichment: Enrichment
    facts: ReadFacts
    qualification: Qualification
    routing: RoutingDecision
    consent: ConsentDecision
    draft: Draft
    evidence: tuple[Evidence, ...]
    playbook: Playbook
    agent_version: str
    now: Instant
    snapshot_slot: str = ""
    reopened_because: str = ""
    owner_change: str = ""
    reading_usage: tuple[ModelUsage, ...] = ()
    """What reading the calls by a model cost."""
    no_answer: str = ""
    """Set where only another owner is proposed: why the one who has the lead is to lose it."""


class Proposed(Value):
    """`content` is what will be signed; `assignee` is the login that is asked first."""

    content: ProposalContent
    card: ReviewCard
    risk: RiskAssessment
    assignee: str


def create_lead_content(
    inquiries: Sequence[Inquiry],
    *,
    playbook: Playbook,
    queues: Sequence[CrmRecord],
    org_id: str,
    case_id: str,
    round: int,
    motion: Motion = Motion.INBOUND,
) -> ProposalContent:
    """A new lead with what was sent and nothing else, owned by the intake queue.

    Raises `InputError` (invalid_playbook) where the org has no such queue.
    """
    owner_id = intake_owner(playbook, queues)
    if not owner_id:
        raise InputError(
            f"intake_queue: the CRM has no queue named {playbook.intake_queue}; create it or correct the name",
            code=ErrorCode.INVALID_PLAYBOOK,
        )
    action = CreateLead(key="create_lead", fields=lead_fields(inquiries, playbook), owner_id=owner_id)
    return make_content(org_id=org_id, case_id=case_id, round=round, motion=motion, actions=(action,), expected=())


def propose(given: ProposingInput) -> Proposed | None:
    """The actions, their risk and the card; None where nothing would change."""
    book = EvidenceBook(given.evidence)
    actions = _actions(given, book)
    if not actions:
        return None
    known = {e.id for e in book.entries()}
    actions = tuple(_with_known_evidence(a, known) for a in apart_from_drafts(actions, given.playbook))
    content = make_content(
        org_id=given.org_id,
        case_id=given.case_id,
        round=given.round,
        motion=given.motion,
        actions=actions,
        expected=expected_values(actions, given.snapshot),
    )
    risk = _risk(actions, given)
    suggested = _suggested(given, book)
    asked = assignee_for(given.routing, given.snapshot, risk.category, given.playbook)
    if is_away(asked, given.playbook, {}, given.now):
        asked = stand_in(asked, given.playbook, {}, risk.category, given.now) or asked
    assignee = asked.login
    card = ReviewCard(
        case_id=given.case_id,
        round=given.round,
        title=_title(actions, given),
        subtitle=_subtitle(given),
        agent_version=given.agent_version,
        made_at=given.now,
        risk=risk,
        qualification=given.qualification,
        routing=given.routing,
        checks=_checks(given, book),
        evidence=book.entries(),
        draft=given.draft,
        injection=given.facts.injection,
        names=_names(given),
        lead_id=given.snapshot.lead.id if given.snapshot.lead is not None else "",
        lead_name=person_name_of(given.inquiries, given.snapshot),
        company=company_of(given.inquiries, given.snapshot),
        inquiry_message=clean_block(given.inquiries[-1].message, 20_000),
        reject_reasons=tuple((r.code, r.label) for r in given.playbook.reasons_to_reject(given.motion)),
        reopened_because=given.reopened_because,
        owner_change=given.owner_change,
        undo_window_seconds=given.playbook.undo_window_seconds,
        snapshot_slot=given.snapshot_slot,
        assignee=assignee,
        suggested=suggested,
        reading_usage=given.reading_usage,
        field_facts=_facts_of(actions, given.snapshot),
    )
    return Proposed(content=content, card=card, risk=risk, assignee=assignee)


def assignee_for(routing: RoutingDecision, snapshot: CrmSnapshot, risk: RiskCategory, playbook: Playbook) -> Reviewer:
    """Who is asked first: the new owner where they review, else somebody of the team, of the lowest role that may."""
    needed = permission_for(risk)
    owner = next((u for u in snapshot.users if u.id == routing.owner_id), None)
    names = {owner.text(f).casefold() for f in ("Email", "Username", "Alias")} - {""} if owner is not None else set()
    able = [r for r in playbook.reviewers if can(r.role, needed)] or list(playbook.reviewers)
    roles = list(Role)
    return min(
        able,
        key=lambda r: (
            r.crm_user.casefold() not in names,
            playbook.teams[r.team].name != routing.team if r.team in playbook.teams else True,
            roles.index(r.role),
        ),
    )


def _actions(given: ProposingInput, book: EvidenceBook) -> tuple[Action, ...]:
    snapshot, playbook, routing = given.snapshot, given.playbook, given.routing
    if given.no_answer:
        another = owner_action(snapshot, routing, playbook)
        return (another,) if another is not None else ()
    if snapshot.lead is None and snapshot.contact is None:
        content = create_lead_content(
            given.inquiries,
            playbook=playbook,
            queues=snapshot.queues,
            org_id=given.org_id,
            case_id=given.case_id,
            round=given.round,
        )
        return content.actions
    if (closing := disqualify_action(snapshot, given.qualification, playbook)) is not None:
        return (closing,)
    cited = _cited(given, book)
    if snapshot.lead is not None:
        cite_field(book, snapshot.lead, "OwnerId")
    mail = mail_action(given.inquiries, snapshot, given.qualification, routing, given.consent, given.draft, playbook)
    owner_id = routing.owner_id or routing.fallback_owner_id
    made: tuple[Action | None, ...] = (
        owner_action(snapshot, routing, playbook),
        qualification_action(snapshot, given.qualification, given.enrichment, given.draft, playbook, cited),
        task_action(snapshot, routing, given.qualification, given.draft, playbook),
        mail,
        *(after_mail_actions(mail, snapshot, owner_id, playbook) if mail is not None else ()),
    )
    return tuple(a for a in made if a is not None)


def _facts_of(actions: Sequence[Action], snapshot: CrmSnapshot) -> FieldFacts:
    """Only of the fields that are proposed: a card need not carry the org's whole schema."""
    found: FieldFacts = {}
    for action in actions:
        if isinstance(action, UpdateFields):
            known = snapshot.field_facts.get(action.record.object, {})
            kept = {c.field: known[c.field] for c in action.changes if c.field in known}
            found.setdefault(action.record.object, {}).update(kept)
    return found


def _cited(given: ProposingInput, book: EvidenceBook) -> dict[str, str]:
    return {
        name: cite_signal(book, signal)
        for name in ("industry", "employees")
        if (signal := given.enrichment.best(name)) is not None
    }


def _suggested(given: ProposingInput, book: EvidenceBook) -> tuple[FieldChange, ...]:
    """Shown beside the change, and part of no signature."""
    return suggested_values(
        given.snapshot, given.qualification, given.enrichment, given.draft, given.playbook, _cited(given, book)
    )


def _with_known_evidence(action: Action, known: set[str]) -> Action:
    return action.model_copy(update={"evidence": tuple(e for e in action.evidence if e in known)})


def _risk(actions: Sequence[Action], given: ProposingInput) -> RiskAssessment:
    """The riskiest action; suspicion raises it by one, never to forbidden and never down."""
    risk = assess(actions, given.playbook.write_policy(given.snapshot.users))
    if given.facts.injection:
        one_up = RISK_ORDER[min(RISK_ORDER.index(risk.category) + 1, RISK_ORDER.index(RiskCategory.HIGH))]
        risk = raise_to(risk, one_up, "the message reads like instructions to a machine")
    if given.facts.fishing:
        risk = raise_to(risk, RiskCategory.MEDIUM, "asks for other customers' data or internal matters")
    if any(not i.trusted for i in given.inquiries):
        risk = raise_to(risk, RiskCategory.MEDIUM, "sent through a public form")
    return risk


def _title(actions: Sequence[Action], given: ProposingInput) -> str:
    """What a reviewer would say it is, in business words."""
    whom = clean(company_of(given.inquiries, given.snapshot) or person_name_of(given.inquiries, given.snapshot), 60)
    whom = whom or UNNAMED
    kinds = {type(a) for a in actions}
    to = given.routing.team or given.routing.owner_name
    if Disqualify in kinds:
        reasons = {r.code: r.label for r in given.playbook.reasons_to_reject(given.motion)}
        why = reasons.get(given.qualification.disqualify_reason, given.qualification.fit.value.replace("_", " "))
        return f"Disqualify: {why[:1].lower()}{why[1:]}, {whom}"
    if CreateLead in kinds:
        return f"New lead: {whom}"
    if SendEmail in kinds:
        return f"Reply to {whom} and assign to {to}" if AssignOwner in kinds else f"Reply to {whom}"
    if given.no_answer:
        return f"Reassign {whom} to {given.routing.owner_name}"
    if AssignOwner in kinds:
        return f"Assign {whom} to {to}"
    return f"Choose an owner for {whom}" if given.routing.conflict else f"Update {whom}"


def _subtitle(given: ProposingInput) -> str:
    who = given.snapshot.lead or given.snapshot.contact
    title = (who.text("Title") if who is not None else "") or given.inquiries[-1].title
    place = (who.text("Country") or who.text("MailingCountry") if who is not None else "") or given.inquiries[
        -1
    ].country
    name = person_name_of(given.inquiries, given.snapshot)
    person = ", ".join(part for part in (name, clean(title, 80)) if part)
    return " · ".join(part for part in (person, clean(place, 40)) if part)


def _checks(given: ProposingInput, book: EvidenceBook) -> tuple[Check, ...]:
    if given.no_answer:
        return (Check(name="first answer", passed=False, verdict="Overdue.", detail=clean(given.no_answer, 400)),)
    consent, match, injection = given.consent, given.match, given.facts.injection
    struck = given.draft.struck()
    best = max((c.score for c in match.candidates if c.verdict is match.verdict), default=None)
    said = _MATCH_WORDS[match.verdict.value]
    checks = [
        Check(
            name="consent",
            passed=consent.allowed,
            verdict=consent.verdict,
            detail=consent.detail,
            evidence=consent.evidence,
        ),
        Check(
            name="identity",
            passed=match.verdict.value != "possible",
            verdict=f"{said} {best:.2f}" if best is not None else f"{said}.",
            detail=clean("; ".join(match.reasons), 400),
        ),
        Check(
            name="injection",
            passed=not injection,
            verdict="Suspected." if injection else "None found.",
            detail=clean("; ".join(f"“{clean(f.quote, 120)}”" for f in injection[:3]), 400),
        ),
        *fishing_checks(given.facts),
        *commercial_checks(given.inquiries),
        *language_checks(given.facts),
        *writer_checks(given.draft.fallback),
        Check(
            name="grounding",
            passed=not struck,
            verdict=f"{len(struck)} struck." if struck else "All supported.",
            detail=clean("; ".join(f"“{clean(s.text, 120)}”: {s.why}" for s in struck[:3]), 400),
        ),
    ]
    if given.routing.conflict:
        checks.append(Check(name="routing", passed=False, verdict="Conflict.", detail=given.routing.conflict))
    return (*checks, *source_checks(given.enrichment, book))


def _names(given: ProposingInput) -> dict[str, str]:
    """What people call the records that the card mentions."""
    snapshot, routing = given.snapshot, given.routing
    mentioned = {
        routing.owner_id,
        routing.fallback_owner_id,
        snapshot.lead.text("OwnerId") if snapshot.lead is not None else "",
        *(c.owner_id for c in routing.considered),
    }
    owners = {
        r.id: clean(r.text("Name"), 80)
        for r in (*snapshot.users, *snapshot.queues, *((snapshot.owner,) if snapshot.owner is not None else ()))
        if r.id in mentioned
    }
    person = snapshot.lead or snapshot.contact
    if person is not None:
        owners[person.id] = person_name_of(given.inquiries, snapshot)
    if snapshot.account is not None:
        owners[snapshot.account.id] = clean(snapshot.account.text("Name"), 120)
    return owners
