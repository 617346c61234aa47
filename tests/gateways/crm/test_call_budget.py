"""How many API calls one lead costs from its fetch to what is written, counted by the client itself."""

from domain.proposals import Phase
from gateways.crm.fields import ReadFields
from gateways.crm.reader import SalesforceReader
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import World


def spent(world: World) -> int:
    """By both sessions of the worker: what reads, and what writes."""
    return world.session.calls + world.reads.calls


def test_three_calls_where_no_mail_is_sent(world: World) -> None:
    world.reader.snapshot(world.lead)
    content = world.content(world.rating(), world.assign(), world.task(), world.note())
    before = spent(world)
    world.propose(content)
    order = world.order(world.record(world.envelope(content)))
    written(world.writer.apply(order))
    assert spent(world) - before == 3


def test_an_approver_who_is_mapped_costs_no_call_more(world: World) -> None:
    world.crm_users["sam"] = (world.ines, "Inés Ruiz")
    test_three_calls_where_no_mail_is_sent(world)
    assert world.ledger()[0]["Approver__c"] == f"sam (Inés Ruiz, {world.ines})"


def with_mail(world: World) -> tuple[int, int]:
    """The calls of the fetch, and those from the approval to the last write."""
    world.reader.snapshot(world.lead)
    content = world.content(world.rating(), world.assign(), world.task(), world.mail(), world.contacted())
    before = spent(world)
    world.propose(content)
    fetched = spent(world)
    order = world.order(world.record(world.envelope(content)))
    written(world.writer.apply(order))
    world.crm.clock.forward(60)
    world.mail_guard.authorised_mail(order.model_copy(update={"phase": Phase.MAIL}))
    written(world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL})))
    assert world.row(world.lead)["Status"] == "Working - Contacted"
    return fetched - before, spent(world) - fetched


def test_five_where_it_is(world: World) -> None:
    assert with_mail(world) == (1, 4)


def test_an_approver_who_is_mapped_costs_no_call_more_where_mail_is_sent(world: World) -> None:
    """Both steps that write ask; the second one in the call that is made for the e-mail."""
    world.crm_users["sam"] = (world.ines, "Inés Ruiz")
    assert with_mail(world) == (1, 4)
    assert {row["Approver__c"] for row in world.ledger()} == {f"sam (Inés Ruiz, {world.ines})"}


def test_a_person_of_their_own_costs_the_write_no_call_more(world: World) -> None:
    """The fetch asks for more than one call can hold then, and takes two."""
    of_their_own(world)
    assert with_mail(world) == (2, 4)


def test_a_person_of_their_own_costs_no_call_more_in_an_org_that_keeps_no_voice_calls(world: World) -> None:
    of_their_own(world)
    kept = {name: fields for name, fields in ReadFields().by_object.items() if name != "VoiceCall"}
    world.reader = SalesforceReader(world.reads, world.clock, ReadFields(by_object=kept))
    assert with_mail(world) == (1, 4)


def of_their_own(world: World) -> None:
    person = world.add("Individual", LastName="Byron")
    world.edit(world.lead, IndividualId=person)
    world.crm.clock.forward(60)


def test_what_was_read_for_the_mail_is_read_again_once_a_minute_has_passed(world: World) -> None:
    order = world.approved(world.rating(), world.mail(), world.contacted())
    written(world.writer.apply(order))
    world.crm.clock.forward(60)
    world.mail_guard.authorised_mail(order.model_copy(update={"phase": Phase.MAIL}))
    world.crm.clock.forward(61)
    world.reset_calls()
    written(world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL})))
    assert world.calls() == 2


def test_a_change_since_it_was_read_for_the_mail_is_seen_by_the_condition(world: World) -> None:
    order = world.approved(world.rating(), world.mail(), world.contacted())
    written(world.writer.apply(order))
    world.crm.clock.forward(60)
    world.mail_guard.authorised_mail(order.model_copy(update={"phase": Phase.MAIL}))
    world.crm.clock.forward(5)
    world.edit(world.lead, by=world.tom, Status="Closed - Not Converted")
    world.crm.clock.forward(5)
    outcome = world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL}))
    assert [(m.field, m.found) for m in outcome.moved] == [("Status", "Closed - Not Converted")]
    assert world.row(world.lead)["Status"] == "Closed - Not Converted"
