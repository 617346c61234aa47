"""From a sandbox nothing reaches the people whose data was copied into it."""

import pytest

from domain.errors import CrmError, ErrorCode, MailError, MailRefusal
from domain.proposals import SendEmail
from gateways.mail.sandbox import SandboxMailer

MAIL = SendEmail(
    key="mail",
    to_address="Ada@Engines.example",
    to_name="Ada Byron",
    from_name="Ines",
    from_address="ines@acme.example",
    subject="Your inquiry",
    body="Good morning.",
    footer="Acme, 1 Road.",
)


class Outbox:
    def __init__(self) -> None:
        self.sent: list[tuple[SendEmail, str]] = []

    def send(self, mail: SendEmail, message_id: str) -> None:
        self.sent.append((mail, message_id))


def mailer(outbox: Outbox, *, sandbox: bool = True, allowed: str = "", sink: str = "") -> SandboxMailer:
    return SandboxMailer(outbox, is_sandbox=lambda: sandbox, allowed=allowed, sink=sink)


def test_a_production_org_sends_as_signed() -> None:
    outbox = Outbox()
    mailer(outbox, sandbox=False, sink="qa@acme.example").send(MAIL, "<1@x>")
    assert outbox.sent == [(MAIL, "<1@x>")]


@pytest.mark.parametrize("allowed", ["ada@engines.example", "x@y.example, @engines.example", "*"])
def test_whom_the_list_allows_is_reached(allowed: str) -> None:
    outbox = Outbox()
    mailer(outbox, allowed=allowed).send(MAIL, "<1@x>")
    assert outbox.sent == [(MAIL, "<1@x>")]


@pytest.mark.parametrize("allowed", ["", "@gines.example", "engines.example", "@ENGINES.example.org"])
def test_everybody_else_is_refused_by_name(allowed: str) -> None:
    outbox = Outbox()
    with pytest.raises(MailError) as refused:
        mailer(outbox, allowed=allowed).send(MAIL, "<1@x>")
    assert (refused.value.code, refused.value.refusal) == (ErrorCode.MAIL_REFUSED, MailRefusal.SANDBOX)
    assert "sandbox" in refused.value.detail
    assert outbox.sent == []


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("@fass.example", "ada@faß.example"),
        ("@engines.example", "ada@engines.example."),
        ("@engines.example", "ada@rival.example@engines.example"),
        ("@engines.example", "ada@rival.example,x@engines.example"),
        ("@engines.example", "ada@еngines.example"),  # the first letter is Cyrillic
        ("ada@engines.example", "ada+x@engines.example"),
        ("@", "ada"),
    ],
)
def test_nobody_comes_past_the_list_by_another_spelling(allowed: str, address: str) -> None:
    outbox = Outbox()
    with pytest.raises(MailError):
        mailer(outbox, allowed=allowed).send(MAIL.model_copy(update={"to_address": address}), "<1@x>")
    assert outbox.sent == []


def test_an_international_domain_may_be_listed_as_people_write_it() -> None:
    outbox = Outbox()
    mail = MAIL.model_copy(update={"to_address": "ada@FAß.example"})
    mailer(outbox, allowed="@faß.example").send(mail, "<1@x>")
    assert outbox.sent == [(mail, "<1@x>")]


def test_a_sink_gets_it_instead() -> None:
    outbox = Outbox()
    mailer(outbox, sink="qa@acme.example").send(MAIL, "<1@x>")
    ((mail, message_id),) = outbox.sent
    assert (mail.to_address, message_id) == ("qa@acme.example", "<1@x>")
    assert mail.to_name == "Ada Byron (for Ada at Engines.example)"
    assert (mail.subject, mail.body, mail.footer) == (MAIL.subject, MAIL.body, MAIL.footer)


def test_while_nobody_can_say_what_the_org_is_nothing_leaves() -> None:
    outbox = Outbox()

    def unknown() -> bool:
        raise CrmError("no answer")

    with pytest.raises(CrmError):
        SandboxMailer(outbox, is_sandbox=unknown).send(MAIL, "<1@x>")
    assert outbox.sent == []
