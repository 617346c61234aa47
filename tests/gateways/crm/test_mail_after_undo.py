"""What an undo of the write before means to what still waits: the e-mail in its window, and another approval."""

import pytest

from domain.errors import ErrorCode, MailError, MailRefusal
from domain.ports import WriteOrder
from domain.proposals import Phase
from domain.receipts import WriteOutcomeKind, WriteReceipt
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
    assert (caught.value.code, caught.value.refusal) == (ErrorCode.MAIL_REFUSED, MailRefusal.TAKEN_BACK)
    assert world.calls() == 0


def test_where_that_undo_was_undone_it_leaves(world: World) -> None:
    receipt, order = waiting(world)
    first = undo(world, receipt).receipt
    assert first is not None
    undo(world, first)
    assert world.mail_guard.authorised_mail(order) == world.mail()


def test_an_approval_that_rests_on_what_was_taken_back_reopens(world: World) -> None:
    """Somebody signed the undo: to the card that was made before it, that is a change like any other."""
    assigned = written(world.writer.apply(world.approved(world.assign(), round=-1)))
    world.crm.clock.forward(60)
    order = world.approved(world.note(), expected=(world.decisive("OwnerId", world.ines),))
    world.crm.clock.forward(60)
    undo(world, assigned)
    outcome = world.writer.apply(order)
    assert outcome.kind is WriteOutcomeKind.REASSIGNED
    assert world.rows("SELECT Id FROM Task") == []


def test_the_undo_of_another_decision_does_not_concern_it(world: World) -> None:
    other = written(world.writer.apply(world.approved(world.rating("Warm"), round=-1)))
    world.crm.clock.forward(60)
    order = world.approved(world.note(), world.mail())
    written(world.writer.apply(order))
    world.crm.clock.forward(60)
    undo(world, other)
    assert world.mail_guard.authorised_mail(order.model_copy(update={"phase": Phase.MAIL})) == world.mail()
