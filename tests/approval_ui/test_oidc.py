"""Signing in through a real OpenID provider on loopback, and everything that must not get anybody in."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr

from approval_ui.app import create_app
from approval_ui.federation import RoleMapping
from approval_ui.identity_provider import ProviderAway
from approval_ui.oidc import Provider, check_address
from domain.audit import AuditKind
from domain.errors import InputError
from domain.permissions import Role
from persistence.users import LocalUser
from runtime.settings import OidcSettings
from tests.approval_ui.conftest import Answer, field
from tests.approval_ui.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_provider
from tests.approval_ui.world import PASSWORD, World

HERE = "http://127.0.0.1:1"
INES = "ines.robledo@acme-routing.example"
RECHECK = timedelta(minutes=10)


@dataclass
class Place:
    """The product with a provider beside it."""

    world: World
    provider: OidcProvider

    def app(self, **config: Any) -> TestClient:
        settings = OidcSettings(
            oidc_issuer=self.provider.issuer,
            oidc_client_id=CLIENT_ID,
            oidc_client_secret=SecretStr(CLIENT_SECRET),
        )
        made = {"provider_recheck": RECHECK, **config}
        deps = replace(
            self.world.deps,
            config=replace(self.world.deps.config, **made),
            provider=Provider(settings, public_url=HERE, secret=b"of this server", clock=self.world.clock),
        )
        return TestClient(create_app(deps, redeliver=False), base_url=HERE, follow_redirects=False)

    def actors(self, kind: AuditKind) -> list[tuple[str, str]]:
        return [(e.event.actor, e.event.code) for e in self.world.deps.queue.audit_tail() if e.event.kind is kind]


@pytest.fixture
def place(world: World) -> Iterator[Place]:
    with running_provider(world.clock, f"{HERE}/login/oidc/callback") as provider:
        yield Place(world, provider)


def to_provider(client: TestClient, next: str = "/") -> str:
    """Where the provider sends the browser back to."""
    away = client.get("/login/oidc", params={"next": next})
    assert away.status_code == 303, away.text
    back = httpx.get(away.headers["location"])
    assert back.status_code == 302, back.text
    return str(back.headers["location"])


def sign_in(client: TestClient, next: str = "/") -> Answer:
    return client.get(to_provider(client, next))


def role_seen(client: TestClient, world: World) -> Role | None:
    """The role of whoever this browser is, as the application has it; None for nobody."""
    if client.get("/cases").status_code != 200:
        return None
    login = world.deps.queue.audit_tail()[0].event.actor
    user = world.deps.users.get(login)
    return user.role if user else None


def test_somebody_new_gets_in_with_the_least_that_there_is(place: Place) -> None:
    client = place.app()
    answer = sign_in(client, next="/cases?state=open")
    assert answer.headers["location"] == "/cases?state=open"
    assert client.get("/cases").status_code == 200
    ((login, how),) = place.actors(AuditKind.SIGNED_IN)
    user = place.world.deps.users.get(login)
    assert (user.role, user.display_name, how) == (Role.VIEWER, "Some Body", "provider") if user else None
    assert login.startswith("sso-")


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["sales"], Role.REVIEWER),
        (["sales", "leads of sales"], Role.MANAGER),
        (["something else"], Role.VIEWER),
        ([], Role.VIEWER),
    ],
)
def test_groups_become_roles_as_the_settings_say(place: Place, groups: list[str], role: Role) -> None:
    pairs = (("leads of sales", Role.MANAGER), ("sales", Role.REVIEWER))
    place.provider.person.groups = groups
    client = place.app(role_mapping=RoleMapping(pairs=pairs))
    sign_in(client)
    assert role_seen(client, place.world) is role


def test_a_verified_address_of_the_playbook_links_to_that_reviewer_and_stays_linked(place: Place) -> None:
    place.provider.person.email = INES.upper()
    sign_in(place.app())
    assert place.actors(AuditKind.SIGNED_IN) == [("ines", "provider")]
    assert role_seen_of(place, "ines") is Role.MANAGER

    place.provider.person.email = "renamed@acme-routing.example"
    sign_in(place.app())
    assert place.actors(AuditKind.SIGNED_IN)[0] == ("ines", "provider")


def test_without_groups_the_role_is_the_playbooks_and_ends_with_it(place: Place) -> None:
    """`lucia` is a manager of the playbook who never had an account here."""
    place.provider.person.email = "lucia.ferrer@acme-routing.example"
    client = place.app()
    sign_in(client)
    assert place.actors(AuditKind.SIGNED_IN) == [("lucia", "provider")]
    assert client.get("/audit").status_code == 200
    place.world.dismiss("lucia")
    assert client.get("/audit").status_code == 403
    assert client.get("/cases").status_code == 200


def role_seen_of(place: Place, login: str) -> Role | None:
    user = place.world.deps.users.get(login)
    return user.role if user else None


def test_an_address_that_the_provider_did_not_verify_links_to_nobody(place: Place) -> None:
    place.provider.person.email, place.provider.person.email_verified = INES, False
    sign_in(place.app())
    ((login, _),) = place.actors(AuditKind.SIGNED_IN)
    assert login.startswith("sso-")


def test_an_address_that_was_given_to_somebody_else_inherits_nothing(place: Place) -> None:
    place.provider.person.email = INES
    sign_in(place.app())
    place.provider.person.sub = "the next one"
    client = place.app()
    assert sign_in(client).status_code == 403
    assert client.get("/cases").status_code == 303


def test_who_is_linked_comes_in_by_the_provider_only(place: Place) -> None:
    place.provider.person.email = INES
    sign_in(place.app())
    answer = place.app().post("/api/session", json={"login": "ines", "password": PASSWORD})
    assert answer.status_code == 401


def changed(**values: object) -> Any:
    return lambda claims: claims.update(values)


def without(name: str) -> Any:
    return lambda claims: claims.pop(name, None)


@pytest.mark.parametrize(
    ("tamper", "check"),
    [
        (changed(nonce="of another trip"), "nonce"),
        (without("nonce"), "nonce"),
        (changed(aud="another client"), "aud"),
        (changed(aud=["another client", CLIENT_ID], azp="another client"), "azp"),
        (changed(exp=1_600_000_000), "exp"),
        (without("exp"), "exp"),
        (changed(iss="https://login.evil.example"), "iss"),
        (changed(nbf=4_000_000_000), "nbf"),
        (without("sub"), "sub"),
    ],
)
def test_a_token_that_is_not_ours_and_of_now_gets_nobody_in(place: Place, tamper: Any, check: str) -> None:
    place.provider.tamper = tamper
    client = place.app()
    answer = sign_in(client)
    assert answer.status_code == 403
    assert "does not hold" in answer.text
    assert client.get("/cases").status_code == 303
    ((actor, code),) = place.actors(AuditKind.SIGN_IN_REFUSED)
    assert actor == "provider"
    assert check in code, code


def unsigned(claims: dict[str, Any]) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def by_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(CLIENT_SECRET), ["HS256"])


def by_somebody(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048), ["RS256"])


def no_token(claims: dict[str, Any]) -> str:
    return "not.a.token"


@pytest.mark.parametrize("signer", [unsigned, by_secret, by_somebody, no_token])
def test_a_token_that_the_provider_did_not_sign_gets_nobody_in(place: Place, signer: Any) -> None:
    place.provider.signer = signer
    client = place.app()
    assert sign_in(client).status_code == 403
    assert client.get("/cases").status_code == 303


def test_rotated_keys_are_fetched_anew(place: Place) -> None:
    client = place.app()
    sign_in(client)
    place.provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"}, private=True)
    client.cookies.delete("countersign_session")
    assert sign_in(client).status_code == 303


def test_an_answer_counts_in_the_browser_that_asked_and_once(place: Place) -> None:
    victim, attacker = place.app(), place.app()
    back = to_provider(attacker)
    assert victim.get(back).status_code == 403
    victim.get("/login/oidc")
    assert victim.get(back).status_code == 403
    assert victim.get("/cases").status_code == 303

    assert attacker.get(back).status_code == 303
    attacker.cookies.delete("countersign_session")
    assert attacker.get(back).status_code == 403


def test_a_trip_that_took_too_long_starts_again(place: Place) -> None:
    client = place.app()
    back = to_provider(client)
    place.world.clock.advance(timedelta(minutes=11))
    assert "out of date" in client.get(back).text


def test_the_code_is_worth_nothing_without_its_verifier(place: Place) -> None:
    back = to_provider(place.app())
    code = httpx.URL(back).params["code"]
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": f"{HERE}/login/oidc/callback"}
    stolen = httpx.post(f"{place.provider.issuer}/token", data=asked, auth=(CLIENT_ID, CLIENT_SECRET))
    assert stolen.status_code == 400


def test_who_was_turned_away_by_the_provider_is_told(place: Place) -> None:
    place.provider.person.active = False
    answer = sign_in(place.app())
    assert (answer.status_code, "did not let you in" in answer.text) == (403, True)


def test_who_leaves_the_company_loses_the_session(place: Place) -> None:
    client, other = place.app(), place.app()
    sign_in(client)
    sign_in(other)
    place.provider.person.active = False
    assert client.get("/cases").status_code == 200
    place.world.clock.advance(RECHECK)
    assert client.get("/cases").status_code == 303
    assert other.get("/cases").status_code == 303
    (left,) = place.actors(AuditKind.SIGNED_OUT)
    assert left[1].startswith("no longer vouched for: provider_refused")


def test_the_role_follows_the_provider_while_signed_in(place: Place) -> None:
    mapping = RoleMapping(pairs=(("managers", Role.MANAGER),))
    place.provider.person.groups = ["managers"]
    client = place.app(role_mapping=mapping)
    sign_in(client)
    assert client.get("/audit").status_code == 200
    place.provider.person.groups = []
    place.world.clock.advance(RECHECK)
    assert client.get("/audit").status_code == 403


def test_a_provider_that_is_away_is_borne_with_for_a_while(place: Place, world: World) -> None:
    with running_provider(world.clock, f"{HERE}/login/oidc/callback") as provider:
        client = Place(world, provider).app()
        sign_in(client)
    world.clock.advance(RECHECK)
    assert client.get("/cases").status_code == 200
    world.clock.advance(RECHECK * 6)
    assert client.get("/cases").status_code == 303


def test_without_a_refresh_token_a_session_is_short(place: Place) -> None:
    place.provider.gives_refresh_tokens = False
    client = place.app()
    sign_in(client)
    place.world.clock.advance(timedelta(minutes=59))
    assert client.get("/cases").status_code == 200
    place.world.clock.advance(timedelta(minutes=2))
    assert client.get("/cases").status_code == 303


def test_the_provider_is_asked_again_once_for_many_requests(place: Place) -> None:
    client = place.app()
    sign_in(client)
    place.world.clock.advance(RECHECK)
    asked = place.provider.asked.count("/token")
    for _ in range(4):
        assert client.get("/cases").status_code == 200
    assert place.provider.asked.count("/token") == asked + 1


def test_signing_out_leads_on_to_the_provider(place: Place) -> None:
    client = place.app()
    sign_in(client)
    page = client.post("/logout", data={"csrf": field(client.get("/cases"), "csrf")})
    assert f"{place.provider.issuer}/logout?client_id=countersign&amp;post_logout_redirect_uri=" in page.text
    assert client.get("/cases").status_code == 303


def test_passwords_can_be_switched_off(place: Place) -> None:
    client = place.app(local_accounts=False)
    door = client.get("/login")
    assert 'name="password"' not in door.text
    assert "Sign in with 127.0.0.1" in door.text
    assert client.post("/api/session", json={"login": "oriol", "password": PASSWORD}).status_code == 403


def test_an_account_that_was_switched_off_here_stays_out(place: Place) -> None:
    client = place.app()
    sign_in(client)
    ((login, _),) = place.actors(AuditKind.SIGNED_IN)
    user = place.world.deps.users.get(login)
    assert user is not None
    place.world.deps.users.save(user.model_copy(update={"active": False}), password_hash="")
    assert client.get("/cases").status_code == 303
    assert sign_in(place.app()).status_code == 403


@pytest.mark.parametrize("name", ["issuer", "token_endpoint", "jwks_uri"])
def test_a_discovery_that_leads_elsewhere_is_not_followed(place: Place, name: str) -> None:
    place.provider.discovered = {name: "http://login.evil.example/x"}
    assert place.app().get("/login/oidc").status_code == 503


@pytest.mark.parametrize(
    "address", ["http://login.example", "ftp://127.0.0.1", "login.example", "http://127.0.0.1.evil.example"]
)
def test_only_loopback_may_do_without_https(address: str) -> None:
    with pytest.raises(ProviderAway):
        check_address(address)
    check_address("https://login.example")
    check_address("http://127.0.0.1:8080/realm")


def test_a_provider_that_is_down_is_said_at_the_door(place: Place, world: World) -> None:
    with running_provider(world.clock, HERE) as provider:
        client = Place(world, provider).app()
    answer = client.get("/login/oidc")
    assert (answer.status_code, "cannot be reached" in answer.text) == (503, True)


def test_no_account_can_be_named_by_the_provider(place: Place) -> None:
    place.provider.person.sub, place.provider.person.name = "ines", "ines"
    place.world.deps.users.save(
        LocalUser(login="boss", display_name="Boss", role=Role.ADMIN), password_hash="no password fits"
    )
    for sub in ("ines", "boss"):
        place.provider.person.sub = sub
        sign_in(place.app())
    assert all(login.startswith("sso-") for login, _ in place.actors(AuditKind.SIGNED_IN))


def test_roles_are_read_from_the_settings() -> None:
    read = OidcSettings(oidc_roles="CN=Sales,OU=x=manager; ops team = ops;").role_pairs
    assert read == (("CN=Sales,OU=x", Role.MANAGER), ("ops team", Role.OPS))
    with pytest.raises(InputError) as refused:
        _ = OidcSettings(oidc_roles="sales=boss").role_pairs
    assert "'sales=boss' is no group=role" in refused.value.detail


def test_configured_but_not_installed_is_said_on_the_page(world: World) -> None:
    deps = replace(world.deps, config=replace(world.deps.config, provider_missing="Install the extra `oidc`"))
    client = TestClient(create_app(deps, redeliver=False))
    page = client.get("/login").text
    assert "Install the extra `oidc`" in page
    assert 'name="password"' in page
    assert client.get("/login/oidc").status_code == 404
