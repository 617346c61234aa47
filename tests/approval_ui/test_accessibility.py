"""axe-core over every page, light and dark, wide and narrow: nothing serious, nothing critical."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from approval_ui.app import create_app
from approval_ui.decision_requests import DecisionRequest, Reviewer
from domain.decisions import Verdict
from domain.permissions import Role
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.served import Served
from tests.approval_ui.world import PASSWORD

pytestmark = pytest.mark.browser
_RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
LOOKS = {f"{width}-{scheme}": (width, scheme) for width in (1440, 390) for scheme in ("light", "dark")}


@pytest.fixture(scope="module")
def used(kept: Served) -> dict[str, Sample]:
    """A review that was approved, and one that waits for a second signature."""
    deciding = create_app(kept.world.deps, redeliver=False).state.site.deciding
    used = {"decided": kept.another("Tailspin"), "half signed": kept.another("Litware", quorum=2)}
    for made in used.values():
        asked = DecisionRequest(verdict=Verdict.APPROVE, shown_digest=made.opening.proposal_digest)
        deciding.decide(made.opening.case_id, 1, asked, Reviewer(login="oriol", name="Oriol Puig", role=Role.REVIEWER))
    return used


def _serious(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page, options=_RULES).response["violations"]
    return [
        f"{v['impact']} {v['id']}: {node['html'][:120]} {node['failureSummary'][:260]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def _pages(kept: Served, used: dict[str, Sample]) -> dict[str, str]:
    review = f"/reviews/{kept.northwind.opening.case_id}/1"
    decided, half_signed = used["decided"].opening.case_id, used["half signed"].opening.case_id
    picks = "&".join(f"pick={m.opening.case_id}.1" for m in (kept.fabrikam, kept.northwind, kept.student))
    return {
        "queue": "/",
        "review": review,
        "review, editing": f"{review}?act=edit",
        "review, rejecting": f"{review}?act=reject",
        "review, asking for a draft": f"{review}?act=respond",
        "decided": f"/reviews/{decided}/1",
        "second signature": f"/reviews/{half_signed}/1",
        "a closing": f"/reviews/{kept.student.opening.case_id}/1",
        "undo": f"/reviews/{decided}/1/undo",
        "bulk": f"/bulk?verdict=approve&{picks}",
        "bulk rejection": f"/bulk?verdict=reject&{picks}",
        "cases": "/cases",
        "case": f"/cases/{decided}",
        "outbox": "/outbox",
        "readiness": "/readiness",
        "audit": "/audit",
        "notifications": "/notifications",
        "corrections": "/corrections",
        "undos": "/undos",
        "away": "/away",
        "no such page": "/reviews/nothing/1",
    }


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_serious_finding(browser: Browser, kept: Served, used: dict[str, Sample], look: str) -> None:
    width, scheme = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": 860},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",  # a panel that still fades in has no contrast yet
        bypass_csp=True,  # axe is put into the page as a script
    )
    page = context.new_page()
    found: list[str] = []
    page.goto(f"{kept.address}/login")
    found += [f"login: {f}" for f in _serious(page)]
    page.get_by_label("Login").fill("ines")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".logo").wait_for()
    for name, path in _pages(kept, used).items():
        page.goto(f"{kept.address}{path}")
        if name == "queue":
            page.evaluate("document.querySelector('#keys').showModal()")
            found += [f"keys: {f}" for f in _serious(page)]
            page.keyboard.press("Escape")
        found += [f"{name}: {f}" for f in _serious(page)]
    page.goto(f"{kept.address}/intake/form/{kept.site_key}")
    found += [f"public form: {f}" for f in _serious(page)]
    context.clear_cookies()
    page.goto(f"{kept.address}/login")
    page.get_by_label("Login").fill("vera")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".logo").wait_for()
    page.goto(f"{kept.address}/reviews/{kept.northwind.opening.case_id}/1")
    found += [f"read only: {f}" for f in _serious(page)]
    context.close()
    assert not found, "\n".join(found)
