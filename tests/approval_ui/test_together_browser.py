"""Several people at once, and the day that something is away: in a real Chromium, over one server."""

from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import Browser, expect

from domain.decisions import RoundState
from domain.errors import StoreError
from domain.leads import Motion
from domain.permissions import Level
from domain.proposals import digest_of
from tests.approval_ui.sample_exception import stuck
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.served import Served, at_desk
from tests.approval_ui.test_corrections import line_of, seeded

pytestmark = pytest.mark.browser
SUBJECT = "Valencia, Thursday at 10:00?"


def test_a_claim_is_seen_by_who_looks_at_the_list(browser: Browser, kept: Served) -> None:
    with at_desk(browser, kept) as first, at_desk(browser, kept, login="oriol") as second:
        row = first.page.locator(".line", has_text="Fabrikam")
        expect(row.locator(".claimed")).to_have_count(0)
        second.open(kept.fabrikam)
        second.page.keyboard.press("c")
        expect(second.page.locator("#desk")).to_contain_text("You have claimed it")
        expect(row.locator(".claimed")).to_have_text("claimed by Oriol Puig")
        first.open(kept.fabrikam)
        expect(first.page.locator("#desk")).to_contain_text("Oriol Puig has claimed it")


def test_the_lane_of_exceptions_follows_what_others_do(browser: Browser, kept: Served) -> None:
    with at_desk(browser, kept) as first, at_desk(browser, kept, login="oriol") as second:
        page = first.page
        page.goto(f"{kept.address}/exceptions")
        expect(page.get_by_text("Nothing is stuck")).to_be_visible()
        opened = stuck(kept.world)
        expect(page.locator("#lane-rows")).to_contain_text("Northwind")
        expect(page.locator(".nav")).to_contain_text("Exceptions1")
        second.page.goto(f"{kept.address}/exceptions/{opened.opening.case_id}/{opened.number}")
        second.page.get_by_role("button", name="Claim").click()
        expect(page.locator("#lane-rows")).to_contain_text("claimed by Oriol Puig")
        second.page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("Nothing is stuck")).to_be_visible()
        page.locator("#lane-chips").get_by_role("link", name="Resolved").click()
        expect(page.locator("#lane-rows")).to_contain_text("Oriol Puig had it tried again")


def test_of_two_at_once_the_second_learns_who_decided_what(browser: Browser, kept: Served) -> None:
    made = kept.another("Contoso")
    with at_desk(browser, kept) as first, at_desk(browser, kept, login="oriol") as second:
        first.open(made)
        second.open(made)
        first.page.locator("#approve").click()
        expect(first.page.locator("#toast")).to_contain_text("Approved: Contoso.")
        second.page.locator("#approve").click()
        expect(second.page.get_by_text("Already decided: Inés Robledo approved").first).to_be_visible()
        second.complaints = [c for c in second.complaints if "409" not in c]
    assert [d.reviewer for d in kept.decisions(made)] == ["ines"]


def test_who_has_it_open_is_told_that_it_is_over(browser: Browser, kept: Served) -> None:
    made = kept.another("Fourth Coffee")
    with at_desk(browser, kept) as first, at_desk(browser, kept, login="oriol") as second:
        second.open(made)
        second.page.keyboard.press("e")
        second.page.locator("[name='edit.mail.subject']").fill(SUBJECT)
        first.open(made)
        first.page.locator("#approve").click()
        expect(first.page.locator("#toast")).to_contain_text("Approved: Fourth Coffee.")
        news = second.page.locator("#news")
        expect(news).to_contain_text("Already decided: Inés Robledo approved.")
        # Nothing moves under the reader's hands.
        expect(second.page.locator("[name='edit.mail.subject']")).to_have_value(SUBJECT)
        news.get_by_role("link", name="Show").click()
        expect(second.page.locator("#ending")).to_contain_text("Already decided: Inés Robledo approved")


