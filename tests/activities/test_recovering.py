"""Which open cases were left behind, by what the engine says and the store holds; and what one had come to."""

from datetime import timedelta
from itertools import product

import pytest
from temporalio.testing import ActivityEnvironment

from activities.messages import CaseRef, StraysHead, StraysOrder
from activities.recovering import RecoveringActivities
from domain.audit import AuditKind
from domain.cases import Case, DocumentKind
from domain.decisions import Purpose, RoundState, Verdict
from domain.errors import StoreError
from domain.proposals import Phase, digest_of
from domain.receipts import MailState, WriteReceipt
from domain.strays import Remedy, RunState, remedy_for
from persistence.exceptions import SqlExceptions
from persistence.receipts import SqlReceipts
from tests.activities.world import CONTACTED, MAIL, RATING, World, content_of
from tests.fakes.examples import ORG, inquiry


class Engine:
    """`Runs` with an answer per workflow; running unless said otherwise."""

    def __init__(self) -> None:
        self.says: dict[str, RunState] = {}
        self.down = False

    async def state_of(self, workflow_id: str) -> RunState:
        if self.down:
            raise StoreError("no answer")
        return self.says.get(workflow_id, RunState.RUNNING)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def recovering(world: World, engine: Engine) -> RecoveringActivities:
    return RecoveringActivities(
        open_cases=world.cases,
        runs=engine,
        cases=world.cases,
        reviews=world.reviews,
        exceptions=SqlExceptions(world.database),
        documents=world.documents,
        receipts=SqlReceipts(world.database),
        mail_log=world.mail_log,
        playbooks=world.playbooks,
        audit=world.audit,
        clock=world.clock,
    )


@pytest.fixture
def case(world: World) -> Case:
    """Old enough to be looked at, its inquiry delivered."""
    opened = world.take_in(inquiry())
    world.cases.inquiry_delivered(opened.case_id, 1)
    world.clock.advance(timedelta(minutes=11))
    return opened


async def look(recovering: RecoveringActivities, **more: object) -> StraysHead:
    order = StraysOrder.model_validate({"org_id": ORG, **more})
    found: StraysHead = await ActivityEnvironment().run(recovering.find_strays, order)
    return found


def show(world: World, case: Case, round: int = 1) -> str:
    digest = world.propose(RATING, MAIL, CONTACTED, case_id=case.case_id, round=round)
    world.documents.put(case.case_id, DocumentKind.CARD, str(round), b"{}")
    return digest


def approve(world: World, case: Case, verdict: Verdict = Verdict.APPROVE) -> None:
    world.decide(show(world, case), case_id=case.case_id, verdict=verdict)


class TestRemedies:
    def test_every_state_has_one_and_silence_about_a_bound_case_is_impossible(self) -> None:
        yes_or_no = (False, True)
        for state, begun, bound, lost in product(RunState, yes_or_no, yes_or_no, yes_or_no):
            remedy = remedy_for(state, begun=begun or bound, bound=bound, round_lost=lost)
            if state is RunState.RUNNING:
                assert remedy is (Remedy.REDO_ROUND if lost else Remedy.NONE)
            elif bound or state is RunState.BROKEN:
                assert remedy is Remedy.RECOVER
            else:
                assert remedy in (Remedy.RESTART, Remedy.CLOSE, Remedy.RECOVER)

    async def test_what_runs_is_left_alone(self, world: World, recovering: RecoveringActivities, case: Case) -> None:
        show(world, case)
        found = await look(recovering)
        assert (found.looked_at, found.strays) == (1, ())

    @pytest.mark.parametrize(
        ("state", "remedy"),
        [
            (RunState.ABSENT, Remedy.RESTART),
            (RunState.STOPPED, Remedy.CLOSE),
            (RunState.BROKEN, Remedy.RECOVER),
        ],
    )
    async def test_one_without_anything_done(
        self, recovering: RecoveringActivities, engine: Engine, case: Case, state: RunState, remedy: Remedy
    ) -> None:
        engine.says[case.workflow_id] = state
        (stray,) = (await look(recovering)).strays
        assert (stray.remedy, stray.case_id, stray.workflow_id) == (remedy, case.case_id, case.workflow_id)
        assert stray.playbook_digest == case.playbook_digest

    @pytest.mark.parametrize(("verdict", "remedy"), [(Verdict.APPROVE, Remedy.RECOVER), (Verdict.REJECT, Remedy.CLOSE)])
    async def test_one_that_ops_stopped_after_a_decision(
        self,
        world: World,
        recovering: RecoveringActivities,
        engine: Engine,
        case: Case,
        verdict: Verdict,
        remedy: Remedy,
    ) -> None:
        approve(world, case, verdict)
        engine.says[case.workflow_id] = RunState.STOPPED
        (stray,) = (await look(recovering)).strays
        assert (stray.remedy, stray.round) == (remedy, 1)

    async def test_one_that_ops_stopped_after_a_write(
        self, world: World, recovering: RecoveringActivities, engine: Engine, case: Case
    ) -> None:
        written = WriteReceipt(
            id="r1",
            case_id=case.case_id,
            round=1,
            decision_id="d1",
            purpose=Purpose.WRITE,
            phase=Phase.CRM,
            digest="0" * 64,
            agent_version="test",
            ledger_record_id="a00",
            records=(),
            written_at=world.clock.now(),
        )
        SqlReceipts(world.database).put(written)
        engine.says[case.workflow_id] = RunState.STOPPED
        (stray,) = (await look(recovering)).strays
        assert stray.remedy is Remedy.RECOVER

    async def test_a_round_that_lost_its_card(self, world: World, recovering: RecoveringActivities, case: Case) -> None:
        world.propose(RATING, case_id=case.case_id)
        (stray,) = (await look(recovering)).strays
        assert (stray.remedy, stray.round) == (Remedy.REDO_ROUND, 1)


