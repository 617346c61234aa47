"""OpenID Connect as relying party: where to send a browser, and what its return proves.

When do you need to touch this? When a provider's answer is believed for a new reason, or no longer.

Authorization code with PKCE. What has to survive the trip (state, nonce, verifier) is in an encrypted cookie, so
that the answer counts only in the browser that asked. Nothing a provider says is believed before its signature,
issuer, audience, times and nonce are checked. Needs the extra `oidc`.
"""

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from cryptography.fernet import Fernet, InvalidToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from approval_ui.identity_provider import Arrival, Departure, OidcRefusal, OidcRefused, Proof, ProviderAway
from domain.model import Value
from domain.ports import Clock
from runtime.settings import OidcSettings

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by a key that only the provider has. `none`, and keyed hashes of the client's secret, are not here."""
TRIP = timedelta(minutes=10)
_TIMEOUT = 5.0
_LEEWAY_SECONDS = 60
_MAX_ANSWER = 1 << 20


class _Metadata(Value):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""


class Provider:
    """One provider. Its metadata and keys are fetched when first needed; thread-safe."""

    def __init__(self, settings: OidcSettings, *, public_url: str, secret: bytes, clock: Clock) -> None:
        self._settings = settings
        self._redirect_uri = f"{public_url.rstrip('/')}/login/oidc/callback"
        self._home = f"{public_url.rstrip('/')}/login"
        self._clock = clock
        self._box = Fernet(base64.urlsafe_b64encode(sha256(b"countersign oidc\0" + secret).digest()))
        self._lock = threading.Lock()
        self._metadata: _Metadata | None = None
        self._keys: KeySet | None = None

    @property
    def host(self) -> str:
        """For people: whom one signs in with."""
        return urlsplit(self._settings.oidc_issuer).netloc

    def depart(self, next: str) -> Departure:
        """Raises `ProviderAway`."""
        trip = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._discovered().authorization_endpoint,
                state=trip["state"],
                code_verifier=trip["verifier"],
                nonce=trip["nonce"],
            )
        return Departure(url=str(url), cookie=self._seal(json.dumps({**trip, "next": next[:500]})))

    def arrive(self, answer: Mapping[str, str], cookie: str) -> Arrival:
        """Raises `OidcRefused`, `ProviderAway`."""
        trip = self._trip(cookie)
        if not hmac.compare_digest(trip["state"].encode(), answer.get("state", "").encode()):
            raise OidcRefused(OidcRefusal.STATE, "This sign-in was not begun in this browser. Try again.")
        # RFC 9207: where the provider says who it is, it has to be the one that was asked.
        if answer.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:
            raise OidcRefused(OidcRefusal.STATE, "Another provider answered. Nobody was signed in.", "iss")
        if "error" in answer or not answer.get("code"):
            raise OidcRefused(OidcRefusal.PROVIDER, "The provider did not let you in.", answer.get("error", "")[:40])
        tokens = self._tokens(
            lambda session, endpoint: session.fetch_token(
                endpoint, grant_type="authorization_code", code=answer["code"], code_verifier=trip["verifier"]
            )
        )
        return Arrival(proof=self._proof(tokens, nonce=trip["nonce"], before=""), next=trip["next"])

    def again(self, upstream: str, subject: str) -> Proof:
        """Ask whether the provider still vouches. Raises `OidcRefused` where it does not, `ProviderAway`."""
        try:
            token = self._box.decrypt(upstream.encode()).decode()
        except InvalidToken:
            raise OidcRefused(OidcRefusal.STATE, "Sign in again.", "sealed elsewhere") from None
        tokens = self._tokens(lambda session, endpoint: session.refresh_token(endpoint, refresh_token=token))
        if "id_token" not in tokens:
            kept = str(tokens.get("refresh_token") or token)
            return Proof(
                issuer=self._settings.oidc_issuer, subject=subject, upstream=self._seal(kept), says_groups=False
            )
        proof = self._proof(tokens, nonce="", before=token)
        if proof.subject != subject:
            raise OidcRefused(OidcRefusal.ANSWER, "Sign in again.", "sub")
        return proof

    def end_session_url(self) -> str:
        """Where to send a browser that signed out here; empty where the provider offers no such place."""
        try:
            endpoint = self._discovered().end_session_endpoint
        except ProviderAway:
            return ""
        if not endpoint:
            return ""
        said = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": self._home})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{said}"

    def _proof(self, tokens: Mapping[str, Any], *, nonce: str, before: str) -> Proof:
        claims = self._claims(str(tokens.get("id_token") or ""), nonce, tokens.get("access_token"))
        refresh = str(tokens.get("refresh_token") or before)
        verified = claims.get("email_verified") is True
        return Proof(
            issuer=self._settings.oidc_issuer,
            subject=str(claims["sub"])[:255],
            email=str(claims.get("email") or "")[:320] if verified else "",
            name=str(claims.get("name") or "")[:120],
            groups=_texts(claims.get(self._settings.oidc_role_claim)),
            upstream=self._seal(refresh) if refresh else "",
        )

    def _claims(self, id_token: str, nonce: str, access_token: object) -> CodeIDToken:
        """The claims of a token that this provider signed for us, now and for this trip. Raises `OidcRefused`."""
        try:
            try:
                token = jwt.decode(id_token, self._signing_keys(), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError):
                # The provider may have rotated its keys since we looked.
                token = jwt.decode(id_token, self._signing_keys(anew=True), algorithms=list(ALGORITHMS))
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._settings.oidc_issuer},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._settings.oidc_client_id,
                    "access_token": access_token,
                },
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as wrong:
            claim = getattr(wrong, "claim", "") or getattr(wrong, "error", "") or type(wrong).__name__
            raise OidcRefused(
                OidcRefusal.ANSWER, "The provider's answer does not hold. Nobody was signed in.", str(claim)[:60]
            ) from None
        return claims

    def _tokens(self, ask: Callable[[OAuth2Client, str], Any]) -> Mapping[str, Any]:
        endpoint = self._discovered().token_endpoint
        try:
            with self._session() as session:
                tokens = ask(session, endpoint)
        except OAuthError as refused:
            raise OidcRefused(
                OidcRefusal.PROVIDER, "The provider did not let you in.", str(refused.error or "")[:40]
            ) from None
        except (httpx2.HTTPError, ValueError) as failed:
            raise ProviderAway(f"{endpoint} did not answer ({type(failed).__name__})") from None
        if not isinstance(tokens, Mapping):
            raise ProviderAway(f"{endpoint} answered with no token")
        return tokens

    def _session(self) -> OAuth2Client:
        settings = self._settings
        secret = settings.oidc_client_secret.get_secret_value()
        return OAuth2Client(
            client_id=settings.oidc_client_id,
            client_secret=secret or None,
            scope=settings.oidc_scopes,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT,
        )

    def _discovered(self) -> _Metadata:
        with self._lock:
            if self._metadata is None:
                issuer = self._settings.oidc_issuer
                raw = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                try:
                    found = _Metadata.model_validate({k: v for k, v in raw.items() if k in _Metadata.model_fields})
                except ValueError:
                    raise ProviderAway(f"{issuer} does not answer like an OpenID provider; check the issuer") from None
                if found.issuer != issuer:
                    raise ProviderAway(f"{issuer} says that it is another issuer; set the address that it names")
                for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                    check_address(address)
                if found.end_session_endpoint:
                    check_address(found.end_session_endpoint)
                self._metadata = found
            return self._metadata

    def _signing_keys(self, *, anew: bool = False) -> KeySet:
        address = self._discovered().jwks_uri
        with self._lock:
            if self._keys is None or anew:
                try:
                    self._keys = KeySet.import_key_set(_fetched(address))  # type: ignore[arg-type]
                except (JoseError, KeyError, TypeError, ValueError):
                    raise ProviderAway(f"{address} holds no readable keys") from None
            return self._keys

    def _seal(self, text: str) -> str:
        return self._box.encrypt_at_time(text.encode(), int(self._clock.now().timestamp())).decode()

    def _trip(self, cookie: str) -> dict[str, str]:
        try:
            opened = self._box.decrypt_at_time(
                cookie.encode(), int(TRIP.total_seconds()), int(self._clock.now().timestamp())
            )
        except InvalidToken:
            raise OidcRefused(OidcRefusal.STATE, "This sign-in is out of date. Try again.") from None
        trip: dict[str, str] = json.loads(opened)
        return trip


def check_address(address: str) -> None:
    """Raises `ProviderAway` unless it is https, or http on this machine."""
    parts = urlsplit(address)
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise ProviderAway(f"{address} is not https; only a provider on this machine may do without")


def _fetched(address: str) -> dict[str, Any]:
    check_address(address)
    try:
        answer = httpx2.get(address, timeout=_TIMEOUT, follow_redirects=False, headers={"Accept": "application/json"})
        if answer.status_code != 200 or len(answer.content) > _MAX_ANSWER:
            raise ProviderAway(f"{address} answered with status {answer.status_code}; check the issuer")
        found = answer.json()
    except (httpx2.HTTPError, ValueError) as failed:
        raise ProviderAway(f"{address} did not answer ({type(failed).__name__})") from None
    if not isinstance(found, dict):
        raise ProviderAway(f"{address} answered with something else than an object")
    return found


def _texts(value: object) -> tuple[str, ...]:
    """A claim that holds one text or a list of them; anything else says nothing."""
    if isinstance(value, str):
        return (value,)
    return tuple(v for v in value if isinstance(v, str))[:1_000] if isinstance(value, list) else ()