def test_the_next_draft_says_what_was_asked_of_the_one_before(browser: Browser, kept: Served) -> None:
    made, world = kept.another("Tailspin"), kept.world
    with at_desk(browser, kept) as desk:
        page = desk.page
        desk.open(made)
        page.keyboard.press("d")
        page.keyboard.type("Shorter. Offer <b>Tuesday</b>.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#toast")).to_contain_text("Asked for another draft: Tailspin.")
        content = made.content.model_copy(update={"round": 2})
        opening = made.opening.model_copy(update={"round": 2, "proposal_digest": digest_of(content.to_bytes())})
        card = made.card.model_copy(update={"round": 2, "reopened_because": "redraft"})
        world.open(Sample(inquiry=made.inquiry, card=card, content=content, opening=opening))
        page.goto(f"{kept.address}/reviews/{made.opening.case_id}/2")
        expect(page.locator("#reopened")).to_contain_text(
            "Draft 1 Inés Robledo asked for another draft: “Shorter. Offer <b>Tuesday</b>.”"
        )
        page.get_by_role("link", name="Draft 1").click()
        expect(page.locator("#ending")).to_contain_text("asked for another draft")
        expect(page.locator(".mail .body")).to_be_visible()


def test_a_second_person_signs_what_the_first_one_edited(browser: Browser, kept: Served) -> None:
    made = kept.another("Litware", quorum=2)
    with at_desk(browser, kept, login="oriol") as first, at_desk(browser, kept) as second:
        page = first.page
        first.open(made)
        page.keyboard.press("e")
        page.locator("[name='edit.mail.subject']").fill(SUBJECT)
        page.locator("#approve").click()
        expect(page.locator("#toast")).to_contain_text("second")
        first.open(made)
        expect(page.locator("#decide")).to_contain_text("You have signed; a second person must sign as well")
        expect(page.locator("#approve")).to_be_disabled()

        second.open(made)
        expect(second.page.get_by_text("Signed by Oriol Puig.")).to_be_visible()
        expect(second.page.locator("[name='edit.mail.subject']")).to_have_value(SUBJECT)
        second.page.locator("#approve").click()
        expect(second.page.locator("#toast")).to_contain_text("Litware")
    outcome = kept.world.deps.reviews.outcome(made.opening.case_id, 1)
    assert (outcome.state, len(outcome.decision_ids)) == (RoundState.DECIDED, 2)
    assert len({d.final_digest for d in kept.decisions(made)}) == 1


def test_what_was_approved_is_undone_from_the_toast(browser: Browser, kept: Served) -> None:
    made = kept.quiet("Wingtip")
    with at_desk(browser, kept) as desk:
        desk.open(made)
        desk.page.locator("#approve").click()
        expect(desk.page.locator("#toast")).to_contain_text("Approved: Wingtip.")
        (decision,) = kept.decisions(made)
        kept.world.write(made, decision.decision_id)
        desk.page.keyboard.press("z")
        expect(desk.page.locator("h1")).to_have_text("Take this decision back?")
        desk.page.get_by_role("button", name="Sign the undo").click()
        expect(desk.page.get_by_role("status").first).to_contain_text("The undo is signed")
    assert [case_id for case_id, _, _ in kept.world.engine.undos] == [made.opening.case_id]


def test_how_one_is_told_is_set_and_kept(browser: Browser, kept: Served) -> None:
    with at_desk(browser, kept) as desk:
        page = desk.page
        page.goto(f"{kept.address}/notifications")
        page.get_by_label("Also when somebody else decided").check()
        page.get_by_label("From").fill("19:00")
        page.get_by_label("until").fill("07:30")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_be_visible()
        page.goto(f"{kept.address}/notifications")
        expect(page.get_by_label("Also when somebody else decided")).to_be_checked()
        expect(page.get_by_label("until")).to_have_value("07:30")
        page.get_by_label("until").fill("")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_be_visible()
        desk.complaints = [c for c in desk.complaints if "422" not in c]


def test_while_the_engine_is_away_it_says_that_it_will_be_delivered(browser: Browser, kept: Served) -> None:
    made, engine = kept.another("Adatum"), kept.world.engine
    engine.down = True
    try:
        with at_desk(browser, kept) as desk:
            desk.open(made)
            desk.page.locator("#approve").click()
            expect(desk.page.locator("#toast")).to_contain_text("will be delivered")
            expect(desk.page.locator(".banner.wait")).to_contain_text("stored and will be delivered")
            desk.open(made)
            expect(desk.page.locator("#ending")).to_contain_text("Signed; will be delivered")
            engine.down = False
            engine.told.clear()
            assert engine.told.wait(20)
            expect(desk.page.locator("#ending")).to_contain_text("Already decided")
    finally:
        engine.down = False
    assert [d.reviewer for d in kept.decisions(made)] == ["ines"]


