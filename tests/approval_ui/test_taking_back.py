"""Undo pressed once, twice, and by two people: one signature while one is asked for or being carried out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from domain.audit import AuditEvent, AuditKind
from domain.cases import DocumentKind
from domain.decisions import Purpose
from domain.errors import ErrorCode, RefusalReason
from domain.receipts import UndoRefusal
from domain.undo_runs import UndoRun
from domain.undoing import UndoReason, UndoReport
from persistence.documents import SqlDocuments
from persistence.queue import DecisionItem
from persistence.undo_runs import SqlUndoRuns
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import LEAD, Sample
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


def refused(world: World, made: Sample, code: str) -> None:
    """What the write guard notes about the newest undo."""
    decision_id = undos(world, made)[-1].decision_id
    world.deps.audit.append(
        AuditEvent(
            key=f"refused/{decision_id}/{code}",
            kind=AuditKind.WRITE_REFUSED,
            org_id=made.opening.org_id,
            case_id=made.opening.case_id,
            subject=decision_id,
            code=code,
            at=world.now,
        )
    )


def ended(world: World, made: Sample, report: UndoReport) -> None:
    """What the CRM worker keeps when the newest undo has ended."""
    slot = undos(world, made)[-1].decision_id
    body = report.model_dump_json().encode()
    world.deps.documents.put(made.opening.case_id, DocumentKind.UNDO, slot, body)


def test_an_undo_that_was_refused_may_be_asked_for_again(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    refused(world, made, RefusalReason.REVOKED_KEY)
    assert "its signing key was revoked" in browser.get(f"/cases/{made.opening.case_id}").text
    browser.post(f"/receipts/{receipt}/undo")
    assert len(undos(world, made)) == 2


def test_one_that_takes_its_time_is_the_same_undo_whenever_it_is_pressed(world: World, door: Door) -> None:
    """The CRM may be away for a day, or ops may have stopped the workflow: it is started again, not signed again."""
    made, receipt = written(world, door)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    world.clock.advance(timedelta(minutes=90))
    browser.post(f"/receipts/{receipt}/undo")
    assert len(undos(world, made)) == 1
    assert [u[2] for u in world.engine.undos] == [undos(world, made)[0].decision_id] * 2


def test_one_that_ops_stopped_says_so_and_starts_again_by_the_same_button(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    (signed,) = undos(world, made)
    SqlUndoRuns(world.db).stop(UndoRun(decision_id=signed.decision_id), now=world.now)
    page = browser.get(f"/cases/{made.opening.case_id}").text
    assert "Undo stopped by ops; it was signed and not carried out" in page
    assert "Start it again…" in page
    assert "being carried out" not in page
    told = door.script("vera").get(f"/api/receipts/{receipt}/undo").json()
    assert (told["stage"], told["decision_id"]) == ("stopped", signed.decision_id)
    confirm = browser.get(f"/receipts/{receipt}/undo").text
    assert ">Start it again</button>" in confirm
    assert "Sign the undo" not in confirm
    assert browser.post(f"/receipts/{receipt}/undo").status_code == 303
    assert len(undos(world, made)) == 1
    assert [u[2] for u in world.engine.undos] == [signed.decision_id] * 2
    assert door.script().get(f"/api/receipts/{receipt}/undo").json()["stage"] == "underway"


def test_while_writing_is_paused_the_undo_waits_and_is_signed_once(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    world.deps.pause.set(None, True, by="ines", now=world.now)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    refused(world, made, ErrorCode.PAUSED)
    assert "it waits until writing is resumed" in browser.get(f"/cases/{made.opening.case_id}").text
    browser.post(f"/receipts/{receipt}/undo")
    assert len(undos(world, made)) == 1
    told = door.script().get(f"/api/receipts/{receipt}/undo").json()
    assert (told["stage"], told["waits_for_resume"]) == ("underway", True)


def test_what_stays_is_named_on_the_page_and_may_be_tried_again(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    kept = tuple(UndoRefusal(record=LEAD, field=f, reason=UndoReason.CHANGED_SINCE) for f in ("OwnerId", "Rating"))
    ended(world, made, UndoReport(receipt_id=receipt, refusals=kept))
    page = browser.get(f"/cases/{made.opening.case_id}").text
    assert "Nothing could be taken back" in page
    assert page.count("Somebody changed this after the write; their value stays.") >= 2
    assert "Owner of Lead" in page
    assert "Rating of Lead" in page
    assert f'href="/receipts/{receipt}/undo"' in page
    browser.post(f"/receipts/{receipt}/undo")
    assert len(undos(world, made)) == 2


def undone(world: World, made: Sample, receipt: str, *kept: UndoRefusal) -> str:
    """What the CRM worker leaves when the newest undo has written something; its receipt."""
    write, decision_id = world.deps.receipts.get(receipt), undos(world, made)[-1].decision_id
    assert write is not None
    again = {"id": f"{decision_id:f<64}"[:64], "undoes": receipt, "decision_id": decision_id}
    undo = write.model_copy(update=again | {"written_at": world.now})
    world.deps.receipts.put(undo)
    ended(world, made, UndoReport(receipt_id=receipt, new_receipt_id=undo.id, refusals=kept))
    return undo.id


def kept(field: str, reason: UndoReason) -> UndoRefusal:
    return UndoRefusal(record=LEAD, field=field, reason=reason)


def test_one_that_came_back_in_part_says_what_did_not(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser = door.browser()
    browser.post(f"/receipts/{receipt}/undo")
    undo = undone(world, made, receipt, kept("Rating", UndoReason.CHANGED_SINCE))
    page = browser.get(f"/cases/{made.opening.case_id}").text
    assert "Taken back in part" in page
    assert "Not all was taken back" in page
    told = door.script("vera").get(f"/api/receipts/{receipt}/undo").json()
    assert (told["stage"], told["new_receipt_id"]) == ("in_part", undo)
    assert [(r["field"], r["sentence"]) for r in told["refusals"]] == [
        ("Rating", "Somebody changed this after the write; their value stays.")
    ]


def test_the_rest_may_be_asked_for_once_what_kept_it_is_gone(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    browser, script = door.browser(), door.script()
    case, address = f"/cases/{made.opening.case_id}", f"/api/receipts/{receipt}/undo"

    def told() -> tuple[str, list[str]]:
        found = script.get(address).json()
        return found["stage"], [r["reason"] for r in found["refusals"]]

    def press() -> None:
        world.clock.advance(timedelta(minutes=1))
        assert browser.post(f"/receipts/{receipt}/undo").status_code == 303

    press()
    first = undone(world, made, receipt, kept("Rating", UndoReason.REFUSED_BY_CRM))
    assert ">Undo the rest…</a>" in browser.get(case).text
    press()
    press()
    assert (told(), len(undos(world, made))) == (("underway", []), 2)
    nothing = (kept("OwnerId", UndoReason.TAKEN_BACK_ALREADY), kept("Rating", UndoReason.CHANGED_SINCE))
    ended(world, made, UndoReport(receipt_id=receipt, refusals=nothing))
    assert told() == ("in_part", ["changed_since"])
    assert script.get(address).json()["new_receipt_id"] == first
    press()
    refused(world, made, RefusalReason.REVOKED_KEY)
    assert told() == ("in_part", ["refused_by_crm"])
    assert "its signing key was revoked" in browser.get(case).text
    press()
    undone(world, made, receipt, kept("OwnerId", UndoReason.TAKEN_BACK_ALREADY))
    assert (told(), len(undos(world, made))) == (("done", []), 4)
    assert "Undo the rest…" not in browser.get(case).text
    assert script.post(address, {}).status_code == 409
    assert len(undos(world, made)) == 4


def test_an_undo_carries_the_version_that_carries_it_out(world: World, door: Door) -> None:
    _, receipt = written(world, door)
    door.browser().post(f"/receipts/{receipt}/undo")
    assert world.engine.undone_by == [world.deps.config.agent_version]
    assert world.deps.config.agent_version


def test_of_an_erased_person_nothing_is_taken_back_any_more(world: World, door: Door) -> None:
    made, receipt = written(world, door)
    SqlDocuments(world.db, world.clock).erase(made.opening.case_id)
    answer = door.script().post(f"/api/receipts/{receipt}/undo", {})
    assert answer.status_code == 422
    assert "was erased" in answer.text
    assert undos(world, made) == ()


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
