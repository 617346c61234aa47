"""Taking back what the CRM keeps from us, such as a task that belongs to whom it was given, and saying so."""

import pytest

from domain.errors import CrmError, ErrorCode
from domain.undoing import UndoReason
from gateways.crm.client import CompositeAnswer, Part, PartAnswer
from tests.gateways.crm.test_undo import reasons, undo, write
from tests.gateways.crm.world import World


def kept_from_us(world: World, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Every atomic write with such a part is answered as Salesforce answers where sharing forbids it."""
    send = world.session.composite

    def refusing(parts: list[Part], *, all_or_none: bool) -> CompositeAnswer:
        first = next((part.name for part in parts if part.method == method), None)
        if not all_or_none or first is None:
            return send(parts, all_or_none=all_or_none)
        halted = PartAnswer(status=400, body=[{"errorCode": "PROCESSING_HALTED", "message": "rolled back"}])
        refused = [{"errorCode": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "insufficient access rights"}]
        answers = {part.name: halted for part in parts} | {first: PartAnswer(status=400, body=refused)}
        return CompositeAnswer(parts=answers, server_time=world.clock.now())

    monkeypatch.setattr(world.session, "composite", refusing)


def test_the_rest_comes_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = write(world, world.rating(), world.task(), world.note())
    kept_from_us(world, monkeypatch, "DELETE")
    outcome = undo(world, receipt)
    assert reasons(outcome) == {("", UndoReason.REFUSED_BY_CRM)}
    assert len(outcome.refusals) == 2
    assert world.row(world.lead)["Rating"] is None
    assert len(world.rows("SELECT Id FROM Task")) == 2


def test_where_nothing_else_is_left_it_is_a_matter_for_ops(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = write(world, world.rating())
    kept_from_us(world, monkeypatch, "PATCH")
    with pytest.raises(CrmError) as caught:
        undo(world, receipt)
    assert caught.value.code is ErrorCode.CRM_FORBIDDEN
    assert (world.row(world.lead)["Rating"], len(world.ledger())) == ("Hot", 1)


def test_after_a_lost_answer_what_stays_has_its_own_reason(world: World) -> None:
    """The ledger says what the first attempt did, and not why it left the rest."""
    world.edit(world.lead, OwnerId=world.tom)
    world.crm.clock.forward(5)
    given = world.assign().model_copy(update={"before_owner_id": world.tom, "first_assignment": False})
    receipt = write(world, given, world.rating(), world.task(), world.note())
    world.edit(world.tom, object_name="User", IsActive=False)
    task = next(image.record.id for image in receipt.records if image.action_keys == ("task",))
    world.crm.client().Task.delete(task)
    world.crm.clock.forward(5)
    order = world.undo_order(receipt)
    world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=3, delay=0)
    with pytest.raises(CrmError):
        world.writer.undo(order)
    world.crm.clock.forward(5)
    again = world.writer.undo(order.model_copy(update={"attempt": 2}))
    assert again.receipt is not None
    assert again.receipt.replayed
    expected = {("OwnerId", UndoReason.REFUSED_BY_CRM), ("", UndoReason.RECORD_DELETED)}
    assert reasons(again) == expected
    # And once more, as after a worker that died before it could say so.
    assert reasons(world.writer.undo(order)) == expected
