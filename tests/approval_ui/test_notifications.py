"""How somebody wants to be told, and what could not be told, on the page."""

from datetime import time

import pytest

from domain.notices import (
    Channel,
    Digest,
    Notice,
    NoticeKind,
    Notification,
    NotificationState,
    Preferences,
)
from tests.approval_ui.conftest import Door
from tests.approval_ui.world import World

PAGE = "/notifications"


@pytest.fixture
def configured(world: World) -> World:
    world.deps.notices.configure(frozenset({Channel.MAIL, Channel.SLACK}), now=world.now)
    return world


def failed(
    world: World, case_id: str, login: str = "oriol", state: NotificationState = NotificationState.FAILED
) -> str:
    notice = Notice(
        key=f"{case_id}/1/opened",
        kind=NoticeKind.OPENED,
        org_id=world.deps.config.org_id,
        case_id=case_id,
        round=1,
        to=(login,),
        at=world.now,
    )
    made = Notification(
        id=f"{notice.key}|{login}|mail",
        notice=notice,
        login=login,
        channel=Channel.MAIL,
        due_at=world.now,
        moved_at=world.now,
        state=state,
        code="notify_refused" if state is NotificationState.FAILED else "",
    )
    world.deps.notices.spread(notice, (made,), now=world.now)
    return made.id


def test_what_is_saved_comes_back(configured: World, door: Door) -> None:
    browser = door.browser("oriol")
    page = browser.get(PAGE).text
    assert "oriol.puig@acme-routing.example" in page
    assert "Europe/Madrid" in page
    answer = browser.post(
        PAGE,
        offered="mail slack",
        mail="on",
        digest="hourly",
        decided_by_others="on",
        quiet_from="20:00",
        quiet_until="07:30",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=saved")
    assert configured.deps.reachable.preferences("oriol") == Preferences(
        digest=Digest.HOURLY, slack=False, decided_by_others=True, quiet_from=time(20), quiet_until=time(7, 30)
    )
    page = browser.get(PAGE).text
    assert 'value="20:00"' in page
    assert 'value="hourly" checked' in page
    assert configured.deps.reachable.preferences("javier") == Preferences()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"quiet_from": "20:00"}, "Quiet hours need a beginning and an end."),
        ({"quiet_from": "20:00", "quiet_until": "20:00"}, "Quiet hours that end when they begin are none"),
        ({"quiet_from": "late", "quiet_until": "07:00"}, "Write quiet hours as 20:00."),
        ({"digest": "weekly"}, "Choose each, hourly or daily."),
    ],
)
def test_what_cannot_be_saved_says_why(configured: World, door: Door, fields: dict[str, str], sentence: str) -> None:
    answer = door.browser("oriol").post(PAGE, offered="mail", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert configured.deps.reachable.preferences("oriol") == Preferences()


def test_channels_that_are_not_offered_keep_their_setting(world: World, door: Door) -> None:
    """Saving while Slack is not configured must not switch it off for the day when it is."""
    assert "Not configured here." in door.browser("oriol").get(PAGE).text
    door.browser("oriol").post(PAGE, offered="")
    assert world.deps.reachable.preferences("oriol") == Preferences()


def test_ops_see_what_could_not_be_told_and_send_it_again(configured: World, door: Door) -> None:
    made = configured.seed()
    id = failed(configured, made.opening.case_id)
    configured.deps.notices.note_health(Channel.SLACK, "notify_unauthorised", now=configured.now)
    ops = door.browser("tomas")
    page = ops.get(PAGE).text
    assert "Notifications<b>1</b>" in page
    assert "the address is missing or was refused" in page
    assert "ops must renew it" in page
    answer = ops.post(f"{PAGE}/replay", id=id)
    assert answer.headers["location"] == f"{PAGE}?said=again"
    again = configured.deps.notices.get(id)
    assert again is not None
    assert (again.state, again.attempts) == (NotificationState.WAITING, 0)
    assert ops.post(f"{PAGE}/replay", id="nothing").status_code == 404
    assert door.browser("oriol").post(f"{PAGE}/replay", id=id).status_code == 403


def test_others_see_their_own_only(configured: World, door: Door) -> None:
    made = configured.seed()
    failed(configured, made.opening.case_id, "javier")
    page = door.browser("oriol").get(PAGE).text
    assert "Could not be told" not in page
    assert made.opening.case_id[:12] not in page
    assert made.opening.case_id[:12] in door.browser("javier").get(PAGE).text


def test_the_case_says_who_was_told(configured: World, door: Door) -> None:
    made = configured.seed()
    failed(configured, made.opening.case_id, "oriol", NotificationState.DELIVERED)
    failed(configured, made.opening.case_id, "javier")
    page = door.browser("oriol").get(f"/cases/{made.opening.case_id}").text
    assert "Oriol Puig told" in page
