"""Credentials of another org behind a playbook, a database and signatures that are all in order."""

import pytest

from domain.errors import CrmError, ErrorCode
from domain.proposals import Phase
from gateways.crm.mail_guard import SalesforceMailGuard
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import World

OTHER = "00D000000000009AAA"
"""Say, the production that the world's org is a full copy of: record ids and values are the same in both."""


def test_what_was_signed_for_one_org_is_not_written_into_its_copy(world: World) -> None:
    order = world.approved(world.rating())
    with pytest.raises(CrmError) as refused:
        world.new_writer(world.new_session("writer", org_id=OTHER)).apply(order)
    assert refused.value.code is ErrorCode.CRM_WRONG_ORG
    assert world.ledger() == []
    assert world.row(world.lead)["Rating"] is None
    # Nothing is lost: with the right credentials the same approval is written.
    written(world.writer.apply(order))


def test_nor_taken_back_there(world: World) -> None:
    receipt = written(world.writer.apply(world.approved(world.rating())))
    with pytest.raises(CrmError) as refused:
        world.new_writer(world.new_session("writer", org_id=OTHER)).undo(world.undo_order(receipt))
    assert refused.value.code is ErrorCode.CRM_WRONG_ORG
    assert world.row(world.lead)["Rating"] == "Hot"


def test_nor_is_its_mail_given_out(world: World) -> None:
    order = world.approved(world.rating(), world.mail())
    written(world.writer.apply(order))
    door = SalesforceMailGuard(world.new_session("writer", org_id=OTHER), world.guard, world.documents)
    with pytest.raises(CrmError) as refused:
        door.authorised_mail(order.model_copy(update={"phase": Phase.MAIL}))
    assert refused.value.code is ErrorCode.CRM_WRONG_ORG
