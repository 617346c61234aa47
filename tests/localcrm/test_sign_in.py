"""Signing in with the client's own OAuth code, over the adapter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceExpiredSession

from localcrm.context import Access
from localcrm.options import Client, clients_from_environment
from tests.localcrm.driving import READER, WRITER, Crm, SetClock, running

USERNAME = "integration.writer@acme-routing.example"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def jwt_crm(key: rsa.RSAPrivateKey) -> Iterator[Crm]:
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    app = Client("jwt-app", USERNAME, Access.READ_WRITE, public_key=public.decode())
    # The client stamps its assertion with the real time.
    with running(clients=(app, WRITER), clock=SetClock(datetime.now(UTC))) as crm:
        yield crm


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def test_client_credentials(crm: Crm) -> None:
    sf = Salesforce(
        consumer_key="writer", consumer_secret="w-secret", domain="localcrm", session=crm.session(), version="62.0"
    )
    assert sf.query("SELECT Name FROM Organization")["totalSize"] == 1
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        Salesforce(consumer_key="writer", consumer_secret="no", domain="localcrm", session=crm.session())
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client_id"):
        Salesforce(consumer_key="nobody", consumer_secret="no", domain="localcrm", session=crm.session())


def test_jwt_bearer(jwt_crm: Crm, key: rsa.RSAPrivateKey) -> None:
    def sign_in(username: str, private: rsa.RSAPrivateKey, consumer: str = "jwt-app") -> Salesforce:
        return Salesforce(
            username=username,
            consumer_key=consumer,
            privatekey=pem(private),
            domain="localcrm",
            session=jwt_crm.session(),
            version="62.0",
        )

    assert sign_in(USERNAME, key).query("SELECT COUNT() FROM User")["totalSize"] == 2
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid assertion"):
        sign_in(USERNAME, other)
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid assertion"):
        sign_in(USERNAME, key, "writer")
    jwt_crm.clock.forward(3600)
    with pytest.raises(SalesforceAuthenticationFailed, match="expired"):
        sign_in(USERNAME, key)


@pytest.mark.parametrize("form", [{}, {"grant_type": "password"}, {"grant_type": "client_credentials"}])
def test_other_grants_are_refused(crm: Crm, form: dict[str, str]) -> None:
    answer = crm.http("POST", "/services/oauth2/token", data=form)
    assert answer.status_code == 400
    assert {"error", "error_description"} == set(answer.json())


@pytest.mark.parametrize("assertion", ["", "a.b.c", "é.é.é", "W10.W10.W10", "bnVsbA.bnVsbA.bnVsbA"])
def test_an_unreadable_assertion_is_refused(jwt_crm: Crm, assertion: str) -> None:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    answer = jwt_crm.http("POST", "/services/oauth2/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer a!b.c", "Basic YTpi", "Bearer é!é.é"])
def test_a_made_up_token_is_401(crm: Crm, header: str) -> None:
    answer = crm.http(
        "GET", "/services/data/v62.0/limits", headers={"Authorization": header.encode().decode("latin-1")}
    )
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_sessions_end_by_time_and_outlive_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    db = str(tmp_path_factory.mktemp("crm") / "crm.db")
    clock = SetClock()
    with running(db, clock=clock) as crm:
        headers = crm.authorized()
    with running(db, clock=clock) as crm:
        assert crm.http("GET", "/services/data/v62.0/limits", headers=headers).status_code == 200
        sf = crm.client()
        clock.forward(7201)
        with pytest.raises(SalesforceExpiredSession):
            sf.query("SELECT Id FROM Lead")


def test_who_am_i(crm: Crm) -> None:
    answer = crm.http("GET", "/services/oauth2/userinfo", headers=crm.authorized()).json()
    assert answer["preferred_username"] == WRITER.username
    assert answer["organization_id"].startswith("00D")
    assert crm.http("GET", "/services/data/").json()[-1]["version"] == "66.0"


def test_clients_come_from_the_environment() -> None:
    environ = {"LOCALCRM_CLIENT_ID": "writer", "LOCALCRM_CLIENT_SECRET": "w-secret"}
    environ |= {"LOCALCRM_READ_CLIENT_ID": "reader", "LOCALCRM_READ_CLIENT_SECRET": "r-secret"}
    assert clients_from_environment(environ) == (WRITER, READER)
    assert clients_from_environment({}) == ()
