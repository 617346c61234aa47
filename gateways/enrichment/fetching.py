"""Fetches one page of a company's website, politely and within limits.

http and https on their own ports only, no address but public ones (checked after DNS, on every redirect, and
connected to as checked), robots.txt of every host on the way, and bounds on size, time and redirects.
"""

import contextlib
import socket
import ssl
import zlib
from collections.abc import Callable
from typing import Final

import httpcore
import httpx
from protego import Protego

from domain.enrichment import Unknown
from domain.model import Value
from gateways.enrichment.addresses import Resolver, is_public, system_addresses
from gateways.enrichment.pinned import AddressRefused, Allows, OutOfTime, PinnedTransport, TimeBudget

MAX_PAGE_BYTES: Final = 1_000_000
MAX_ROBOTS_BYTES: Final = 512 * 1024
"""RFC 9309 asks for at least 500 KiB."""
MAX_REDIRECTS: Final = 5
SECONDS: Final = 10.0
"""For everything about one site: the step that waits for it has thirty."""
_SILENCE = {"timeout": httpx.Timeout(5.0).as_dict()}
"""For one connection, read or write."""
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
DEFAULT_AGENT = "CountersignBot/1.0"


class FetchRefused(Exception):
    """The page was not read: `unknown` says which kind of no, `sentence` says it to a person."""

    def __init__(self, unknown: Unknown, sentence: str) -> None:
        super().__init__(sentence)
        self.unknown = unknown
        self.sentence = sentence


class Page(Value):
    """`url` is where the redirects ended. `body` is cut at `MAX_PAGE_BYTES`."""

    url: str
    status: int
    content_type: str
    body: bytes


class SiteFetcher:
    """Reads pages of one site after another; keeps nothing between them. Threads may share one."""

    def __init__(
        self,
        user_agent: str = DEFAULT_AGENT,
        *,
        seconds: float = SECONDS,
        resolver: Resolver = system_addresses,
        allows: Allows | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`resolver` and `allows` are other than the defaults in tests only, which ask a server on this machine."""
        self._agent = user_agent
        self._seconds = seconds
        self._resolver = resolver
        self._allows = allows or _is_public_web
        self._tls = tls or ssl.create_default_context()

    def page(self, *urls: str) -> Page:
        """The page at the first of the addresses that answers, redirects followed. Raises `FetchRefused`.

        The next one is tried where a name does not exist or a server is silent, never where the answer is no.
        """
        budget = TimeBudget(self._seconds)
        rules: dict[str, Protego | None] = {}
        refused = FetchRefused(Unknown.NOT_ALLOWED, "no address was given")
        for url in urls:
            try:
                return self._follow(url, budget, MAX_PAGE_BYTES, lambda target: self._ask_robots(target, budget, rules))
            except FetchRefused as failed:
                refused = failed
                if failed.unknown not in (Unknown.NOT_FOUND, Unknown.DOWN):
                    break
        raise refused

    def _follow(self, url: str, budget: TimeBudget, limit: int, before: Callable[[httpx.URL], None]) -> Page:
        target = _checked(url)
        for _ in range(MAX_REDIRECTS + 1):
            before(target)
            page, location = self._get(target, budget, limit)
            if page.status not in _REDIRECTS or not location:
                return page
            following = _checked_join(target, location)
            if target.scheme == "https" and following.scheme == "http":
                raise FetchRefused(Unknown.NOT_ALLOWED, "the site redirects from https to http")
            target = following
        raise FetchRefused(Unknown.NOT_ALLOWED, f"the site redirects more than {MAX_REDIRECTS} times")

    def _ask_robots(self, target: httpx.URL, budget: TimeBudget, known: dict[str, Protego | None]) -> None:
        """Raises `FetchRefused` where the host's robots.txt says no, or cannot be asked (RFC 9309)."""
        origin = str(target.copy_with(raw_path=b"/", fragment=None))
        if origin not in known:
            page = self._follow(f"{origin}robots.txt", budget, MAX_ROBOTS_BYTES, lambda _: None)
            if page.status >= 500 or page.status == 429:
                raise FetchRefused(Unknown.DOWN, f"robots.txt answers {page.status}, which means not now")
            text = page.body.decode("utf-8", "replace")
            known[origin] = Protego.parse(text) if page.status < 300 else None
        rules = known[origin]
        if rules is not None and not rules.can_fetch(str(target), self._agent.partition("/")[0]):
            raise FetchRefused(Unknown.NOT_ALLOWED, "the site's robots.txt asks not to be read")

    def _get(self, target: httpx.URL, budget: TimeBudget, limit: int) -> tuple[Page, str]:
        headers = {"User-Agent": self._agent, "Accept": "text/html,text/plain;q=0.9", "Accept-Encoding": "identity"}
        # A bare request: a client would read redirects and the environment's proxies, and connect where they say.
        request = httpx.Request("GET", target, headers=headers, extensions=_SILENCE)
        transport = PinnedTransport(budget, self._resolver, self._allows, self._tls)
        try:
            with contextlib.closing(transport):
                answer = transport.handle_request(request)
                with contextlib.closing(answer):
                    body = _bounded(answer, limit)
        except AddressRefused:
            raise FetchRefused(Unknown.NOT_ALLOWED, "the name leads to an address or port that is not public") from None
        except (OutOfTime, httpcore.TimeoutException):
            raise FetchRefused(Unknown.DOWN, "the site did not answer in time") from None
        except socket.gaierror as no_name:
            known = no_name.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
            kind = Unknown.NOT_FOUND if known else Unknown.DOWN
            raise FetchRefused(kind, "there is no site by that name" if known else "DNS does not answer") from None
        except (OSError, UnicodeError, httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, zlib.error):
            raise FetchRefused(Unknown.DOWN, "the site cannot be reached") from None
        kind = answer.headers.get("content-type", "")
        return Page(url=str(target), status=answer.status_code, content_type=kind, body=body), answer.headers.get(
            "location", ""
        )


def _is_public_web(address: str, port: int) -> bool:
    return port in _PORTS.values() and is_public(address)


def _checked(url: str | httpx.URL) -> httpx.URL:
    """Raises `FetchRefused` for anything but a plain web address of a host."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise FetchRefused(Unknown.NOT_ALLOWED, "not a web address") from None
    if target.scheme not in _PORTS or not target.host or target.userinfo:
        raise FetchRefused(Unknown.NOT_ALLOWED, "not a plain http or https address")
    return target.copy_with(fragment=None)


def _checked_join(base: httpx.URL, location: str) -> httpx.URL:
    try:
        return _checked(base.join(location))
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise FetchRefused(Unknown.NOT_ALLOWED, "the site redirects to what is no web address") from None


def _bounded(answer: httpx.Response, limit: int) -> bytes:
    """At most `limit` bytes, after unpacking too: a small answer may unpack to a huge one."""
    packing = answer.headers.get("content-encoding", "identity").strip().casefold()
    if packing not in ("", "identity", "gzip"):
        raise FetchRefused(Unknown.NOT_ALLOWED, "the site answers in a packing that was not asked for")
    unpack = zlib.decompressobj(wbits=31) if packing == "gzip" else None
    body = b""
    for chunk in answer.iter_raw():
        room = limit - len(body)
        body += unpack.decompress(chunk, room) if unpack is not None else chunk[:room]
        if len(body) >= limit:
            break
    return body
