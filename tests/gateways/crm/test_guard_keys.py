"""What the policy key may sign, and when an e-mail is given out."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.decisions import Purpose
from domain.errors import ErrorCode, MailError, NotAuthorised, Paused, RefusalReason
from domain.leads import Motion
from domain.model import Scalar
from domain.permissions import Level
from domain.ports import WriteOrder
from domain.proposals import CreateLead, Phase, ProposalContent
from domain.receipts import WriteOutcomeKind
from tests.gateways.crm.forging import refused, signed_over
from tests.gateways.crm.world import World


def by_policy(world: World, content: ProposalContent) -> WriteOrder:
    world.propose(content, review=False)
    envelope = world.envelope(content, purpose=Purpose.POLICY_WRITE, key_id="policy-1", reviewer="policy")
    return world.order(world.record(envelope))


class TestPolicyKey:
    def new_lead(self, world: World, owner: str = "") -> CreateLead:
        fields: dict[str, Scalar] = {"LastName": "Hopper", "Company": "Cobol Ltd"}
        return CreateLead(key="lead", fields=fields, owner_id=owner or world.queue)

    def test_it_creates_leads_from_approved_writeback_up(self, world: World) -> None:
        order = by_policy(world, world.content(self.new_lead(world)))
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN
        assert world.ledger()[0]["Approver__c"] == "policy"

    def test_a_new_lead_goes_to_a_queue(self, world: World) -> None:
        order = by_policy(world, world.content(self.new_lead(world, world.ines)))
        refused(world, order, RefusalReason.POLICY_KEY_NOT_ALLOWED)

    def test_anything_else_is_automation(self, world: World) -> None:
        order = by_policy(world, world.content(world.assign()))
        refused(world, order, RefusalReason.LEVEL_TOO_LOW)

    def test_first_assignment_under_limited_automation(self, world: World) -> None:
        world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: Level.LIMITED_AUTOMATION}})
        order = by_policy(world, world.content(world.assign()))
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    @pytest.mark.parametrize(
        "action",
        [
            lambda w: w.rating(),
            lambda w: w.mail(),
            lambda w: w.assign(first_assignment=False),
            lambda w: w.assign(strategic=True),
            lambda w: w.assign().model_copy(update={"before_owner_id": w.tom}),
        ],
    )
    def test_what_it_may_never_sign(self, world: World, action: Callable[[World], Any]) -> None:
        """The last one calls itself a first assignment, but takes the lead from a person."""
        world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: Level.LIMITED_AUTOMATION}})
        refused(world, by_policy(world, world.content(action(world))), RefusalReason.POLICY_KEY_NOT_ALLOWED)

    def test_automatic_fields_under_limited_automation_and_no_other(self, world: World) -> None:
        levels = {Motion.INBOUND: Level.LIMITED_AUTOMATION}
        automatic = {"Lead": frozenset({"Rating"})}
        world.policy = world.policy.model_copy(update={"automatic_fields": automatic, "levels": levels})
        order = by_policy(world, world.content(world.rating("Hot")))
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    @pytest.mark.parametrize(
        ("level", "mapped", "opt_in", "reason"),
        [
            (Level.APPROVED_WRITEBACK, True, False, RefusalReason.LEVEL_TOO_LOW),
            (Level.LIMITED_AUTOMATION, False, False, RefusalReason.POLICY_KEY_NOT_ALLOWED),
            (Level.LIMITED_AUTOMATION, True, True, RefusalReason.POLICY_KEY_NOT_ALLOWED),
        ],
    )
    def test_fields_that_it_may_not_sign_for(
        self, world: World, level: Level, mapped: bool, opt_in: bool, reason: RefusalReason
    ) -> None:
        fields = frozenset({"Rating"}) if mapped else frozenset[str]()
        world.policy = world.policy.model_copy(
            update={"automatic_fields": {"Lead": fields}, "levels": {Motion.INBOUND: level}}
        )
        action = world.rating("Hot").model_copy(update={"opt_in": opt_in})
        refused(world, by_policy(world, world.content(action)), reason)

    def test_the_value_it_claims_to_find_is_looked_up(self, world: World) -> None:
        """It says that the lead is the queue's, so that its risk is low; it is not, so nothing is written."""
        world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: Level.LIMITED_AUTOMATION}})
        world.edit(world.lead, OwnerId=world.tom)
        world.crm.clock.forward(5)
        order = by_policy(world, world.content(world.assign()))
        assert world.writer.apply(order).kind is WriteOutcomeKind.REASSIGNED

    def test_a_persons_key_makes_no_policy_decision(self, world: World) -> None:
        content = world.content(self.new_lead(world))
        order = signed_over(world, content, purpose=Purpose.POLICY_WRITE, key_id="ui-1")
        refused(world, order, RefusalReason.WRONG_PURPOSE)


class TestMail:
    def mail_order(self, world: World) -> WriteOrder:
        return world.approved(world.mail(), world.contacted()).model_copy(update={"phase": Phase.MAIL})

    def test_the_mail_is_given_out_as_signed(self, world: World) -> None:
        assert world.mail_guard.authorised_mail(self.mail_order(world)) == world.mail()

    def test_not_while_paused(self, world: World) -> None:
        order = self.mail_order(world)
        world.pause.set(None, True, by="kim", now=world.crm.clock.now)
        with pytest.raises(Paused):
            world.mail_guard.authorised_mail(order)
        assert world.calls() == 0

    def test_not_without_a_mail_in_the_decision(self, world: World) -> None:
        order = world.approved(world.rating()).model_copy(update={"phase": Phase.MAIL})
        with pytest.raises(NotAuthorised):
            world.mail_guard.authorised_mail(order)

    @pytest.mark.parametrize(
        "meddle",
        [
            lambda w: w.edit(w.lead, HasOptedOutOfEmail=True),
            lambda w: w.crm.client().Lead.delete(w.lead),
            lambda w: w.crm.control("POST", f"lead/{w.lead}/convert", {}),
        ],
    )
    def test_not_to_somebody_who_is_gone_or_said_no(self, world: World, meddle: Callable[[World], Any]) -> None:
        order = self.mail_order(world)
        meddle(world)
        with pytest.raises(MailError) as stopped:
            world.mail_guard.authorised_mail(order)
        assert stopped.value.code is ErrorCode.MAIL_REFUSED
