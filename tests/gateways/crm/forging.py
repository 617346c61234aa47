"""Decisions stored past every check, as somebody with our database in hand could."""

from typing import Any

import pytest

from domain.audit import AuditKind
from domain.decisions import SignedDecision
from domain.errors import NotAuthorised, RefusalReason
from domain.ports import WriteOrder
from domain.proposals import ProposalContent
from persistence.tables import DecisionGroupRow, DecisionRow
from runtime.keys import load_signer
from tests.gateways.crm.world import World


def refused(world: World, order: WriteOrder, reason: RefusalReason) -> None:
    """Refused by name, audited once however often it is tried, and nobody called the CRM."""
    world.reset_calls()
    for attempt in (1, 1):
        with pytest.raises(NotAuthorised) as caught:
            world.writer.apply(order.model_copy(update={"attempt": attempt}))
        assert caught.value.reason is reason
    assert world.calls() == 0
    codes = [e.event.code for e in world.audit.export() if e.event.kind is AuditKind.WRITE_REFUSED]
    assert codes == [reason.value]
    assert world.row(world.lead)["Rating"] is None


def signed_over(world: World, content: ProposalContent | None = None, **said: Any) -> WriteOrder:
    """The round's proposal with an approval that differs from a good one as said; stored past every check."""
    content = content or world.content(world.rating())
    world.propose(content)
    envelope = world.envelope(content, **said)
    signed = load_signer(world.keys, envelope.key_id).sign(envelope)
    store_by_force(world, envelope.decision_id, signed, position=envelope.quorum_position)
    return world.order(envelope.decision_id)


def store_by_force(world: World, decision_id: str, signed: SignedDecision, *, position: int = 1) -> None:
    """As somebody who can write our database would."""
    honest = world.envelope(world.content(world.rating()))
    group = decision_id.partition(".")[0]
    with world.database.transaction() as session:
        if signed.members:
            session.add(DecisionGroupRow(group_id=group, members=signed.members))
        session.add(
            DecisionRow(
                **{
                    **_columns(honest),
                    "decision_id": decision_id,
                    "quorum_position": position,
                    "reviewer": f"reviewer-{position}",
                    "envelope_bytes": signed.envelope_bytes,
                    "signature": signed.signature,
                    "group_id": group if signed.members else "",
                    "place": signed.place,
                    "recorded_at": world.crm.clock.now,
                    "counts": True,
                }
            )
        )


def _columns(envelope: Any) -> dict[str, Any]:
    named = envelope.model_dump()
    return {name: named[name] for name in DecisionRow.model_fields.keys() & named.keys()}
