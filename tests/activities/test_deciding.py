"""The steps that decide, repeated: the first document wins, whatever the rules or the outside say by then."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from activities.deciding import DecidingActivities
from activities.messages import Gate, ProposeInput, StepInput
from domain.audit import AuditKind
from domain.casefile import CaseFile, Drafted
from domain.cases import CaseState, DocumentKind, ExceptionCode, LadderStep
from domain.consent import may_contact
from domain.decisions import RoundState
from domain.enrichment import Signal
from domain.errors import DomainError
from domain.evidence import EvidenceBook
from domain.identity import match
from domain.leads import CrmSnapshot, Inquiry, MatchResult, MatchVerdict
from domain.model import Instant
from domain.permissions import Level, RiskCategory
from domain.proposals import CreateLead, digest_of
from tests.activities.world import World
from tests.domain.scenes import COMPANY, INTAKE, NOW, QUEUES, TOMAS, draft, inquiry, lead, snapshot
from tests.fakes.examples import ORG


class Directory:
    """`Enricher` that counts how often it is asked, and answers differently each time."""

    name = "crm"

    def __init__(self) -> None:
        self.asked = 0

    def enrich(self, inquiry: Inquiry, snapshot: CrmSnapshot, *, now: Instant) -> Sequence[Signal]:
        self.asked += 1
        return tuple(s.model_copy(update={"note": f"answer {self.asked}"}) for s in COMPANY.signals)


class Steps:
    """One case with everything that the CRM steps leave, and the steps that decide about it."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.clock.time = NOW
        self.directory = Directory()
        world.playbooks.change(
            enrichment=world.playbooks.current().enrichment.model_copy(update={"providers": ("crm",)})
        )
        self.deciding = DecidingActivities(
            documents=world.documents,
            cases=world.cases,
            reviews=world.reviews,
            rotation=world.rotation,
            playbooks=world.playbooks,
            enrichers=[self.directory],
            audit=world.audit,
            clock=world.clock,
        )

    def begin(self, said: Inquiry | None = None, snap: CrmSnapshot | None = None) -> StepInput:
        said, snap = said or inquiry(), snap or snapshot()
        case = self.world.take_in(said)
        file = CaseFile(self.world.documents, case.case_id)
        candidates = tuple(r for r in (snap.lead, snap.contact, snap.account) if r is not None)
        file.keep(DocumentKind.MATCH, "1", match((said,), candidates, self.world.playbooks.current()))
        file.keep(DocumentKind.SNAPSHOT, "1", snap)
        return StepInput(
            case_id=case.case_id, org_id=ORG, round=1, playbook_digest=case.playbook_digest, agent_version="test"
        )

    def drafted(self, step: StepInput) -> None:
        """As the drafting step would leave it."""
        file = self.file(step)
        book = EvidenceBook(file.routed(1).evidence)
        rules = self.world.playbooks.current()
        consent = may_contact(file.inquiries(1), file.snapshot(1), rules, book, now=NOW)
        file.keep(DocumentKind.DRAFT, "1", Drafted(draft=draft(), consent=consent, evidence=book.entries()))

    def until_drafted(self) -> ProposeInput:
        step = self.begin()
        self.deciding.enrich(step)
        self.deciding.qualify(step)
        self.deciding.route(step)
        self.drafted(step)
        return ProposeInput(**step.model_dump())

    def file(self, step: StepInput) -> CaseFile:
        return CaseFile(self.world.documents, step.case_id)

    def kept(self, step: StepInput, kind: DocumentKind) -> bytes | None:
        return self.world.documents.find(step.case_id, kind, str(step.round))


@pytest.fixture
def steps(world: World) -> Steps:
    return Steps(world)


def test_enriching_again_asks_nobody(steps: Steps) -> None:
    step = steps.begin()
    steps.deciding.enrich(step)
    first = steps.kept(step, DocumentKind.ENRICHMENT)
    steps.world.clock.advance(timedelta(days=2))
    steps.deciding.enrich(step)
    assert steps.directory.asked == 1
    assert steps.kept(step, DocumentKind.ENRICHMENT) == first


