"""The ladder as reviewers see it, in a real Chromium: reminder, fallback, manager, expiry, and who stands in."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from activities.messages import EscalateInput, ExceptionInput, RoundInput
from activities.resolving import ResolvingActivities
from activities.reviewing import ReviewActivities
from domain.cases import ExceptionCode, LadderStep
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.served import Desk, Served, at_desk
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.browser


class Workers:
    """What the workers do when a step of the ladder is due: their own activities over the same store."""

    def __init__(self, kept: Served) -> None:
        deps = kept.world.deps
        late = FakeClock(kept.world.now + timedelta(days=2))
        self.reviewing, self.after_expiry = (
            ReviewActivities(
                reviews=deps.reviews,
                documents=deps.documents,
                playbooks=deps.playbooks,
                verifier=deps.verifier,
                audit=deps.audit,
                clock=clock,
                absences=deps.absences,
            )
            for clock in (deps.clock, late)
        )
        self.resolving = ResolvingActivities(
            cases=deps.cases,
            documents=deps.documents,
            reviews=deps.reviews,
            exceptions=deps.exceptions,
            audit=deps.audit,
            playbooks=deps.playbooks,
            notices=deps.notices,
            clock=deps.clock,
        )

    def take(self, made: Sample, step: LadderStep) -> None:
        opening = made.opening
        self.reviewing.escalate(EscalateInput(case_id=opening.case_id, org_id=opening.org_id, round=1, step=step))

    def expire(self, made: Sample) -> None:
        opening = made.opening
        self.after_expiry.expire_round(RoundInput(case_id=opening.case_id, org_id=opening.org_id, round=1))
        self.resolving.open_exception(
            ExceptionInput(
                case_id=opening.case_id, org_id=opening.org_id, round=1, code=ExceptionCode.REVIEW_EXPIRED, nth=0
            )
        )


def mine(desk: Desk) -> None:
    desk.page.goto(f"{desk.served.address}/?whose=mine")


def test_each_step_reaches_whom_it_names_and_expiry_writes_nothing(browser: Browser, kept: Served) -> None:
    made, workers = kept.another("Contoso"), Workers(kept)
    with (
        at_desk(browser, kept, login="oriol") as asked,
        at_desk(browser, kept, login="javier") as fallback,
        at_desk(browser, kept) as manager,
    ):
        for desk in (asked, fallback, manager):
            mine(desk)
        rows = [desk.page.locator(".line", has_text="Contoso") for desk in (asked, fallback, manager)]
        expect(rows[0]).to_be_visible()
        expect(rows[0].locator(".rung")).to_have_count(0)
        expect(rows[1]).to_have_count(0)

        # Nobody reloads a page: each learns of the step by itself.
        workers.take(made, LadderStep.REMINDER)
        expect(rows[0].locator(".rung")).to_have_text("reminded")
        workers.take(made, LadderStep.FALLBACK)
        expect(rows[1].locator(".rung")).to_have_text("with the fallback")
        expect(rows[2]).to_have_count(0)
        workers.take(made, LadderStep.MANAGER)
        expect(rows[2].locator(".rung")).to_have_text("with the manager")

        manager.open(made)
        line = manager.page.locator(".tl")
        for said in ("Reminded told Oriol Puig", "Went to the fallback told Javier", "Went to the manager told Inés"):
            who = said.split(" told ")
            expect(line.locator("li", has_text=who[0])).to_contain_text(f"told {who[1]}")
        expect(manager.page.locator("#decide .hint")).to_contain_text("expires")

        workers.expire(made)
        for row in rows[:2]:
            expect(row).to_have_count(0)
        manager.page.reload()
        expect(manager.page.locator("#ending")).to_contain_text("Expired")
        expect(manager.page.locator("#ending")).to_contain_text("Nobody decided in time. Nothing was written.")
        expect(manager.page.locator("#approve")).to_have_count(0)
        expect(line.locator("li", has_text="Went to the manager")).to_be_visible()
        manager.page.goto(f"{kept.address}/exceptions")
        stuck = manager.page.locator("#lane-rows")
        expect(stuck).to_contain_text("Contoso")
        stuck.get_by_role("link", name="Contoso").click()
        expect(manager.page.locator("main")).to_contain_text("Nobody decided in time")
    assert kept.decisions(made) == ()


def test_a_step_that_names_somebody_away_reaches_who_stands_in(browser: Browser, kept: Served) -> None:
    made, workers = kept.another("Litware"), Workers(kept)
    with at_desk(browser, kept, login="javier") as gone, at_desk(browser, kept) as stands_in:
        page = gone.page
        page.goto(f"{kept.address}/away")
        page.get_by_label("Last day away").fill(f"{kept.world.now + timedelta(days=3):%Y-%m-%d}")
        page.get_by_role("button", name="I am away until then").click()
        expect(page.get_by_role("button", name="I am back")).to_be_visible()
        mine(stands_in)
        row = stands_in.page.locator(".line", has_text="Litware")
        expect(row).to_have_count(0)
        workers.take(made, LadderStep.FALLBACK)
        expect(row.locator(".rung")).to_have_text("with the fallback")
        stands_in.open(made)
        climbed = stands_in.page.locator(".tl li", has_text="Went to the fallback")
        expect(climbed).to_contain_text("told Inés Robledo")
        page.get_by_role("button", name="I am back").click()


def test_what_waits_for_somebody_who_goes_away_is_with_who_stands_in_at_once(browser: Browser, kept: Served) -> None:
    made = kept.another("Wingtip")
    with at_desk(browser, kept, login="javier") as colleague, at_desk(browser, kept, login="oriol") as gone:
        mine(colleague)
        row = colleague.page.locator(".line", has_text="Wingtip")
        expect(row).to_have_count(0)
        gone.page.goto(f"{kept.address}/away")
        gone.page.get_by_label("Last day away").fill(f"{kept.world.now + timedelta(days=3):%Y-%m-%d}")
        gone.page.get_by_role("button", name="I am away until then").click()
        expect(gone.page.locator("main")).to_contain_text("handed over")
        expect(row).to_be_visible()
        colleague.open(made)
        expect(colleague.page.locator("#desk")).to_contain_text("Asked: Javier Montes (first Oriol Puig)")
        expect(colleague.page.locator(".tl")).to_contain_text("Handed over, because who was asked is away")
