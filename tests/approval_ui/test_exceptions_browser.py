"""An exception resolved in a real Chromium, from the lane to the answer, also at 390 px."""

import pytest
from playwright.sync_api import Browser, expect

from domain.cases import Act, DocumentKind
from tests.approval_ui.sample_exception import OTHER, stuck
from tests.approval_ui.served import Served, at_desk

pytestmark = pytest.mark.browser


def test_somebody_chooses_the_match(browser: Browser, served: Served) -> None:
    opened = stuck(served.world)
    with at_desk(browser, served, login="oriol") as desk:
        page = desk.page
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{served.address}/exceptions")
        page.get_by_role("link", name="Northwind").click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_label("María Ruiz").check()
        page.get_by_role("button", name="This is the person").click()
        expect(page.get_by_role("status").first).to_contain_text("The case goes on by itself")
        expect(page.locator("main, body").first).to_contain_text("chose the match: María Ruiz")
        page.goto(f"{served.address}/exceptions")
        expect(page.locator("body")).to_contain_text("Nothing is stuck")
    found = served.world.deps.exceptions.get(opened.opening.case_id, 1)
    assert found is not None
    assert (found.act, found.resolved_by) == (Act.CHOOSE_MATCH, "oriol")
    assert OTHER in str(served.world.deps.documents.all_of(opened.opening.case_id, DocumentKind.OFFERED))
