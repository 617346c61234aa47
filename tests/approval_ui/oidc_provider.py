"""A real OpenID provider on loopback, built from Authlib's provider side: discovery, JWKS, codes with PKCE, tokens.

Whoever asks is signed in as `person` at once. `tamper` changes what an id token says, `signer` how it is signed.
"""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from domain.ports import Clock

CLIENT_ID = "countersign"
CLIENT_SECRET = "between the two of us"


@dataclass
class Person:
    """Whom the provider signs in. `active` False is somebody who left."""

    sub: str = "248289761001"
    email: str = "somebody@acme-routing.example"
    email_verified: bool = True
    name: str = "Some Body"
    groups: list[str] = field(default_factory=list)
    active: bool = True


@dataclass
class Grant:
    """A code, or a refresh token, with what it was given for."""

    redirect_uri: str = ""
    scope: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None

    def check_client(self, client: object) -> bool:
        return True


def _fields(request: Any) -> dict[str, str]:
    return dict(request.payload.data)


class _Request(OAuth2Request):
    """A request as the standard library's server reads it."""

    def __init__(self, method: str, uri: str, headers: dict[str, str], fields: dict[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(fields)

    @property
    def args(self) -> dict[str, str | None]:
        return {**_fields(self)}

    @property
    def form(self) -> dict[str, str]:
        return _fields(self)


class _Client(ClientMixin):
    def __init__(self, redirect_uri: str) -> None:
        self._redirect_uri = redirect_uri

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self._redirect_uri

    def get_allowed_scope(self, scope: Any) -> Any:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class OidcProvider:
    """What tests hold in their hands."""

    def __init__(self, clock: Clock, redirect_uri: str) -> None:
        self.clock = clock
        self.person = Person()
        self.issuer = ""
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
        self.tamper: Callable[[dict[str, Any]], None] = lambda claims: None
        self.signer: Callable[[dict[str, Any]], str] = self.sign
        self.discovered: dict[str, str] = {}
        """Overrides of the discovery document."""
        self.gives_refresh_tokens = True
        self.codes: dict[str, Grant] = {}
        self.refreshing: dict[str, Grant] = {}
        self.asked: list[str] = []
        """Paths that were asked for, in order."""
        self.client = _Client(redirect_uri)
        self.server: Any = _server(self)

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, ["RS256"])

    def claims(self, nonce: str) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        claims: dict[str, Any] = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= UserInfo(
            sub=self.person.sub,
            email=self.person.email,
            email_verified=self.person.email_verified,
            name=self.person.name,
            groups=self.person.groups,
        )
        if nonce:
            claims["nonce"] = nonce
        self.tamper(claims)
        return claims

    def metadata(self) -> dict[str, str]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        found = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        return {"issuer": self.issuer, **found, "end_session_endpoint": f"{self.issuer}/logout", **self.discovered}

    def jwks(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))


def _server(provider: OidcProvider) -> Any:
    class Code(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            asked = _fields(request)
            provider.codes[code] = Grant(
                redirect_uri=asked["redirect_uri"],
                scope=asked["scope"],
                nonce=asked.get("nonce", ""),
                code_challenge=asked.get("code_challenge", ""),
                code_challenge_method=asked.get("code_challenge_method", ""),
            )

        def query_authorization_code(self, code: str, client: Any) -> Any:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Any) -> None:
            provider.codes = {c: g for c, g in provider.codes.items() if g is not authorization_code}

        def authenticate_user(self, authorization_code: Any) -> Person | None:
            return provider.person if provider.person.active else None

    class Refresh(RefreshTokenGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]
        INCLUDE_NEW_REFRESH_TOKEN = True

        def authenticate_refresh_token(self, refresh_token: str) -> Any:
            # Each one works once, as good providers have it.
            return provider.refreshing.pop(refresh_token, None) if provider.person.active else None

        def authenticate_user(self, refresh_token: Any) -> Person:
            return provider.person

        def revoke_old_credential(self, refresh_token: Any) -> None:
            return None

    class IdTokens(OpenIDCode):
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            return any(grant.nonce == nonce for grant in provider.codes.values())

        def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
            given: Any = request.authorization_code
            return provider.signer(provider.claims(given.nonce if given else ""))

    class Server(AuthorizationServer):
        def query_client(self, client_id: str) -> Any:
            return provider.client if client_id == CLIENT_ID else None

        def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
            if "refresh_token" in token:
                provider.refreshing[token["refresh_token"]] = Grant(scope=token.get("scope", ""))

        def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
            return None

        def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
            return request

        def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
            return status, body, headers

    def tokens(**asked: Any) -> dict[str, Any]:
        return generator(**{**asked, "include_refresh_token": provider.gives_refresh_tokens})

    server: Any = Server()
    generator = BearerTokenGenerator(
        lambda **_: secrets.token_urlsafe(24), refresh_token_generator=lambda **_: secrets.token_urlsafe(24)
    )
    server.register_token_generator("default", tokens)
    server.register_grant(Code, [IdTokens(), CodeChallenge(required=True)])
    server.register_grant(Refresh, [IdTokens()])
    return server


def _handler(provider: OidcProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._answer(200, provider.metadata(), [])
                case "/jwks":
                    self._answer(200, provider.jwks(), [])
                case "/authorize":
                    request = self._request(dict(parse_qsl(parts.query)))
                    grant = provider.server.get_consent_grant(request, end_user=provider.person)
                    granted = provider.person if provider.person.active else None
                    self._answer(
                        *provider.server.create_authorization_response(request, grant_user=granted, grant=grant)
                    )
                case "/logout":
                    back = dict(parse_qsl(parts.query)).get("post_logout_redirect_uri", "")
                    self._answer(302, "", [("Location", back)])
                case _:
                    self._answer(404, {}, [])

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            request = self._request(dict(parse_qsl(body)))
            self._answer(*provider.server.create_token_response(request))

        def _request(self, payload: dict[str, str]) -> OAuth2Request:
            return _Request(self.command, f"{provider.issuer}{self.path}", dict(self.headers), payload)

        def _answer(self, status: int, body: Any, headers: Any) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() != "content-type":
                    self.send_header(name, value)
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            return None

    return Handler


@contextmanager
def running_provider(clock: Clock, redirect_uri: str) -> Iterator[OidcProvider]:
    provider = OidcProvider(clock, redirect_uri)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
