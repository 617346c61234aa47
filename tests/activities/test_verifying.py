"""Which stored decision ends a round: nothing counts that is late, forged, or about something else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.messages import RoundInput, VerifiedDecision, VerifyInput
from activities.reviewing import ReviewActivities
from domain import proposals
from domain.audit import AuditKind
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.decisions import Purpose, RoundState, SignedDecision, Verdict
from domain.errors import DomainError, ErrorCode, RefusalReason
from domain.permissions import RiskCategory, Role
from domain.proposals import digest_of
from runtime.keys import Ed25519Signer, retire_key, revoke_key
from tests.activities.world import CASE, CONTACTED, DROP, MAIL, NOTE, RATING, World, content_of
from tests.domain.later_release import later_content
from tests.fakes.clock import START
from tests.fakes.examples import EDITED, EXPIRY, ORG, decision

ORDER = VerifyInput(case_id=CASE, org_id=ORG, round=1, decision_id="d1")
ROUND = RoundInput(case_id=CASE, org_id=ORG, round=1)


@pytest.fixture
def reviewing(world: World) -> ReviewActivities:
    return ReviewActivities(
        reviews=world.reviews,
        documents=world.documents,
        playbooks=world.playbooks,
        verifier=world.verifier,
        audit=world.audit,
        clock=world.clock,
    )


def assert_refused(world: World, answer: VerifiedDecision, reason: RefusalReason) -> None:
    """Turned away by name, on record once, and nothing of it counts."""
    assert answer == VerifiedDecision(accepted=False, reason=reason.value, decision_id=answer.decision_id)
    (event,) = world.audited(AuditKind.DECISION_REFUSED)
    assert (event.subject, event.code) == (answer.decision_id, reason.value)
    assert world.audited(AuditKind.DECISION_ACCEPTED) == []


# ---- good ones


def test_a_good_decision_ends_the_round(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING, MAIL, CONTACTED))
    answer = reviewing.verify_decision(ORDER)
    assert answer == VerifiedDecision(
        accepted=True,
        complete=True,
        decision_id="d1",
        verdict=Verdict.APPROVE,
        has_mail=True,
        has_after_mail=True,
    )
    (event,) = world.audited()
    assert (event.kind, event.subject, event.code) == (AuditKind.DECISION_ACCEPTED, "d1", "approve")
    assert world.reviews.undelivered(10) == ()


def test_verifying_twice_says_the_same_and_is_on_record_once(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING))
    first = reviewing.verify_decision(ORDER)
    world.clock.advance(timedelta(days=9))
    assert reviewing.verify_decision(ORDER) == first
    assert len(world.audited()) == 1


def test_an_edited_approval_is_judged_by_what_was_signed(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING, MAIL)
    final = content_of(RATING).to_bytes()
    world.documents.put(CASE, DocumentKind.FINAL, digest_of(final), final)
    world.decide(digest, final_digest=digest_of(final), verdict=Verdict.APPROVE_EDITED)
    answer = reviewing.verify_decision(ORDER)
    assert (answer.complete, answer.verdict, answer.has_mail) == (True, Verdict.APPROVE_EDITED, False)


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.RESPOND])
def test_a_verdict_that_writes_nothing_ends_the_round_too(
    world: World, reviewing: ReviewActivities, verdict: Verdict
) -> None:
    world.decide(world.propose(RATING, MAIL), verdict=verdict)
    answer = reviewing.verify_decision(ORDER)
    assert (answer.accepted, answer.complete, answer.verdict, answer.has_mail) == (True, True, verdict, False)


def test_a_retired_key_still_counts_for_what_it_signed_before(world: World, reviewing: ReviewActivities) -> None:
    envelope = world.decide(world.propose(RATING))
    retire_key(world.keyring, "ui-1", at=envelope.decided_at + timedelta(minutes=1))
    assert reviewing.verify_decision(ORDER).complete


def test_an_approval_that_waits_outlives_a_release(
    world: World, reviewing: ReviewActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed before action models gained fields with defaults, verified after."""
    world.decide(world.propose(RATING, MAIL, CONTACTED))
    before = reviewing.verify_decision(ORDER)
    later = later_content()
    monkeypatch.setattr(proposals, "ProposalContent", later)
    assert isinstance(CaseFile(world.documents, CASE).proposal(1), later)
    assert reviewing.verify_decision(ORDER) == before


