"""The queue over HTTP: what an address may ask for, and what it must survive."""

import re
from functools import partial
from urllib.parse import quote

import pytest

from approval_ui.site import version_of
from domain.leads import Motion
from domain.model import Instant
from domain.review_queue import MAX_SEARCH, QueueFilter, Sort, read_filter
from persistence.saved_views import MOST_VIEWS
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import Sample, northwind, quiet, student
from tests.approval_ui.world import World


def _lane(motion: Motion, case_id: str, org_id: str, now: Instant) -> Sample:
    made = quiet(case_id, org_id, now, title=f"A {motion.value}", company="Litware", minutes=60, email="l@l.example")
    return Sample(made.inquiry, made.card, made.content, made.opening.model_copy(update={"motion": motion}))


@pytest.fixture
def full(world: World) -> World:
    for make in (northwind, student, partial(_lane, Motion.HYGIENE)):
        world.seed(make)
    return world


def test_a_row_says_what_one_decides_by(full: World, door: Door) -> None:
    page = door.browser().get("/queue").text
    for said in (
        "Reply to Northwind Traders and assign to EMEA mid-market",
        "Marta Ruiz, VP Operations",
        "medium risk",
        "A 84",
        "Irene Castell",
        '<time datetime="2026-11-23T11:23:00+00:00" data-since>37 min</time>',
        'SLA <time datetime="2026-11-23T12:22:00+00:00"',
        ">22 min</time>",
        "reminder 1 h · fallback 1 h 30 min · manager 4 h · expiry 27 h",
    ):
        assert said in page, said


def test_lanes_are_tabs_and_a_review_opens_in_its_own(full: World, door: Door) -> None:
    browser = door.browser()
    assert "A hygiene" not in browser.get("/").text
    page = browser.get("/?motion=hygiene").text
    assert "A hygiene" in page
    assert "Northwind" not in page.partition('id="work"')[0]
    (item,) = [i for i in full.deps.queue.cases() if i.title == "A hygiene"]
    assert "Northwind" not in browser.get(f"/reviews/{item.case.case_id}/1").text.partition('id="work"')[0]


HOSTILE = ("%", "' OR 1=1 --", '"\\', "a" * 10_000, "\x00", "﷽" * 100, "\u202e", "<script>")
NAMES = ("q", "territory", "risk", "state", "whose", "motion", "due", "age", "sort", "after", "rows")


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_value_of_any_filter_breaks_the_page(full: World, door: Door, value: str) -> None:
    browser, script = door.browser(), door.script()
    for name in NAMES:
        page = browser.get(f"/queue?{name}={quote(value)}")
        assert page.status_code == 200, name
        assert "<script>" not in page.text
        assert script.get(f"/api/reviews?{name}={quote(value)}").status_code in (200, 422), name


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("risk=enormous", "risk: there is no “enormous”; it can be low, medium, high, forbidden."),
        ("state=gone&risk=high", "state: there is no “gone”; it can be open, snoozed, decided, expired, superseded."),
        (f"q={'a' * (MAX_SEARCH + 1)}", "The search is 101 characters long; at most 100 are looked for."),
        ("after=bm9uc2Vuc2U", "That page of the list is no more; this is its beginning."),
    ],
)
def test_what_means_nothing_is_said_and_the_rest_holds(full: World, door: Door, query: str, said: str) -> None:
    page = door.browser().get(f"/?{query}").text
    assert said in page
    answer = door.script().get(f"/api/reviews?{query}")
    assert answer.status_code == 422
    if "after" not in query:
        assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=nobody", "No open review names “nobody”."),
        ("whose=mine&motion=nudge", "Nothing waits for you"),
        ("risk=low", "take a filter away"),
        ("state=expired", "Nothing expired"),
        ("motion=nudge", "New proposals appear here by themselves."),
    ],
)
def test_an_empty_list_says_why(full: World, door: Door, query: str, said: str) -> None:
    assert said in door.browser().get(f"/queue?{query}").text


