"""In a real Chromium: what is checked before anybody signs, deciding together, and what could not be told."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from domain.cases import DocumentKind
from domain.decisions import Verdict
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant, Scalar
from domain.notices import Channel, NotificationState
from tests.approval_ui.sample_review import LEAD, Sample, northwind
from tests.approval_ui.served import Served, at_desk
from tests.approval_ui.test_edits import described
from tests.approval_ui.test_notifications import failed

pytestmark = pytest.mark.browser


def from_elsewhere(
    case_id: str, org_id: str, now: Instant, *, make: Callable[[str, str, Instant], Sample], name: str, slot: str = ""
) -> Sample:
    """Somebody else's, so that it is a case of its own; with `slot`, made from a snapshot of the record."""
    made = make(case_id, org_id, now)
    told = made.inquiry.model_copy(update={"event_id": f"sent-{name}", "email": f"i@{name.lower()}.example"})
    card = made.card.model_copy(update={"company": name, "snapshot_slot": slot})
    return Sample(inquiry=told, card=card, content=made.content, opening=made.opening)


def test_the_crm_would_refuse_it_and_so_does_the_page(browser: Browser, kept: Served) -> None:
    made = kept.world.seed(partial(from_elsewhere, make=described, name="Litware"))
    with at_desk(browser, kept) as desk:
        page = desk.page
        desk.open(made)
        page.keyboard.press("e")
        # The list offers only what the CRM takes; a number that is none is caught before anything is signed.
        expect(page.locator("[name='edit.fields.Rating'] option")).to_have_text(["empty", "Hot", "Warm", "Cold"])
        page.locator("[name='edit.fields.NumberOfEmployees']").fill("4.5")
        page.keyboard.press("Escape")
        page.evaluate("document.querySelector('[name=\"edit.fields.NumberOfEmployees\"]').step = 'any'")
        page.locator("#approve").click()
        expect(page.get_by_role("alert")).to_contain_text("NumberOfEmployees takes a whole number")
        expect(page.locator("[name='edit.fields.NumberOfEmployees']")).to_have_value("4.5")
        desk.complaints = [c for c in desk.complaints if "422" not in c]
    assert kept.decisions(made) == ()


def test_who_opted_out_is_not_written_to_whatever_was_proposed(browser: Browser, kept: Served) -> None:
    world = kept.world
    made = world.seed(partial(from_elsewhere, make=northwind, name="Contoso", slot="1"))
    fields: dict[str, Scalar] = {"Email": "i@contoso.example", "Country": "Spain", "HasOptedOutOfEmail": True}
    lead = CrmRecord(object="Lead", id=LEAD.id, modified_at=world.now, fields=fields)
    snapshot = CrmSnapshot(taken_at=world.now, lead=lead)
    case_id = made.opening.case_id
    world.deps.documents.put(case_id, DocumentKind.SNAPSHOT, "1", snapshot.model_dump_json().encode())
    with at_desk(browser, kept) as desk:
        page = desk.page
        desk.open(made)
        page.locator("#approve").click()
        expect(page.get_by_role("alert")).to_contain_text("consent rules do not let this e-mail go")
        page.get_by_label("Send the e-mail").uncheck()
        page.locator("#approve").click()
        expect(page.locator("#toast")).to_contain_text("Approved with edits: Contoso.")
        desk.complaints = [c for c in desk.complaints if "422" not in c]
    (decision,) = kept.decisions(made)
    assert decision.verdict is Verdict.APPROVE_EDITED


def test_ticked_in_the_list_and_rejected_together_with_one_reason(browser: Browser, kept: Served) -> None:
    made = [kept.quiet(company) for company in ("Adatum", "Wingtip")]
    with at_desk(browser, kept) as desk:
        page = desk.page
        for company in ("Adatum", "Wingtip"):
            page.get_by_role("checkbox", name=f"Select: Assign {company}").check()
        page.locator(".batch").get_by_role("button", name="Reject…").click()
        expect(page.locator("h1")).to_have_text("Reject 2 reviews?")
        page.get_by_text("Not a fit").click()
        page.get_by_label("More, if it helps").fill("They run no vehicles of their own.")
        page.get_by_role("button", name="Reject them").click()
        expect(page.locator("h1")).to_have_text("2 of 2 rejected")
        page.get_by_role("link", name="Assign Adatum").click()
        expect(page.locator("#ending")).to_contain_text("Already decided: Inés Robledo rejected")
        expect(page.locator("#ending")).to_contain_text("not a fit · “They run no vehicles of their own.”")
    assert [kept.decisions(m)[0].reason_code for m in made] == ["not_a_fit", "not_a_fit"]


def test_ops_see_what_could_not_be_told_and_send_it_again(browser: Browser, kept: Served) -> None:
    deps = kept.world.deps
    deps.notices.configure(frozenset({Channel.MAIL}), now=kept.world.now)
    lost = failed(kept.world, kept.northwind.opening.case_id)
    with at_desk(browser, kept, login="tomas") as desk:
        page = desk.page
        expect(page.locator(".nav")).to_contain_text("Notifications1")
        page.goto(f"{kept.address}/notifications")
        row = page.locator("tr", has_text="the address is missing or was refused")
        row.get_by_role("button", name="Send again").click()
        expect(page.get_by_role("status").first).to_be_visible()
    again = deps.notices.get(lost)
    assert again is not None
    assert again.state is NotificationState.WAITING