# ---- time


def test_a_late_decision_in_the_table_does_not_count(world: World, reviewing: ReviewActivities) -> None:
    """The store refuses it; here it got past the store, and the expiry has not been told yet."""
    digest = world.propose(RATING)
    late = decision(proposed=digest, decided_at=EXPIRY + timedelta(seconds=1))
    world.plant(world.sign(late), decided_at=late.decided_at)
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.LATE)
    assert world.reviews.outcome(CASE, 1).state is RoundState.OPEN
    world.clock.time = EXPIRY + timedelta(minutes=1)
    assert reviewing.expire_round(ROUND).state is RoundState.EXPIRED


def test_a_late_decision_dated_back_in_its_row_does_not_count(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    late = decision(proposed=digest, decided_at=EXPIRY + timedelta(seconds=1))
    world.plant(world.sign(late), decided_at=START)
    world.alter_review(state=RoundState.DECIDED.value, verdict="approve")
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.LATE)


def test_the_last_moment_is_in_time(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING), decided_at=EXPIRY)
    world.clock.time = EXPIRY + timedelta(days=2)
    assert reviewing.verify_decision(ORDER).complete


def test_expiry_finds_what_was_stored_in_time(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING), decided_at=EXPIRY - timedelta(seconds=1))
    world.clock.time = EXPIRY + timedelta(hours=3)
    ending = reviewing.expire_round(ROUND)
    assert (ending.state, ending.decision_id) == (RoundState.DECIDED, "d1")
    assert world.audited(AuditKind.REVIEW_EXPIRED) == []
    assert reviewing.verify_decision(ORDER).complete


def test_an_expired_round_takes_no_decision_and_expires_once(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    world.clock.time = EXPIRY
    assert reviewing.expire_round(ROUND) == reviewing.expire_round(ROUND)
    assert len(world.audited(AuditKind.REVIEW_EXPIRED)) == 1
    in_time = decision(proposed=digest, decided_at=EXPIRY - timedelta(hours=1), verdict=Verdict.REJECT)
    world.plant(world.sign(in_time), verdict="reject")
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.ROUND_CLOSED)


# ---- forged


def test_a_forged_signature(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    impostor = Ed25519Signer("ui-1", Ed25519PrivateKey.generate())
    world.plant(impostor.sign(decision(proposed=digest)))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.BAD_SIGNATURE)
    assert world.reviews.outcome(CASE, 1).state is RoundState.OPEN


def test_a_signature_by_another_of_our_keys(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    envelope = decision(proposed=digest)
    signature = world.sign(envelope.model_copy(update={"key_id": "ui-2"})).signature
    world.plant(SignedDecision(envelope_bytes=envelope.to_bytes(), signature=signature))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.BAD_SIGNATURE)


def test_a_key_that_nobody_knows(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    stranger = Ed25519Signer("ui-9", Ed25519PrivateKey.generate())
    world.plant(stranger.sign(decision(proposed=digest, key_id="ui-9")))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.UNKNOWN_KEY)


def test_a_revoked_key_counts_for_nothing_from_then_on(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING))
    revoke_key(world.keyring, "ui-1")
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.REVOKED_KEY)


def test_the_policy_key_signs_no_persons_decision(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    world.plant(world.sign(decision(proposed=digest, key_id="policy-1")))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.WRONG_PURPOSE)


def test_bytes_that_are_no_decision(world: World, reviewing: ReviewActivities) -> None:
    world.propose(RATING)
    world.plant(SignedDecision(envelope_bytes=b"approved", signature=b"\x00" * 64))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.BAD_SIGNATURE)


