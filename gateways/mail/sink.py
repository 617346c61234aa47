"""A mail server that delivers nowhere: every accepted message becomes one file.

Format: a Maildir. Each message is one RFC 5322 file in `new/` of the folder, as it was received, with line feeds for
line ends. Readers may parse any file there at any time: it is moved in whole.
"""

import asyncio
import contextlib
import mailbox
import signal
import threading
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST = 2 * 1024 * 1024


class Fault(StrEnum):
    """How the sink misbehaves, for tests."""

    NONE = "none"
    REFUSE_SENDER_FOR_NOW = "refuse_sender_for_now"
    REFUSE_RECIPIENT_FOR_NOW = "refuse_recipient_for_now"
    REFUSE_RECIPIENT = "refuse_recipient"
    REFUSE_MESSAGE_FOR_NOW = "refuse_message_for_now"
    REFUSE_MESSAGE = "refuse_message"
    DROP_BEFORE_STORING = "drop_before_storing"
    """The connection breaks after the text, and the message is lost."""
    DROP_AFTER_STORING = "drop_after_storing"
    """The connection breaks after the text, and the message was taken."""


class Sink:
    """A running sink: its address, and what it holds. `fault` may be changed at any time."""

    def __init__(self, maildir: Path) -> None:
        self.host = ""
        self.port = 0
        self.fault = Fault.NONE
        self._box = mailbox.Maildir(maildir, create=True)

    def messages(self) -> list[mailbox.MaildirMessage]:
        """Everything accepted so far."""
        return list(self._box)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.fault is Fault.REFUSE_SENDER_FOR_NOW:
            return "451 4.3.2 try again later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.fault is Fault.REFUSE_RECIPIENT_FOR_NOW:
            return "450 4.2.1 mailbox busy"
        if self.fault is Fault.REFUSE_RECIPIENT:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.fault is Fault.REFUSE_MESSAGE_FOR_NOW:
            return "452 4.3.1 no room now"
        if self.fault is Fault.REFUSE_MESSAGE:
            return "554 5.7.1 not wanted"
        if self.fault is not Fault.DROP_BEFORE_STORING:
            self._box.add((envelope.original_content or b"").replace(b"\r\n", b"\n"))
        drops = self.fault in {Fault.DROP_BEFORE_STORING, Fault.DROP_AFTER_STORING}
        if drops and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"


async def _serve(sink: Sink, host: str, port: int) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="sink", data_size_limit=_LARGEST, loop=loop), host=host, port=port
    )
    sink.host, sink.port = server.sockets[0].getsockname()[:2]
    return server


def run_sink(host: str, port: int, maildir: Path) -> None:
    """Serve until SIGINT or SIGTERM. Raises `OSError` where the address cannot be bound."""

    async def main() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        server = await _serve(Sink(maildir), host, port)
        async with server:
            await stop.wait()

    asyncio.run(main())


@contextlib.contextmanager
def running_sink(maildir: Path, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Sink]:
    """A sink on a thread of its own; port 0 takes a free one, which `sink.port` then names."""
    sink = Sink(maildir)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail-sink", daemon=True)
    thread.start()
    try:
        server = asyncio.run_coroutine_threadsafe(_serve(sink, host, port), loop).result()
        try:
            yield sink
        finally:
            asyncio.run_coroutine_threadsafe(_close(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    ours = asyncio.current_task()
    rest = [task for task in asyncio.all_tasks() if task is not ours]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
