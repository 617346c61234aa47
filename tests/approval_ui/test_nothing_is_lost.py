"""When something is away: the database, the session, the engine. What the reader is told, and where they land."""

import pytest

from domain.errors import StoreError
from persistence.queue import ReviewQueue
from tests.approval_ui.conftest import Browser, Door
from tests.approval_ui.world import World


def test_a_database_that_is_away_gives_a_page_with_the_way_back(
    world: World, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.seed()
    browser = door.browser()
    case_id = made.opening.case_id

    def away(*_: object, **__: object) -> None:
        raise StoreError("the database sqlite:////secret/path cannot be used")

    monkeypatch.setattr(world.deps.sessions, "find", away)
    for answer in (browser.get(f"/reviews/{case_id}/1"), browser.decide(made)):
        assert answer.status_code == 503
        assert "The database cannot be reached. Nothing was lost" in answer.text
        assert f'href="/reviews/{case_id}/1"' in answer.text
        assert "secret" not in answer.text
        assert answer.headers["content-type"].startswith("text/html")
    monkeypatch.undo()
    assert world.deps.queue.decisions_of(case_id) == ()
    assert browser.decide(made).status_code == 303


def test_a_database_that_goes_while_signing_leaves_no_half_decision(
    world: World, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.seed()
    browser = door.browser()

    def away(*_: object, **__: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(world.deps.reviews, "record", away)
    assert browser.decide(made).status_code == 503
    monkeypatch.undo()
    assert world.deps.queue.decisions_of(made.opening.case_id) == ()
    assert browser.decide(made).status_code == 303


def test_health_says_whether_a_decision_could_be_stored(
    world: World, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StoreError("gone")

    assert door.stranger().get("/healthz").status_code == 200
    monkeypatch.setattr(ReviewQueue, "audit_tail", away)
    assert door.stranger().get("/healthz").status_code == 503


def test_an_ended_session_leads_back_to_the_card(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    world.deps.sessions.end_all("oriol")
    answer = browser.decide(made)
    assert answer.headers["location"] == f"/login?next=%2Freviews%2F{made.opening.case_id}%2F1"
    assert world.deps.queue.decisions_of(made.opening.case_id) == ()


def test_shortcuts_are_switched_off_per_person_on_every_browser(world: World, door: Door) -> None:
    browser = door.browser("oriol")
    assert browser.post("/preferences", name="keys", value="off").status_code == 204
    assert 'data-keys="off"' in door.browser("oriol").get("/cases").text
    assert 'data-keys="on"' in door.browser("javier").get("/cases").text
    assert browser.post("/preferences", name="keys", value="sometimes").status_code == 422
    assert browser.post("/preferences", name="theme", value="on").status_code == 422
    stranger: Browser = door.browser("javier")
    stranger.csrf = "wrong"
    assert stranger.post("/preferences", name="keys", value="off").status_code == 403
