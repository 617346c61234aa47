"""Somebody is away: what waits for them goes to who stands in, at once and on record."""

from datetime import timedelta

import pytest

from activities.messages import EscalateInput
from activities.reviewing import ReviewActivities
from domain.audit import AuditKind
from domain.cases import LadderStep
from domain.permissions import Role
from domain.review_queue import QueueFilter, Viewer, Whose
from domain.routing_rules import Absence
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.world import World


def assignee(world: World, made: Sample) -> str:
    item = world.deps.queue.item(made.opening.case_id, made.opening.round)
    assert item is not None
    return item.assignee


def audited(world: World, kind: AuditKind) -> list[tuple[str, str, str]]:
    return [
        (e.event.actor, e.event.subject, e.event.code) for e in world.deps.queue.audit_tail() if e.event.kind is kind
    ]


def test_saying_so_hands_over_what_waits(world: World, door: Door) -> None:
    made = world.seed()
    assert assignee(world, made) == "oriol"
    world.deps.claims.claim(made.opening.case_id, 1, "oriol", now=world.now)
    browser = door.browser()
    answer = browser.post("/away", last_day="2026-11-25")
    assert answer.headers["location"] == "/away?moved=1"
    assert "1 review was handed over" in browser.get("/away?moved=1").text

    item = world.deps.queue.item(made.opening.case_id, 1)
    assert item is not None
    assert (item.assignee, item.claimed_by) == ("javier", "")
    before, after = made.opening.ladder.deadlines, item.ladder.deadlines
    assert [(d.step, d.at) for d in after] == [(d.step, d.at) for d in before]
    assert next(d.notify for d in after if d.step is LadderStep.REMINDER) == "javier"
    events = [(e.kind, e.who) for e in world.deps.queue.events_of(made.opening.case_id)]
    assert events[0] == ("opened", "oriol")
    assert events[-1] == ("handed_over", "javier")
    assert audited(world, AuditKind.ABSENCE_SET) == [("oriol", "oriol", "until 2026-11-25")]
    assert audited(world, AuditKind.HANDED_OVER) == [("oriol", "javier", "absent")]
    assert "Handed over, because" in door.browser("ines").get(f"/reviews/{made.opening.case_id}/1").text


def test_a_review_that_opens_meanwhile_goes_on_at_once(world: World, door: Door) -> None:
    door.browser().post("/away", last_day="2026-11-25")
    made = world.seed()
    assert world_sweeps(door) == 1
    assert assignee(world, made) == "javier"
    assert world_sweeps(door) == 0


def world_sweeps(door: Door) -> int:
    return door.site.handing_over.sweep()


def test_an_absence_of_the_playbook_that_begins_while_it_waits(world: World, door: Door) -> None:
    made = world.seed()
    day = (world.now + timedelta(days=1)).date()
    absence = Absence(who="oriol.puig@acme-routing.example", first_day=day, last_day=day)
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"absences": (absence,)})
    assert world_sweeps(door) == 0
    world.clock.advance(timedelta(hours=12))
    assert world_sweeps(door) == 1
    assert assignee(world, made) == "javier"


def test_a_step_of_the_ladder_reaches_who_stands_in(world: World, door: Door) -> None:
    made = world.seed()
    door.browser("javier").post("/away", last_day="2026-11-25")
    deps = world.deps
    reviewing = ReviewActivities(
        reviews=deps.reviews,
        documents=deps.documents,
        playbooks=deps.playbooks,
        verifier=deps.verifier,
        audit=deps.audit,
        clock=deps.clock,
        absences=deps.absences,
    )
    order = EscalateInput(case_id=made.opening.case_id, org_id=made.opening.org_id, round=1, step=LadderStep.FALLBACK)
    named = next(d.notify for d in made.opening.ladder.deadlines if d.step is LadderStep.FALLBACK)
    assert named == "javier"
    reviewing.escalate(order)
    mine = QueueFilter(whose=Whose.MINE)
    assert [deps.lanes.count(mine, Viewer(login=who), world.now) for who in ("ines", "javier")] == [1, 0]
    assert audited(world, AuditKind.REVIEW_ESCALATED) == [("ines", "", "fallback")]


def test_who_is_back_is_asked_again_and_nothing_comes_back_by_itself(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.post("/away", last_day="2026-11-25")
    browser.post("/away", last_day="")
    assert assignee(world, made) == "javier"
    assert "You are here" in browser.get("/away").text
    assert audited(world, AuditKind.ABSENCE_SET)[0] == ("oriol", "oriol", "back")


@pytest.mark.parametrize(
    ("last_day", "said"),
    [("soon", "as a date"), ("2026-11-22", "That day is over"), ("2030-01-01", "more than a year")],
)
def test_a_day_that_makes_no_sense_is_said(world: World, door: Door, last_day: str, said: str) -> None:
    made = world.seed()
    answer = door.browser().post("/away", last_day=last_day)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert assignee(world, made) == "oriol"


def test_only_an_admin_says_it_of_somebody_else(world: World, door: Door) -> None:
    made = world.seed()
    body = {"login": "oriol", "last_day": "2026-11-25"}
    assert door.script("ines").post("/api/away", body).status_code == 403
    assert assignee(world, made) == "oriol"
    world.admit("tomas", "Tomás Aguilar", Role.ADMIN)
    assert door.script("tomas").post("/api/away", body).json() == {"handed_over": 1}
    assert audited(world, AuditKind.ABSENCE_SET) == [("tomas", "oriol", "until 2026-11-25")]
