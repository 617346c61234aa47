"""The same correction three times: the card, the toast and a page name the playbook's line to mend."""

from functools import partial

from persistence.documents import SqlDocuments
from tests.approval_ui.conftest import Browser, Door
from tests.approval_ui.sample_review import TOMAS, Sample, northwind
from tests.approval_ui.world import SHIPPED, World


def seeded(world: World, case_id: str, org_id: str, now: object, *, n: int) -> Sample:
    made = northwind(case_id, org_id, world.now)
    routing = made.card.routing.model_copy(update={"rows": ("territory Iberia and Italy",)})
    inquiry = made.inquiry.model_copy(update={"email": f"irene{n}@northwind.example", "event_id": f"sent-{n}"})
    return Sample(
        inquiry=inquiry,
        card=made.card.model_copy(update={"routing": routing}),
        content=made.content,
        opening=made.opening,
    )


def corrected(world: World, browser: Browser, n: int, **fields: str) -> tuple[Sample, str]:
    """A decision with another owner; where the browser is sent."""
    made = world.seed(partial(seeded, world, n=n))
    answer = browser.decide(made, **({"edit.owner.after_owner_id": TOMAS} | fields))
    assert answer.status_code == 303, answer.text
    return made, answer.headers["location"]


def line_of(text: str) -> int:
    return (SHIPPED / "routing.yaml").read_text(encoding="utf-8").split(text)[0].count("\n") + 1


def test_the_third_time_offers_the_line(world: World, door: Door) -> None:
    browser = door.browser("ines")
    place = f"routing.yaml:{line_of('- name: Iberia and Italy')}"
    for n in (1, 2):
        _, then = corrected(world, browser, n)
        assert place not in browser.get(then).text
    assert "Nothing to mend" in browser.get("/corrections").text

    made, then = corrected(world, browser, 3)
    assert f'The same correction in 3 cases: mend <a class="link mono" href="/corrections">{place}' in (
        browser.get(then).text
    )
    card = browser.get(f"/reviews/{made.opening.case_id}/1").text
    assert "Corrected the same way in 3 cases." in card
    assert place in card
    page = browser.get("/corrections").text
    assert place in page
    assert page.count('href="/cases/') >= 3


def test_other_corrections_do_not_add_up(world: World, door: Door) -> None:
    browser = door.browser("ines")
    corrected(world, browser, 1)
    corrected(world, browser, 2)
    untouched = world.seed(partial(seeded, world, n=3))
    browser.decide(untouched)
    assert "Nothing to mend" in browser.get("/corrections").text


def test_a_broken_playbook_offers_nothing_and_breaks_no_page(world: World, door: Door) -> None:
    browser = door.browser("ines")
    for n in (1, 2, 3):
        corrected(world, browser, n)
    world.playbooks.broken = True
    assert browser.get("/corrections").status_code == 200
    world.playbooks.broken = False
    assert "Mend <span" in browser.get("/corrections").text


def test_the_playbook_says_how_often_is_too_often(world: World, door: Door) -> None:
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"mend_after": 2})
    browser = door.browser("ines")
    corrected(world, browser, 1)
    assert "Nothing to mend" in browser.get("/corrections").text
    corrected(world, browser, 2)
    assert "Mend <span" in browser.get("/corrections").text


def test_what_was_erased_is_no_longer_counted(world: World, door: Door) -> None:
    browser = door.browser("ines")
    made = [corrected(world, browser, n)[0] for n in (1, 2, 3)]
    assert "Nothing to mend" not in browser.get("/corrections").text
    SqlDocuments(world.db, world.clock).erase(made[0].opening.case_id)
    assert "Nothing to mend" in browser.get("/corrections").text
