"""Connections that go to the address that was checked, and end when their time is up.

A name is resolved once per connection, every address of it is checked, and the socket is opened to one of those
very addresses: a DNS answer that changes meanwhile changes nothing. TLS still proves the name.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from typing import Any

import httpcore
import httpx

from gateways.enrichment.addresses import Resolver

Allows = Callable[[str, int], bool]
"""Whether a numeric address and port may be connected to."""

# getaddrinfo knows no timeout; a thread that waits for it can be left behind.
_RESOLVING = ThreadPoolExecutor(4, thread_name_prefix="resolve")


class AddressRefused(Exception):
    """The name leads to an address that may not be asked."""


class OutOfTime(Exception):
    """The time for the whole exchange is used up."""


class TimeBudget:
    """Seconds for a whole exchange, redirects and slow bodies included."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ends = now() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds left, never more than `at_most`. Raises `OutOfTime` where there are none."""
        left = self._ends - self._now()
        if left <= 0:
            raise OutOfTime
        return left if at_most is None else min(left, at_most)


class PinnedTransport(httpx.BaseTransport):
    """An `httpx` transport over `httpcore` whose connections are checked, pinned and timed."""

    def __init__(self, budget: TimeBudget, resolver: Resolver, allows: Allows, tls: ssl.SSLContext) -> None:
        backend = _CheckedBackend(budget, resolver, allows)
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=backend, max_connections=1)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.read() or None,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _CheckedBackend(httpcore.NetworkBackend):
    def __init__(self, budget: TimeBudget, resolver: Resolver, allows: Allows) -> None:
        self._budget, self._resolver, self._allows = budget, resolver, allows
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = _RESOLVING.submit(self._resolver, host, port).result(self._budget.left(timeout))
        except NoAnswer:
            raise OutOfTime from None
        # One private address among public ones is a trap, not a choice.
        if not addresses or not all(self._allows(address, port) for address in addresses):
            raise AddressRefused
        stream = self._sockets.connect_tcp(addresses[0], port, self._budget.left(timeout))
        return _TimedStream(stream, self._budget)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise AddressRefused


class _TimedStream(httpcore.NetworkStream):
    """Every single read and write is within the one budget, so a server that drips bytes gains nothing."""

    def __init__(self, stream: httpcore.NetworkStream, budget: TimeBudget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._budget.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._budget.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._stream.start_tls(ssl_context, server_hostname, self._budget.left(timeout))
        return _TimedStream(secure, self._budget)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
