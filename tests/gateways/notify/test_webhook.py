"""The notification webhook against a receiver that checks the signature as ours does."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from approval_ui.intake import IntakeRefused, check_signature
from domain.errors import ErrorCode, InputError, NotifyError
from gateways.notify.webhook import WebhookNotifier
from tests.fakes.clock import START, FakeClock
from tests.fakes.http_servers import Answer, Asked, PostServer, serving
from tests.gateways.notify.messages import PAGE, outgoing

SECRET = b"a secret between two systems"


class Receiver(PostServer):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Answer] = []

    def answer(self, asked: Asked) -> Answer:
        return self.answers.pop(0) if self.answers else Answer(204, b"")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with serving(made):
        yield made


def notifier(receiver: Receiver, **changes: Any) -> WebhookNotifier:
    settings: dict[str, Any] = {"clock": FakeClock(), "allow_private": True, "seconds": 5.0, **changes}
    return WebhookNotifier(f"{receiver.url}/hook", SECRET, **settings)


def test_the_receiver_can_check_who_sent_it_and_finds_no_person(receiver: Receiver) -> None:
    notifier(receiver).send(outgoing())
    (asked,) = receiver.asked
    check_signature(SECRET, asked.headers["x-countersign-signature"], asked.body, START)
    with pytest.raises(IntakeRefused):
        check_signature(SECRET, asked.headers["x-countersign-signature"], asked.body + b" ", START)
    with pytest.raises(IntakeRefused):
        check_signature(SECRET, asked.headers["x-countersign-signature"], asked.body, START + timedelta(minutes=6))
    event = json.loads(asked.body)
    assert (event["type"], event["case_id"], event["url"]) == ("review_opened", "c1", PAGE)
    assert set(event) == {
        *("id", "type", "org_id", "case_id", "round", "at", "to", "by", "code", "url"),
        *("motion", "risk", "score", "band", "expires_at"),
    }


def test_a_failing_receiver_is_asked_again_with_the_same_event(receiver: Receiver) -> None:
    receiver.answers = [Answer(500), Answer(200)]
    with pytest.raises(NotifyError) as failed:
        notifier(receiver).send(outgoing())
    assert failed.value.code is ErrorCode.NOTIFY_UNAVAILABLE
    notifier(receiver).send(outgoing())
    first, second = (json.loads(a.body) for a in receiver.asked)
    assert first["id"] == second["id"]


@pytest.mark.parametrize(
    ("answer", "code", "wait"),
    [
        (Answer(429, headers={"Retry-After": "9"}), ErrorCode.NOTIFY_RATE_LIMITED, 9),
        (Answer(400), ErrorCode.NOTIFY_REFUSED, None),
        (Answer(302, headers={"Location": "http://127.0.0.1:1/"}), ErrorCode.NOTIFY_REFUSED, None),
        (Answer(hang_up=True), ErrorCode.NOTIFY_UNAVAILABLE, None),
    ],
)
def test_answers_are_named(receiver: Receiver, answer: Answer, code: ErrorCode, wait: float | None) -> None:
    receiver.answers = [answer]
    with pytest.raises(NotifyError) as failed:
        notifier(receiver).send(outgoing())
    assert (failed.value.code, failed.value.retry_after_seconds) == (code, wait)
    assert len(receiver.asked) == 1, "a redirect is followed by nobody"


def test_a_public_name_that_leads_to_a_private_address_is_refused(receiver: Receiver) -> None:
    made = WebhookNotifier(
        f"https://hooks.example:{receiver.port}/",
        SECRET,
        clock=FakeClock(),
        resolver=lambda _host, _port: ("127.0.0.1",),
    )
    with pytest.raises(NotifyError) as failed:
        made.send(outgoing())
    assert failed.value.code is ErrorCode.NOTIFY_REFUSED
    assert receiver.asked == []


@pytest.mark.parametrize("url", ["http://hooks.example/", "ftp://x/", "not a url", "https://a:b@hooks.example/", ""])
def test_addresses_that_cannot_be_used(url: str) -> None:
    with pytest.raises(InputError):
        WebhookNotifier(url, SECRET, clock=FakeClock())


def test_nothing_goes_out_unsigned() -> None:
    with pytest.raises(InputError):
        WebhookNotifier("https://hooks.example/", b"", clock=FakeClock())
