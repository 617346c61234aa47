"""Taking back what the integration user may not touch any more: a task belongs to whom it was given."""

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
