"""SMTP against a real server on this machine: what arrives, and which failures may be tried again."""

import contextlib
import email
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode, MailError
from domain.model import Instant
from domain.owner_notices import OwnerNotice
from domain.ports import MailUnclear
from domain.proposals import SendEmail
from gateways.mail.message import compose
from gateways.mail.sink import Fault, Sink, running_sink
from gateways.mail.smtp import SmtpMailer

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MESSAGE_ID = "<case-7.1@acme.example>"


class StoppedClock:
    def now(self) -> Instant:
        return NOW


def mail(**changes: str) -> SendEmail:
    fields = {
        "key": "mail",
        "to_address": "marta.ruiz@northwind.example",
        "to_name": "Marta Ruiz",
        "from_name": "Irene Castell",
        "from_address": "irene@acme.example",
        "subject": "¿Hablamos el jueves?",
        "body": "Hola Marta:\n\n.Una línea que empieza con punto.\n\nUn saludo,\nIrene",
        "footer": "Acme Routing S.L., Madrid",
        "language": "es",
        **changes,
    }
    return SendEmail.model_validate(fields)


def mailer(port: int, *, starttls: bool = False, username: str = "") -> SmtpMailer:
    return SmtpMailer(
        "127.0.0.1", port, clock=StoppedClock(), timeout_seconds=10, starttls=starttls, username=username, password="pw"
    )


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    with running_sink(tmp_path / "mail") as running:
        yield running


def test_arrives_exactly_as_signed(sink: Sink, tmp_path: Path) -> None:
    mailer(sink.port).send(mail(), MESSAGE_ID)
    (stored,) = (tmp_path / "mail" / "new").iterdir()
    got = email.message_from_bytes(stored.read_bytes(), policy=default)
    assert got["From"] == "Irene Castell <irene@acme.example>"
    assert got["To"] == "Marta Ruiz <marta.ruiz@northwind.example>"
    assert got["Subject"] == "¿Hablamos el jueves?"
    assert got["Message-ID"] == MESSAGE_ID
    assert got["Date"].datetime == NOW
    assert got["List-Unsubscribe"] == "<mailto:irene@acme.example?subject=unsubscribe>"
    assert got["Content-Language"] == "es"
    assert got["Auto-Submitted"] is None
    body = got.get_content()
    assert body.rstrip("\n") == f"{mail().body}\n\n{mail().footer}"


def test_a_name_in_code_adds_no_header_and_no_recipient(sink: Sink, tmp_path: Path) -> None:
    coded = "=?utf-8?q?a=0D=0ABcc:_eve=40evil.example?="
    mailer(sink.port).send(mail(to_name=coded, subject=coded), MESSAGE_ID)
    (stored,) = (tmp_path / "mail" / "new").iterdir()
    got = email.message_from_bytes(stored.read_bytes(), policy=default)
    assert got["Bcc"] is None
    assert [person.addr_spec for person in got["To"].addresses] == ["marta.ruiz@northwind.example"]
    assert got["Subject"] == coded


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.REFUSE_SENDER_FOR_NOW, ErrorCode.MAIL_UNAVAILABLE),
        (Fault.REFUSE_RECIPIENT_FOR_NOW, ErrorCode.MAIL_UNAVAILABLE),
        (Fault.REFUSE_MESSAGE_FOR_NOW, ErrorCode.MAIL_UNAVAILABLE),
        (Fault.REFUSE_RECIPIENT, ErrorCode.MAIL_REFUSED),
        (Fault.REFUSE_MESSAGE, ErrorCode.MAIL_REFUSED),
    ],
)
def test_a_clear_no_is_named_and_nothing_arrives(sink: Sink, fault: Fault, code: ErrorCode) -> None:
    sink.fault = fault
    with pytest.raises(MailError) as refused:
        mailer(sink.port).send(mail(), MESSAGE_ID)
    assert refused.value.code is code
    assert sink.messages() == []


@pytest.mark.parametrize(("fault", "arrived"), [(Fault.DROP_BEFORE_STORING, 0), (Fault.DROP_AFTER_STORING, 1)])
def test_a_break_after_the_text_is_unclear(sink: Sink, fault: Fault, arrived: int) -> None:
    sink.fault = fault
    with pytest.raises(MailUnclear):
        mailer(sink.port).send(mail(), MESSAGE_ID)
    assert len(sink.messages()) == arrived