# ---- about something else


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"org_id": "other"}, RefusalReason.WRONG_ORG),
        ({"purpose": Purpose.UNDO}, RefusalReason.WRONG_PURPOSE),
        ({"purpose": Purpose.RESUME}, RefusalReason.WRONG_PURPOSE),
        ({"case_id": "c2"}, RefusalReason.WRONG_CASE),
        ({"round": 2}, RefusalReason.WRONG_ROUND),
        ({"proposed": EDITED}, RefusalReason.DIGEST_MISMATCH),
        ({"decision_id": "d2"}, RefusalReason.UNKNOWN_DECISION),
    ],
    ids=["org", "undo", "resume", "case", "round", "digest", "id"],
)
def test_a_good_signature_over_something_else(
    world: World, reviewing: ReviewActivities, said: dict[str, Any], reason: RefusalReason
) -> None:
    digest = world.propose(RATING)
    world.plant(world.sign(decision(**{"proposed": digest, **said})))
    assert_refused(world, reviewing.verify_decision(ORDER), reason)
    assert world.reviews.outcome(CASE, 1).state is RoundState.OPEN


def test_a_decision_that_is_not_in_the_store(world: World, reviewing: ReviewActivities) -> None:
    world.propose(RATING)
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.UNKNOWN_DECISION)


def test_a_round_that_was_never_opened(world: World, reviewing: ReviewActivities) -> None:
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.WRONG_ROUND)


def test_the_loser_of_two_decisions(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING)
    world.decide(digest, "d1")
    second = decision("d2", proposed=digest, reviewer="kim")
    world.plant(world.sign(second), "d2", reviewer="kim", quorum_position=2, counts=False)
    answer = reviewing.verify_decision(ORDER.model_copy(update={"decision_id": "d2"}))
    assert_refused(world, answer, RefusalReason.ALREADY_DECIDED)
    assert reviewing.verify_decision(ORDER).complete


# ---- a row that somebody changed


def _other_bytes(world: World, digest: str) -> None:
    changed = decision(proposed=digest, verdict=Verdict.APPROVE).to_bytes()
    world.alter_decision("d1", envelope_bytes=changed, verdict="approve")


def _other_signature(world: World, digest: str) -> None:
    world.alter_decision("d1", signature=b"\x01" * 64)


@pytest.mark.parametrize("change", [_other_bytes, _other_signature])
def test_a_row_that_was_changed_in_the_database(
    world: World, reviewing: ReviewActivities, change: Callable[[World, str], None]
) -> None:
    digest = world.propose(RATING)
    world.decide(digest, verdict=Verdict.REJECT)
    change(world, digest)
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.BAD_SIGNATURE)


def test_what_the_columns_claim_does_not_matter(world: World, reviewing: ReviewActivities) -> None:
    """A rejection whose row was made to say approve is still a rejection."""
    world.decide(world.propose(RATING, MAIL), verdict=Verdict.REJECT)
    world.alter_decision("d1", verdict="approve", role="manager", reviewer="kim")
    answer = reviewing.verify_decision(ORDER)
    assert (answer.verdict, answer.has_mail) == (Verdict.REJECT, False)


def test_a_proposal_whose_stored_bytes_were_exchanged(world: World, reviewing: ReviewActivities) -> None:
    """The digest that was signed is that of other bytes: nothing can be read as approved."""
    digest = world.propose(RATING)
    world.decide(digest, final_digest=EDITED, verdict=Verdict.APPROVE_EDITED)
    world.documents.put(CASE, DocumentKind.FINAL, EDITED, content_of(NOTE, MAIL).to_bytes())
    with pytest.raises(DomainError) as unreadable:
        reviewing.verify_decision(ORDER)
    assert unreadable.value.code is ErrorCode.DOCUMENT_MISSING
    assert world.audited(AuditKind.DECISION_ACCEPTED) == []


# ---- who, and how many


def test_high_risk_needs_more_than_a_reviewer(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(DROP))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.ROLE_TOO_LOW)


def test_a_role_written_into_the_row_is_not_the_signed_one(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(DROP))
    world.alter_decision("d1", role="manager")
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.ROLE_TOO_LOW)