class TestLookedAt:
    async def test_a_young_case_and_one_that_waits_for_the_engine_are_not(
        self, world: World, recovering: RecoveringActivities, engine: Engine
    ) -> None:
        opened = world.take_in(inquiry())
        engine.says[opened.workflow_id] = RunState.ABSENT
        world.clock.advance(timedelta(minutes=11))
        assert (await look(recovering)).looked_at == 0
        world.cases.inquiry_delivered(opened.case_id, 1)
        assert (await look(recovering)).looked_at == 1
        world.take_in(inquiry("evt-2").model_copy(update={"email": "other@else.example", "phone": ""}))
        assert (await look(recovering)).looked_at == 1

    async def test_page_by_page(self, recovering: RecoveringActivities, case: Case) -> None:
        first = await look(recovering, limit=1)
        assert first.next_after == case.case_id
        assert await look(recovering, limit=1, after=first.next_after) == StraysHead()

    async def test_nothing_is_concluded_from_an_engine_that_does_not_answer(
        self, recovering: RecoveringActivities, engine: Engine, case: Case
    ) -> None:
        engine.down = True
        with pytest.raises(StoreError):
            await look(recovering)


class TestSurvey:
    def test_it_says_what_was_approved_and_takes_the_card_away(
        self, world: World, recovering: RecoveringActivities, case: Case
    ) -> None:
        approve(world, case)
        world.mail_log.begin("<d1@old.example>", case.case_id, "d1", now=world.clock.now())
        found = recovering.survey_case(CaseRef(case_id=case.case_id, org_id=ORG))
        assert found.decision is not None
        assert (found.decision.decision_id, found.decision.has_mail, found.decision.has_after_mail) == (
            "d1",
            True,
            True,
        )
        # The domain that the e-mail was noted under, whatever the playbook says today.
        assert (found.head.sender_domain, found.mail) == ("old.example", MailState.INTENDED)
        assert (found.round, found.written) == (1, False)
        assert world.audited(AuditKind.CASE_RECOVERED)[0].case_id == case.case_id

    def test_an_open_round_is_closed_to_deciders(
        self, world: World, recovering: RecoveringActivities, case: Case
    ) -> None:
        show(world, case)
        found = recovering.survey_case(CaseRef(case_id=case.case_id, org_id=ORG))
        assert found.decision is None
        assert world.reviews.outcome(case.case_id, 1).state is RoundState.SUPERSEDED

    def test_an_approval_before_the_newest_round_is_not_taken_up_again(
        self, world: World, recovering: RecoveringActivities, case: Case
    ) -> None:
        approve(world, case)
        show(world, case, round=2)
        assert recovering.survey_case(CaseRef(case_id=case.case_id, org_id=ORG)).decision is None

    def test_what_was_edited_is_what_counts(self, world: World, recovering: RecoveringActivities, case: Case) -> None:
        digest = show(world, case)
        final = content_of(RATING, case_id=case.case_id).to_bytes()
        world.documents.put(case.case_id, DocumentKind.FINAL, digest_of(final), final)
        world.decide(digest, case_id=case.case_id, verdict=Verdict.APPROVE_EDITED, final_digest=digest_of(final))
        found = recovering.survey_case(CaseRef(case_id=case.case_id, org_id=ORG))
        assert found.decision is not None
        assert (found.decision.has_mail, found.decision.has_after_mail) == (False, False)
