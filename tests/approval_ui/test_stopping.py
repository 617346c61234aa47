"""Taking things back: pause, the e-mail's undo window, the undo of a write."""

from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import Executable, delete, update

from approval_ui.site import build_site
from domain.audit import AuditEvent, AuditKind
from domain.decisions import KeyUse, Purpose, parse_envelope
from domain.errors import ErrorCode, MailRefusal
from domain.leads import Motion
from domain.proposals import Phase, digest_of
from domain.receipts import MailState
from domain.undoing import undo_content
from persistence.audit import SqlAuditLog
from persistence.tables import PauseRow
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import northwind
from tests.approval_ui.world import World


def test_pause_shows_everywhere_and_is_audited(world: World, door: Door) -> None:
    browser = door.browser("ines")
    browser.post("/pause", motion="inbound", paused="true")
    assert world.deps.pause.paused(Motion.INBOUND)
    assert "Paused: inbound." in browser.get("/cases").text
    browser.post("/pause", motion="", paused="false")
    assert not world.deps.pause.paused(Motion.INBOUND)
    resumed, paused = [e.event for e in world.deps.queue.audit_tail()][:2]
    assert (resumed.kind, paused.kind) == (AuditKind.RESUMED, AuditKind.PAUSED)
    signed = world.deps.reviews.decision(resumed.subject)
    assert signed is not None
    envelope = parse_envelope(signed)
    assert (envelope.purpose, envelope.reviewer, envelope.case_id) == (Purpose.RESUME, "ines", "pause/all")
    assert world.deps.verifier.verify(signed, envelope.key_id, envelope.decided_at) is KeyUse.HUMAN
    assert world.deps.reviews.undelivered(10) == ()
    # What the write guard asks the audit for.
    org = world.deps.config.org_id
    assert [(s.motion, s.at) for s in SqlAuditLog(world.db).last_stops(org)] == [(Motion.INBOUND, paused.at)]


@pytest.mark.parametrize("statement", [delete(PauseRow), update(PauseRow).values(paused=False)])
def test_a_stop_that_somebody_took_out_of_the_database_is_still_shown(
    world: World, door: Door, statement: Executable
) -> None:
    """The write guard goes by the audit and the signatures, and so do the pages."""
    browser = door.browser("ines")
    browser.post("/pause", motion="inbound", paused="true")
    with world.db.transaction() as session:
        session.connection().execute(statement)
    assert "Paused: inbound." in browser.get("/cases").text
    world.clock.advance(timedelta(seconds=1))
    browser.post("/pause", motion="inbound", paused="false")
    assert "Paused" not in browser.get("/cases").text


def test_an_approved_email_can_be_stopped_until_it_leaves(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    world.write(made, decision.decision_id)
    page = f"/reviews/{made.opening.case_id}/1"
    assert "Stop the e-mail" in browser.get(page).text

    browser.post(f"/cases/{made.opening.case_id}/stop-mail", back=page)
    assert world.deps.mail_log.of_case(made.opening.case_id)[0][1] is MailState.STOPPED
    assert world.engine.stopped == [made.opening.case_id]
    after = browser.get(page).text
    assert "Stop the e-mail" not in after
    assert "stopped before it left" in after


def test_stopping_works_while_the_engine_is_away(world: World, door: Door) -> None:
    made = world.seed()
    world.engine.down = True
    script = door.script()
    script.decide(made)
    assert script.post(f"/api/cases/{made.opening.case_id}/stop-mail", {}).json() == {"state": "stopped"}


def test_what_is_being_sent_is_not_called_stopped(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    script.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    log, now = world.deps.mail_log, world.now
    log.begin("<m@acme.example>", made.opening.case_id, decision.decision_id, now=now)
    log.move("<m@acme.example>", MailState.INTENDED, MailState.SENDING, now=now)
    assert script.post(f"/api/cases/{made.opening.case_id}/stop-mail", {}).json() == {"state": "sending"}
    assert world.engine.stopped == []


def test_after_the_window_there_is_no_stop_button(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    world.write(made, decision.decision_id)
    world.clock.advance(timedelta(seconds=61))
    assert "Stop the e-mail" not in browser.get(f"/reviews/{made.opening.case_id}/1").text


def test_what_has_not_left_after_the_window_can_still_be_stopped(world: World, door: Door) -> None:
    """Writing is paused, or a server is away: the page counts nothing down, and does not say that it was refused."""
    made = world.seed()
    browser = door.browser()
    browser.decide(made)
    case_id = made.opening.case_id
    (decision,) = world.deps.queue.decisions_of(case_id)
    world.write(made, decision.decision_id)
    world.clock.advance(timedelta(seconds=61))
    world.deps.mail_log.begin("<m@acme.example>", case_id, decision.decision_id, now=world.now)
    held = AuditEvent(
        key="held",
        kind=AuditKind.WRITE_REFUSED,
        org_id=world.deps.config.org_id,
        case_id=case_id,
        actor="write_guard",
        subject=decision.decision_id,
        code=ErrorCode.PAUSED.value,
        at=world.now,
    )
    world.deps.audit.append(held)
    page = browser.get(f"/reviews/{case_id}/1?done={case_id}.1").text
    assert "has not left yet" in page
    assert "Stop the e-mail" in page
    assert "refused it" not in page
    told = browser.get(f"/cases/{case_id}").text
    assert "it goes on by itself once that is resumed" in told
    assert "not sent yet" in told


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (MailRefusal.OPTED_OUT, "the recipient opted out"),
        (MailRefusal.SANDBOX, "the org is a sandbox"),
        (MailRefusal.SERVER, "refused by the mail server"),
    ],
)
def test_an_email_that_was_not_sent_says_why(world: World, door: Door, refusal: MailRefusal, said: str) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made)
    case_id = made.opening.case_id
    (decision,) = world.deps.queue.decisions_of(case_id)
    world.deps.mail_log.begin("<m@acme.example>", case_id, decision.decision_id, now=world.now)
    world.deps.mail_log.move("<m@acme.example>", MailState.INTENDED, MailState.REFUSED, now=world.now)
    refused = AuditEvent(
        key="refused",
        kind=AuditKind.MAIL_REFUSED,
        org_id=world.deps.config.org_id,
        case_id=case_id,
        subject=decision.decision_id,
        code=refusal.value,
        at=world.now,
    )
    world.deps.audit.append(refused)
    assert said in browser.get(f"/cases/{case_id}").text
    assert said in browser.get(f"/reviews/{case_id}/1").text


