"""One part of the stack as a process: workers, the approval UI, the demo's mail sink."""

import asyncio
import logging
import signal
from pathlib import Path
from typing import Annotated

import typer

from cli import notes
from workers.roles import Role

_IDLE_SECONDS = 75
"""An idle connection stays open longer than clients and proxies keep one for their next request (5 to 60 s). Where
both ends give up after the same time, a request now and then meets the closing door."""


def worker(
    roles: Annotated[list[Role], typer.Argument(help="Which work this process does; several are possible.")],
) -> None:
    """Run workers until stopped. Only a `crm` worker needs CRM credentials, only a `signer` the policy key."""
    from workers.run import run_workers

    _log_to_stderr()
    asyncio.run(run_workers(tuple(dict.fromkeys(roles))))


def ui() -> None:
    """Run the approval UI, which alone holds the key that signs people's decisions."""
    import uvicorn

    from cli.ui_app import build
    from runtime.settings import UiSettings, load

    _log_to_stderr()
    settings = load(UiSettings)
    uvicorn.run(
        build(settings),
        host=settings.ui_host,
        port=settings.ui_port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=5,
    )


def mail_sink(
    port: Annotated[int, typer.Option(min=0, max=65535, help="SMTP port on loopback.")],
    maildir: Annotated[Path, typer.Option(help="Where accepted messages are kept.")],
) -> None:
    """Accept e-mail and keep it in a Maildir instead of delivering it."""
    from gateways.mail.sink import run_sink

    _log_to_stderr()
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    run_sink("127.0.0.1", port, maildir)


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    notes.beside_output(logging.INFO)
    # The SDK's loggers print the cause of a failure, which may quote a person's data; failures are kept as documents.
    for engine in ("temporalio.activity", "temporalio.worker", "temporalio.workflow"):
        logging.getLogger(engine).addFilter(_without_cause)
    # These log bodies and addresses at INFO.
    for noisy in ("httpx", "httpcore", "urllib3", "mail.log", "openai", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _without_cause(record: logging.LogRecord) -> bool:
    record.exc_info = None
    record.exc_text = None
    return True
