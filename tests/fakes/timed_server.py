"""A local CRM in a thread whose `Date` header tells the time of its own clock, so that tests own all time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localcrm.options import Options
from localcrm.server import create_app
from localcrm.stamps import Clock, http_date
from tests.localcrm.driving import CONTROL, READER, WRITER, Crm, SetClock, serving


class Dated:
    """Adds the server's own time to every answer."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = http_date(self._clock()).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        await self._app(scope, receive, dated)


@contextmanager
def timed_crm(now: datetime, **changes: Any) -> Iterator[Crm]:
    """An empty org at `now`, with test controls and a reading and a writing client."""
    clock = SetClock(now)
    settings: dict[str, Any] = {"clients": (WRITER, READER), "control_token": CONTROL, "clock": clock, **changes}
    app = create_app(":memory:", options=Options(**settings))
    with serving(Dated(app, clock), date_header=False) as base:
        yield Crm(base, app.service, clock)
