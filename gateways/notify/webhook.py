"""Notifications as signed JSON to one receiver, with the signature that our own intake webhook asks for.

A name that leads to a private address is refused unless the settings allow it; redirects are answers, not ways.
"""

import contextlib
import json
import ssl
from collections.abc import Callable
from typing import Any

import httpcore
import httpx

from domain.errors import ErrorCode, InputError, NotifyError
from domain.notice_wording import link_of
from domain.notices import Item, Outgoing
from domain.ports import Clock
from domain.webhooks import SIGNATURE_HEADER, sign_webhook
from gateways.enrichment.addresses import Resolver, is_public, system_addresses
from gateways.enrichment.pinned import AddressRefused, OutOfTime, PinnedTransport, TimeBudget

SECONDS = 10.0
_AGAIN = frozenset({408, 425, 429})
_LONGEST_WAIT = 3600.0


class WebhookNotifier:
    """`Notifier` over HTTP. A receiver knows an event that it has seen by its `id`, so every doubt is tried again."""

    def __init__(
        self,
        url: str,
        secret: bytes,
        *,
        clock: Clock,
        allow_private: bool = False,
        seconds: float = SECONDS,
        resolver: Resolver = system_addresses,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Raises `InputError` for an address that cannot be used, or without a secret."""
        self._url = checked_url(url, allow_private=allow_private)
        if not secret:
            raise InputError("the notification webhook needs a secret to sign with")
        self._secret = secret
        self._clock = clock
        self._seconds = seconds
        self._resolver = resolver
        self._allows: Callable[[str, int], bool] = (
            (lambda _address, _port: True) if allow_private else (lambda address, _port: is_public(address))
        )
        self._tls = tls or ssl.create_default_context()

    def send(self, message: Outgoing) -> str:
        (item,) = message.items
        body = json.dumps(event_of(message.id, item), separators=(",", ":"), sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Countersign",
            SIGNATURE_HEADER: sign_webhook(self._secret, int(self._clock.now().timestamp()), body),
        }
        status, retry_after = self._post(body, headers)
        if 200 <= status < 300:
            return message.id
        if status in _AGAIN or status >= 500:
            code = ErrorCode.NOTIFY_RATE_LIMITED if status == 429 else ErrorCode.NOTIFY_UNAVAILABLE
            raise NotifyError(f"the receiver answers {status}", code=code, retry_after_seconds=retry_after)
        raise NotifyError(f"the receiver refuses it ({status})", code=ErrorCode.NOTIFY_REFUSED)

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, float | None]:
        # A bare request: a client would read redirects and the environment's proxies, and connect where they say.
        request = httpx.Request("POST", self._url, headers=headers, content=body)
        transport = PinnedTransport(TimeBudget(self._seconds), self._resolver, self._allows, self._tls)
        try:
            with contextlib.closing(transport):
                answer = transport.handle_request(request)
                answer.close()
        except AddressRefused:
            raise NotifyError(
                "the receiver's name leads to an address that is not public", code=ErrorCode.NOTIFY_REFUSED
            ) from None
        except (OutOfTime, OSError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
            raise NotifyError("the receiver cannot be reached") from None
        return answer.status_code, _seconds(answer.headers.get("retry-after", ""))


def event_of(id: str, item: Item) -> dict[str, Any]:
    """What the receiver gets: codes, ids, logins and links."""
    notice, review = item.notice, item.review
    return {
        "id": id,
        "type": notice.kind.value,
        "org_id": notice.org_id,
        "case_id": notice.case_id,
        "round": notice.round,
        "at": notice.at.isoformat(),
        "to": list(notice.to),
        "by": notice.by,
        "code": notice.code,
        "url": link_of(item),
        "motion": review.motion.value if review else None,
        "risk": review.risk.value if review else None,
        "score": review.score if review else None,
        "band": review.band if review else None,
        "expires_at": review.expires_at.isoformat() if review else None,
    }


def checked_url(url: str, *, allow_private: bool) -> httpx.URL:
    """Raises `InputError` for anything but an https address; http only where private receivers are allowed."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise InputError("the notification webhook's address cannot be read") from None
    schemes = ("https", "http") if allow_private else ("https",)
    if parsed.scheme not in schemes or not parsed.host or parsed.userinfo:
        raise InputError(f"the notification webhook's address must be {' or '.join(schemes)}, without a login in it")
    return parsed


def _seconds(header: str) -> float | None:
    return min(float(header), _LONGEST_WAIT) if header.isdecimal() and len(header) < 9 else None
