"""Editing in a real Chromium: what was typed outlives every trouble, and the acts around a review by keyboard."""

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.cases import DocumentKind
from domain.decisions import Verdict
from domain.proposals import digest_of, parse_content
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.served import Served, at_desk
from tests.approval_ui.world import PASSWORD

pytestmark = pytest.mark.browser
SUBJECT = "Valencia, Thursday at 10:00?"
CLAIM = "Our Lisbon customer saved 40 hours a week."


def edit_subject(page: Page) -> None:
    page.keyboard.press("e")
    page.locator("[name='edit.mail.subject']").fill(SUBJECT)
    page.keyboard.press("Escape")


def signed_subject(served: Served, made: Sample) -> str:
    (decision,) = served.decisions(made)
    body = served.world.deps.documents.find(made.opening.case_id, DocumentKind.FINAL, decision.final_digest)
    assert body is not None
    mail = parse_content(body, decision.final_digest).mail
    assert mail is not None
    return mail.subject


def test_an_edit_outlives_a_reload_and_the_end_of_the_session(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        edit_subject(page)
        page.locator("[data-action=task] input.tick").uncheck()
        page.reload()
        expect(page.locator("#draft-notice")).to_contain_text("Your edits from")
        expect(page.locator("[data-live=subject] ins").first).to_be_visible()

        served.world.deps.sessions.end_all("ines")
        page.locator("#approve").click()
        page.get_by_label("Login").fill("ines")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("h1")).to_contain_text("Northwind")
        expect(page.locator("[name='edit.mail.subject']")).to_have_value(SUBJECT)
        expect(page.locator("[data-action=task] input.tick")).not_to_be_checked()
        assert served.decisions(served.northwind) == ()

        page.locator("#approve").click()
        expect(page.locator("#toast")).to_contain_text("Approved with edits")
        kept = page.evaluate("Object.keys(sessionStorage).filter((k) => k.includes('draft'))")
        assert kept == []
    assert signed_subject(served, served.northwind) == SUBJECT


def test_a_server_that_is_away_keeps_the_page_and_what_was_typed(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        edit_subject(page)
        page.route("**/healthz", lambda route: route.abort())
        page.locator("#approve").click()
        expect(page.locator("#draft-notice")).to_contain_text("The server cannot be reached")
        expect(page.locator("[name='edit.mail.subject']")).to_have_value(SUBJECT)
        assert served.decisions(served.northwind) == ()
        page.unroute("**/healthz")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#toast")).to_contain_text("Approved with edits")
        desk.complaints = [c for c in desk.complaints if "Failed to load resource" not in c]
    assert signed_subject(served, served.northwind) == SUBJECT


def test_a_proposal_that_changed_meanwhile_takes_the_edit_over(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        edit_subject(page)
        renewed = _second_round(served)
        page.locator("#approve").click()
        expect(page.locator("#ending")).to_contain_text("Replaced by a newer proposal")
        page.get_by_role("link", name="Current proposal").click()
        expect(page.get_by_text("This came back.")).to_be_visible()
        page.get_by_role("button", name="Bring it over").click()
        expect(page.locator("[name='edit.mail.subject']")).to_have_value(SUBJECT)
        page.locator("#approve").click()
        expect(page.locator("#toast")).to_contain_text("Approved with edits")
        desk.complaints = [c for c in desk.complaints if "409" not in c]
    assert [d.round for d in served.decisions(renewed)] == [2]
    assert signed_subject(served, renewed) == SUBJECT


def _second_round(served: Served) -> Sample:
    """The record changed: the first round is void, and the card comes back with a fresh diff."""
    made, world = served.northwind, served.world
    world.deps.reviews.supersede(made.opening.case_id, 1, now=world.now)
    content = made.content.model_copy(update={"round": 2})
    opening = made.opening.model_copy(update={"round": 2, "proposal_digest": digest_of(content.to_bytes())})
    card = made.card.model_copy(update={"round": 2, "reopened_because": "conflict"})
    renewed = Sample(inquiry=made.inquiry, card=card, content=content, opening=opening)
    world.open(renewed)
    return renewed


def test_what_no_evidence_supports_is_stated_by_a_person_or_not_signed(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.keyboard.press("e")
        text = page.locator("[name='edit.mail.body']")
        text.fill(text.input_value().replace("Customers usually start with one depot.", CLAIM))
        page.keyboard.press("Escape")
        expect(page.locator("[data-live=body] ins").first).to_be_visible()
        expect(page.locator("[data-live=body] del").first).to_be_visible()
        page.locator("#approve").click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(CLAIM)
        alert.get_by_role("checkbox").check()
        page.locator("#approve").click()
        expect(page.locator("#toast")).to_contain_text("Approved with edits")
        desk.complaints = [c for c in desk.complaints if "422" not in c]
    (decision,) = served.decisions(served.northwind)
    assert decision.verdict is Verdict.APPROVE_EDITED


def test_claiming_snoozing_and_handing_on_by_keyboard(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.keyboard.press("c")
        expect(page.locator("#desk")).to_contain_text("You have claimed it")
        page.keyboard.press("c")
        expect(page.locator("#desk")).not_to_contain_text("claimed it")
        page.keyboard.press("s")
        page.keyboard.press("Enter")
        expect(page.locator("#desk")).to_contain_text("snoozed until")
        page.keyboard.press("g")
        page.locator("#reassign-to").select_option("javier")
        page.get_by_role("button", name="Reassign", exact=True).click()
        expect(page.locator("#desk")).to_contain_text("Asked: Javier Montes (first Oriol Puig)")
    item = served.world.deps.queue.item(served.northwind.opening.case_id, 1)
    assert item is not None
    assert item.ladder.expires_at == served.northwind.opening.ladder.expires_at


def test_several_are_confirmed_and_answered_for_one_by_one(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        picks = "&".join(f"pick={m.opening.case_id}.1" for m in (served.fabrikam, served.northwind, served.student))
        page.goto(f"{served.address}/bulk?verdict=approve&{picks}")
        expect(page.locator("#alone")).to_contain_text("High risk: open it by itself.")
        page.locator(".pickrow", has_text="Northwind").get_by_role("checkbox").uncheck()
        page.get_by_role("button", name="Approve them").click()
        expect(page.locator("h1")).to_have_text("1 of 1 approved")
    assert [d.verdict for d in served.decisions(served.fabrikam)] == [Verdict.APPROVE]
    assert served.decisions(served.northwind) == served.decisions(served.student) == ()
