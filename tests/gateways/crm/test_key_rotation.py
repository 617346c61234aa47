"""A key's life as the write guard sees it: succeeded, retired, revoked, while decisions wait."""

from datetime import timedelta

import pytest

from domain.audit import AuditKind
from domain.decisions import KeyUse
from domain.errors import NotAuthorised, RefusalReason
from domain.ports import WriteOrder
from domain.receipts import WriteOutcomeKind
from persistence.queue import ReviewQueue
from runtime.keys import retire_key, revoke_key
from runtime.signing_keys import CurrentSigner, rotate
from tests.gateways.crm.forging import refused, store_by_force
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import ORG, World


def signed_now(world: World, signer: CurrentSigner) -> WriteOrder:
    """A decision as the pages would sign it at this moment."""
    content = world.content(world.rating())
    world.propose(content)
    envelope = world.envelope(content, key_id=signer.key_id)
    store_by_force(world, envelope.decision_id, signer.sign(envelope))
    return world.order(envelope.decision_id)


def test_a_waiting_decision_survives_a_rotation_and_the_next_is_by_the_successor(world: World) -> None:
    ring = world.keys / "keyring.json"
    signer = CurrentSigner(world.keys, ring, KeyUse.HUMAN)
    assert signer.key_id == "ui-1"
    order = signed_now(world, signer)
    world.crm.clock.forward(1)
    made, before = rotate(world.keys, ring, KeyUse.HUMAN, now=world.crm.clock.now)
    assert (made.key_id, before, signer.key_id) == ("human-1", ("ui-1",), "human-1")
    assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN


def test_the_successors_signature_is_known_at_once(world: World) -> None:
    ring = world.keys / "keyring.json"
    signer = CurrentSigner(world.keys, ring, KeyUse.HUMAN)
    rotate(world.keys, ring, KeyUse.HUMAN, now=world.crm.clock.now)
    assert world.writer.apply(signed_now(world, signer)).kind is WriteOutcomeKind.WRITTEN


def test_what_a_retired_key_signs_afterwards_writes_nothing(world: World) -> None:
    order = world.approved(world.rating())
    retire_key(world.keys / "keyring.json", "ui-1", at=world.crm.clock.now - timedelta(seconds=1))
    refused(world, order, RefusalReason.REVOKED_KEY)


def test_what_a_retired_key_signed_lapses_like_everything(world: World) -> None:
    order = world.approved(world.rating(), expires_at=world.crm.clock.now + timedelta(hours=1))
    world.crm.clock.forward(1)
    rotate(world.keys, world.keys / "keyring.json", KeyUse.HUMAN, now=world.crm.clock.now)
    world.crm.clock.forward(3601)
    refused(world, order, RefusalReason.EXPIRED)


def test_what_a_revoked_key_signed_before_is_refused_by_name_and_audited(world: World) -> None:
    ring = world.keys / "keyring.json"
    order = signed_now(world, CurrentSigner(world.keys, ring, KeyUse.HUMAN))
    rotate(world.keys, ring, KeyUse.HUMAN, now=world.crm.clock.now + timedelta(seconds=1))
    revoke_key(ring, "ui-1")
    refused(world, order, RefusalReason.REVOKED_KEY)
    entries = [item.event for item in ReviewQueue(world.database, ORG).audit_tail()]
    noted = [(e.kind, e.code, e.subject) for e in entries if e.kind is AuditKind.WRITE_REFUSED]
    assert noted == [(AuditKind.WRITE_REFUSED, "revoked_key", order.decision_id)]


def test_what_a_retired_key_wrote_is_taken_back_under_its_successor(world: World) -> None:
    ring = world.keys / "keyring.json"
    receipt = written(world.writer.apply(world.approved(world.rating())))
    world.crm.clock.forward(60)
    made, _ = rotate(world.keys, ring, KeyUse.HUMAN, now=world.crm.clock.now)
    assert world.writer.undo(world.undo_order(receipt, key_id=made.key_id)).restored == (world.lead_ref,)
    assert world.row(world.lead)["Rating"] is None


def test_what_a_revoked_key_wrote_is_taken_back_under_its_successor(world: World) -> None:
    """Often that is why it was revoked."""
    ring = world.keys / "keyring.json"
    receipt = written(world.writer.apply(world.approved(world.rating())))
    world.crm.clock.forward(60)
    made, _ = rotate(world.keys, ring, KeyUse.HUMAN, now=world.crm.clock.now)
    revoke_key(ring, "ui-1")
    assert world.writer.undo(world.undo_order(receipt, key_id=made.key_id)).restored == (world.lead_ref,)


def test_an_undo_that_was_signed_before_the_rotation_is_carried_out_and_one_by_a_revoked_key_is_not(
    world: World,
) -> None:
    ring = world.keys / "keyring.json"
    first = written(world.writer.apply(world.approved(world.rating())))
    second = written(world.writer.apply(world.approved(world.note(), round=2)))
    world.crm.clock.forward(60)
    before, revoked = world.undo_order(first), world.undo_order(second)
    world.crm.clock.forward(1)
    rotate(world.keys, ring, KeyUse.HUMAN, now=world.crm.clock.now)
    assert world.writer.undo(before).restored == (world.lead_ref,)
    revoke_key(ring, "ui-1")
    with pytest.raises(NotAuthorised) as refused_by_name:
        world.writer.undo(revoked)
    assert refused_by_name.value.reason is RefusalReason.REVOKED_KEY
