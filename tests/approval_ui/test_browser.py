"""The pages in a real Chromium: keyboard, editing, narrow screens, dark."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from domain.cases import DocumentKind
from domain.decisions import Verdict
from domain.proposals import parse_content
from tests.approval_ui.served import Served, at_desk

pytestmark = pytest.mark.browser


def test_the_queue_is_cleared_by_keyboard_alone(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        # Time in the browser stands still until it is moved on, so that "too soon" does not depend on the machine.
        page.clock.install()
        page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
        page.reload()
        expect(page.locator(".item[aria-current]")).to_contain_text("Northwind")
        page.keyboard.press("a")
        expect(page.locator("h1")).to_have_text("Disqualify: student request, Universidad de Vigo")
        expect(page.locator("#toast")).to_contain_text("Approved: Northwind Traders.")
        # A key that was meant for the card before must not decide this one.
        page.keyboard.press("a")
        expect(page.locator("h1")).to_have_text("Disqualify: student request, Universidad de Vigo")
        assert served.decisions(served.student) == ()

        page.clock.run_for(700)
        page.keyboard.press("r")
        page.keyboard.press("4")
        page.keyboard.press("Control+Enter")
        expect(page.locator("h1")).to_have_text("Assign Fabrikam")
        page.clock.run_for(700)
        page.keyboard.press("d")
        page.keyboard.type("Ask Tomás first.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Nothing waits", exact=True)).to_be_visible()

    made = (served.northwind, served.student, served.fabrikam)
    assert [served.decisions(m)[0].verdict for m in made] == [Verdict.APPROVE, Verdict.REJECT, Verdict.RESPOND]
    assert served.decisions(served.student)[0].reason_code == "student_request"


def test_moving_and_help_and_switching_the_keys_off(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.keyboard.press("j")
        expect(page.locator("h1")).to_contain_text("student request")
        page.keyboard.press("k")
        expect(page.locator("h1")).to_contain_text("Northwind")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.get_by_label("Single-key shortcuts").uncheck()
        page.get_by_role("button", name="Close").click()
        page.keyboard.press("a")
        page.keyboard.press("r")
        expect(page.locator("#reject-panel")).to_be_hidden()
        expect(page.locator("h1")).to_contain_text("Northwind")
    assert served.decisions(served.northwind) == ()


def test_editing_in_place_signs_the_edited_form(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        approve = page.locator("#approve")
        page.keyboard.press("e")
        page.locator("[name='edit.owner.after_owner_id']").select_option(label="Tomás Vidal")
        expect(approve).to_contain_text("Sign edited")
        subject = page.locator("[name='edit.mail.subject']")
        subject.fill("Your Valencia hub")
        page.get_by_role("button", name="Reset Subject").last.click()
        expect(subject).to_have_value("Routing for your Valencia hub: 20 minutes on Thursday?")
        subject.fill("Valencia, Thursday?")
        # Letters typed into a field are text, not commands.
        subject.press("a")
        subject.press("Escape")
        expect(page.locator("[data-live=subject]")).to_contain_text("Thursday?a")
        expect(page.locator("[data-action=owner] .mark")).to_be_visible()
        approve.click()
        expect(page.locator("#toast")).to_contain_text("Approved with edits")

    (decision,) = served.decisions(served.northwind)
    case_id = served.northwind.opening.case_id
    stored = served.world.deps.documents.find(case_id, DocumentKind.FINAL, decision.final_digest)
    assert stored is not None
    mail = parse_content(stored, decision.final_digest).mail
    assert mail is not None
    assert mail.subject == "Valencia, Thursday?a"


def test_enter_in_a_field_and_letters_in_a_panel_decide_nothing(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.keyboard.press("e")
        page.locator("[name='edit.mail.subject']").fill("Valencia")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        page.keyboard.press("1")
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        expect(page.locator("#reject-panel")).to_be_hidden()
        expect(page.locator("[data-live=subject] del").first).to_be_visible()
    assert served.decisions(served.northwind) == ()


def test_the_queue_stays_true_while_others_work(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        expect(page.locator(".item")).to_have_count(3)
        student = page.locator(".line", has_text="student request")
        student.get_by_role("checkbox").check()
        served.world.deps.reviews.supersede(served.fabrikam.opening.case_id, 1, now=served.world.now)
        expect(page.locator(".item")).to_have_count(2)
        expect(student.get_by_role("checkbox")).to_be_checked()
        expect(page.locator(".nav b")).to_have_text("2")
        expect(page.locator(".item[aria-current]")).to_contain_text("Northwind")


def test_unticking_the_mail_takes_its_fields_along(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.get_by_label("Send the e-mail").uncheck()
        expect(page.locator("#approve")).to_contain_text("Approve 3 of 5")
        for box in page.locator("input.tick[name=tick]").all():
            box.uncheck()
        expect(page.locator("#approve")).to_be_disabled()
        expect(page.locator("#decide")).to_contain_text("Nothing is ticked; reject instead")


def test_the_undo_window_counts_down_and_stops(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.locator("#approve").click()
        expect(page.locator("#toast .count")).to_have_text(re.compile(r"^0:\d\d$"))
        page.locator("#toast").get_by_role("button", name="Stop").click()
        desk.open(served.northwind)
        expect(page.locator("#ending")).to_contain_text("Already decided: Inés Robledo approved")
        expect(page.locator(".tl")).to_contain_text("stopped before it left")
    assert served.world.engine.stopped == [served.northwind.opening.case_id]


def test_what_was_refused_keeps_what_was_typed(browser: Browser, served: Served) -> None:
    with at_desk(browser, served) as desk:
        page = desk.page
        desk.open(served.northwind)
        page.keyboard.press("e")
        page.locator("[name='edit.task.subject']").fill("Call her before noon")
        page.locator("[name='edit.mail.body']").fill("   ")
        page.locator("#approve").click()
        expect(page.get_by_role("alert")).to_contain_text("The e-mail has no text")
        expect(page.locator("[name='edit.task.subject']")).to_have_value("Call her before noon")
        desk.complaints = [c for c in desk.complaints if "422" not in c]
    assert served.decisions(served.northwind) == ()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_at_390_px_everything_is_one_tap_away(browser: Browser, served: Served, dark: bool) -> None:
    with at_desk(browser, served, width=390, dark=dark) as desk:
        page = desk.page
        expect(page.locator("#queue")).to_be_visible()
        expect(page.locator("#decide")).to_be_hidden()
        page.locator(".item").first.click()
        expect(page.locator("#decide")).to_be_visible()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0
        for name in ("Score 84", "Evidence 7", "Case"):
            page.locator(".jump").get_by_role("link", name=name).click()
        expect(page.locator("#timeline")).to_be_in_viewport()
        ink, ground = page.evaluate(
            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
        )
        assert (_brightness(ink) > _brightness(ground)) is dark
        page.locator("#reject").click()
        page.get_by_text("Competitor").click()
        page.locator("#reject-panel").get_by_role("button", name="Reject").click()
        expect(page.locator("#toast")).to_contain_text("Rejected: Northwind Traders.")
    assert served.decisions(served.northwind)[0].reason_code == "competitor"


def _brightness(colour: str) -> float:
    numbers = [float(n) for n in colour.removeprefix("rgb(").removesuffix(")").split(",")[:3]]
    return sum(numbers)


def test_a_viewer_sees_the_card_and_no_way_to_decide(browser: Browser, served: Served) -> None:
    with at_desk(browser, served, login="vera") as desk:
        desk.open(served.northwind)
        expect(desk.page.locator("#approve")).to_be_disabled()
        desk.page.keyboard.press("a")
        desk.page.keyboard.press("r")
        expect(desk.page.locator("#reject-panel")).to_be_hidden()
    assert served.decisions(served.northwind) == ()
