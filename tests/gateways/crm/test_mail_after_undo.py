"""The undo window of an e-mail, when the write before it is taken back by its receipt, a batch or the command line."""

import pytest

from domain.errors import ErrorCode, MailError
from domain.ports import WriteOrder
from domain.proposals import Phase
from domain.receipts import WriteReceipt
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.test_undo import undo
from tests.gateways.crm.world import World


def waiting(world: World) -> tuple[WriteReceipt, WriteOrder]:
    """The first step is written; the e-mail waits."""
    order = world.approved(world.rating(), world.assign(), world.mail())
    receipt = written(world.writer.apply(order))
    world.crm.clock.forward(60)
    return receipt, order.model_copy(update={"phase": Phase.MAIL})


def test_it_does_not_leave(world: World) -> None:
    receipt, order = waiting(world)
    undo(world, receipt)
    world.reset_calls()
    with pytest.raises(MailError) as caught:
        world.mail_guard.authorised_mail(order)
    assert caught.value.code is ErrorCode.MAIL_REFUSED
    assert world.calls() == 0


def test_where_that_undo_was_undone_it_leaves(world: World) -> None:
    receipt, order = waiting(world)
    first = undo(world, receipt).receipt
    assert first is not None
    undo(world, first)
    assert world.mail_guard.authorised_mail(order) == world.mail()


def test_the_undo_of_another_decision_does_not_concern_it(world: World) -> None:
    other = written(world.writer.apply(world.approved(world.rating("Warm"), round=-1)))
    world.crm.clock.forward(60)
    order = world.approved(world.note(), world.mail())
    written(world.writer.apply(order))
    world.crm.clock.forward(60)
    undo(world, other)
    assert world.mail_guard.authorised_mail(order.model_copy(update={"phase": Phase.MAIL})) == world.mail()