@contextlib.contextmanager
def dialogue(*replies: bytes | None) -> Iterator[int]:
    """A server that says these lines, one after each line it hears; None hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as heard:
            for place, reply in enumerate(replies):
                if place and not heard.readline():
                    return
                if reply is None:
                    return
                if reply:
                    connection.sendall(reply + b"\r\n")

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    "replies",
    [
        (b"554 no service here",),
        (None,),
        (b"220 hello", None),
        (b"220 hello", b"250 hi", b"421 shutting down"),
        (b"220 hello", b"250 hi", b"250 ok", None),
        (b"220 hello", b"250 hi", b"250 ok", b"250 ok", None),
        (b"220 hello", b"250 hi", b"250 ok", b"250 ok", b"451 not now"),
    ],
)
def test_a_break_before_the_text_may_be_tried_again(replies: tuple[bytes | None, ...]) -> None:
    with dialogue(*replies) as port, pytest.raises(MailError) as failed:
        mailer(port).send(mail(), MESSAGE_ID)
    assert failed.value.code is ErrorCode.MAIL_UNAVAILABLE


def test_a_reply_that_is_no_final_one_is_unclear() -> None:
    start = (b"220 hello", b"250 hi", b"250 ok", b"250 ok", b"354 go on")
    with dialogue(*start, b"399 what") as port, pytest.raises(MailUnclear):
        mailer(port).send(mail(), MESSAGE_ID)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailError) as failed:
        mailer(port).send(mail(), MESSAGE_ID)
    assert failed.value.code is ErrorCode.MAIL_UNAVAILABLE


@pytest.mark.parametrize(("starttls", "username"), [(True, ""), (False, "irene")])
def test_what_is_configured_is_never_skipped(sink: Sink, starttls: bool, username: str) -> None:
    """No STARTTLS on offer: nothing is sent in the clear, and no password either."""
    with pytest.raises(MailError) as failed:
        mailer(sink.port, starttls=starttls, username=username).send(mail(), MESSAGE_ID)
    assert failed.value.code is ErrorCode.MAIL_UNAVAILABLE
    assert "pw" not in failed.value.detail.split()
    assert sink.messages() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Hi\r\nBcc: all@victims.example"},
        {"from_name": "Irene\r\nBcc: all@victims.example"},
        {"to_name": "Marta\nBcc: all@victims.example"},
        {"to_address": "marta@northwind.example\r\nBcc: all@victims.example"},
        {"to_address": "marta@northwind.example, all@victims.example"},
        {"to_address": "nobody"},
        {"to_address": "marta@northwind.example."},
        {"to_address": "marta..ruiz@northwind.example"},
        {"to_address": "all@victims.example@northwind.example"},
        {"to_address": ""},
        {"from_address": "irene@@acme.example>"},
    ],
)
def test_headers_cannot_be_added(sink: Sink, changes: dict[str, str]) -> None:
    with pytest.raises(MailError) as refused:
        mailer(sink.port).send(mail(**changes), MESSAGE_ID)
    assert refused.value.code is ErrorCode.MAIL_REFUSED
    assert sink.messages() == []


@pytest.mark.parametrize("message_id", ["", "plain", "<a@b>\r\nBcc: x@y.example", "<a b@c.example>"])
def test_message_ids_are_whole(message_id: str) -> None:
    with pytest.raises(MailError) as refused:
        compose(mail(), message_id, unsubscribe="irene@acme.example", sent_at=NOW)
    assert refused.value.code is ErrorCode.MAIL_REFUSED


def test_an_international_domain_is_written_in_ascii(sink: Sink) -> None:
    mailer(sink.port).send(mail(to_address="marta@münchen.example"), MESSAGE_ID)
    assert sink.messages()[0]["To"] == "Marta Ruiz <marta@xn--mnchen-3ya.example>"


def test_an_international_domain_is_no_other_that_sounds_alike(sink: Sink) -> None:
    mailer(sink.port).send(mail(to_address="marta@faß.example"), MESSAGE_ID)
    assert sink.messages()[0]["To"] == "Marta Ruiz <marta@xn--fa-hia.example>"


@given(name=st.text(max_size=60), subject=st.text(min_size=1, max_size=120), body=st.text(min_size=1, max_size=200))
def test_no_text_makes_another_header_or_recipient(name: str, subject: str, body: str) -> None:
    signed = mail(to_name=name, subject=subject, body=body)
    with contextlib.suppress(MailError):
        raw = compose(signed, MESSAGE_ID, unsubscribe="i@acme.example", sent_at=NOW).as_bytes()
        assert_headers_are_ours(raw)


def assert_headers_are_ours(raw: bytes) -> None:
    parsed = email.message_from_bytes(raw, policy=default)
    assert set(parsed.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "Content-Language", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert [a.addr_spec for a in parsed["To"].addresses] == ["marta.ruiz@northwind.example"]


def test_a_notice_to_our_own_people_says_that_a_machine_wrote_it(sink: Sink, tmp_path: Path) -> None:
    notice = OwnerNotice(
        to_name="Inés Robledo",
        to_address="ines@acme.example",
        from_name="Acme",
        from_address="no-reply@acme.example",
        subject="A lead is yours: answer by Tue 24 Nov 2026, 14:00 (Europe/Madrid)",
        body="Hello Inés,\n\nhttps://ui.example/cases/c1",
    )
    mailer(sink.port).send_notice(notice, MESSAGE_ID)
    (stored,) = (tmp_path / "mail" / "new").iterdir()
    got = email.message_from_bytes(stored.read_bytes(), policy=default)
    assert (got["To"], got["Message-ID"]) == ("Inés Robledo <ines@acme.example>", MESSAGE_ID)
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Unsubscribe"] is None
    assert got.get_content().rstrip("\n") == notice.body


@pytest.mark.parametrize("address", ["", "nobody", "a@b.example\nBcc: x@evil.example", "a@b.example, c@d.example"])
def test_a_notice_goes_to_one_plain_address_only(sink: Sink, address: str) -> None:
    notice = OwnerNotice(
        to_name="X", to_address=address, from_name="A", from_address="a@acme.example", subject="s", body="b"
    )
    with pytest.raises(MailError) as refused:
        mailer(sink.port).send_notice(notice, MESSAGE_ID)
    assert refused.value.code is ErrorCode.MAIL_REFUSED
    assert sink.messages() == []
