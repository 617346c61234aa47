"""A real server in a thread and the unmodified simple-salesforce client, talking plain HTTP on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import uvicorn
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from starlette.types import ASGIApp

from localcrm.context import Access
from localcrm.options import Client, Options
from localcrm.server import create_app
from localcrm.service import Service

WRITER = Client("writer", "integration.writer@acme-routing.example", Access.READ_WRITE, client_secret="w-secret")
READER = Client("reader", "integration.reader@acme-routing.example", Access.READ_ONLY, client_secret="r-secret")
CONTROL = "control-token"
START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


class SetClock:
    """Stands still until it is moved, so that one-second conditions need no waiting."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class PlainHttp(HTTPAdapter):
    """Sends what the client addresses to https somewhere to one http server, with a time-out."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = urlsplit(base)

    def send(  # type: ignore[override]  # the base class spells out every keyword
        self, request: requests.PreparedRequest, **keywords: Any
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit((self._base.scheme, self._base.netloc, parts.path, parts.query, ""))
        keywords["timeout"] = keywords.get("timeout") or 20
        return super().send(request, **keywords)


def plain_session(base: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", PlainHttp(base))
    return session


@dataclass
class Crm:
    base: str
    service: Service
    clock: SetClock

    def session(self) -> requests.Session:
        return plain_session(self.base)

    def client(self, client_id: str = "writer") -> Any:
        """The client, as Any: it types `sf.Lead` as four things at once."""
        token = self.service.issue(client_id).access_token
        return Salesforce(session_id=token, instance_url=self.base, session=self.session(), version="62.0")

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        response = self.http(method, f"/control/{path}", json=body, headers={"X-Control-Token": CONTROL})
        assert response.status_code < 300, response.text
        return response

    def http(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **keywords: Any
    ) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.base + path, headers=dict(headers or {}), timeout=20, **keywords)

    def authorized(self, client_id: str = "writer") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.service.issue(client_id).access_token}"}


@contextmanager
def running(path: str = ":memory:", **changes: Any) -> Iterator[Crm]:
    clock = changes.pop("clock", None) or SetClock()
    settings: dict[str, Any] = {"clients": (WRITER, READER), "control_token": CONTROL, "clock": clock, **changes}
    app = create_app(path, options=Options(**settings))
    with serving(app) as base:
        yield Crm(base, app.service, clock)


@contextmanager
def serving(app: ASGIApp, **config: Any) -> Iterator[str]:
    """Its address while it runs in a thread; at the end it has shut down as it would on its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    quiet: dict[str, Any] = {"log_level": "critical", "access_log": False, "proxy_headers": False, "lifespan": "on"}
    server = uvicorn.Server(uvicorn.Config(app, **{**quiet, **config}))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()
