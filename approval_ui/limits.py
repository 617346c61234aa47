"""Doors that only open so often, and bodies that may only be so large."""

import threading
from collections import deque
from datetime import timedelta

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.model import Instant
from domain.ports import Clock

_MAX_KEYS = 10_000


class RateLimit:
    """At most `limit` events per key within `window`, counted in this process."""

    def __init__(self, clock: Clock, *, limit: int, window: timedelta) -> None:
        self._clock = clock
        self._limit = limit
        self._window = window
        self._events: dict[str, deque[Instant]] = {}
        self._lock = threading.Lock()

    def allows(self, key: str) -> bool:
        """Whether another event may happen now. Counts nothing."""
        with self._lock:
            return len(self._recent(key)) < self._limit

    def count(self, key: str) -> None:
        with self._lock:
            if len(self._events) >= _MAX_KEYS:
                self._forget_old()
            self._recent(key).append(self._clock.now())

    def forget(self, key: str) -> None:
        with self._lock:
            self._events.pop(key, None)

    def _recent(self, key: str) -> deque[Instant]:
        events = self._events.setdefault(key, deque())
        since = self._clock.now() - self._window
        while events and events[0] <= since:
            events.popleft()
        return events

    def _forget_old(self) -> None:
        for key in [key for key in self._events if not self._recent(key)]:
            del self._events[key]


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Refuses larger request bodies with 413, whether or not they announce their length."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await self._refuse(send)
            return
        read, started = 0, False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._max_bytes:
                    raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooLarge:
            if not started:
                await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        body = f"The request is larger than {self._max_bytes // 1024} KiB.\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        b"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class SecurityHeaders:
    """The same strict headers on every answer; nothing personal is cached by anybody."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        static = str(scope["path"]).startswith("/static/")
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *_HEADERS]
                headers.append((b"cache-control", b"public, max-age=86400" if static else b"no-store"))
                if self._https:
                    headers.append((b"strict-transport-security", b"max-age=31536000"))
                message = {**message, "headers": headers}
                started = True
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            # The framework's own answer to the unforeseen is made outside of here and would go without headers.
            if not started:
                await with_headers(
                    {
                        "type": "http.response.start",
                        "status": 500,
                        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
                    }
                )
                await send({"type": "http.response.body", "body": b"This did not work. Nothing was signed.\n"})
            raise
