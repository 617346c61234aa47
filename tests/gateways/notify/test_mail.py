"""Notifications by e-mail against a real SMTP server."""

from pathlib import Path

import pytest

from domain.errors import ErrorCode, NotifyError
from domain.notices import NoticeKind
from gateways.mail.sink import Fault, Sink, running_sink
from gateways.mail.smtp import SmtpMailer
from gateways.notify.mail import MailNotifier
from tests.fakes.clock import FakeClock
from tests.gateways.notify.messages import PAGE, item, outgoing


def notifier(sink: Sink) -> MailNotifier:
    clock = FakeClock()
    return MailNotifier(
        SmtpMailer(sink.host, sink.port, clock=clock, timeout_seconds=5),
        sender="countersign@acme.example",
        settings_url="http://127.0.0.1:8080/notifications",
        clock=clock,
    )


def test_one_notification_is_one_message_under_one_id(tmp_path: Path) -> None:
    with running_sink(tmp_path / "mail") as sink:
        references = {notifier(sink).send(outgoing()) for _ in range(2)}
        first, _ = sink.messages()
    assert references == {str(first["Message-ID"])}
    assert first["To"] == "Sam Doe <sam@acme.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    text = first.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert PAGE in text.decode()


def test_a_digest_names_every_case(tmp_path: Path) -> None:
    with running_sink(tmp_path / "mail") as sink:
        notifier(sink).send(outgoing(item(), item(NoticeKind.REMINDER, "c2"), item(NoticeKind.EXPIRED, "c3")))
        (message,) = sink.messages()
    assert message["Subject"] == "3 notifications from Countersign"
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert [n for n in ("Case c1", "Case c2", "Case c3") if n in text.decode()] == ["Case c1", "Case c2", "Case c3"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.REFUSE_RECIPIENT_FOR_NOW, ErrorCode.NOTIFY_UNAVAILABLE),
        (Fault.REFUSE_RECIPIENT, ErrorCode.NOTIFY_REFUSED),
        (Fault.DROP_AFTER_STORING, ErrorCode.NOTIFY_UNCLEAR),
    ],
)
def test_failures_are_named_for_what_to_do_about_them(tmp_path: Path, fault: Fault, code: ErrorCode) -> None:
    with running_sink(tmp_path / "mail") as sink:
        sink.fault = fault
        with pytest.raises(NotifyError) as failed:
            notifier(sink).send(outgoing())
    assert failed.value.code is code


@pytest.mark.parametrize("address", ["", "sam", "sam@acme.example\nBcc: x@y.example", "a b@acme.example"])
def test_no_address_adds_a_header(tmp_path: Path, address: str) -> None:
    with running_sink(tmp_path / "mail") as sink:
        with pytest.raises(NotifyError) as failed:
            notifier(sink).send(outgoing(to=address))
        assert sink.messages() == []
    assert failed.value.code is ErrorCode.NOTIFY_REFUSED


def test_a_name_adds_no_header_either(tmp_path: Path) -> None:
    with running_sink(tmp_path / "mail") as sink:
        notifier(sink).send(outgoing().model_copy(update={"name": "Sam\r\nBcc: x@y.example"}))
        (message,) = sink.messages()
    assert message["Bcc"] is None
