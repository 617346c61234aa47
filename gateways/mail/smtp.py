"""Hands one message to a mail server, and knows at every step whether another try would be safe."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Container
from email.message import EmailMessage

from domain.errors import ErrorCode, MailError
from domain.owner_notices import OwnerNotice
from domain.ports import Clock, MailUnclear
from domain.proposals import SendEmail
from gateways.mail.message import ascii_address, compose, compose_notice

_READY = 220
_GO_AHEAD = 354


class SmtpMailer:
    """Implements `domain.ports.Mailer` and `NoticeMailer`. One connection per message; safe to share between threads.

    `starttls` makes TLS a condition: a server that does not offer it gets nothing. `unsubscribe_address` empty
    means the sender's own. `timeout_seconds` bounds each step of the dialogue.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        clock: Clock,
        timeout_seconds: float = 30.0,
        starttls: bool = False,
        username: str = "",
        password: str = "",
        unsubscribe_address: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._timeout = timeout_seconds
        self._starttls = starttls
        self._username = username
        self._password = password
        self._unsubscribe = unsubscribe_address
        self._tls = tls

    def send(self, mail: SendEmail, message_id: str) -> None:
        message = compose(
            mail, message_id, unsubscribe=self._unsubscribe or mail.from_address, sent_at=self._clock.now()
        )
        self.hand_over(message, ascii_address(mail.from_address), ascii_address(mail.to_address))

    def check(self) -> None:
        """Whether the server greets, encrypts and signs in as configured. Sends nothing; raises as `send` does."""
        _leave(self._connect())

    def send_notice(self, notice: OwnerNotice, message_id: str) -> None:
        message = compose_notice(notice, message_id, sent_at=self._clock.now())
        self.hand_over(message, ascii_address(notice.from_address), ascii_address(notice.to_address))

    def hand_over(self, message: EmailMessage, sender: str, recipient: str) -> None:
        """Any finished message between two plain addresses. Raises as `send` does."""
        server = self._connect()
        try:
            self._announce(server, sender, recipient)
            self._hand_over(server, message.as_bytes())
        finally:
            _leave(server)

    def _connect(self) -> smtplib.SMTP:
        """A greeted, where asked for encrypted and signed-in connection. Every failure here is safe to repeat."""
        server = smtplib.SMTP(timeout=self._timeout)
        try:
            code, _ = server.connect(self._host, self._port)
            if code != _READY:
                raise smtplib.SMTPConnectError(code, "greeting")
            server.ehlo_or_helo_if_needed()
            if self._starttls:
                server.starttls(context=self._tls or ssl.create_default_context())
                server.ehlo()
            if self._username:
                server.login(self._username, self._password)
        except smtplib.SMTPAuthenticationError as refused:
            server.close()
            raise _unavailable(f"the mail server refuses the login ({refused.smtp_code}); check its settings") from None
        except smtplib.SMTPNotSupportedError:
            server.close()
            raise _unavailable("the mail server does not offer what is configured (STARTTLS or login)") from None
        except (smtplib.SMTPException, OSError) as failure:
            server.close()
            raise _unavailable(f"the mail server cannot be reached ({type(failure).__name__})") from None
        return server

    def _announce(self, server: smtplib.SMTP, sender: str, recipient: str) -> None:
        """MAIL FROM, RCPT TO and DATA up to the go-ahead: nothing of the text has left yet."""
        try:
            _expect(server.mail(sender), "the sender", good=(250,))
            _expect(server.rcpt(recipient), "the recipient", good=(250, 251))
            _expect(server.docmd("DATA"), "the message", good=(_GO_AHEAD,))
        except (smtplib.SMTPException, OSError) as failure:
            raise _unavailable(f"the mail server hung up before the text ({type(failure).__name__})") from None

    def _hand_over(self, server: smtplib.SMTP, text: bytes) -> None:
        """From the first byte on, only a final reply of the server tells whether it took the message."""
        ended = text if text.endswith(b"\r\n") else text + b"\r\n"
        try:
            server.send(re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n")
            reply = server.getreply()
        except (smtplib.SMTPException, OSError) as failure:
            raise MailUnclear(type(failure).__name__) from None
        if reply[0] // 100 not in {2, 4, 5}:
            raise MailUnclear("no final reply")
        _expect(reply, "the message", good=range(200, 300))


def _expect(reply: tuple[int, bytes], what: str, *, good: Container[int]) -> None:
    """Raises `MailError` for any other reply: 5xx is final, the rest may be tried again."""
    code, text = reply
    if code in good:
        return
    said = " ".join(text.decode("ascii", "replace").split())[:200]
    if 500 <= code < 600:
        raise MailError(f"the mail server refuses {what} ({code}): {said}", code=ErrorCode.MAIL_REFUSED)
    raise _unavailable(f"the mail server does not take {what} now ({code}): {said}")


def _unavailable(detail: str) -> MailError:
    return MailError(detail, code=ErrorCode.MAIL_UNAVAILABLE)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye. Whatever goes wrong now changes nothing about the message."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()
