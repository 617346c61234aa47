"""`Outbox` and `Reachable`."""

from datetime import time, timedelta
from functools import partial

from domain.notices import (
    Channel,
    Digest,
    Notice,
    NoticeKind,
    Notification,
    NotificationState,
    Outbox,
    Preferences,
    Reachable,
)
from persistence.database import Database
from persistence.notices import SqlNotices
from persistence.reachable import REMEMBER_REQUESTS, SqlReachable
from tests.fakes.clock import START
from tests.fakes.examples import ORG
from tests.fakes.races import at_once

NOTICE = Notice(
    key="c1/1/opened", kind=NoticeKind.OPENED, org_id=ORG, case_id="c1", round=1, to=("sam", "kim"), at=START
)
HOUR = timedelta(hours=1)


def made(login: str = "sam", channel: Channel = Channel.MAIL) -> Notification:
    return Notification(
        id=f"{NOTICE.key}|{login}|{channel.value}",
        notice=NOTICE,
        login=login,
        channel=channel,
        due_at=START,
        moved_at=START,
    )


def test_a_notice_is_kept_once_and_spread_once(db: Database) -> None:
    outbox: Outbox = SqlNotices(db)
    at_once([partial(outbox.tell, NOTICE)] * 4)
    assert outbox.unspread(10) == (NOTICE,)
    at_once([partial(outbox.spread, NOTICE, (made(), made("kim")), now=START)] * 4)
    assert outbox.unspread(10) == ()
    assert outbox.due(START, 10) == (made("kim"), made())
    outbox.tell(NOTICE)
    assert outbox.unspread(10) == ()


def test_of_those_who_begin_at_once_each_gets_what_nobody_else_got(db: Database) -> None:
    outbox = SqlNotices(db)
    outbox.spread(NOTICE, (made(), made("kim")), now=START)
    ids = (made().id, made("kim").id)
    taken = at_once([partial(outbox.begin, ids, now=START)] * 4)
    assert sorted(id for each in taken for id in each) == sorted(ids)
    assert outbox.begun_before(START) == ()
    assert len(outbox.begun_before(START + HOUR)) == 2


def test_how_it_ended_stays(db: Database) -> None:
    outbox = SqlNotices(db)
    outbox.spread(NOTICE, (made(),), now=START)
    outbox.begin((made().id,), now=START)
    outbox.end((made().id,), NotificationState.DELIVERED, now=START + HOUR, reference="D1/2.3")
    outbox.wait((made().id,), START, now=START)
    outbox.spread(NOTICE, (made(),), now=START)
    stored = outbox.get(made().id)
    assert stored is not None
    assert (stored.state, stored.reference, stored.attempts) == (NotificationState.DELIVERED, "D1/2.3", 1)
    assert outbox.due(START + HOUR, 10) == ()


def test_holding_a_channel_holds_no_other(db: Database) -> None:
    outbox = SqlNotices(db)
    outbox.spread(NOTICE, (made(), made(channel=Channel.SLACK)), now=START)
    outbox.hold(Channel.SLACK, START + HOUR)
    assert outbox.due(START, 10) == (made(),)
    assert len(outbox.due(START + HOUR, 10)) == 2


def test_health_says_since_when(db: Database) -> None:
    outbox = SqlNotices(db)
    outbox.configure(frozenset({Channel.MAIL, Channel.SLACK}), now=START)
    outbox.note_health(Channel.SLACK, "notify_unauthorised", now=START + HOUR)
    outbox.note_health(Channel.SLACK, "notify_unauthorised", now=START + 2 * HOUR)
    mail, slack = outbox.health()
    assert (mail.channel, mail.code) == (Channel.MAIL, "")
    assert (slack.code, slack.since, slack.checked_at) == ("notify_unauthorised", START + HOUR, START + 2 * HOUR)
    outbox.configure(frozenset({Channel.SLACK}), now=START + 3 * HOUR)
    assert outbox.health() == (slack,)


def test_preferences_come_back_as_they_were_put_last(db: Database) -> None:
    reachable = SqlReachable(db)
    seen: Reachable = reachable
    assert seen.preferences("sam") == Preferences()
    for wanted in (Preferences(mail=False), Preferences(digest=Digest.DAILY, quiet_from=time(20), quiet_until=time(7))):
        reachable.prefer("sam", wanted, now=START)
        assert seen.preferences("sam") == wanted
    assert seen.preferences("kim") == Preferences()


def test_a_code_links_once_and_only_in_time(db: Database) -> None:
    reachable = SqlReachable(db)
    reachable.offer_code("sam", "first", expires_at=START + HOUR, now=START)
    reachable.offer_code("sam", "second", expires_at=START + HOUR, now=START)
    assert reachable.link("first", "T1/U1", now=START) == "", "a newer code replaced it"
    assert reachable.link("second", "T1/U1", now=START + HOUR) == "", "too late"
    linked = at_once([partial(reachable.link, "second", f"T1/U{n}", now=START) for n in range(4)])
    assert sorted(linked) == ["", "", "", "sam"]
    assert reachable.slack_user("sam") == f"U{linked.index('sam')}"
    assert reachable.login_of(f"T1/U{linked.index('sam')}") == "sam"


def test_a_slack_user_is_one_account_and_an_account_one_slack_user(db: Database) -> None:
    reachable = SqlReachable(db)
    for login, user in (("sam", "U1"), ("sam", "U2"), ("kim", "U2")):
        reachable.offer_code(login, f"{login}{user}", expires_at=START + HOUR, now=START)
        assert reachable.link(f"{login}{user}", f"T1/{user}", now=START) == login
    assert [reachable.login_of(f"T1/{u}") for u in ("U1", "U2")] == ["", "kim"]
    assert reachable.slack_user("sam") == ""
    reachable.unlink("kim")
    assert reachable.login_of("T1/U2") == ""


def test_the_same_request_is_new_once(db: Database) -> None:
    reachable = SqlReachable(db)
    assert sorted(at_once([partial(reachable.first_time, "v0=ab", now=START)] * 4)) == [False, False, False, True]
    assert not reachable.first_time("v0=ab", now=START + REMEMBER_REQUESTS)
    assert reachable.first_time("v0=ab", now=START + REMEMBER_REQUESTS + HOUR), "its time window has long passed"
