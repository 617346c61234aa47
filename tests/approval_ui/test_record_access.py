"""Who stands for a Salesforce user is neither shown nor let decide what that user may not edit."""

from datetime import timedelta

from approval_ui.decision_requests import KEPT_OUT
from domain.record_access import BELIEVED_FOR, RECHECKED_AFTER
from persistence.record_access import SqlRecordAccess
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import northwind, student
from tests.approval_ui.world import World

NORTHWIND = "Reply to Northwind Traders"


def test_what_the_crm_closes_to_its_user_is_not_listed_shown_or_decided(world: World, door: Door) -> None:
    made, other = world.seed(northwind), world.seed(student)
    case_id = made.opening.case_id
    mapped = next(r.login for r in world.playbooks.playbook.reviewers if r.login == "oriol")
    SqlRecordAccess(world.db).keep(case_id, 1, [mapped], now=world.now)

    browser = door.browser("oriol")
    page = browser.get("/").text
    assert NORTHWIND not in page
    assert other.opening.title in page
    assert '<a href="/" aria-current="page">Review<b>1</b></a>' in page
    assert "Everyone<b>1</b>" in page
    refused = browser.get(f"/reviews/{case_id}/1")
    assert refused.status_code == 403
    assert "may not edit the record" in refused.text
    script = door.script("oriol")
    listed = script.get("/api/reviews").json()
    assert ([r["case_id"] for r in listed["reviews"]], listed["total"]) == ([other.opening.case_id], 1)
    assert script.get(f"/api/reviews/{case_id}/1").status_code == 403
    answer = script.decide(made)
    assert answer.status_code == 403
    assert answer.json()["detail"] == {"code": "no_crm_access", "detail": KEPT_OUT}
    assert world.deps.queue.decisions_of(case_id) == ()

    # A colleague sees both, and an old answer closes nothing: the write asks the CRM itself.
    assert NORTHWIND in door.browser("ines").get("/").text
    world.clock.advance(BELIEVED_FOR)
    assert NORTHWIND in door.browser("oriol").get("/").text


def test_whom_the_playbook_maps_to_nobody_is_not_kept_out(world: World, door: Door) -> None:
    made = world.seed(northwind)
    SqlRecordAccess(world.db).keep(made.opening.case_id, 1, ["oriol"], now=world.now)
    rules = world.playbooks.playbook
    unmapped = tuple(r.model_copy(update={"crm_user": ""}) if r.login == "oriol" else r for r in rules.reviewers)
    world.playbooks.playbook = rules.model_copy(update={"reviewers": unmapped})
    browser = door.browser("oriol")
    assert NORTHWIND in browser.get("/").text
    assert browser.get(f"/reviews/{made.opening.case_id}/1").status_code == 200


def test_reviews_are_asked_about_when_they_open_and_again_after_an_hour(world: World) -> None:
    made, other = world.seed(northwind), world.seed(student)
    org, kept = world.deps.config.org_id, SqlRecordAccess(world.db)
    assert len(kept.due(org, now=world.now, limit=10)) == 2
    kept.keep(made.opening.case_id, 1, [], now=world.now)
    assert kept.due(org, now=world.now, limit=10) == ((other.opening.case_id, 1),)
    assert kept.due("another org", now=world.now, limit=10) == ()
    later = world.now + RECHECKED_AFTER
    assert kept.due(org, now=later, limit=1) == ((other.opening.case_id, 1),)
    assert kept.due(org, now=later, limit=10)[1] == (made.opening.case_id, 1)
    assert len(kept.due(org, now=later - timedelta(seconds=1), limit=10)) == 1
