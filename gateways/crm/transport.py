"""How bytes reach the CRM: every call has a timeout, no proxy is taken from the environment."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from domain.errors import CrmError, ErrorCode

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class DoorAdapter(HTTPAdapter):
    """Gives each request a timeout (simple-salesforce sets none) and reaches a local CRM over plain HTTP.

    simple-salesforce keeps only host and port of the instance address and always asks for https; for the
    hosts in `plain` the scheme is set back to http. Nothing is retried here: Temporal owns retries.
    """

    def __init__(self, plain: frozenset[str], timeout: tuple[float, float]) -> None:
        super().__init__()
        self._plain = plain
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        if parts.netloc in self._plain:
            request.url = urlunsplit(("http", *parts[1:]))
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


def plain_host(url: str) -> frozenset[str]:
    """Host and port of a plain-http address; empty for https.

    Raises `CrmError` (crm_forbidden) for plain http to anything but this machine: a token would travel in the clear.
    So it does for an address with a login in it, which every message about it would repeat.
    """
    try:
        parts = urlsplit(url)
    except ValueError as wrong:
        raise CrmError(f"the CRM address {url!r} is none ({wrong})", code=ErrorCode.CRM_FORBIDDEN) from None
    if "@" in parts.netloc:
        raise CrmError(
            "the CRM address must not carry a login; give https:// and the host alone", code=ErrorCode.CRM_FORBIDDEN
        )
    if parts.scheme == "https" and parts.hostname:
        return frozenset()
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return frozenset({parts.netloc})
    raise CrmError(
        f"the CRM address {url!r} must start with https:// (plain http only reaches this machine)",
        code=ErrorCode.CRM_FORBIDDEN,
    )


def open_session(
    plain: frozenset[str], timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS)
) -> requests.Session:
    """A session for one thread. `timeout` is (connect, read) in seconds."""
    session = requests.Session()
    session.trust_env = False
    adapter = DoorAdapter(plain, timeout)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