def test_a_repeated_score_is_the_first_one(steps: Steps) -> None:
    step = steps.begin()
    steps.deciding.enrich(step)
    first = steps.deciding.qualify(step)
    kept = steps.kept(step, DocumentKind.QUALIFICATION)
    steps.world.clock.advance(timedelta(days=400))
    assert steps.deciding.qualify(step) == first
    assert steps.kept(step, DocumentKind.QUALIFICATION) == kept
    assert first.score == steps.file(step).qualified(1).qualification.score


def test_a_case_is_scored_and_routed_by_the_rules_that_it_began_with(steps: Steps) -> None:
    step, control = steps.begin(), steps.begin(inquiry(event_id="evt-2", email="m.soler@northwind.example"))
    steps.deciding.enrich(step)
    steps.deciding.enrich(control)
    before = steps.deciding.qualify(control), steps.deciding.route(control).rule
    rules = steps.world.playbooks.current()
    steps.world.playbooks.change(score_rules=(), routing=rules.routing.model_copy(update={"territories": ()}))
    assert (steps.deciding.qualify(step), steps.deciding.route(step).rule) == before
    new = steps.begin(inquiry(event_id="evt-3", email="j.ferrer@northwind.example"))
    steps.deciding.enrich(new)
    assert steps.deciding.qualify(new).score != before[0].score


def test_rules_that_are_gone_stop_the_case_by_name(steps: Steps) -> None:
    step = steps.begin()
    steps.deciding.enrich(step)
    with pytest.raises(DomainError):
        steps.deciding.qualify(step.model_copy(update={"playbook_digest": "0" * 64}))


def test_routing_again_gives_the_same_owner(steps: Steps) -> None:
    step = steps.begin()
    steps.deciding.enrich(step)
    steps.deciding.qualify(step)
    first = steps.deciding.route(step)
    kept = steps.kept(step, DocumentKind.ROUTING)
    assert first.owner_id
    steps.world.clock.advance(timedelta(days=1))
    assert steps.deciding.route(step) == first
    assert steps.kept(step, DocumentKind.ROUTING) == kept


def test_a_proposal_is_made_once_and_shown_once(steps: Steps) -> None:
    step = steps.until_drafted()
    first = steps.deciding.propose(step)
    stored = steps.kept(step, DocumentKind.PROPOSAL)
    assert stored is not None
    assert first.digest == digest_of(stored)
    assert (first.gate, first.quorum) == (Gate.PERSON, 1)
    assert [r.step for r in first.rungs] == list(LadderStep)
    steps.world.clock.advance(timedelta(hours=5))
    assert steps.deciding.propose(step) == first
    assert steps.kept(step, DocumentKind.PROPOSAL) == stored
    opened = steps.world.reviews.opening(step.case_id, 1)
    assert opened is not None
    assert (opened.proposal_digest, opened.opened_at) == (first.digest, NOW)
    assert [e.digest for e in steps.world.audited(AuditKind.REVIEW_OPENED)] == [first.digest]


def test_rules_that_change_between_two_attempts_do_not_change_what_was_proposed(steps: Steps) -> None:
    step = steps.until_drafted()
    first = steps.deciding.propose(step)
    rules = steps.world.playbooks.current()
    steps.world.playbooks.change(
        contacted_status="Nurturing", ladders={}, voice="other", quorum={**rules.quorum, RiskCategory.MEDIUM: 2}
    )
    again = steps.deciding.propose(step)
    assert (again.digest, again.rungs, again.has_mail) == (first.digest, first.rungs, first.has_mail)
    opened = steps.world.reviews.opening(step.case_id, 1)
    assert opened is not None
    assert opened.quorum == 1
    # What has to be met is the stricter of the two: the guard asks the rules in force.
    assert again.quorum == 2


@pytest.mark.parametrize(("level", "gate"), [(Level.READ_ONLY, Gate.SUMMARY_ONLY), (Level.DRAFT, Gate.ACCEPT_ONLY)])
def test_a_level_that_was_lowered_meanwhile_counts_at_once(steps: Steps, level: Level, gate: Gate) -> None:
    step = steps.until_drafted()
    steps.world.playbooks.level(level)
    head = steps.deciding.propose(step)
    assert head.gate is gate
    assert (steps.world.reviews.opening(step.case_id, 1) is None) is (level is Level.READ_ONLY)


