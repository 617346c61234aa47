"""`Receipts`, `MailLog`, `PauseSwitch` and the pinned playbooks."""

from datetime import timedelta
from functools import partial

import pytest

from domain.decisions import Purpose
from domain.errors import DomainError, ErrorCode
from domain.leads import Motion, RecordRef
from domain.proposals import Phase
from domain.receipts import MailState, RecordImage, WriteReceipt
from persistence.database import Database
from persistence.mail_log import SqlMailLog
from persistence.pause import SqlPauseSwitch
from persistence.playbooks import SqlPlaybooks
from persistence.receipts import SqlReceipts
from tests.fakes.clock import START, FakeClock
from tests.fakes.races import at_once

LATER = START + timedelta(minutes=5)
MAIL = "<d1@example.org>"


def receipt(receipt_id: str = "r1", case_id: str = "c1", minutes: int = 0) -> WriteReceipt:
    return WriteReceipt(
        id=receipt_id,
        case_id=case_id,
        round=1,
        decision_id="d1",
        purpose=Purpose.WRITE,
        phase=Phase.CRM,
        digest="e" * 64,
        agent_version="1.0/p/t",
        ledger_record_id="a00000000000001AAA",
        records=(
            RecordImage(
                record=RecordRef(object="Lead", id="00Q000000000001AAA"),
                action_keys=("owner",),
                before={"OwnerId": "005A", "Score__c": None},
                after={"OwnerId": "005B", "Score__c": 72},
                modified_at=START,
            ),
        ),
        written_at=START + timedelta(minutes=minutes),
    )


def test_a_receipt_comes_back_as_it_was(db: Database) -> None:
    receipts = SqlReceipts(db)
    receipts.put(receipt())
    assert receipts.get("r1") == receipt()
    assert receipts.get("r2") is None


def test_receipts_are_idempotent_and_in_order_of_writing(db: Database) -> None:
    receipts = SqlReceipts(db)
    for each in (receipt("r2", minutes=5), receipt("r1"), receipt("r3", case_id="c2"), receipt("r1", minutes=9)):
        receipts.put(each)
    assert [r.id for r in receipts.of_case("c1")] == ["r1", "r2"]
    assert receipts.get("r1") == receipt("r1")


def test_racing_puts_of_one_receipt_leave_one(db: Database) -> None:
    receipts = SqlReceipts(db)
    at_once([partial(receipts.put, receipt()) for _ in range(6)])
    assert len(receipts.of_case("c1")) == 1


def test_mail_moves_only_from_the_expected_state(db: Database) -> None:
    log = SqlMailLog(db)
    assert log.begin(MAIL, "c1", "d1", now=START) is MailState.INTENDED
    assert not log.move(MAIL, MailState.SENDING, MailState.ACCEPTED, now=LATER)
    assert log.move(MAIL, MailState.INTENDED, MailState.SENDING, now=LATER)
    assert not log.move(MAIL, MailState.INTENDED, MailState.SENDING, now=LATER)
    assert log.begin(MAIL, "c1", "d1", now=LATER) is MailState.SENDING
    assert log.move(MAIL, MailState.SENDING, MailState.ACCEPTED, now=LATER)
    assert log.of_case("c1") == ((MAIL, MailState.ACCEPTED),)
    assert log.of_case("c2") == ()


@pytest.mark.parametrize("ending", [MailState.ACCEPTED, MailState.REFUSED, MailState.STOPPED, MailState.UNKNOWN])
def test_an_ended_mail_can_never_be_sent_again(db: Database, ending: MailState) -> None:
    log = SqlMailLog(db)
    log.begin(MAIL, "c1", "d1", now=START)
    assert log.move(MAIL, MailState.INTENDED, ending, now=LATER)
    for again in (MailState.INTENDED, MailState.SENDING):
        assert not log.move(MAIL, ending, again, now=LATER)
    assert log.begin(MAIL, "c1", "d1", now=LATER) is ending


def test_a_message_id_belongs_to_one_decision(db: Database) -> None:
    log = SqlMailLog(db)
    log.begin(MAIL, "c1", "d1", now=START)
    with pytest.raises(DomainError) as caught:
        log.begin(MAIL, "c1", "d2", now=START)
    assert "d1" in caught.value.detail


def test_one_of_many_senders_may_send(db: Database) -> None:
    log = SqlMailLog(db)
    log.begin(MAIL, "c1", "d1", now=START)
    won = at_once([partial(log.move, MAIL, MailState.INTENDED, MailState.SENDING, now=LATER) for _ in range(8)])
    assert won.count(True) == 1


def test_pause_of_one_motion_and_of_all(db: Database) -> None:
    switch = SqlPauseSwitch(db)
    assert not switch.paused(Motion.INBOUND)
    switch.set(Motion.INBOUND, True, by="sam", now=START)
    assert switch.paused(Motion.INBOUND)
    assert not switch.paused(Motion.HYGIENE)
    switch.set(None, True, by="sam", now=START)
    switch.set(Motion.INBOUND, False, by="sam", now=LATER)
    assert switch.paused(Motion.INBOUND)
    assert switch.paused(Motion.HYGIENE)
    switch.set(None, False, by="kim", now=LATER)
    assert not switch.paused(Motion.INBOUND)


def test_resuming_all_resumes_each(db: Database) -> None:
    switch = SqlPauseSwitch(db)
    switch.set(Motion.INBOUND, True, by="sam", now=START)
    switch.set(None, False, by="kim", now=LATER)
    assert not switch.paused(Motion.INBOUND)


def test_a_pinned_playbook_stays_as_it_was(db: Database, clock: FakeClock) -> None:
    playbooks = SqlPlaybooks(db, clock)
    playbooks.store("abc", b"body")
    playbooks.store("abc", b"other")
    assert playbooks.load("abc") == b"body"
    with pytest.raises(DomainError) as caught:
        playbooks.load("none")
    assert caught.value.code is ErrorCode.DOCUMENT_MISSING