def test_a_database_that_is_away_is_a_clear_page_and_nothing_is_lost(
    browser: Browser, kept: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = kept.another("Proseware")

    def away(*_: object, **__: object) -> None:
        raise StoreError("the database cannot be used")

    with at_desk(browser, kept) as desk:
        page = desk.page
        desk.open(made)
        page.keyboard.press("e")
        page.locator("[name='edit.mail.subject']").fill("Typed before it went")
        with monkeypatch.context() as broken:
            broken.setattr(kept.world.deps.sessions, "find", away)
            page.goto(f"{kept.address}/reviews/{made.opening.case_id}/1")
            expect(page.locator("h1")).to_have_text("Not reachable now")
            expect(page.locator("main")).to_contain_text("Nothing was lost")
        page.get_by_role("link", name="Try again").click()
        expect(page.locator("h1")).to_contain_text("Proseware")
        expect(page.locator("[name='edit.mail.subject']")).to_have_value("Typed before it went")
        desk.complaints = [c for c in desk.complaints if "503" not in c]
    assert kept.decisions(made) == ()


def test_a_level_that_was_lowered_while_it_waited_is_said_on_the_card(browser: Browser, kept: Served) -> None:
    made, playbooks = kept.another("Woodgrove"), kept.world.playbooks
    before = playbooks.playbook
    with at_desk(browser, kept) as desk:
        desk.open(made)
        expect(desk.page.get_by_text("The permission level is")).to_have_count(0)
        try:
            for level, said in ((Level.DRAFT, "nothing is written"), (Level.READ_ONLY, "refused at the CRM door")):
                playbooks.playbook = before.model_copy(update={"levels": dict.fromkeys(Motion, level)})
                desk.page.reload()
                expect(desk.page.locator(".alert", has_text="The permission level is")).to_contain_text(said)
        finally:
            playbooks.playbook = before


def test_a_disqualification_is_confirmed_by_a_manager_only(browser: Browser, kept: Served) -> None:
    with at_desk(browser, kept, login="oriol") as reviewer:
        reviewer.open(kept.student)
        expect(reviewer.page.locator("#approve")).to_be_disabled()
        expect(reviewer.page.locator("#decide")).to_contain_text("a manager must approve it")
    with at_desk(browser, kept) as manager:
        manager.open(kept.student)
        expect(manager.page.locator("#approve")).to_contain_text("Confirm disqualification")
        manager.page.locator("#approve").click()
        expect(manager.page.locator("#toast")).to_be_visible()
    assert [d.reviewer for d in kept.decisions(kept.student)] == ["ines"]


def test_who_goes_away_hands_over_and_is_back_when_they_say(browser: Browser, kept: Served) -> None:
    with at_desk(browser, kept, login="javier") as desk:
        page = desk.page
        page.locator(".avatar").click()
        page.get_by_role("link", name="I am away").click()
        page.get_by_label("Last day away").fill(f"{kept.world.now + timedelta(days=3):%Y-%m-%d}")
        page.get_by_role("button", name="I am away until then").click()
        expect(page.get_by_role("button", name="I am back")).to_be_visible()
        page.get_by_role("button", name="I am back").click()
        expect(page.get_by_role("button", name="I am away until then")).to_be_visible()


def test_the_same_correction_three_times_offers_the_line_to_mend(browser: Browser, kept: Served) -> None:
    place = f"routing.yaml:{line_of('- name: Iberia and Italy')}"
    world = kept.world
    with at_desk(browser, kept) as desk:
        page = desk.page
        for n in (1, 2, 3):
            desk.open(world.seed(partial(seeded, world, n=n)))
            page.keyboard.press("e")
            page.locator("[name='edit.owner.after_owner_id']").select_option(label="Tomás Vidal")
            page.locator("#approve").click()
            expect(page.locator("#toast")).to_contain_text("Approved with edits: Northwind Traders.")
            expect(page.locator("#toast")).to_contain_text("mend" if n == 3 else "E-mail leaves")
            expect(page.get_by_role("link", name=place)).to_have_count(1 if n == 3 else 0)
        page.get_by_role("link", name=place).click()
        expect(page.locator("main h2")).to_contain_text("The owner was changed to Tomás Vidal.")
        expect(page.locator("main")).to_contain_text(f"Mend {place}")