def test_a_review_opened_as_high_risk_stays_so(world: World, reviewing: ReviewActivities) -> None:
    """What was suspicious about the inquiry is in the opening, not in the actions."""
    world.decide(world.propose(RATING, risk=RiskCategory.HIGH))
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.ROLE_TOO_LOW)


def test_what_is_left_once_the_risky_part_was_unticked_needs_no_manager(
    world: World, reviewing: ReviewActivities
) -> None:
    digest = world.propose(DROP, NOTE, risk=RiskCategory.HIGH)
    final = content_of(NOTE).to_bytes()
    world.documents.put(CASE, DocumentKind.FINAL, digest_of(final), final)
    world.decide(digest, final_digest=digest_of(final), verdict=Verdict.APPROVE_EDITED)
    assert reviewing.verify_decision(ORDER).complete


def test_a_manager_may_approve_high_risk(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(DROP), role=Role.MANAGER)
    assert reviewing.verify_decision(ORDER).complete


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPS, Role.ADMIN])
@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.REJECT])
def test_a_role_that_decides_nothing(world: World, reviewing: ReviewActivities, role: Role, verdict: Verdict) -> None:
    world.decide(world.propose(RATING), role=role, verdict=verdict)
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.ROLE_TOO_LOW)


def test_half_a_quorum_is_good_and_not_enough(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING, quorum=2)
    world.decide(digest, "d1")
    first = reviewing.verify_decision(ORDER)
    assert (first.accepted, first.complete, first.reason, first.verdict) == (True, False, "quorum_open", None)
    assert world.reviews.outcome(CASE, 1).state is RoundState.OPEN
    world.decide(digest, "d2", reviewer="kim", key_id="ui-2", quorum_position=2)
    second = reviewing.verify_decision(ORDER.model_copy(update={"decision_id": "d2"}))
    assert (second.complete, second.decision_id) == (True, "d2")


def test_a_second_signature_that_was_changed_voids_the_whole(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING, quorum=2)
    world.decide(digest, "d1")
    world.decide(digest, "d2", reviewer="kim", key_id="ui-2", quorum_position=2)
    world.alter_decision("d1", signature=b"\x01" * 64)
    answer = reviewing.verify_decision(ORDER.model_copy(update={"decision_id": "d2"}))
    assert_refused(world, answer, RefusalReason.BAD_SIGNATURE)


def test_one_person_under_two_names_is_no_quorum(world: World, reviewing: ReviewActivities) -> None:
    digest = world.propose(RATING, quorum=2)
    world.decide(digest, "d1")
    again = decision("d2", proposed=digest)
    world.plant(world.sign(again), "d2", reviewer="kim", quorum_position=2)
    world.alter_review(state=RoundState.DECIDED.value, verdict="approve")
    answer = reviewing.verify_decision(ORDER.model_copy(update={"decision_id": "d2"}))
    assert_refused(world, answer, RefusalReason.QUORUM_INCOMPLETE)


def test_a_quorum_that_the_rules_have_raised_since_counts(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING))
    world.playbooks.change(quorum={RiskCategory.MEDIUM: 2})
    assert_refused(world, reviewing.verify_decision(ORDER), RefusalReason.QUORUM_INCOMPLETE)


# ---- the ladder


def test_a_superseded_round_is_void_once(world: World, reviewing: ReviewActivities) -> None:
    world.propose(RATING)
    assert reviewing.supersede_round(ROUND).state is RoundState.SUPERSEDED
    reviewing.supersede_round(ROUND)
    assert len(world.audited(AuditKind.REVIEW_SUPERSEDED)) == 1


def test_what_was_decided_before_cannot_be_superseded(world: World, reviewing: ReviewActivities) -> None:
    world.decide(world.propose(RATING))
    ending = reviewing.supersede_round(ROUND)
    assert (ending.state, ending.decision_id) == (RoundState.DECIDED, "d1")
    assert world.audited(AuditKind.REVIEW_SUPERSEDED) == []
