"""The policy signer believes nobody about the risk: what it signs, what it refuses, and what a repetition does."""

from datetime import timedelta

import pytest

from activities.messages import RoundInput
from activities.signing import SigningActivities
from domain.audit import AuditKind
from domain.cases import Ladder
from domain.decisions import KeyUse, Purpose, RoundState, parse_envelope
from domain.errors import ErrorCode, StoreError
from domain.permissions import Level, RiskCategory
from domain.proposals import Action
from persistence.audit import SqlAuditLog
from runtime.keys import load_signer
from tests.activities.world import CASE, CREATE, NOTE, RATING, TAKE_OVER, World
from tests.fakes.clock import START
from tests.fakes.examples import EXPIRY, ORG, opening

ROUND = RoundInput(case_id=CASE, org_id=ORG, round=0)
LOW = {"risk": RiskCategory.LOW}


def signing_of(world: World, audit: SqlAuditLog | None = None) -> SigningActivities:
    return SigningActivities(
        signer=load_signer(world.keys, "policy-1"),
        reviews=world.reviews,
        documents=world.documents,
        playbooks=world.playbooks,
        audit=audit or world.audit,
        clock=world.clock,
    )


@pytest.fixture
def signing(world: World) -> SigningActivities:
    return signing_of(world)


def of_case(case_id: str) -> RoundInput:
    return ROUND.model_copy(update={"case_id": case_id})


def assert_refused(world: World, signing: SigningActivities, reason: str) -> None:
    answer = signing.sign(ROUND)
    assert (answer.accepted, answer.complete, answer.reason) == (False, False, reason)
    assert world.reviews.decision(answer.decision_id) is None
    assert world.audited() == []


def test_it_signs_a_new_lead_with_its_own_key(world: World, signing: SigningActivities) -> None:
    digest = world.propose(CREATE, round=0)
    answer = signing.sign(ROUND)
    assert (answer.accepted, answer.complete, answer.has_mail) == (True, True, False)
    assert world.reviews.outcome(CASE, 0).state is RoundState.DECIDED
    stored = world.reviews.decision(answer.decision_id)
    assert stored is not None
    envelope = parse_envelope(stored)
    assert world.verifier.verify(stored, envelope.key_id, envelope.decided_at) is KeyUse.POLICY
    assert (envelope.purpose, envelope.proposal_digest, envelope.final_digest) == (Purpose.POLICY_WRITE, digest, digest)
    (event,) = world.audited()
    assert (event.kind, event.subject, event.digest) == (AuditKind.POLICY_SIGNED, answer.decision_id, digest)


def test_signing_again_finds_the_first_signature(world: World, signing: SigningActivities) -> None:
    world.propose(CREATE, round=0)
    first = signing.sign(ROUND)
    stored = world.reviews.decision(first.decision_id)
    world.clock.advance(timedelta(days=30))
    world.playbooks.change(policy_daily_cap=0)
    assert signing.sign(ROUND) == first
    assert world.reviews.decision(first.decision_id) == stored
    assert len(world.audited()) == 1


def test_a_crash_after_the_signature_leaves_no_gap_on_record(world: World) -> None:
    class FailingOnce(SqlAuditLog):
        def append(self, event: object) -> None:
            raise StoreError("the database is locked")

    world.propose(CREATE, round=0)
    with pytest.raises(StoreError):
        signing_of(world, FailingOnce(world.database)).sign(ROUND)
    signed_at = world.clock.now()
    assert world.audited() == []
    world.clock.advance(timedelta(minutes=5))
    answer = signing_of(world).sign(ROUND)
    assert answer.accepted
    (event,) = world.audited()
    assert (event.kind, event.at) == (AuditKind.POLICY_SIGNED, signed_at)
    assert world.reviews.undelivered(10) == ()


@pytest.mark.parametrize("level", [Level.READ_ONLY, Level.DRAFT])
def test_below_writeback_it_creates_nothing(world: World, signing: SigningActivities, level: Level) -> None:
    world.propose(CREATE, round=0)
    world.playbooks.level(level)
    assert_refused(world, signing, "level_too_low")


def test_changes_other_than_a_new_lead_need_limited_automation(world: World, signing: SigningActivities) -> None:
    world.propose(NOTE, round=0)
    assert_refused(world, signing, "level_too_low")
    world.playbooks.level(Level.LIMITED_AUTOMATION)
    assert signing.sign(ROUND).accepted


@pytest.mark.parametrize(
    ("action", "reason"), [(TAKE_OVER, "not_low_risk"), (RATING, "not_low_risk")], ids=["medium", "fields"]
)
def test_what_a_person_has_to_decide_it_refuses_at_any_level(
    world: World, signing: SigningActivities, action: Action, reason: str
) -> None:
    world.playbooks.level(Level.LIMITED_AUTOMATION)
    world.propose(action, round=0, **LOW)
    assert_refused(world, signing, reason)


def test_one_risky_action_among_others_is_enough(world: World, signing: SigningActivities) -> None:
    world.playbooks.level(Level.LIMITED_AUTOMATION)
    world.propose(CREATE, NOTE, TAKE_OVER, round=0, **LOW)
    assert_refused(world, signing, "not_low_risk")


def test_it_signs_so_many_a_day(world: World, signing: SigningActivities) -> None:
    world.playbooks.change(policy_daily_cap=2)
    for case_id in ("c1", "c2", "c3"):
        world.propose(CREATE, case_id=case_id, round=0)
    assert [signing.sign(of_case(c)).accepted for c in ("c1", "c2")] == [True, True]
    third = signing.sign(of_case("c3"))
    assert (third.accepted, third.reason) == (False, ErrorCode.POLICY_CAP_REACHED.value)
    assert world.reviews.outcome("c3", 0).state is RoundState.OPEN


def test_the_next_day_counts_anew(world: World, signing: SigningActivities) -> None:
    world.playbooks.change(policy_daily_cap=1)
    world.propose(CREATE, case_id="c1", round=0)
    assert signing.sign(of_case("c1")).accepted
    world.clock.time = START.replace(hour=0) + timedelta(days=1)
    (*_, expiry) = opening().ladder.deadlines
    tomorrow = Ladder(deadlines=(expiry.model_copy(update={"at": EXPIRY + timedelta(days=1)}),))
    world.propose(CREATE, case_id="c2", round=0, ladder=tomorrow)
    assert signing.sign(of_case("c2")).accepted


def test_a_round_that_shows_another_proposal_is_not_signed(world: World, signing: SigningActivities) -> None:
    world.propose(CREATE, round=0)
    world.alter_review(proposal_digest="0" * 64)
    assert_refused(world, signing, "digest_mismatch")


def test_a_round_that_has_expired_is_not_signed(world: World, signing: SigningActivities) -> None:
    world.propose(CREATE, round=0)
    world.clock.time = EXPIRY + timedelta(seconds=1)
    assert_refused(world, signing, "late")
