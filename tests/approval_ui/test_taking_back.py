"""Undo pressed once, twice, and by two people: one signature while one is asked for or being carried out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from domain.audit import AuditEvent, AuditKind
from domain.decisions import Purpose
from persistence.queue import DecisionItem
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.world import World


def undos(world: World, made: Sample) -> tuple[DecisionItem, ...]:
    return tuple(d for d in world.deps.queue.decisions_of(made.opening.case_id) if d.purpose is Purpose.UNDO)


def written(world: World, door: Door) -> tuple[Sample, str]:
    made = world.seed()
    door.browser().decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    return made, world.write(made, decision.decision_id).id


def test_undo_pressed_three_times_signs_once(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser = door.browser()
    for _ in range(3):
        assert browser.post(f"/receipts/{receipt}/undo").status_code == 303
    assert len(undos(world, made)) == 1
    assert len({u for _, _, u in world.engine.undos}) == 1


def test_two_people_who_press_at_once_sign_one_undo(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    people = [door.browser(login) for login in ("oriol", "javier", "ines")]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda b: b.post(f"/receipts/{receipt}/undo").status_code, people))
    assert answers == [303, 303, 303]
    assert len(undos(world, made)) == 1


def test_an_undo_that_was_refused_or_never_answered_may_be_asked_for_again(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    world.deps.audit.append(
        AuditEvent(
            key="refused/1",
            kind=AuditKind.WRITE_REFUSED,
            org_id=made.opening.org_id,
            case_id=made.opening.case_id,
            subject=undos(world, made)[0].decision_id,
            at=world.now,
        )
    )
    browser.post(f"/receipts/{receipt}/undo")
    assert len(undos(world, made)) == 2
    world.clock.advance(timedelta(minutes=11))
    browser.post(f"/receipts/{receipt}/undo")
    assert len(undos(world, made)) == 3


def test_the_toast_leads_to_a_page_that_takes_back_the_whole_decision(world: World, door: Door) -> None:
    made, _ = written(world, door)
    browser = door.browser()
    path = f"/reviews/{made.opening.case_id}/1"
    assert f'href="{path}/undo"' in browser.get(f"/?done={made.opening.case_id}.1").text
    assert "Sign the undo" in browser.get(f"{path}/undo").text
    assert undos(world, made) == ()
    assert browser.post(f"{path}/undo").headers["location"].endswith("said=undo-mail")
    assert browser.post(f"{path}/undo").status_code == 303
    assert len(undos(world, made)) == 1
    # The e-mail was still in its undo window.
    assert world.engine.stopped[0] == made.opening.case_id


def test_a_rejection_offers_no_undo(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made, "reject", reason_code="spam")
    assert "toast-undo" not in browser.get(f"/?done={made.opening.case_id}.1").text
