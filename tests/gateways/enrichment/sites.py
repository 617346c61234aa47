"""Websites on this machine: a real server on the loopback address, under names that only the test resolves."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gateways.enrichment.fetching import SiteFetcher

Reply = tuple[int, Mapping[str, str], bytes]


@dataclass
class Site:
    """What the server answers by path, and what it was asked: (host, path, user agent)."""

    port: int
    replies: dict[str, Reply | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def page(self, path: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        raw = body.encode() if isinstance(body, str) else body
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        self.replies[path] = (status, {"Content-Type": "text/html; charset=utf-8", **named}, raw)

    def url(self, host: str = "acme.example", path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def redirect(self, path: str, to: str) -> None:
        self.page(path, "", 302, Location=to)

    def paths(self) -> list[str]:
        return [path for _, path, _ in self.asked]


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    site = Site(port=0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            agent = self.headers.get("User-Agent", "")
            site.asked.append((self.headers.get("Host", ""), self.path, agent))
            reply = site.replies.get(self.path, (404, {}, b""))
            if callable(reply):
                reply(self)
                return
            status, headers, body = reply
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def local(site: Site, *, agent: str = "TestBot/2.0", seconds: float = 10.0) -> SiteFetcher:
    """A fetcher that knows every name under `.example` as this server, and may ask it."""
    return SiteFetcher(
        agent,
        seconds=seconds,
        resolver=lambda host, port: ("127.0.0.1",),
        allows=lambda address, port: (address, port) == ("127.0.0.1", site.port),
    )
