"""Claim, release, snooze and reassign over HTTP: who may, what moves, what stays on record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.audit import AuditKind
from domain.cases import LadderStep
from persistence.queue import QueueItem
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import Sample, student
from tests.approval_ui.world import World


def path(made: Sample, act: str = "") -> str:
    return f"/reviews/{made.opening.case_id}/1" + (f"/{act}" if act else "")


def item(world: World, made: Sample) -> QueueItem:
    found = world.deps.queue.item(made.opening.case_id, 1)
    assert found is not None
    return found


def test_a_claim_is_seen_by_others_and_given_back(world: World, door: Door) -> None:
    made = world.seed()
    oriol, javier = door.browser("oriol"), door.browser("javier")
    assert oriol.post(path(made, "claim")).status_code == 303
    assert "You have claimed it" in oriol.get(path(made)).text
    assert "Oriol Puig has claimed it" in javier.get(path(made)).text

    refused = javier.post(path(made, "claim"))
    assert refused.status_code == 409
    assert "Oriol Puig has claimed this already" in refused.text
    assert javier.post(path(made, "release")).status_code == 422
    assert oriol.post(path(made, "release")).status_code == 303
    assert item(world, made).claimed_by == ""


def test_a_claim_keeps_nobody_from_deciding(world: World, door: Door) -> None:
    made = world.seed()
    door.browser("oriol").post(path(made, "claim"))
    assert door.browser("javier").decide(made).status_code == 303


def test_a_manager_takes_back_a_claim_that_was_left_lying(world: World, door: Door) -> None:
    made = world.seed()
    door.browser("oriol").post(path(made, "claim"))
    assert door.browser("ines").post(path(made, "release")).status_code == 303
    assert item(world, made).claimed_by == ""


def test_of_two_who_claim_at_once_one_has_it(world: World, door: Door) -> None:
    made = world.seed()
    people = [door.browser(login) for login in ("oriol", "javier", "ines")]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda b: b.post(path(made, "claim")).status_code, people))
    assert sorted(answers) == [303, 409, 409]


def test_snoozing_moves_no_deadline(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    before = item(world, made)
    assert browser.post(path(made, "snooze"), **{"for": "1h"}).status_code == 303
    after = item(world, made)
    assert after.snoozed_until == world.now + timedelta(hours=1)
    assert after.ladder == before.ladder
    assert "snoozed until" in browser.get(path(made)).text
    browser.post(path(made, "snooze"), **{"for": ""})
    assert item(world, made).snoozed_until is None


@pytest.mark.parametrize(("code", "sentence"), [("1d", "expires before that"), ("10y", "Snooze for one of")])
def test_a_snooze_that_would_miss_the_deadline_is_refused(world: World, door: Door, code: str, sentence: str) -> None:
    made = world.seed()
    answer = door.browser().post(path(made, "snooze"), **{"for": code})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert item(world, made).snoozed_until is None


def test_reassigning_keeps_who_was_asked_first_and_every_deadline(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser("oriol")
    assert browser.post(path(made, "reassign"), to="javier").status_code == 303
    after = item(world, made)
    assert after.assignee == "javier"
    assert [d.at for d in after.ladder.deadlines] == [d.at for d in made.opening.ladder.deadlines]
    told = {d.step: d.notify for d in after.ladder.deadlines}
    assert told[LadderStep.REMINDER] == "javier"
    assert told[LadderStep.MANAGER] == "ines"
    page = browser.get(path(made)).text
    assert "(first Oriol Puig)" in page
    assert "Reassigned" in page
    assert "to Javier Montes" in browser.get(f"/cases/{made.opening.case_id}").text


@pytest.mark.parametrize("to", ["vera", "tomas", "nobody", "oriol", ""])
def test_only_somebody_who_may_decide_it_is_asked(world: World, door: Door, to: str) -> None:
    made = world.seed()
    assert door.browser("javier").post(path(made, "reassign"), to=to).status_code == 422
    assert item(world, made).assignee == "oriol"


def test_high_risk_goes_to_managers_only(world: World, door: Door) -> None:
    made = world.seed(student)
    assert door.browser("oriol").post(path(made, "reassign"), to="javier").status_code == 422
    assert door.browser("oriol").post(path(made, "reassign"), to="ines").status_code == 303


@pytest.mark.parametrize("act", ["claim", "release", "snooze", "reassign"])
def test_what_ended_is_arranged_no_more_and_a_get_arranges_nothing(world: World, door: Door, act: str) -> None:
    made = world.seed()
    browser = door.browser()
    assert browser.get(path(made, act)).status_code in (404, 405)
    browser.csrf, good = "wrong", browser.csrf
    assert browser.post(path(made, act), to="javier", **{"for": "1h"}).status_code == 403
    browser.csrf = good
    world.deps.reviews.supersede(made.opening.case_id, 1, now=world.now)
    assert browser.post(path(made, act), to="javier", **{"for": "1h"}).status_code == 409


def test_every_act_is_audited_under_its_person(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser("oriol")
    browser.post(path(made, "claim"))
    browser.post(path(made, "release"))
    browser.post(path(made, "snooze"), **{"for": "1h"})
    browser.post(path(made, "reassign"), to="javier")
    told = [(a.event.kind, a.event.actor) for a in world.deps.queue.audit_of(made.opening.case_id)]
    assert told == [
        (AuditKind.REVIEW_CLAIMED, "oriol"),
        (AuditKind.REVIEW_RELEASED, "oriol"),
        (AuditKind.REVIEW_SNOOZED, "oriol"),
        (AuditKind.REVIEW_REASSIGNED, "oriol"),
    ]
