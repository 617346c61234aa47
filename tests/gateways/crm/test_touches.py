"""Who worked with one lead, asked of a real server."""

from datetime import timedelta

import pytest

from domain.errors import CrmError, ErrorCode
from domain.first_touch import LeadNow, TouchKind, first_touch
from gateways.crm.activities import MAX_ACTIVITIES
from gateways.crm.fields import ReadFields
from gateways.crm.touches import SalesforceTouches
from tests.gateways.crm.world import START, World


@pytest.fixture
def touches(world: World) -> SalesforceTouches:
    return SalesforceTouches(world.session)


def look(world: World, touches: SalesforceTouches, lead_id: str = "") -> LeadNow:
    return touches.look(lead_id or world.lead, since=START)


def done_task(world: World, **more: str) -> str:
    return world.add("Task", by=world.tom, **{"Subject": "Call", "WhoId": world.lead, "Status": "Completed", **more})


def test_nobody_yet_and_it_takes_one_call(world: World, touches: SalesforceTouches) -> None:
    now = look(world, touches)
    assert now.lead is not None
    assert now.lead.text("OwnerId") == world.queue
    assert (now.activities, first_touch(now, START, {touches.user_id()})) == ((), None)
    assert world.calls() == 1


def test_a_task_that_somebody_completed(world: World, touches: SalesforceTouches) -> None:
    task = done_task(world)
    touch = first_touch(look(world, touches), START, {touches.user_id()})
    assert touch is not None
    assert (touch.kind, touch.record_id, touch.by) == (TouchKind.TASK, task, world.tom)
    assert START <= touch.at <= world.clock.now()


def test_our_own_task_counts_once_a_person_completes_it(world: World, touches: SalesforceTouches) -> None:
    task = world.add("Task", by=touches.user_id(), Subject="Answer", WhoId=world.lead, Status="Not Started")
    assert first_touch(look(world, touches), START, {touches.user_id()}) is None
    world.edit(task, object_name="Task", by=world.ines, Status="Completed")
    touch = first_touch(look(world, touches), START, {touches.user_id()})
    assert touch is not None
    assert touch.by == world.ines


def test_a_meeting_and_an_e_mail_by_a_person(world: World, touches: SalesforceTouches) -> None:
    start = (world.clock.now() + timedelta(days=1)).isoformat()
    world.add("Event", by=world.tom, Subject="Demo", WhoId=world.lead, StartDateTime=start, DurationInMinutes=30)
    world.email(by=world.tom, Subject="Hello", Incoming=False, Status="3")
    kinds = {a.object for a in look(world, touches).activities}
    assert kinds == {"Event", "EmailMessage"}
    assert first_touch(look(world, touches), START, {touches.user_id()}) is not None


def test_what_was_done_before_is_not_read(world: World, touches: SalesforceTouches) -> None:
    done_task(world)
    world.crm.clock.forward(60)
    assert touches.look(world.lead, since=world.clock.now()).activities == ()


def test_what_we_write_never_crowds_out_a_person(world: World, touches: SalesforceTouches) -> None:
    for n in range(MAX_ACTIVITIES + 5):
        world.add("Task", by=touches.user_id(), Subject=f"{n}", WhoId=world.lead, Status="Completed")
    task = done_task(world)
    assert [a.id for a in look(world, touches).activities] == [task]


def test_a_converted_and_a_deleted_lead_come_as_such(world: World, touches: SalesforceTouches) -> None:
    world.crm.control("POST", f"lead/{world.lead}/convert", {})
    now = look(world, touches)
    assert now.lead is not None
    assert now.lead.flag("IsConverted")
    gone = world.add("Lead", LastName="Hopper", Company="Cobol")
    world.crm.client().Lead.delete(gone)
    deleted = look(world, touches, gone).lead
    assert deleted is not None
    assert deleted.flag("IsDeleted")


def test_what_is_no_lead_is_not_asked_for(world: World, touches: SalesforceTouches) -> None:
    with pytest.raises(CrmError) as refused:
        look(world, touches, "x' OR Name LIKE '%")
    assert refused.value.code is ErrorCode.CRM_RECORD_MISSING
    assert world.calls() == 0


def test_an_outage_says_so(world: World, touches: SalesforceTouches) -> None:
    touches.user_id()
    world.fault("503", match="composite", count=5)
    with pytest.raises(CrmError) as failed:
        look(world, touches)
    assert failed.value.code is ErrorCode.CRM_UNAVAILABLE


def test_an_org_that_keeps_no_e_mails_is_looked_at_without_and_asked_once(world: World) -> None:
    touches = SalesforceTouches(
        world.session, ReadFields(by_object={**ReadFields().by_object, "EmailMessage": ("NoSuchField__c",)})
    )
    task = done_task(world)
    assert [a.id for a in look(world, touches).activities] == [task]
    world.reset_calls()
    assert [a.id for a in look(world, touches).activities] == [task]
    assert world.calls() == 1


def test_a_deleted_task_is_no_touch(world: World, touches: SalesforceTouches) -> None:
    world.crm.client().Task.delete(done_task(world))
    assert look(world, touches).activities == ()
