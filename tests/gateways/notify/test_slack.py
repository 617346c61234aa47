"""The unmodified slack_sdk against a Slack on this machine."""

import hmac
import json
import socket
from collections.abc import Iterator
from hashlib import sha256

import pytest

from domain.errors import ErrorCode, NotifyError
from domain.notices import NoticeKind
from gateways.notify.slack import SlackApp, SlackNotifier, check_token, web_client
from tests.fakes.clock import START, FakeClock
from tests.fakes.http_servers import Answer, serving
from tests.fakes.slack import TOKEN, FakeSlack
from tests.gateways.notify.messages import PAGE, item, outgoing

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    made = FakeSlack()
    with serving(made):
        yield made


def notifier(slack: FakeSlack, *, decides: bool = True, token: str = TOKEN) -> SlackNotifier:
    return SlackNotifier(web_client(token, slack.url), decides=decides)


def test_a_message_says_numbers_and_offers_the_card_and_the_page(slack: FakeSlack) -> None:
    reference = notifier(slack).send(outgoing(to="U1"))
    said = slack.messages[reference]
    assert said["text"] == "A review waits for you. Case c1 · A 72 · medium risk · inbound"
    card, page = said["blocks"][-1]["elements"]
    assert (card["action_id"], card["value"]) == ("open_card", "c1.1")
    assert page["url"] == PAGE


def test_without_decisions_in_slack_there_is_only_the_page(slack: FakeSlack) -> None:
    (button,) = slack.messages[notifier(slack, decides=False).send(outgoing(to="U1"))]["blocks"][-1]["elements"]
    assert button["url"] == PAGE


def test_a_message_is_brought_up_to_date_and_asks_no_more(slack: FakeSlack) -> None:
    reference = notifier(slack).send(outgoing(to="U1"))
    decided = outgoing(item(NoticeKind.DECIDED, code="approve"), to="U1", replaces=reference)
    assert notifier(slack).send(decided) == reference
    said = slack.messages[reference]
    assert said["text"].startswith("A review was decided: approved.")
    assert "open_card" not in json.dumps(said)
    assert len(slack.messages) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Answer(200, b'{"ok": false, "error": "token_revoked"}'), ErrorCode.NOTIFY_UNAUTHORISED),
        (Answer(200, b'{"ok": false, "error": "missing_scope"}'), ErrorCode.NOTIFY_UNAUTHORISED),
        (Answer(200, b'{"ok": false, "error": "internal_error"}'), ErrorCode.NOTIFY_UNAVAILABLE),
        (Answer(503, b"<html>down</html>", {"Content-Type": "text/html"}), ErrorCode.NOTIFY_UNAVAILABLE),
        (Answer(200, b'{"ok": false, "error": "channel_not_found"}'), ErrorCode.NOTIFY_REFUSED),
        (Answer(200, b'{"ok": false, "error": "a_code_of_next_year"}'), ErrorCode.NOTIFY_REFUSED),
        (Answer(hang_up=True), ErrorCode.NOTIFY_UNCLEAR),
    ],
)
def test_failures_are_named_for_what_to_do_about_them(slack: FakeSlack, fault: Answer, code: ErrorCode) -> None:
    slack.faults = [fault]
    with pytest.raises(NotifyError) as failed:
        notifier(slack).send(outgoing(to="U1"))
    assert failed.value.code is code
    assert TOKEN not in failed.value.detail
    assert len(slack.asked) == 1, "the outbox tries again, not the client"


def test_a_rate_limit_says_how_long(slack: FakeSlack) -> None:
    slack.rate_limit(17)
    with pytest.raises(NotifyError) as failed:
        notifier(slack).send(outgoing(to="U1"))
    assert (failed.value.code, failed.value.retry_after_seconds) == (ErrorCode.NOTIFY_RATE_LIMITED, 17)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = web_client(TOKEN, f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(NotifyError) as failed:
            SlackNotifier(client, decides=False).send(outgoing(to="U1"))
    assert failed.value.code is ErrorCode.NOTIFY_UNAVAILABLE


def test_the_token_is_checked(slack: FakeSlack) -> None:
    assert check_token(web_client(TOKEN, slack.url)) == "Acme as countersign"
    with pytest.raises(NotifyError) as failed:
        check_token(web_client("xoxb-another", slack.url))
    assert failed.value.code is ErrorCode.NOTIFY_UNAUTHORISED


def signature(body: bytes, stamp: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, sha256).hexdigest()


def test_only_slacks_own_fresh_requests_are_genuine(slack: FakeSlack) -> None:
    app = SlackApp(web_client(TOKEN, slack.url), SECRET, FakeClock())
    now, body = str(int(START.timestamp())), b"payload=%7B%7D"
    assert app.genuine(body, now, signature(body, now))
    assert not app.genuine(body + b"x", now, signature(body, now))
    assert not app.genuine(body, now, signature(body, now, "another secret"))
    old = str(int(START.timestamp()) - 301)
    assert not app.genuine(body, old, signature(body, old))
    for stamp, given in (("", ""), ("x", "v0="), ("1" * 400, "v0="), (now, "v0=é"), ("-5", ""), (now, "")):
        assert not app.genuine(body, stamp, given)
    assert not app.genuine(b"\xff\xfe", now, signature(b"\xff\xfe", now))
