"""Exceptions at the pages and over the API: shown with their acts, answered once, told to the workflow."""

import asyncio
import html
import re
from datetime import timedelta
from typing import Any

import pytest

import cli.cases
from approval_ui.decision_requests import KEPT_OUT
from approval_ui.ports import Delivery
from cli.api import ApiClient
from domain.audit import AuditKind
from domain.cases import Act, DocumentKind, ExceptionCode
from domain.errors import InputError, RefusalReason
from domain.resolutions import ExceptionState, OpenedException, Resolved
from persistence.record_access import SqlRecordAccess
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_exception import OTHER, stuck
from tests.approval_ui.sample_review import IRENE, LEAD, student
from tests.approval_ui.test_command_line import AsCommandLine
from tests.approval_ui.world import World

GOOD: tuple[dict[str, str], ...] = (
    {"act": "choose_match", "record_id": LEAD.id},
    {"act": "choose_match", "record_id": ""},
    {"act": "choose_owner", "owner_id": IRENE},
    {"act": "supply_field", "field": "Email", "value": "marta@northwind.example"},
    {"act": "retry"},
    {"act": "close", "reason": "A duplicate of last week's"},
)
BAD: tuple[dict[str, str], ...] = (
    {"act": "choose_match", "record_id": "00QLc0000000099MAA"},
    {"act": "choose_owner", "owner_id": "005Lc0000000099MAA"},
    {"act": "supply_field", "field": "OwnerId", "value": IRENE},
    {"act": "supply_field", "field": "Email", "value": "nobody"},
    {"act": "supply_field", "field": "Email"},
    {"act": "close", "reason": " "},
    {"act": "approve"},
)


def path_of(opened: OpenedException) -> str:
    return f"/exceptions/{opened.opening.case_id}/{opened.number}"


def now_of(world: World, opened: OpenedException) -> OpenedException:
    found = world.deps.exceptions.get(opened.opening.case_id, opened.number)
    assert found is not None
    return found


def test_the_lane_names_cause_owner_and_deadline(world: World, door: Door) -> None:
    opened = stuck(world)
    browser = door.browser("vera")
    page = browser.get("/exceptions").text
    for said in ("Northwind &lt;Logística&gt;", "More than one CRM record fits", "Oriol Puig", path_of(opened)):
        assert said in page
    assert "Exceptions <b>1</b>" in browser.get("/").text.replace('class="n"', "").replace("<b >", "<b>")
    assert path_of(opened) in browser.get(f"/cases/{opened.opening.case_id}").text
    assert 'class="pill high">Needs a person' in browser.get("/cases").text


def test_the_lane_is_filtered_by_its_address(world: World, door: Door) -> None:
    opened = stuck(world)
    browser = door.browser("oriol")
    browser.post(f"{path_of(opened)}/resolve", act="retry")
    other = stuck(world, ExceptionCode.STEP_FAILED, Act.RETRY, about=student)
    for query, found in {
        "": other,
        "?whose=mine": other,
        "?code=step_failed": other,
        "?state=resolved": opened,
        "?q=northwind": other,
        "?sort=newest": other,
    }.items():
        page = browser.get(f"/exceptions{query}").text
        assert path_of(found) in page, query
        assert path_of(opened if found is other else other) not in page, query
    assert "Oriol Puig had it tried again" in browser.get("/exceptions?state=resolved").text
    assert "Nothing matches" in browser.get("/exceptions?code=no_owner").text
    assert "Nothing found" in browser.get("/exceptions?q=nobody").text
    odd = browser.get("/exceptions?code=nothing&after=made-up").text
    assert "there is no “nothing”" in odd
    assert "That page of the list is no more" in odd


