"""Cases, calls and texts come with the snapshot, within two calls, and their absence is no failure."""

import pytest

from domain.context import ContextKind, crm_items
from domain.errors import CrmError
from gateways.crm.client import CompositeAnswer, PartAnswer
from gateways.crm.conversations import Conversations
from gateways.crm.fields import ReadFields
from gateways.crm.reader import SalesforceReader
from tests.fakes.examples import inquiry
from tests.gateways.crm.world import START, World


def reader(world: World, **renamed: tuple[str, ...]) -> SalesforceReader:
    known = {**ReadFields().by_object, **renamed}
    return SalesforceReader(world.new_session("reader"), world.clock, ReadFields(by_object=known))


def test_cases_and_calls_of_the_person_and_nobody_elses(world: World) -> None:
    contact = world.add("Contact", LastName="Byron", Email="ada@engines.example")
    mine = {
        world.add("Case", Subject="Late", ContactId=contact),
        world.add("VoiceCall", CallType="Inbound", CallDurationInSeconds=600, RelatedRecordId=world.lead),
    }
    other = world.add("Lead", LastName="Hopper", Company="Cobol")
    world.add("Case", Subject="Not hers", ContactId=world.add("Contact", LastName="H", Email="grace@cobol.example"))
    world.add("VoiceCall", CallType="Inbound", RelatedRecordId=other)
    assert {c.id for c in world.reader.snapshot(world.lead).conversations} == mine
    assert [c.object for c in world.reader.snapshot(contact).conversations] == ["Case"]


def test_they_become_context_with_their_text_time_and_record(world: World) -> None:
    task = world.add(
        "Task", Subject="Call back", Description="Runs 120 trucks.", WhoId=world.lead, ActivityDate="2026-03-01"
    )
    sent = {"Subject": "Hello", "TextBody": "We start in May.", "MessageDate": "2026-02-27T10:00:00Z"}
    mail = world.email(**sent)
    world.add(
        "Event", Subject="Demo", Description="Two depots.", StartDateTime="2026-02-28T09:00:00Z", DurationInMinutes=30,
        WhoId=world.lead,
    )  # fmt: skip
    contact = world.add("Contact", LastName="Byron", Email="ada@engines.example")
    world.add("Case", Subject="Late", Description="Route 7 was late.", ContactId=contact)
    world.add(
        "VoiceCall", CallType="Inbound", CallDurationInSeconds=610, CallStartDateTime="2026-02-26T10:00:00Z",
        RelatedRecordId=world.lead,
    )  # fmt: skip
    items = {item.kind: item for item in crm_items(world.reader.snapshot(world.lead))}
    assert set(items) == {
        *(ContextKind.TASK, ContextKind.EVENT, ContextKind.EMAIL, ContextKind.VOICE_CALL, ContextKind.CASE)
    }
    told = items[ContextKind.TASK]
    assert (told.quote, told.system, told.record) == ("Runs 120 trucks.", "Salesforce", f"Task/{task}")
    assert told.occurred_at.isoformat() == "2026-03-01T00:00:00+00:00"
    assert (items[ContextKind.EMAIL].quote, items[ContextKind.EMAIL].record) == (
        "We start in May.",
        f"EmailMessage/{mail}",
    )
    assert items[ContextKind.VOICE_CALL].summary == "Inbound, 10 min"
    assert items[ContextKind.VOICE_CALL].occurred_at.isoformat() == "2026-02-26T10:00:00+00:00"
    assert items[ContextKind.CASE].quote == "Route 7 was late."


def test_a_snapshot_stays_within_two_calls(world: World) -> None:
    world.reader.candidates(inquiry(email="ada@engines.example"))
    world.reader.queues()
    for _ in range(2):
        world.reset_calls()
        world.reader.snapshot(world.lead)
        assert world.calls() == 1, "it was seen before"
    fresh = reader(world)
    fresh.queues()
    world.reset_calls()
    fresh.snapshot(world.lead)
    assert world.calls() == 2


def test_an_org_without_such_objects_is_asked_once_and_costs_nothing_after(world: World) -> None:
    absent = ("NoSuchField__c",)
    quiet = reader(world, Case=absent, VoiceCall=absent, ContactPointConsent=absent)
    quiet.queues()
    assert quiet.snapshot(world.lead).conversations == ()
    world.reset_calls()
    assert quiet.snapshot(world.lead).conversations == ()
    assert world.calls() == 1


def test_a_failure_that_is_no_absence_is_a_failure(world: World) -> None:
    asked = Conversations(ReadFields())
    down = CompositeAnswer(
        parts={"VoiceCall": PartAnswer(status=503, body=[{"errorCode": "SERVER_UNAVAILABLE", "message": "busy"}])},
        server_time=START,
    )
    with pytest.raises(CrmError):
        asked.records(down)
    assert [part.name for part in asked.calls(world.lead)] == ["VoiceCall"]
