"""Access tokens of the integration user, obtained and renewed by ourselves.

simple-salesforce's own renewal repeats a call without its headers, which would turn a conditional write
into an unconditional one; so it never gets the means to renew.
"""

import threading
from datetime import timedelta
from typing import Any, Protocol

import jwt
import requests

from domain.errors import CrmError, ErrorCode
from domain.model import Value
from domain.ports import Clock
from gateways.crm.transport import open_session, plain_host

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFETIME = timedelta(minutes=3)


class Token(Value):
    """`org_id` and `user_id` are the org and the integration user where the token endpoint names them, else empty.

    `scopes` are what the token may be used for; None where the endpoint does not say.
    """

    access_token: str
    instance_url: str
    org_id: str = ""
    user_id: str = ""
    scopes: tuple[str, ...] | None = None


class TokenSource(Protocol):
    def obtain(self) -> Token:
        """A fresh token. Raises `CrmError` (crm_unauthorised, crm_unavailable, crm_protocol)."""
        ...


class FixedToken:
    """A token that somebody else obtained; it cannot be renewed."""

    def __init__(self, access_token: str, instance_url: str) -> None:
        self._token = Token(access_token=access_token, instance_url=instance_url)

    def obtain(self) -> Token:
        return self._token


class ClientCredentials:
    """OAuth client credentials of an external client app. `login_url` is the org's My Domain, never login or test."""

    def __init__(self, login_url: str, consumer_key: str, consumer_secret: str) -> None:
        self._login_url = login_url
        self._key = consumer_key
        self._secret = consumer_secret

    def obtain(self) -> Token:
        return _ask(
            self._login_url,
            {"grant_type": "client_credentials", "client_id": self._key, "client_secret": self._secret},
        )


class JwtBearer:
    """OAuth JWT bearer: signed by our private key (RS256, PEM), for one user who approved the app."""

    def __init__(
        self, login_url: str, consumer_key: str, username: str, private_key: str, clock: Clock, audience: str = ""
    ) -> None:
        self._login_url = login_url
        self._key = consumer_key
        self._username = username
        self._private_key = private_key
        self._clock = clock
        self._audience = audience or login_url

    def obtain(self) -> Token:
        claims = {
            "iss": self._key,
            "sub": self._username,
            "aud": self._audience,
            "exp": int((self._clock.now() + _JWT_LIFETIME).timestamp()),
        }
        assertion = jwt.encode(claims, self._private_key, algorithm="RS256")
        return _ask(self._login_url, {"grant_type": _JWT_GRANT, "assertion": assertion})


class TokenKeeper:
    """The current token, shared by all threads; renewed once however many threads saw it lapse."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        with self._lock:
            if self._token is None:
                self._token = self._source.obtain()
            return self._token

    def renew(self, lapsed: Token) -> Token:
        with self._lock:
            if self._token is None or self._token == lapsed:
                self._token = self._source.obtain()
            return self._token


def _ask(login_url: str, form: dict[str, str]) -> Token:
    url = f"{login_url.rstrip('/')}/services/oauth2/token"
    with open_session(plain_host(login_url)) as session:
        try:
            answer = session.post(url, data=form)
        except requests.RequestException as broken:
            raise CrmError(f"no answer from {url}: {type(broken).__name__}") from None
    body = _json(answer)
    if answer.status_code in (400, 401, 403):
        said = f"{body.get('error', answer.status_code)}: {body.get('error_description', '')}"
        raise CrmError(f"{url} refused the sign-in ({said})", code=ErrorCode.CRM_UNAUTHORISED)
    if answer.status_code >= 500:
        raise CrmError(f"{url} answered {answer.status_code}")
    if "access_token" not in body or "instance_url" not in body:
        raise CrmError(f"{url} answered {answer.status_code} without a token", code=ErrorCode.CRM_PROTOCOL)
    # `id` is the identity address …/id/<org>/<user>.
    org_id, user_id = ("", "", *str(body.get("id", "")).rstrip("/").split("/"))[-2:]
    return Token(
        access_token=str(body["access_token"]),
        instance_url=str(body["instance_url"]),
        org_id=org_id if org_id.startswith("00D") else "",
        user_id=user_id if user_id.startswith("005") else "",
        scopes=tuple(sorted(set(scope.split()))) if isinstance(scope := body.get("scope"), str) else None,
    )


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
