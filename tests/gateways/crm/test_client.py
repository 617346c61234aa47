"""Sign-in, renewal, errors by name, and what never happens on the wire."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from domain.errors import CrmError, ErrorCode
from gateways.crm.client import MAX_PARTS, Part, SalesforceSession, query_part
from gateways.crm.tokens import ClientCredentials, FixedToken, JwtBearer, TokenSource
from gateways.crm.transport import plain_host
from localcrm.context import Access
from localcrm.options import Client
from tests.fakes.clock import FakeClock
from tests.fakes.races import at_once
from tests.fakes.timed_server import timed_crm
from tests.gateways.crm.world import START, World

LEADS = query_part("leads", "SELECT Id, SystemModstamp FROM Lead")


def code_of(session: SalesforceSession) -> ErrorCode:
    with pytest.raises(CrmError) as failed:
        session.composite([LEADS], all_or_none=False)
    return failed.value.code


def sign_in(world: World, *, named: bool) -> TokenSource:
    """Into the world's org; `named` where the sign-in says which org it is."""
    secret = ClientCredentials(world.crm.base, "writer", "w-secret")
    return secret if named else FixedToken(secret.obtain().access_token, world.crm.base)


def org_of(world: World) -> str:
    return str(world.rows("SELECT Id FROM Organization")[0]["Id"])


