"""E-mail of a sandbox org: its leads are copies of real people, so none of it leaves for them.

When do you need to touch this? When another address may be reached from a sandbox.
"""

from collections.abc import Callable

from domain.errors import ErrorCode, MailError, MailRefusal
from domain.ports import Mailer
from domain.proposals import SendEmail
from gateways.mail.message import ascii_address


class SandboxMailer:
    """Implements `Mailer` before another one: in a sandbox only the allow-list and the sink get anything.

    `allowed` holds addresses and `@domains`, or `*` where the mail server is itself a sink. Without a sink, what is not
    allowed is refused by name, finally.
    """

    def __init__(self, mailer: Mailer, *, is_sandbox: Callable[[], bool], allowed: str = "", sink: str = "") -> None:
        self._mailer = mailer
        self._is_sandbox = is_sandbox
        self._allowed = frozenset(_listed(entry.strip()) for entry in allowed.split(",") if entry.strip())
        self._sink = sink.strip()

    def send(self, mail: SendEmail, message_id: str) -> None:
        """As the mailer behind it; what `is_sandbox` raises keeps it from being sent at all."""
        if not self._is_sandbox() or self._may_reach(mail.to_address):
            self._mailer.send(mail, message_id)
            return
        if not self._sink:
            raise MailError(
                "the org is a sandbox: set COUNTERSIGN_SANDBOX_MAIL_TO, or COUNTERSIGN_SANDBOX_MAIL_SINK",
                code=ErrorCode.MAIL_REFUSED,
                refusal=MailRefusal.SANDBOX,
            )
        # Whoever reads the sink sees for whom it was; no mail server does.
        meant = f"{mail.to_name} (for {mail.to_address})".strip().replace("@", " at ")
        self._mailer.send(mail.model_copy(update={"to_address": self._sink, "to_name": meant}), message_id)

    def _may_reach(self, address: str) -> bool:
        if "*" in self._allowed:
            return True
        # As the mail server is given it: `@faß.example` is another domain than `@fass.example`.
        plain = _plain(address)
        return bool(plain) and (plain in self._allowed or f"@{plain.rpartition('@')[2]}" in self._allowed)


def _listed(entry: str) -> str:
    return _plain(f"any{entry}").removeprefix("any") if entry.startswith("@") else _plain(entry) or entry


def _plain(address: str) -> str:
    """In ASCII and lower case; empty where it is no address."""
    try:
        return ascii_address(address).lower()
    except ValueError:
        return ""
