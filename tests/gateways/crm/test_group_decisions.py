"""One signature over several records: each is written by itself, with a ledger row of its own, or not at all."""

from typing import Any

import pytest

from approval_ui.group_signing import sign_group
from domain.decision_groups import MAX_MEMBERS, GroupMember, GroupMembers
from domain.decisions import SignedDecision, Verdict, parse_envelope
from domain.errors import NotAuthorised, RefusalReason
from domain.ports import WriteOrder
from domain.proposals import ProposalContent, digest_of
from domain.receipts import WriteOutcomeKind
from runtime.keys import load_signer
from tests.gateways.crm.forging import store_by_force
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import World


def member(content: ProposalContent) -> GroupMember:
    digest = digest_of(content.to_bytes())
    return GroupMember(case_id=content.case_id, round=content.round, proposal_digest=digest, final_digest=digest)


def signed_together(world: World, *contents: ProposalContent, **said: Any) -> tuple[SignedDecision, ...]:
    like = world.envelope(contents[0], **said)
    return sign_group(load_signer(world.keys, like.key_id), like, [member(c) for c in contents])


def orders(world: World, *contents: ProposalContent) -> list[WriteOrder]:
    for content in contents:
        world.propose(content)
    signed = signed_together(world, *contents)
    envelopes = [parse_envelope(each) for each in signed]
    for each, envelope in zip(signed, envelopes, strict=True):
        world.reviews.record(each, envelope, now=world.crm.clock.now)
    return [world.order(e.decision_id, case_id=e.case_id, round=e.round) for e in envelopes]


def test_each_member_is_written_with_its_own_ledger_row(world: World) -> None:
    first, second = orders(world, world.content(world.rating()), world.content(world.note(), case_id="c2"))
    receipts = [written(world.writer.apply(order)) for order in (first, second)]
    assert world.row(world.lead)["Rating"] == "Hot"
    assert [row["Subject"] for row in world.rows("SELECT Subject FROM Task")] == ["Brief"]
    assert {row["External_Key__c"] for row in world.ledger()} == {r.id for r in receipts}
    assert len({r.decision_id for r in receipts}) == 2
    assert first.decision_id.rpartition(".")[0] == second.decision_id.rpartition(".")[0]


def test_what_one_is_refused_for_does_not_hold_up_the_others(world: World) -> None:
    first, second = orders(world, world.content(world.rating()), world.content(world.note(), case_id="c2"))
    world.edit(world.lead, by=world.tom, Rating="Cold")
    world.crm.clock.forward(5)
    assert world.writer.apply(first).kind is WriteOutcomeKind.CONFLICT
    written(world.writer.apply(second))


def test_a_member_can_be_undone_alone(world: World) -> None:
    first, second = orders(world, world.content(world.rating()), world.content(world.note(), case_id="c2"))
    receipt = written(world.writer.apply(first))
    written(world.writer.apply(second))
    world.crm.clock.forward(60)
    assert world.writer.undo(world.undo_order(receipt)).refusals == ()
    assert world.row(world.lead)["Rating"] is None
    assert len(world.rows("SELECT Id FROM Task")) == 1


class TestForged:
    """The store is written to by force; the guard stands between it and the CRM."""

    def plant(self, world: World, signed: SignedDecision, place: int) -> WriteOrder:
        envelope = parse_envelope(self.good[place])
        store_by_force(world, envelope.decision_id, signed, position=1)
        return world.order(envelope.decision_id, case_id=envelope.case_id, round=envelope.round)

    def refused(self, world: World, order: WriteOrder, reason: RefusalReason) -> None:
        world.reset_calls()
        with pytest.raises(NotAuthorised) as caught:
            world.writer.apply(order)
        assert caught.value.reason is reason
        assert world.calls() == 0
        assert world.ledger() == []

    @pytest.fixture(autouse=True)
    def _signed(self, world: World) -> None:
        self.contents = [world.content(world.rating()), world.content(world.note(), case_id="c2")]
        for content in self.contents:
            world.propose(content)
        self.good = signed_together(world, *self.contents)

    def test_a_list_with_another_change_in_it(self, world: World) -> None:
        other = member(world.content(world.rating("Cold")))
        swapped = GroupMembers(members=(other, member(self.contents[1]))).to_bytes()
        order = self.plant(world, self.good[0].model_copy(update={"members": swapped}), 0)
        self.refused(world, order, RefusalReason.BAD_SIGNATURE)

    def test_a_list_of_another_schema(self, world: World) -> None:
        later = GroupMembers(schema_number=2, members=tuple(member(c) for c in self.contents)).to_bytes()
        signer = load_signer(world.keys, "ui-1")
        like = world.envelope(self.contents[0], members_digest=digest_of(later))
        signed = signer.sign(like).model_copy(update={"members": later, "place": 0})
        order = self.plant(world, signed, 0)
        self.refused(world, order, RefusalReason.BAD_SIGNATURE)

    def test_a_list_that_is_gone(self, world: World) -> None:
        order = self.plant(world, self.good[0].model_copy(update={"members": b""}), 0)
        self.refused(world, order, RefusalReason.BAD_SIGNATURE)

    def test_a_place_that_the_list_does_not_have(self, world: World) -> None:
        order = self.plant(world, self.good[0].model_copy(update={"place": 2}), 0)
        self.refused(world, order, RefusalReason.BAD_SIGNATURE)

    def test_the_place_of_another_member(self, world: World) -> None:
        order = self.plant(world, self.good[1], 0)
        self.refused(world, order, RefusalReason.WRONG_CASE)

    def test_a_single_decision_with_a_list_put_beside_it(self, world: World) -> None:
        alone = world.envelope(self.contents[0])
        signed = load_signer(world.keys, "ui-1").sign(alone)
        forged = signed.model_copy(update={"members": self.good[0].members})
        store_by_force(world, alone.decision_id, forged)
        self.refused(world, world.order(alone.decision_id), RefusalReason.BAD_SIGNATURE)

    def test_a_list_that_was_signed_by_the_policy_key(self, world: World) -> None:
        self.good = signed_together(world, *self.contents, key_id="policy-1")
        self.refused(world, self.plant(world, self.good[0], 0), RefusalReason.WRONG_PURPOSE)

    def test_a_rejection_of_the_list(self, world: World) -> None:
        self.good = signed_together(world, *self.contents, verdict=Verdict.REJECT)
        self.refused(world, self.plant(world, self.good[0], 0), RefusalReason.NOT_AN_APPROVAL)


def test_a_list_is_no_longer_than_somebody_can_look_at(world: World) -> None:
    one = member(world.content(world.rating()))
    with pytest.raises(ValueError, match="200"):
        GroupMembers(members=(one,) * (MAX_MEMBERS + 1))


def test_a_decision_alone_is_signed_over_the_same_bytes_as_ever(world: World) -> None:
    assert b"members_digest" not in world.envelope(world.content(world.rating())).to_bytes()
