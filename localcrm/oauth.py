"""Signing in: client credentials and JWT bearer, and the bearer tokens they give.

Tokens are signed, not stored, so that a session outlives a restart of the server.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from localcrm.bootstrap import ensure_user
from localcrm.context import Caller
from localcrm.errors import ApiError
from localcrm.options import Client, Options
from localcrm.stamps import stamp
from localcrm.store import Store

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# Salesforce refuses assertions that live longer than a few minutes.
_MAX_ASSERTION_SECONDS = 300


class OAuthError(Exception):
    """Answered as 400 `{"error", "error_description"}`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True)
class Session:
    access_token: str
    user_id: str
    org_id: str
    issued_at: datetime
    scope: str = "api"


class Sessions:
    def __init__(self, store: Store, options: Options) -> None:
        self._store = store
        self._options = options
        self._clients = {client.client_id: client for client in options.clients}
        self._user_ids: dict[str, str] = {}
        with store.transaction() as tx:
            key = tx.setting("token_key")
            if key is None:
                key = secrets.token_hex(32)
                tx.set_setting("token_key", key)
            for client in options.clients:
                name = client.username.partition("@")[0].replace(".", " ").title()
                self._user_ids[client.client_id] = ensure_user(
                    tx, store.schema, client.username, name, stamp(options.clock())
                )
            self._org_id = str(tx.find(store.schema.get("Organization"), "1")[0]["Id"])
        self._key = bytes.fromhex(key)

    @property
    def org_id(self) -> str:
        return self._org_id

    def grant(self, form: Mapping[str, str], authorization: str | None, base: str) -> Session:
        """The token endpoint; `base` is this server's own address, as the client wrote it. Raises OAuthError."""
        match form.get("grant_type"):
            case "client_credentials":
                client_id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
                client = self._known(client_id)
                if client.client_secret is None or not hmac.compare_digest(
                    client.client_secret.encode(), secret.encode()
                ):
                    raise OAuthError("invalid_client", "invalid client credentials")
                return self.issue(client_id)
            case grant if grant == JWT_BEARER:
                return self._grant_assertion(form.get("assertion", ""), base)
            case _:
                raise OAuthError("unsupported_grant_type", "grant type not supported")

    def issue(self, client_id: str) -> Session:
        """A session without further proof; the caller has checked it."""
        client = self._known(client_id)
        now = self._options.clock()
        claims = {"c": client_id, "x": int(now.timestamp()) + self._options.session_seconds, "n": secrets.token_hex(4)}
        payload = _encode(json.dumps(claims, separators=(",", ":")).encode())
        token = f"{self._org_id[:15]}!{payload}.{self._sign(payload)}"
        return Session(token, self._user_ids[client.client_id], self._org_id, now, client.scope)

    def caller(self, authorization: str | None) -> Caller:
        """Who sends this header; `Bearer` and `OAuth` both count. Raises 401 INVALID_SESSION_ID."""
        scheme, _, token = (authorization or "").partition(" ")
        payload, _, signature = token.strip().partition("!")[2].partition(".")
        if scheme.lower() not in ("bearer", "oauth") or not hmac.compare_digest(
            self._sign(payload).encode(), signature.encode("utf-8", "replace")
        ):
            raise _invalid_session()
        claims = json.loads(_decode(payload))
        client = self._clients.get(claims["c"])
        if client is None or claims["x"] <= self._options.clock().timestamp():
            raise _invalid_session()
        return Caller(client.client_id, self._user_ids[client.client_id], client.access)

    def _grant_assertion(self, assertion: str, base: str) -> Session:
        try:
            head, payload, signature = assertion.split(".")
            header, claims = json.loads(_decode(head)), json.loads(_decode(payload))
            proof = _decode(signature)
        except (ValueError, binascii.Error):
            raise OAuthError("invalid_grant", "invalid assertion") from None
        if not isinstance(header, dict) or not isinstance(claims, dict) or header.get("alg") != "RS256":
            raise OAuthError("invalid_grant", "assertion must be a JWT signed with RS256")
        client = self._known(str(claims.get("iss", "")))
        if client.public_key is None or not _verifies(client.public_key, f"{head}.{payload}".encode(), proof):
            raise OAuthError("invalid_grant", "invalid assertion")
        self._check_claims(client, claims, base)
        return self.issue(client.client_id)

    def _check_claims(self, client: Client, claims: dict[str, Any], base: str) -> None:
        audience = str(claims.get("aud", "")).rstrip("/")
        if not audience.endswith(".salesforce.com") and audience != base:
            raise OAuthError("invalid_grant", "audience is invalid")
        if claims.get("sub") != client.username:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")
        now = self._options.clock().timestamp()
        try:
            expires = float(claims.get("exp", 0))
        except (TypeError, ValueError):
            expires = 0.0
        if not now < expires <= now + _MAX_ASSERTION_SECONDS:
            raise OAuthError("invalid_grant", "expired authorization code")

    def _known(self, client_id: str) -> Client:
        client = self._clients.get(client_id)
        if client is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        return client

    def _sign(self, payload: str) -> str:
        return _encode(hmac.digest(self._key, payload.encode("utf-8", "replace"), "sha256"))


def _verifies(public_key: str, message: bytes, signature: bytes) -> bool:
    key = load_pem_public_key(public_key.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _basic(authorization: str | None) -> tuple[str, str] | None:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return client_id, secret


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _invalid_session() -> ApiError:
    return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
