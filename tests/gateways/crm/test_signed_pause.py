"""Anybody who can reach the database can stop writing; to let it go on takes a signature over exactly that."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import select

from domain.audit import AuditEvent, AuditKind
from domain.decisions import DecisionEnvelope, KeyUse, Purpose, Verdict
from domain.errors import Paused
from domain.leads import Motion
from domain.pausing import RESUME_ROUND, resume_case, resume_digest
from domain.permissions import Role
from domain.receipts import WriteOutcomeKind
from domain.signed_pause import VerifiedPause
from gateways.crm.guard import WriteGuard
from persistence.tables import PauseRow
from runtime.keys import KEYRING_FILE, KeyringVerifier, generate_key, load_signer, revoke_key
from tests.gateways.crm.world import ORG, World


@pytest.fixture
def believing(world: World) -> VerifiedPause:
    """The guard asks the verified switch, as the CRM worker's does."""
    pause = VerifiedPause(
        world.pause,
        resumed=world.pause.resumed,
        stopped=lambda: world.audit.last_stops(ORG),
        decision=world.reviews.decision,
        verifier=KeyringVerifier(world.keys / KEYRING_FILE),
        org_id=ORG,
    )
    world.guard = WriteGuard(
        org_id=ORG,
        documents=world.documents,
        reviews=world.reviews,
        receipts=world.receipts,
        verifier=KeyringVerifier(world.keys / KEYRING_FILE),
        pause=pause,
        policy=lambda: world.policy,
        audit=world.audit,
        clock=world.clock,
    )
    world.writer = world.new_writer()
    return pause


def stop(world: World, motion: Motion | None = None) -> None:
    now = world.crm.clock.now
    world.pause.set(motion, True, by="kim", now=now)
    world.audit.append(
        AuditEvent(
            key=f"paused/{motion}/{now.isoformat()}",
            kind=AuditKind.PAUSED,
            org_id=ORG,
            case_id=resume_case(motion),
            actor="kim",
            at=now,
        )
    )
    world.crm.clock.forward(5)


def resume(world: World, motion: Motion | None = None, *, signer: Any = None, **said: Any) -> DecisionEnvelope:
    """As the pages do it, or as somebody does who says something else."""
    now = world.crm.clock.now
    digest = said.pop("digest", resume_digest(motion, now))
    envelope = DecisionEnvelope(
        **{
            "purpose": Purpose.RESUME,
            "org_id": ORG,
            "decision_id": f"r{digest[:30]}",
            "case_id": resume_case(motion),
            "round": RESUME_ROUND,
            "proposal_digest": digest,
            "final_digest": digest,
            "verdict": Verdict.APPROVE,
            "reviewer": "kim",
            "role": Role.MANAGER,
            "decided_at": now,
            "expires_at": now,
            "key_id": "ui-1",
            **said,
        }
    )
    world.reviews.record((signer or load_signer(world.keys, "ui-1")).sign(envelope), envelope, now=now)
    world.pause.set(motion, False, by="kim", now=now, decision_id=envelope.decision_id)
    return envelope


def writes(world: World) -> bool:
    world.reset_calls()
    try:
        outcome = world.writer.apply(world.approved(world.rating()))
    except Paused:
        assert world.calls() == 0
        return False
    return outcome.kind is WriteOutcomeKind.WRITTEN


@pytest.mark.parametrize("motion", [None, Motion.INBOUND])
def test_a_signed_resume_lets_writing_go_on(world: World, believing: VerifiedPause, motion: Motion | None) -> None:
    stop(world, motion)
    assert believing.all_paused() == (frozenset(Motion) if motion is None else {motion})
    resume(world, motion)
    assert believing.all_paused() == frozenset()
    assert writes(world)


def test_resuming_all_releases_what_was_stopped_alone(world: World, believing: VerifiedPause) -> None:
    stop(world, Motion.INBOUND)
    resume(world, None)
    assert believing.all_paused() == frozenset()


def test_a_stop_needs_no_signature(world: World, believing: VerifiedPause) -> None:
    stop(world)
    assert not writes(world)