class TestSigningIn:
    def test_the_token_says_who_we_are(self, world: World) -> None:
        username = "integration.writer@acme-routing.example"
        (user,) = world.rows(f"SELECT Id FROM User WHERE Username = '{username}'")
        assert world.session.user_id() == user["Id"]
        assert world.calls() == 1

    def test_a_fixed_token_asks_who_it_is_once(self, world: World) -> None:
        token = world.crm.service.issue("writer").access_token
        session = SalesforceSession(FixedToken(token, world.crm.base), world.clock)
        assert session.user_id() == session.user_id() == world.session.user_id()

    @pytest.mark.parametrize("named", [True, False])
    def test_no_call_is_made_in_another_org(self, world: World, named: bool) -> None:
        """A full sandbox has its production's record ids: only the org's own id tells the two apart."""
        heard: list[str] = []
        session = SalesforceSession(
            sign_in(world, named=named), world.clock, org_id="00D000000000009AAA", on_wrong_org=heard.append
        )
        world.reset_calls()
        assert [code_of(session), code_of(session)] == [ErrorCode.CRM_WRONG_ORG] * 2
        assert heard == [org_of(world)] * 2
        assert "composite" not in str(world.crm.control("GET", "calls").json())

    @pytest.mark.parametrize("named", [True, False])
    def test_the_right_org_is_looked_at_once(self, world: World, named: bool) -> None:
        session = SalesforceSession(sign_in(world, named=named), world.clock, org_id=org_of(world)[:15])
        session.composite([LEADS], all_or_none=False)
        world.reset_calls()
        session.composite([LEADS], all_or_none=False)
        assert world.calls() == 1

    def test_jwt_bearer(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        client = Client("jwt", "jwt.user@acme.example", Access.READ_WRITE, public_key=public.decode())
        clock = FakeClock(START)
        with timed_crm(START, clients=(client,)) as crm:
            source = JwtBearer(
                crm.base, "jwt", "jwt.user@acme.example", private.decode(), clock, "https://login.salesforce.com"
            )
            session = SalesforceSession(source, clock)
            assert session.composite([LEADS], all_or_none=False).parts["leads"].records() == []

    def test_a_wrong_secret_is_named(self, world: World) -> None:
        session = SalesforceSession(ClientCredentials(world.crm.base, "writer", "wrong"), world.clock)
        assert code_of(session) is ErrorCode.CRM_UNAUTHORISED

    @pytest.mark.parametrize("address", ["http://crm.example", "ftp://127.0.0.1", "crm.example", "https://"])
    def test_a_token_never_travels_in_the_clear(self, address: str) -> None:
        with pytest.raises(CrmError) as refused:
            plain_host(address)
        assert refused.value.code is ErrorCode.CRM_FORBIDDEN

    def test_the_environments_proxy_is_not_used(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
        assert world.new_session("writer").composite([LEADS], all_or_none=False).parts["leads"].ok


class TestRenewal:
    def test_a_lapsed_token_is_renewed_and_the_call_made_again_with_its_condition(self, world: World) -> None:
        """The library's own renewal would drop the condition and overwrite."""
        order = world.approved(world.rating())
        world.fault("session", match="composite", contains="PATCH")
        world.edit(world.lead, Phone="1")
        world.crm.clock.forward(2)
        assert world.writer.apply(order).receipt is not None

    def test_a_token_that_cannot_be_renewed_ends_it(self, world: World) -> None:
        world.fault("session", match="composite", count=5)
        assert code_of(world.new_session("reader")) is ErrorCode.CRM_UNAUTHORISED

    def test_a_session_outlives_its_token(self, world: World) -> None:
        world.crm.clock.forward(timedelta(hours=3).total_seconds())
        assert world.session.composite([LEADS], all_or_none=False).parts["leads"].ok

    def test_many_threads_share_one_session(self, world: World) -> None:
        world.crm.clock.forward(timedelta(hours=3).total_seconds())
        answers = at_once([lambda: world.session.composite([LEADS], all_or_none=False)] * 8)
        assert all(answer.parts["leads"].ok for answer in answers)


class TestFailures:
    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("503", ErrorCode.CRM_UNAVAILABLE),
            ("500", ErrorCode.CRM_UNAVAILABLE),
            ("429", ErrorCode.CRM_RATE_LIMITED),
            ("limit", ErrorCode.CRM_RATE_LIMITED),
            ("drop_before_commit", ErrorCode.CRM_UNAVAILABLE),
        ],
    )
    def test_by_name(self, world: World, kind: str, code: ErrorCode) -> None:
        world.fault(kind, match="composite", delay=0)
        assert code_of(world.session) is code

    def test_nobody_there(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            session = SalesforceSession(
                FixedToken("t", f"http://127.0.0.1:{unused.getsockname()[1]}"), FakeClock(START)
            )
            assert code_of(session) is ErrorCode.CRM_UNAVAILABLE

    def test_silence_is_not_waited_for(self) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            session = SalesforceSession(FixedToken("t", address), FakeClock(START), timeout=(0.2, 0.2))
            assert code_of(session) is ErrorCode.CRM_UNAVAILABLE

    @pytest.mark.parametrize(
        ("status", "body", "code"),
        [
            (200, b"<html>maintenance</html>", ErrorCode.CRM_PROTOCOL),
            (200, b"[]", ErrorCode.CRM_PROTOCOL),
            (200, b'{"compositeResponse": [{"body": null}]}', ErrorCode.CRM_PROTOCOL),
            (200, b'{"compositeResponse": [{"referenceId": "leads", "httpStatusCode": 200, "body": {}}]}', None),
            (502, b"<html>bad gateway</html>", ErrorCode.CRM_UNAVAILABLE),
            (403, b'[{"errorCode": "API_DISABLED_FOR_ORG", "message": "no"}]', ErrorCode.CRM_FORBIDDEN),
            (404, b'[{"errorCode": "NOT_FOUND", "message": "no"}]', ErrorCode.CRM_RECORD_MISSING),
            (400, b'[{"errorCode": "JSON_PARSER_ERROR", "message": "no"}]', ErrorCode.CRM_REFUSED_VALUE),
            (418, b'{"strange": true}', ErrorCode.CRM_PROTOCOL),
        ],
    )
    def test_answers_of_something_that_is_no_crm(self, status: int, body: bytes, code: ErrorCode | None) -> None:
        with answering(status, body) as address:
            session = SalesforceSession(FixedToken("t", address), FakeClock(START))
            if code is not None:
                assert code_of(session) is code
                return
            answer = session.composite([LEADS], all_or_none=False)
            with pytest.raises(CrmError):
                answer.parts["leads"].records()

    def test_too_many_parts_are_not_sent(self, world: World) -> None:
        parts = [Part(name=f"p{i}", method="GET", path="limits") for i in range(MAX_PARTS + 1)]
        with pytest.raises(CrmError):
            world.session.composite(parts, all_or_none=False)
        assert world.calls() == 0

    def test_usage_is_observed_and_calls_are_counted(self, world: World) -> None:
        seen: list[tuple[int, int]] = []
        session = world.new_session("reader", observe=lambda used, limit: seen.append((used, limit)))
        session.composite([LEADS], all_or_none=False)
        assert session.calls == 1
        ((used, limit),) = seen
        assert 0 < used < limit == 100_000


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that says the same to everybody; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
