"""Notifications by e-mail to the people who decide. What leads receive is another matter: see `gateways/mail`."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from domain.errors import ErrorCode, MailError, NotifyError
from domain.model import Instant
from domain.notice_wording import about, headline, link_of, subject
from domain.notices import Outgoing
from domain.ports import Clock, MailUnclear
from gateways.mail.headers import set_person, set_text
from gateways.mail.message import ascii_address
from gateways.mail.smtp import SmtpMailer


class MailNotifier:
    """`Notifier` over the mail server. Each notification has one Message-ID, whatever becomes of it."""

    def __init__(self, mailer: SmtpMailer, *, sender: str, settings_url: str, clock: Clock) -> None:
        self._mailer = mailer
        self._sender = sender
        self._settings_url = settings_url
        self._clock = clock

    def send(self, message: Outgoing) -> str:
        try:
            sender, recipient = ascii_address(self._sender), ascii_address(message.to)
        except ValueError as unfit:
            raise NotifyError(str(unfit), code=ErrorCode.NOTIFY_REFUSED) from None
        composed = compose(message, sender, recipient, self._settings_url, sent_at=self._clock.now())
        try:
            self._mailer.hand_over(composed, sender, recipient)
        except MailUnclear:
            raise NotifyError("the connection broke after the text", code=ErrorCode.NOTIFY_UNCLEAR) from None
        except MailError as failure:
            refused = failure.code is ErrorCode.MAIL_REFUSED
            code = ErrorCode.NOTIFY_REFUSED if refused else ErrorCode.NOTIFY_UNAVAILABLE
            raise NotifyError(failure.detail, code=code) from None
        return str(composed["Message-ID"])


def compose(message: Outgoing, sender: str, recipient: str, settings_url: str, *, sent_at: Instant) -> EmailMessage:
    """Plain text, marked as sent by a machine so that no absence notice answers it (RFC 3834)."""
    mail = EmailMessage(policy=SMTP)
    set_person(mail, "From", "Countersign", sender)
    set_person(mail, "To", re.sub(r"[\x00-\x1f\x7f]", " ", message.name), recipient)
    set_text(mail, "Subject", subject(message))
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = f"<{sha256(message.id.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    parts = [f"{headline(item)}.\n{about(item)}\n{link_of(item)}\n" for item in message.items]
    parts.append(f"--\nHow and when you are told: {settings_url}\n")
    mail.set_content("\n".join(parts), charset="utf-8", cte="quoted-printable")
    return mail
