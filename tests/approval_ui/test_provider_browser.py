"""Signing in through a real OpenID provider in a real Chromium: cookies, redirects and the strict policy included."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pydantic import SecretStr

from approval_ui.dependencies import UiDependencies
from approval_ui.oidc import Provider
from domain.audit import AuditKind
from runtime.settings import OidcSettings
from tests.approval_ui.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, Person, running_provider
from tests.approval_ui.served import Served, serving
from tests.approval_ui.world import World

pytestmark = pytest.mark.browser
SUBJECT = "Valencia, Thursday at 10:00?"
INES = "ines.robledo@acme-routing.example"


@dataclass
class Place:
    served: Served
    provider: OidcProvider


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with contextlib.ExitStack() as running:
        beside: list[OidcProvider] = []

        def arrange(world: World, address: str) -> UiDependencies:
            beside.append(running.enter_context(running_provider(world.clock, f"{address}/login/oidc/callback")))
            settings = OidcSettings(
                oidc_issuer=beside[0].issuer,
                oidc_client_id=CLIENT_ID,
                oidc_client_secret=SecretStr(CLIENT_SECRET),
            )
            provider = Provider(settings, public_url=address, secret=b"of this server", clock=world.clock)
            return replace(world.deps, provider=provider)

        served = running.enter_context(serving(sqlite_template, tmp_path_factory.mktemp("provider"), arrange=arrange))
        yield Place(served, beside[0])


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that nobody has used yet. It may complain of nothing but being refused."""
    context = browser.new_context(viewport={"width": 1440, "height": 860})
    complaints: list[str] = []
    context.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield context
    context.close()
    assert [c for c in complaints if "403 (Forbidden)" not in c] == []


def test_a_reviewer_comes_in_by_the_provider_decides_and_leaves_both(place: Place, visitor: BrowserContext) -> None:
    served, provider = place.served, place.provider
    provider.person = Person(sub="of-ines", email=INES, name="Inés Robledo")
    page = visitor.new_page()
    case_id = served.northwind.opening.case_id
    page.goto(f"{served.address}/reviews/{case_id}/1")
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    # Back at the card that was asked for, under the account that the verified address names.
    page.wait_for_url(f"{served.address}/reviews/{case_id}/1")
    expect(page.locator(".avatar")).to_have_attribute("aria-label", "Account: Inés Robledo")
    page.keyboard.press("a")
    expect(page.locator("#toast")).to_contain_text("Approved: Northwind Traders.")
    assert [d.reviewer for d in served.decisions(served.northwind)] == ["ines"]

    asked = len(provider.asked)
    page.locator(".avatar").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Acme Routing")).to_be_visible()
    assert provider.asked[asked:] == ["/logout"]
    page.goto(f"{served.address}/reviews/{case_id}/1")
    expect(page.get_by_role("heading", name="Sign in to Acme Routing")).to_be_visible()


def test_an_edit_outlives_the_trip_to_the_provider(place: Place, visitor: BrowserContext) -> None:
    served = place.served
    place.provider.person = Person(sub="of-ines", email=INES, name="Inés Robledo")
    made = served.another("Contoso")
    page = visitor.new_page()
    card = f"{served.address}/reviews/{made.opening.case_id}/1"
    page.goto(card)
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    page.wait_for_url(card)
    page.keyboard.press("e")
    page.locator("[name='edit.mail.subject']").fill(SUBJECT)
    page.keyboard.press("Escape")
    served.world.deps.sessions.end_all("ines")
    page.locator("#approve").click()
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    expect(page.locator("#draft-notice")).to_contain_text("Your edits from")
    expect(page.locator("[name='edit.mail.subject']")).to_have_value(SUBJECT)
    assert served.decisions(made) == ()


def test_somebody_new_looks_on_until_a_role_is_given(place: Place, visitor: BrowserContext) -> None:
    served = place.served
    place.provider.person = Person(sub="of-nobody-we-know", name="Some Body")
    page = visitor.new_page()
    page.goto(served.address)
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    page.wait_for_url(f"{served.address}/")
    expect(page.locator(".avatar")).to_have_attribute("aria-label", "Account: Some Body")
    page.goto(f"{served.address}/reviews/{served.fabrikam.opening.case_id}/1")
    expect(page.locator("#approve")).to_be_disabled()
    page.keyboard.press("a")
    assert served.decisions(served.fabrikam) == ()


def test_whom_the_provider_turns_away_is_told_and_may_use_a_password(place: Place, visitor: BrowserContext) -> None:
    served = place.served
    place.provider.person = Person(sub="left", active=False)
    page = visitor.new_page()
    page.goto(f"{served.address}/cases")
    page.get_by_role("link", name="Sign in with 127.0.0.1").click()
    expect(page.get_by_role("alert")).to_contain_text("The provider did not let you in")
    signed_in = [e.event for e in served.world.deps.queue.audit_tail() if e.event.kind is AuditKind.SIGNED_IN]
    assert "left" not in {e.actor for e in signed_in}
    expect(page.get_by_label("Password")).to_be_visible()