def test_the_next_page_begins_behind_the_last_row(world: World, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stuck(world)
    world.clock.advance(timedelta(minutes=1))
    second = stuck(world, about=student)
    monkeypatch.setattr("approval_ui.pages.exceptions.PAGE", 1)
    browser = door.browser("oriol")
    page = browser.get("/exceptions").text
    assert (path_of(first) in page, path_of(second) in page) == (True, False)
    following = re.search(r'id="lane-more" href="([^"]+)"', page)
    assert following
    page = browser.get(html.unescape(following[1])).text
    assert (path_of(first) in page, path_of(second) in page) == (False, True)
    script = door.script("oriol")
    listed = script.get("/api/exceptions?limit=1").json()
    assert ([e["case_id"] for e in listed["exceptions"]], listed["total"]) == ([first.opening.case_id], 2)
    rest = script.get(f"/api/exceptions?limit=1&after={listed['next']}").json()
    assert ([e["case_id"] for e in rest["exceptions"]], rest["next"]) == ([second.opening.case_id], None)
    assert script.get("/api/exceptions?after=made-up").status_code == 422
    assert script.get("/api/exceptions?code=nothing").status_code == 422


def test_what_the_crm_closes_to_its_user_is_not_listed_shown_or_resolved(world: World, door: Door) -> None:
    opened, other = stuck(world), stuck(world, about=student)
    case_id = opened.opening.case_id
    SqlRecordAccess(world.db).keep_exception(case_id, opened.number, ["oriol"], now=world.now)
    browser = door.browser("oriol")
    page = browser.get("/exceptions").text
    assert (path_of(opened) in page, path_of(other) in page) == (False, True)
    assert 'aria-current="page">Exceptions<b>1</b>' in page
    refused = browser.get(path_of(opened))
    assert (refused.status_code, KEPT_OUT in html.unescape(refused.text)) == (403, True)
    for act in ("claim", "release", "resolve"):
        assert browser.post(f"{path_of(opened)}/{act}", act="retry").status_code == 403
    script = door.script("oriol")
    assert [e["case_id"] for e in script.get("/api/exceptions").json()["exceptions"]] == [other.opening.case_id]
    answer = script.post(f"/api/cases/{case_id}/resolve", {"resolution": {"act": "retry"}})
    assert (answer.status_code, answer.json()["detail"]["code"]) == (403, "no_crm_access")
    assert now_of(world, opened).state is ExceptionState.OPEN
    # A colleague whom the CRM lets in sees and resolves it.
    assert path_of(opened) in door.browser("ines").get("/exceptions").text


def test_the_page_shows_the_acts_to_those_who_may_resolve(world: World, door: Door) -> None:
    opened = stuck(world)
    shown = door.browser("oriol").get(path_of(opened)).text
    assert "María Ruiz &lt;b&gt;" in shown
    for button in ("This is the person", "Propose this owner", "State it", "Try again", "Close it"):
        assert button in shown
    assert "This is the person" not in door.browser("vera").get(path_of(opened)).text


def test_only_what_fits_is_offered(world: World, door: Door) -> None:
    opened = stuck(world, ExceptionCode.STEP_FAILED, Act.RETRY, Act.CLOSE)
    shown = door.browser("tomas").get(path_of(opened)).text
    assert "Try again" in shown
    assert "This is the person" not in shown


@pytest.mark.parametrize("said", GOOD, ids=lambda s: s["act"])
def test_an_answer_is_stored_and_told(world: World, door: Door, said: dict[str, str]) -> None:
    opened = stuck(world)
    browser = door.browser("oriol")
    answer = browser.post(f"{path_of(opened)}/resolve", **said)
    assert answer.headers["location"].endswith("?said=resolved")
    kept = now_of(world, opened)
    assert (kept.state, kept.resolved_by, kept.act) == (ExceptionState.RESOLVED, "oriol", Act(said["act"]))
    assert world.engine.resolutions == [(opened.opening.workflow_id, 1, kept.resolution_id)]
    body = world.deps.documents.find(opened.opening.case_id, DocumentKind.OFFERED, kept.resolution_id)
    assert body is not None
    assert Resolved.model_validate_json(body).by_name == "Oriol Puig"
    audited = [a.event for a in world.deps.queue.audit_of(opened.opening.case_id)]
    assert [(e.actor, e.code) for e in audited if e.kind is AuditKind.RESOLUTION_RECORDED] == [("oriol", said["act"])]
    assert "Oriol Puig" in browser.get(path_of(opened)).text
    assert path_of(opened) not in browser.get("/exceptions").text


@pytest.mark.parametrize("said", BAD, ids=str)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(world: World, door: Door, said: dict[str, str]) -> None:
    opened = stuck(world)
    answer = door.browser("oriol").post(f"{path_of(opened)}/resolve", **said)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    refused = door.script("oriol").post(f"/api/cases/{opened.opening.case_id}/resolve", {"resolution": said})
    assert refused.status_code == 422
    assert now_of(world, opened).state is ExceptionState.OPEN
    assert world.engine.resolutions == []


def test_the_second_person_learns_who_was_first(world: World, door: Door) -> None:
    opened = stuck(world)
    door.browser("oriol").post(f"{path_of(opened)}/resolve", act="retry")
    second = door.browser("ines").post(f"{path_of(opened)}/resolve", act="choose_match", record_id=OTHER)
    assert second.status_code == 409
    assert "Already resolved by Oriol Puig." in second.text
    assert now_of(world, opened).act is Act.RETRY


def test_roles_that_may_not_resolve_are_refused(world: World, door: Door) -> None:
    opened = stuck(world)
    assert door.browser("vera").post(f"{path_of(opened)}/resolve", act="retry").status_code == 403
    assert now_of(world, opened).state is ExceptionState.OPEN


def test_while_the_engine_is_away_the_answer_waits_and_arrives_later(world: World, door: Door) -> None:
    opened = stuck(world)
    world.engine.down = True
    browser = door.browser("oriol")
    answer = browser.post(f"{path_of(opened)}/resolve", act="retry")
    assert answer.headers["location"].endswith("?said=later")
    assert "will be delivered" in browser.get(path_of(opened)).text
    site = door.site
    assert asyncio.run(site.deliveries.sweep()) == 0
    world.engine.down = False
    world.engine.answer = Delivery(accepted=False, reason=RefusalReason.NOT_WAITING)
    assert asyncio.run(site.deliveries.sweep()) == 0, "between two steps: tried again"
    world.engine.answer = Delivery(accepted=True)
    assert asyncio.run(site.deliveries.sweep()) == 1
    assert asyncio.run(site.deliveries.sweep()) == 0
    assert now_of(world, opened).delivered_at is not None


def test_nobody_is_told_that_a_dead_workflow_goes_on(world: World, door: Door) -> None:
    opened = stuck(world)
    world.engine.answer = Delivery(accepted=False, reason=RefusalReason.ROUND_CLOSED)
    browser = door.browser("oriol")
    answer = browser.post(f"{path_of(opened)}/resolve", act="retry")
    assert "has ended" in browser.get(answer.headers["location"]).text
    assert world.deps.exceptions.undelivered(10) == ()


def test_an_answer_after_the_closing_does_not_count(world: World, door: Door) -> None:
    opened = stuck(world)
    browser = door.browser("oriol")
    world.clock.advance(timedelta(hours=1))
    world.deps.exceptions.end(opened.opening.case_id, 1, ExceptionState.UNRESOLVED, now=world.now)
    assert browser.post(f"{path_of(opened)}/resolve", act="retry").status_code == 409


def test_claims_are_shown_and_given_back(world: World, door: Door) -> None:
    opened = stuck(world)
    oriol, javier = door.browser("oriol"), door.browser("javier")
    assert oriol.post(f"{path_of(opened)}/claim").status_code == 303
    assert javier.post(f"{path_of(opened)}/claim").status_code == 409
    assert "claimed by Oriol Puig" in javier.get("/exceptions").text
    assert javier.post(f"{path_of(opened)}/release").status_code == 422
    assert door.browser("ines").post(f"{path_of(opened)}/release").status_code == 303
    assert now_of(world, opened).claimed_by == ""


def test_nothing_is_resolved_without_the_forms_own_token(world: World, door: Door) -> None:
    opened = stuck(world)
    browser = door.browser("oriol")
    browser.csrf = "made up"
    assert browser.post(f"{path_of(opened)}/resolve", act="retry").status_code == 403
    assert browser.get("/exceptions/nothing/1").status_code == 404


def test_a_script_sees_what_may_be_chosen_and_resolves(world: World, door: Door) -> None:
    opened = stuck(world)
    script = door.script("oriol")
    (listed,) = script.get("/api/exceptions").json()["exceptions"]
    assert (listed["code"], listed["number"]) == ("ambiguous_match", 1)
    assert [m["id"] for m in listed["offers"]["matches"]] == [LEAD.id, OTHER]
    answer = script.post(
        f"/api/cases/{opened.opening.case_id}/resolve",
        {"resolution": {"act": "choose_match", "record_id": OTHER}},
    )
    assert (answer.json()["act"], answer.json()["delivery"]) == ("choose_match", "delivered")
    again = script.post(f"/api/cases/{opened.opening.case_id}/resolve", {"resolution": {"act": "retry"}})
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("options", "act"),
    [
        ({"match": LEAD.id}, Act.CHOOSE_MATCH),
        ({"match": "none"}, Act.CHOOSE_MATCH),
        ({"owner": IRENE}, Act.CHOOSE_OWNER),
        ({"field": "Company=Northwind = Co"}, Act.SUPPLY_FIELD),
        ({"retry": True}, Act.RETRY),
        ({"close": "a duplicate"}, Act.CLOSE),
    ],
)
def test_the_command_line_resolves_like_the_page(
    world: World,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: dict[str, Any],
    act: Act,
) -> None:
    opened = stuck(world)
    monkeypatch.setattr(ApiClient, "from_environment", classmethod(lambda _: AsCommandLine(door.script("oriol"))))
    cli.cases.resolve_case(opened.opening.case_id, **options)
    assert '"delivery": "delivered"' in capsys.readouterr().out
    assert now_of(world, opened).act is act
    with pytest.raises(InputError) as unclear:
        cli.cases.resolve_case(opened.opening.case_id, **{**options, "retry": True, "close": "too"})
    assert "exactly one" in unclear.value.detail


def test_what_was_written_stands_beside_the_exception_with_its_undo(world: World, door: Door) -> None:
    opened = stuck(world, ExceptionCode.WRITE_UNFINISHED, Act.RETRY, Act.CLOSE)
    case_id = opened.opening.case_id
    path = f"/exceptions/{case_id}/{opened.number}"
    assert "/receipts/" not in door.browser("oriol").get(path).text
    elsewhere = world.write(world.seed(student), "d1")
    world.deps.receipts.put(elsewhere.model_copy(update={"id": "a" * 64, "case_id": case_id}))
    assert f'href="/receipts/{"a" * 64}/undo"' in door.browser("oriol").get(path).text
    assert "Your role cannot undo." in door.browser("vera").get(path).text