def test_contact_is_claimed_after_the_email_whichever_clock_is_ahead(world: World, door: Door) -> None:
    """The CRM's clock counts whole seconds, and so says an earlier time than the mail server's answer."""
    made = world.seed()
    script = door.script()
    script.decide(made)
    case_id = made.opening.case_id
    (decision,) = world.deps.queue.decisions_of(case_id)
    written = world.write(made, decision.decision_id)
    world.deps.receipts.put(written.model_copy(update={"id": "e" * 64, "phase": Phase.AFTER_MAIL}))
    sent_at = world.now + timedelta(milliseconds=300)
    world.deps.mail_log.begin("<m@acme.example>", case_id, decision.decision_id, now=sent_at)
    for before, after in pairwise((MailState.INTENDED, MailState.SENDING, MailState.ACCEPTED)):
        world.deps.mail_log.move("<m@acme.example>", before, after, now=sent_at)
    told = [(s["what"], s["how"]) for s in script.get(f"/api/cases/{case_id}").json()["steps"]]
    assert told.index(("E-mail", "accepted by the mail server")) < told.index(
        ("Written to the CRM", "1 record · after mail")
    )


@pytest.mark.parametrize("ticked", [["owner", "task"], None])
def test_an_email_that_nobody_has_approved_is_not_called_stopped(
    world: World, door: Door, ticked: list[str] | None
) -> None:
    """It was ticked off, or a second person must sign it first."""
    made = world.seed(partial(northwind, quorum=1 if ticked else 2))
    script = door.script()
    assert script.decide(made, ticked=ticked).status_code == 200
    assert script.post(f"/api/cases/{made.opening.case_id}/stop-mail", {}).status_code == 404
    assert world.deps.mail_log.of_case(made.opening.case_id) == ()
    assert AuditKind.MAIL_STOPPED not in {e.event.kind for e in world.deps.queue.audit_tail()}


def test_an_undo_is_confirmed_then_signed_over_what_it_restores(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    receipt = world.write(made, decision.decision_id)

    assert "Take this write back?" in browser.get(f"/receipts/{receipt.id}/undo").text
    assert world.engine.undos == []
    answer = browser.post(f"/receipts/{receipt.id}/undo")
    assert answer.headers["location"] == f"/cases/{made.opening.case_id}?said=undo"
    ((case_id, receipt_id, decision_id),) = world.engine.undos
    assert (case_id, receipt_id) == (made.opening.case_id, receipt.id)

    stored = world.deps.reviews.decision(decision_id)
    assert stored is not None
    envelope = parse_envelope(stored)
    due = undo_content(receipt, org_id=world.deps.config.org_id, motion=Motion.INBOUND)
    assert (envelope.purpose, envelope.proposal_digest) == (Purpose.UNDO, receipt.digest)
    assert envelope.final_digest == digest_of(due.to_bytes())


def test_an_undo_waits_for_the_engine_and_is_not_signed_twice(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    script.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    receipt = world.write(made, decision.decision_id)
    world.engine.down = True
    first = script.post(f"/api/receipts/{receipt.id}/undo", {}).json()
    again = script.post(f"/api/receipts/{receipt.id}/undo", {}).json()
    assert first["delivery"] == again["delivery"] == "later"
    assert first["decision_id"] == again["decision_id"]


async def test_an_undo_that_waited_is_delivered_with_its_receipt(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    script.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    receipt = world.write(made, decision.decision_id)
    world.engine.down = True
    script.post(f"/api/receipts/{receipt.id}/undo", {})
    world.engine.down = False
    assert await build_site(world.deps).deliveries.sweep() == 1
    assert [u[1] for u in world.engine.undos] == [receipt.id]


def test_what_was_taken_back_is_not_taken_back_again(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    script.decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    receipt = world.write(made, decision.decision_id)
    world.deps.receipts.put(receipt.model_copy(update={"id": "f" * 64, "undoes": receipt.id}))
    assert script.post(f"/api/receipts/{receipt.id}/undo", {}).status_code == 409


def test_looking_is_not_undoing(world: World, door: Door) -> None:
    made = world.seed()
    door.script().decide(made)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    receipt = world.write(made, decision.decision_id)
    viewer = door.browser("vera")
    assert "Sign the undo" not in viewer.get(f"/receipts/{receipt.id}/undo").text
    assert viewer.post(f"/receipts/{receipt.id}/undo").status_code == 403
    assert world.engine.undos == []