def test_a_later_round_with_other_content_is_a_proposal_of_its_own(steps: Steps) -> None:
    step = steps.until_drafted()
    first = steps.deciding.propose(step)
    file = steps.file(step)
    changed = snapshot(lead=lead(Company="Northwind Holding"))
    file.keep(DocumentKind.SNAPSHOT, "2", changed)
    following = step.model_copy(update={"round": 2, "keeps_ladder_of_round": 1, "reopened_because": "changed"})
    steps.deciding.enrich(following)
    steps.deciding.qualify(following)
    steps.deciding.route(following)
    file.keep(DocumentKind.DRAFT, "2", file.drafted(1))
    second = steps.deciding.propose(following)
    assert second.digest != first.digest
    assert second.rungs == first.rungs
    assert steps.deciding.propose(step) == first


@pytest.mark.parametrize(
    ("because", "said"),
    [("reassigned", f"It was with {INTAKE.text('Name')} and is with {TOMAS.text('Name')} now."), ("conflict", "")],
)
def test_a_card_that_came_back_for_another_owner_names_both(steps: Steps, because: str, said: str) -> None:
    step = steps.until_drafted()
    steps.deciding.propose(step)
    file = steps.file(step)
    file.keep(DocumentKind.SNAPSHOT, "2", snapshot(lead=lead(OwnerId=TOMAS.id)))
    following = step.model_copy(update={"round": 2, "reopened_because": because})
    steps.deciding.enrich(following)
    steps.deciding.qualify(following)
    steps.deciding.route(following)
    file.keep(DocumentKind.DRAFT, "2", file.drafted(1))
    steps.deciding.propose(following)
    assert file.card(2).owner_change == said


# ---- a person who is not in the CRM yet


def unknown_person(steps: Steps, said: Inquiry) -> StepInput:
    case = steps.world.take_in(said)
    CaseFile(steps.world.documents, case.case_id).keep(
        DocumentKind.MATCH, "0", MatchResult(verdict=MatchVerdict.NONE, queues=QUEUES)
    )
    return StepInput(case_id=case.case_id, org_id=ORG, round=0, playbook_digest=case.playbook_digest)


def test_a_new_lead_is_proposed_once_with_what_was_sent(steps: Steps) -> None:
    step = unknown_person(steps, inquiry())
    first = steps.deciding.propose_lead(step)
    steps.world.clock.advance(timedelta(minutes=9))
    steps.world.playbooks.change(lead_sources={"webhook": "Another source"})
    assert steps.deciding.propose_lead(step) == first
    (action,) = steps.file(step).proposal(0).actions
    assert isinstance(action, CreateLead)
    assert (action.owner_id, action.fields["Email"]) == (INTAKE.id, "marta.ruiz@northwind.example")
    assert steps.world.reviews.outcome(step.case_id, 0).state is RoundState.OPEN


def test_somebody_without_address_or_company_is_an_exception(steps: Steps) -> None:
    step = unknown_person(steps, inquiry(email="", company="", phone="", website=""))
    head = steps.deciding.propose_lead(step)
    assert (head.exception, head.digest) == (ExceptionCode.MISSING_IDENTITY, "")
    assert steps.kept(step, DocumentKind.PROPOSAL) is None
    assert steps.world.reviews.opening(step.case_id, 0) is None


@pytest.mark.parametrize("level", [Level.READ_ONLY, Level.DRAFT])
def test_below_writeback_no_lead_is_even_proposed(steps: Steps, level: Level) -> None:
    step = unknown_person(steps, inquiry())
    steps.world.playbooks.level(level)
    head = steps.deciding.propose_lead(step)
    assert (head.allowed, head.digest) == (False, "")
    assert steps.kept(step, DocumentKind.PROPOSAL) is None
    assert steps.world.cases.get(step.case_id).state is CaseState.OPEN
