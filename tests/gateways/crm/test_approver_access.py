"""Nobody signs for more than the CRM gives them: who approved must be able to edit the record, at writing time."""

import pytest

from domain.audit import AuditKind
from domain.errors import NotAuthorised, RefusalReason
from domain.proposals import Phase
from domain.receipts import WriteOutcomeKind
from gateways.crm.access import MAX_RECORDS, RecordAccess
from tests.gateways.crm.world import World


def deny(world: World, user_id: str, record_id: str, *, edit: bool = False) -> None:
    world.crm.control("POST", "access", {"user_id": user_id, "record_id": record_id, "edit": edit})


def test_an_approver_who_may_edit_it_is_named_in_the_ledger(world: World) -> None:
    world.crm_users["sam"] = (world.ines, "Inés Ruiz")
    assert world.writer.apply(world.approved(world.rating())).kind is WriteOutcomeKind.WRITTEN
    assert world.ledger()[0]["Approver__c"] == f"sam (Inés Ruiz, {world.ines})"


def test_one_who_lost_access_since_is_refused_by_name_and_nothing_is_written(world: World) -> None:
    world.crm_users["sam"] = (world.ines, "Inés Ruiz")
    order = world.approved(world.rating())
    deny(world, world.ines, world.lead)
    for _ in range(2):
        with pytest.raises(NotAuthorised) as caught:
            world.writer.apply(order)
        assert caught.value.reason is RefusalReason.APPROVER_NO_ACCESS
        assert world.lead in caught.value.detail
    assert world.row(world.lead)["Rating"] is None
    assert world.ledger() == []
    refused = [e.event.code for e in world.audit.export() if e.event.kind is AuditKind.WRITE_REFUSED]
    assert refused == ["approver_no_access"]

    deny(world, world.ines, world.lead, edit=True)
    assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN


def test_one_whom_the_crm_does_not_know_may_edit_nothing(world: World) -> None:
    world.crm_users["sam"] = ("", "gone@acme.example")
    with pytest.raises(NotAuthorised):
        world.writer.apply(world.approved(world.rating()))


def test_who_is_mapped_to_nobody_is_not_asked_about(world: World) -> None:
    order = world.approved(world.rating())
    deny(world, world.ines, world.lead)
    assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN
    assert world.ledger()[0]["Approver__c"] == "sam"


def test_access_that_is_taken_away_before_the_email_leaves_stops_what_follows_it(world: World) -> None:
    """What was read for the e-mail serves the step after it, and says the same."""
    world.crm_users["sam"] = (world.ines, "Inés Ruiz")
    order = world.approved(world.rating(), world.mail(), world.contacted())
    assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN
    world.crm.clock.forward(60)
    deny(world, world.ines, world.lead)
    world.mail_guard.authorised_mail(order.model_copy(update={"phase": Phase.MAIL}))
    with pytest.raises(NotAuthorised) as caught:
        world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL}))
    assert caught.value.reason is RefusalReason.APPROVER_NO_ACCESS
    assert world.row(world.lead)["Status"] == "Open - Not Contacted"


def test_what_was_written_is_replayed_though_access_is_gone(world: World) -> None:
    world.crm_users["sam"] = (world.ines, "Inés Ruiz")
    order = world.approved(world.rating())
    first = world.writer.apply(order)
    deny(world, world.ines, world.lead)
    again = world.writer.apply(order.model_copy(update={"attempt": 2}))
    assert again.receipt == first.receipt


def test_many_records_are_asked_about_in_bounded_queries(world: World) -> None:
    strangers = [f"00Q{n:012d}AAA" for n in range(MAX_RECORDS)]
    world.reset_calls()
    denied = RecordAccess(world.session).denied(world.ines, [*strangers, world.lead])
    assert set(denied) == set(strangers)
    assert world.calls() == 2
