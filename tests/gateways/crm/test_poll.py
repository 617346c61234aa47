"""Looking for changed leads in a real server: which count, in which order, and at what cost."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from domain.errors import CrmError, ErrorCode, InputError
from domain.polling import PAGE, ChangedPage, PollCursor, advanced
from gateways.crm.client import CompositeAnswer, Part, PartAnswer, SalesforceSession
from gateways.crm.poll import SalesforceChangedLeads
from tests.gateways.crm.world import START, World

CLOSED = "Not for us"


@pytest.fixture
def leads(world: World) -> SalesforceChangedLeads:
    return SalesforceChangedLeads(world.session)


def look(leads: SalesforceChangedLeads, cursor: PollCursor | None, queue: str = "Inbound") -> ChangedPage:
    return leads.look(queue, CLOSED, cursor)


def waiting(world: World, **fields: Any) -> str:
    said = {"LastName": "Hopper", "Company": "Cobol", "Status": "Open - Not Contacted", "OwnerId": world.queue}
    return world.add("Lead", **{**said, **fields})


def ids(page: ChangedPage) -> list[str]:
    return [lead.lead_id for lead in page.leads()]


def test_a_lead_comes_with_its_own_words_and_its_version(world: World, leads: SalesforceChangedLeads) -> None:
    page = look(leads, PollCursor.starting(START))
    assert ids(page) == [world.lead]
    (lead,) = page.leads()
    assert lead.event_id == f"{world.lead}@2026-03-02T09:00:00Z"
    assert (lead.record.text("Email"), lead.record.text("Company")) == ("ada@engines.example", "Analytical Engines")
    assert page.read_at == world.crm.clock.now


def spoil_owner(world: World, lead: str) -> None:
    world.edit(lead, OwnerId=world.ines)


def spoil_status(world: World, lead: str) -> None:
    world.edit(lead, Status="Closed - Not Converted")


def spoil_conversion(world: World, lead: str) -> None:
    world.crm.control("POST", f"lead/{lead}/convert", {})


def spoil_existence(world: World, lead: str) -> None:
    world.crm.client().Lead.delete(lead)


def spoil_author(world: World, lead: str) -> None:
    world.crm.client().Lead.update(lead, {"Rating": "Hot"})


@pytest.mark.parametrize("spoil", [spoil_owner, spoil_status, spoil_conversion, spoil_existence, spoil_author])
def test_owned_closed_converted_deleted_and_our_own_do_not_count(
    world: World, leads: SalesforceChangedLeads, spoil: Callable[[World, str], None]
) -> None:
    lead = waiting(world)
    cursor = PollCursor.starting(START)
    assert lead in ids(look(leads, cursor))
    spoil(world, lead)
    assert ids(look(leads, cursor)) == [world.lead]


def test_the_orgs_own_word_for_closed_counts_as_closed(world: World, leads: SalesforceChangedLeads) -> None:
    assert ids(leads.look("Inbound", "Open - Not Contacted", PollCursor.starting(START))) == []


def test_what_a_person_changes_after_us_counts(world: World, leads: SalesforceChangedLeads) -> None:
    spoil_author(world, world.lead)
    world.edit(world.lead, Rating="Cold", by=world.tom)
    assert ids(look(leads, PollCursor.starting(START))) == [world.lead]


def test_pages_go_on_inside_one_second(world: World, leads: SalesforceChangedLeads) -> None:
    world.edit(world.lead, OwnerId=world.ines)
    made = sorted(waiting(world, LastName=f"Person {n}") for n in range(PAGE + 3))
    cursor = PollCursor.starting(world.crm.clock.now)
    first = look(leads, cursor)
    assert [lead.lead_id for lead in first.fresh] == made[:PAGE]
    rest = look(leads, advanced(cursor, first))
    assert [lead.lead_id for lead in rest.fresh] == made[PAGE:]


def test_one_call_a_look_once_the_queue_is_known(world: World, leads: SalesforceChangedLeads) -> None:
    cursor = PollCursor.starting(START)
    look(leads, None)
    world.reset_calls()
    look(leads, cursor)
    assert world.calls() == 1


def test_without_a_cursor_it_reads_the_time_and_no_lead(world: World, leads: SalesforceChangedLeads) -> None:
    page = look(leads, None)
    assert (page.leads(), page.read_at) == ((), world.crm.clock.now)


def test_a_queue_made_anew_is_noticed(world: World, leads: SalesforceChangedLeads) -> None:
    cursor = PollCursor.starting(START)
    look(leads, cursor)
    world.edit(world.queue, object_name="Group", Name="Old", DeveloperName="Old")
    again = world.add("Group", Name="Inbound queue", DeveloperName="Inbound", Type="Queue")
    lead = waiting(world, OwnerId=again)
    assert ids(look(leads, cursor)) == [lead]


def test_the_queue_may_be_named_by_label_or_id(world: World, leads: SalesforceChangedLeads) -> None:
    for name in ("inbound QUEUE", world.queue):
        assert ids(look(leads, PollCursor.starting(START), name)) == [world.lead]


def test_a_queue_that_is_not_there_is_named(leads: SalesforceChangedLeads) -> None:
    with pytest.raises(InputError) as refused:
        look(leads, None, "Nowhere' OR Name LIKE '%")
    assert refused.value.code is ErrorCode.INVALID_PLAYBOOK
    assert "intake_queue" in refused.value.detail


def test_an_outage_has_its_name(world: World, leads: SalesforceChangedLeads) -> None:
    world.fault("503")
    with pytest.raises(CrmError) as down:
        look(leads, None)
    assert down.value.code is ErrorCode.CRM_UNAVAILABLE


class Answers(SalesforceSession):
    """A session that gives prepared rows, for what a real server would send only in years."""

    def __init__(self, fresh: dict[str, Any], again: dict[str, Any]) -> None:
        self._prepared = {"fresh": fresh, "again": again}

    def user_id(self) -> str:
        return "005000000000001AAA"

    def composite(self, parts: Sequence[Part], *, all_or_none: bool) -> CompositeAnswer:
        stamp = "2026-03-02T09:00:00.000+0000"
        queue = {"Id": "00G000000000001AAA", "SystemModstamp": stamp, "DeveloperName": "Inbound", "Name": "Inbound"}
        bodies = {"queue": {"records": [queue]}, **self._prepared}
        return CompositeAnswer(
            parts={part.name: PartAnswer(status=200, body=bodies[part.name]) for part in parts}, server_time=START
        )


def row(lead_id: str, **fields: Any) -> dict[str, Any]:
    return {"Id": lead_id, "SystemModstamp": "2026-03-02T09:00:00.000+0000", **fields}


def test_fewer_rows_than_asked_for_are_not_the_end_where_the_server_says_so() -> None:
    again = {"records": [row("00Q000000000001AAA")], "done": False}
    page = look(SalesforceChangedLeads(Answers({"records": []}, again)), PollCursor.starting(START))
    assert page.again_goes_on


def test_a_row_without_its_version_is_no_answer() -> None:
    fresh = {"records": [{"Id": "00Q000000000001AAA"}]}
    with pytest.raises(CrmError) as broken:
        look(SalesforceChangedLeads(Answers(fresh, {"records": []})), PollCursor.starting(START))
    assert broken.value.code is ErrorCode.CRM_PROTOCOL
