"""The queue in a real Chromium: filters in the address, saved views, and lists that follow what others do."""

from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from domain.leads import Motion
from domain.model import Instant
from tests.approval_ui.sample_review import Sample, quiet
from tests.approval_ui.served import Served, at_desk

pytestmark = pytest.mark.browser


def _hygiene(case_id: str, org_id: str, now: Instant) -> Sample:
    made = quiet(case_id, org_id, now, title="One spelling", company="Litware", minutes=60, email="l@litware.example")
    return Sample(made.inquiry, made.card, made.content, made.opening.model_copy(update={"motion": Motion.HYGIENE}))


def test_filters_live_in_the_address_and_the_back_button_works(browser: Browser, served: Served) -> None:
    served.world.seed(_hygiene)
    with at_desk(browser, served) as desk:
        page = desk.page
        expect(page.locator(".item")).to_have_count(3)
        page.get_by_role("link", name="Hygiene 1").click()
        expect(page.locator(".item")).to_have_count(1)
        page.get_by_role("link", name="Inbound 3").click()
        page.get_by_text("Filter and order").click()
        page.get_by_label("Risk", exact=True).select_option("high")
        expect(page.locator(".item")).to_have_count(1)
        assert page.url.endswith("/?motion=inbound&risk=high")
        page.go_back()
        expect(page.locator(".item")).to_have_count(3)
        page.keyboard.press("/")
        page.keyboard.type("FABRIKAM")
        page.keyboard.press("Enter")
        expect(page.locator(".item")).to_have_count(1)
        expect(page.locator("#queue")).to_contain_text("1 found")
        page.get_by_role("link", name="“FABRIKAM”").click()
        expect(page.locator(".item")).to_have_count(3)


def test_a_view_is_saved_and_handed_to_a_colleague(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        page.goto(f"{served.address}/?motion=inbound&risk=high&q=student")
        page.get_by_text("Saved views").click()
        page.get_by_label("Name of the view").fill("Hot <ones>")
        page.get_by_role("button", name="Save").click()
        # The words that were searched for are a person's: they stay in this address only.
        page.wait_for_url(f"{served.address}/?motion=inbound&risk=high")
        page.get_by_text("Saved views").click()
        shared = page.get_by_role("link", name="Hot <ones>").get_attribute("href")
    with at_desk(browser, served, login="oriol") as colleague:
        colleague.page.goto(f"{served.address}{shared}")
        expect(colleague.page.locator(".item")).to_have_count(1)
        expect(colleague.page.locator(".active")).to_contain_text("High risk")


def test_counts_follow_what_a_second_person_decides(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as first, at_desk(browser, served, login="oriol") as second:
        expect(first.page.locator("#queue-chips")).to_contain_text("Everyone3")
        second.open(served.northwind)
        second.page.locator("#approve").click()
        expect(second.page.locator("#toast")).to_be_visible()
        expect(first.page.locator("#queue-chips")).to_contain_text("Everyone2")
        expect(first.page.locator("#queue-chips")).to_contain_text("Decided1")
        expect(first.page.locator(".nav b")).to_have_text("2")
        # The card under the first person's hands is the one they opened.
        expect(first.page.locator("h1")).to_contain_text("Northwind")


def test_at_390_px_nothing_sticks_out_and_more_rows_come(browser: Browser, served: Served) -> None:
    for n in range(52):
        served.world.seed(
            partial(quiet, title=f"Assign {n}", company=f"Company {n}", minutes=400 + n, email=f"{n}@x.example")
        )
    with at_desk(browser, served, login="oriol", width=390) as desk:
        page = desk.page
        expect(page.locator(".item")).to_have_count(50)
        page.get_by_role("link", name="Show more").click()
        expect(page.locator(".item")).to_have_count(55)
        for address in ("/", "/?q=nobody&risk=low", "/cases"):
            page.goto(f"{served.address}{address}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, address
        pill, card = page.locator("table .pill").first.bounding_box(), page.locator(".tablewrap").bounding_box()
        assert pill is not None
        assert card is not None
        assert pill["x"] + pill["width"] <= card["x"] + card["width"] - 8