def test_a_row_set_back_in_the_database_stays_a_stop(world: World, believing: VerifiedPause) -> None:
    stop(world)
    with world.database.transaction() as session:
        session.connection().execute(update(PauseRow).values(paused=False))
    assert not world.pause.paused(Motion.INBOUND)
    assert not writes(world)


@pytest.mark.parametrize("motion", [None, Motion.INBOUND])
def test_a_stop_whose_row_is_deleted_stays_a_stop(
    world: World, believing: VerifiedPause, motion: Motion | None
) -> None:
    stop(world, motion)
    with world.database.transaction() as session:
        session.connection().execute(delete(PauseRow))
    assert not world.pause.paused(Motion.INBOUND)
    assert not writes(world)
    assert believing.all_paused() == (frozenset(Motion) if motion is None else {motion})


@pytest.mark.parametrize("motion", [None, Motion.INBOUND])
def test_the_signed_row_of_an_earlier_resume_releases_no_later_stop(
    world: World, believing: VerifiedPause, motion: Motion | None
) -> None:
    """The old row is put back whole: its signature is good, and over what it says."""
    stop(world, motion)
    resume(world, motion)
    with world.database.session() as session:
        old = session.exec(select(PauseRow)).one().model_dump()
    assert not believing.paused(Motion.INBOUND)
    world.crm.clock.forward(60)
    stop(world, motion)
    with world.database.transaction() as session:
        session.connection().execute(update(PauseRow).values(**old))
    assert not world.pause.paused(Motion.INBOUND)
    assert not writes(world)
    resume(world, motion)
    assert not believing.paused(Motion.INBOUND)


def test_a_deleted_row_of_one_motion_is_released_by_the_resume_of_all(world: World, believing: VerifiedPause) -> None:
    stop(world, Motion.INBOUND)
    with world.database.transaction() as session:
        session.connection().execute(delete(PauseRow))
    resume(world, None)
    assert believing.all_paused() == frozenset()


def test_the_resume_of_one_motion_releases_no_stop_of_all(world: World, believing: VerifiedPause) -> None:
    stop(world)
    with world.database.transaction() as session:
        session.connection().execute(delete(PauseRow))
    resume(world, Motion.INBOUND)
    assert not writes(world)


def test_an_earlier_resume_releases_no_later_stop(world: World, believing: VerifiedPause) -> None:
    stop(world)
    earlier = resume(world)
    world.crm.clock.forward(60)
    stop(world)
    world.pause.set(None, False, by="kim", now=world.crm.clock.now, decision_id=earlier.decision_id)
    assert not writes(world)


@pytest.mark.parametrize(
    "said",
    [
        {"org_id": "globex"},
        {"purpose": Purpose.UNDO},
        {"case_id": resume_case(Motion.NUDGE)},
        {"role": Role.REVIEWER},
        {"role": Role.VIEWER},
        {"digest": "0" * 64},
        {"verdict": Verdict.REJECT},
    ],
)
def test_a_signature_over_something_else(world: World, believing: VerifiedPause, said: dict[str, Any]) -> None:
    stop(world)
    resume(world, **said)
    assert not writes(world)


def test_another_key_under_a_known_name(world: World, believing: VerifiedPause) -> None:
    elsewhere = world.keys / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    generate_key(elsewhere, "ui-1", KeyUse.HUMAN, now=world.crm.clock.now)
    stop(world)
    resume(world, signer=load_signer(elsewhere, "ui-1"))
    assert not writes(world)


def test_a_revoked_key_stops_again(world: World, believing: VerifiedPause) -> None:
    stop(world)
    resume(world)
    revoke_key(world.keys / KEYRING_FILE, "ui-1")
    assert believing.paused(Motion.INBOUND)


def test_the_decision_of_one_motion_releases_no_other(world: World, believing: VerifiedPause) -> None:
    stop(world, Motion.INBOUND)
    stop(world, Motion.NUDGE)
    of_nudge = resume(world, Motion.NUDGE)
    world.pause.set(Motion.INBOUND, False, by="kim", now=of_nudge.decided_at, decision_id=of_nudge.decision_id)
    assert believing.all_paused() == {Motion.INBOUND}
    world.crm.clock.forward(timedelta(days=30).total_seconds())
    assert not believing.paused(Motion.NUDGE)