def test_the_filter_of_an_address_is_read_as_it_was_written() -> None:
    wanted, problems = read_filter(
        [
            ("motion", "hygiene"),
            ("risk", "high"),
            ("risk", "low"),
            ("q", " Ana  Núñez "),
            ("sort", "score"),
            ("page", "9"),
        ]
    )
    assert problems == ()
    assert (wanted.motion, wanted.sort, wanted.search) == (Motion.HYGIENE, Sort.SCORE, "Ana Núñez")
    assert wanted.query() == "motion=hygiene&risk=low&risk=high&q=Ana+N%C3%BA%C3%B1ez&sort=score"
    assert read_filter(wanted.pairs()) == (wanted, ())
    assert QueueFilter().query() == ""


def test_views_are_personal_and_their_links_are_not(full: World, door: Door) -> None:
    ines, oriol = door.browser("ines"), door.browser("oriol")
    answer = ines.post("/views", name=" Hot  ones ", query="motion=inbound&risk=high&q=Marta")
    assert answer.headers["location"] == "/?motion=inbound&risk=high&q=Marta"
    (view,) = full.deps.saved_views.of("ines")
    assert (view.name, view.wanted.search) == ("Hot ones", "")
    assert oriol.get(f"/views/{view.view_id}").headers["location"] == "/?motion=inbound&risk=high"
    assert "Hot ones" not in oriol.get("/").text
    assert oriol.post(f"/views/{view.view_id}/delete").status_code == 404
    ines.post("/views", name="Hot ones", query="motion=inbound&risk=low")
    (again,) = full.deps.saved_views.of("ines")
    assert (again.view_id, again.wanted.query()) == (view.view_id, "motion=inbound&risk=low")
    assert ines.post(f"/views/{view.view_id}/delete", query="risk=low").headers["location"] == "/?risk=low"
    assert ines.get(f"/views/{view.view_id}").status_code == 404


def test_what_cannot_be_saved_is_refused(full: World, door: Door) -> None:
    browser = door.browser()
    assert browser.post("/views", name="  ", query="").status_code == 422
    assert browser.post("/views", name="x", query="risk=enormous").status_code == 422
    assert browser.client.post("/views", data={"name": "x", "query": ""}).status_code == 403
    for n in range(MOST_VIEWS):
        full.deps.saved_views.save("oriol", f"view {n}", QueueFilter(), now=full.now)
    assert browser.post("/views", name="one more", query="").status_code == 409
    assert browser.post("/views", name="view 3", query="").status_code == 303


def test_the_stream_tells_what_was_not_seen(full: World, door: Door) -> None:
    browser = door.browser()
    now = version_of(full.deps)
    told = browser.get("/events?once=true&seen=an-older-one")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert f"id: {now}\nevent: queue\n" in told.text
    case_id = full.deps.queue.cases()[0].case.case_id
    full.deps.reviews.expire(case_id, 1, now=full.now)
    assert f"id: {version_of(full.deps)}\n" in browser.get(f"/events?once=true&seen={now}").text
    assert door.stranger().get("/events?once=true").status_code == 204


def test_cases_that_nobody_was_asked_about_are_called_by_who_wrote(world: World, door: Door) -> None:
    told = northwind("unborn", world.deps.config.org_id, world.now).inquiry
    digest = world.playbooks.playbook.digest
    taken = world.deps.cases.take_in(
        told, org_id="acme", motion=Motion.INBOUND, playbook_digest=digest, agent_version="1", now=world.now
    )
    other = world.deps.cases.take_in(
        told.model_copy(update={"event_id": "2"}),
        org_id=world.deps.config.org_id,
        motion=Motion.INBOUND,
        playbook_digest=digest,
        agent_version="1",
        now=world.now,
    )
    assert taken.case.case_id != other.case.case_id
    browser = door.browser()
    assert "Marta Ruiz, Northwind Traders" in browser.get("/cases").text
    assert "<h1>Marta Ruiz, Northwind Traders</h1>" in browser.get(f"/cases/{other.case.case_id}").text


def test_receipts_name_owners_by_their_names(world: World, door: Door) -> None:
    made = world.seed()
    world.write(made, "d1")
    page = door.browser().get(f"/cases/{made.opening.case_id}").text
    assert "Irene Castell" in page
    # The id is folded away behind the name.
    assert "005Lc0000000011MAA" not in re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
