"""What a chaos run counts as lost or doubled, from the CRM and the mailbox; and that each of it fails the run."""

import mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from cli.chaos_report import ChaosReport, Recovery, judged
from cli.crm_check import COMPARED, Records
from domain.cases import CaseOutcome
from domain.decisions import KeyUse
from domain.leads import Motion
from domain.receipts import MailState
from runtime.keys import generate_key
from runtime.settings import KeySettings, PlaybookSettings, StoreSettings
from tests.cli.calling import PLAYBOOK
from tests.fakes.examples import ORG, inquiry
from workers.stores import Stores, open_stores

NOW = datetime.now(UTC)
NOTHING: dict[str, Records] = {name: {} for name in COMPARED}


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    generate_key(tmp_path / "keys", "ui-1", KeyUse.HUMAN, now=NOW)
    return open_stores(StoreSettings(data_dir=tmp_path), PlaybookSettings(playbook_dir=PLAYBOOK), KeySettings())


def case(stores: Stores, *, closed: bool) -> str:
    taken = stores.cases.take_in(
        inquiry(), org_id=ORG, motion=Motion.INBOUND, playbook_digest="", agent_version="test", now=NOW
    )
    if closed:
        stores.cases.close(taken.case.case_id, CaseOutcome.REJECTED, seen_inquiries=1, now=NOW)
    return taken.case.case_id


def told(
    stores: Stores, tmp_path: Path, *case_ids: str, after: dict[str, Records] = NOTHING, killed: Recovery | None = None
) -> ChaosReport:
    report = judged(
        stores,
        leads=1,
        case_ids=case_ids,
        before=NOTHING,
        after=after,
        maildir=tmp_path / "mail",
        recoveries=(killed,) if killed else (),
        faults=0,
        seconds=1.0,
    )
    stores.close()
    return report


def deliver(tmp_path: Path, *message_ids: str) -> None:
    box = mailbox.Maildir(tmp_path / "mail", create=True)
    for message_id in message_ids:
        message = EmailMessage()
        message["Message-ID"] = message_id
        box.add(message)


def test_a_case_with_a_named_end_is_not_lost(stores: Stores, tmp_path: Path) -> None:
    report = told(stores, tmp_path, case(stores, closed=True))
    assert report.holds
    assert report.outcomes == {"rejected": 1}


def test_a_case_without_an_end_is_lost(stores: Stores, tmp_path: Path) -> None:
    case_id = case(stores, closed=False)
    report = told(stores, tmp_path, case_id)
    assert (report.lost, report.holds) == ((f"case {case_id} has no outcome",), False)


def test_two_records_of_one_action_and_two_rows_of_one_write_are_doubled(stores: Stores, tmp_path: Path) -> None:
    task = {"Agent_Write_Key__c": "k.000"}
    row = {"Kind__c": "write", "External_Key__c": "k", "Digest__c": "d", "Id": "a"}
    after: dict[str, Records] = {
        **NOTHING,
        "Task": {"1": {**task, "Id": "1"}, "2": {**task, "Id": "2"}},
        "Agent_Write__c": {"a": {**row}, "b": {**row, "Id": "b"}},
    }
    report = told(stores, tmp_path, after=after)
    assert report.doubled == ("the ledger holds k 2 times", "2 Task records carry the key k.000")
    assert any("nobody approved" in difference for difference in report.differences)


def test_an_email_that_arrived_twice_and_one_that_never_did(stores: Stores, tmp_path: Path) -> None:
    case_id = case(stores, closed=True)
    for message_id in ("<twice@x>", "<never@x>"):
        stores.mail_log.begin(message_id, case_id, "d1", now=NOW)
        stores.mail_log.move(message_id, MailState.INTENDED, MailState.SENDING, now=NOW)
        stores.mail_log.move(message_id, MailState.SENDING, MailState.ACCEPTED, now=NOW)
    deliver(tmp_path, "<twice@x>", "<twice@x>")
    report = told(stores, tmp_path, case_id)
    assert report.lost == ("<never@x>: accepted, and not in the mailbox",)
    assert report.doubled == ("<twice@x> was delivered 2 times",)


@pytest.mark.parametrize(("idle", "holds"), [(False, False), (True, True)])
def test_a_part_that_never_came_back_fails_the_run(stores: Stores, tmp_path: Path, idle: bool, holds: bool) -> None:
    report = told(stores, tmp_path, killed=Recovery(part="temporal", seconds=None, idle=idle))
    assert report.holds is holds
