"""`kill -9` in the middle of writebacks, with a CRM that misbehaves: nothing lost, nothing twice."""

import asyncio
import mailbox
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update
from sqlmodel import col
from temporalio.client import Client

from domain.cases import CaseOutcome, CaseState
from domain.receipts import MailState
from domain.resolutions import ExceptionState
from localcrm.sample import inquiries
from persistence.tables import CaseRow
from tests.e2e.conftest import Running
from workflows.messages import reconcile_workflow_id

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

WRITEBACKS = 30
KILLS = 6

FAULTS = [
    {"match": "composite", "kind": "503", "count": 2, "after": 2},
    {"match": "composite", "kind": "timeout_after_commit", "count": 2, "after": 6},
    {"match": "composite", "kind": "lock", "count": 2, "after": 11},
    {"match": "composite", "kind": "drop_before_commit", "count": 2, "after": 16},
    {"match": "composite", "kind": "timeout_after_commit", "count": 3, "after": 22},
    {"match": "composite", "kind": "503", "count": 2, "after": 30},
    {"match": "composite", "kind": "timeout_after_commit", "count": 2, "after": 40},
]


def test_killed_workers_and_a_failing_crm_lose_and_double_nothing(patient: Running) -> None:
    before = patient.crm.all_records()
    handed_in = _hand_in(patient)
    waiting = _waiting_for_approval(patient, handed_in)
    assert len(waiting) >= WRITEBACKS

    patient.control("faults", FAULTS)
    todo = list(waiting.items())
    for number in range(KILLS):
        batch = todo[number::KILLS]
        written = _written(patient, waiting)
        for case_id, round in batch:
            patient.approve(case_id, round)
        patient.until(partial(_more_written, patient, waiting, written), "a writeback of this batch")
        # The rest of the batch is being written right now; whatever step each is in, it does not finish.
        patient.stack.kill("worker-crm")
        if number % 3 == 2:
            patient.stack.kill("worker-cases")
            patient.stack.start_worker("cases")
        patient.stack.start_worker("crm")
    patient.until(lambda: _all_closed(patient, waiting), "the end of every case")

    assert patient.differences(before, handed_in) == []
    outcomes = Counter(patient.outcome(c) for c in waiting)
    assert set(outcomes) <= {CaseOutcome.WRITTEN, CaseOutcome.PARTLY_WRITTEN}, outcomes
    _check_mail(patient, waiting)
    assert patient.stores.audit.verify() == []


def test_a_terminated_case_is_found_and_finished_once(patient: Running) -> None:
    """Its write was committed and nobody filed it. Two others lose their words on top: one untouched, one approved.

    The schedule that holds open cases against the engine finds all three at one look.
    """
    erased, gone = (_stranger(patient, name) for name in ("Peeters", "Maes"))
    rounds = {case_id: patient.review_of(case_id) for case_id in (erased, gone)}
    before = patient.crm.all_records()
    committed = _stranger(patient, "Wouters")
    round = patient.review_of(committed)

    # The CRM commits and does not answer; the worker dies while it waits for the answer.
    unanswered = {"match": "composite", "kind": "timeout_after_commit", "contains": "How_To_Reverse__c", "delay": 60}
    patient.control("faults", [unanswered])
    rows = len(patient.crm.all_records()["Agent_Write__c"])
    patient.approve(committed, round)
    patient.until(lambda: len(patient.crm.all_records()["Agent_Write__c"]) > rows, "a commit that nobody filed")
    patient.stack.kill("worker-crm")
    patient.approve(gone, rounds[gone])
    asyncio.run(_terminate(patient, committed, erased, gone))
    for case_id in (erased, gone):
        patient.stores.documents.erase(case_id)
    patient.stack.start_worker("crm")
    assert [r for r in patient.stores.receipts.of_case(committed) if r.round == round] == []

    _long_ago(patient, committed, erased, gone)
    asyncio.run(_reconcile(patient))
    # Their lead was created before; of the rest nobody can say any more what it was.
    assert {patient.outcome(erased), patient.outcome(gone)} == {CaseOutcome.PARTLY_WRITTEN}
    patient.resolve(committed, act="retry")
    assert patient.outcome(committed) is CaseOutcome.WRITTEN

    assert patient.differences(before, [committed]) == []
    ((message_id, state),) = patient.stores.mail_log.of_case(committed)
    sent = [str(m["Message-ID"]) for m in mailbox.Maildir(patient.stack.root / "mail", create=False)]
    assert (state, sent.count(message_id)) == (MailState.ACCEPTED, 1)
    assert patient.stores.audit.verify() == []


def _stranger(running: Running, name: str) -> str:
    return running.hand_in(
        event_id=f"left-{name}",
        last_name=name,
        email=f"m.{name.lower()}@{name.lower()}-logistiek.example",
        company=f"{name} Logistiek",
        country="NL",
        source="web_form",
        message="Could we see a demo of route planning next week?",
    )


async def _terminate(running: Running, *cases: str) -> None:
    client = await Client.connect(f"127.0.0.1:{running.stack.ports.temporal}")
    for case_id in cases:
        await client.get_workflow_handle(running.stores.cases.get(case_id).workflow_id).terminate("by hand")


async def _reconcile(running: Running) -> None:
    client = await Client.connect(f"127.0.0.1:{running.stack.ports.temporal}")
    name = reconcile_workflow_id(running.stores.playbooks.current().org_id)
    await client.get_schedule_handle(name).trigger()


def _long_ago(running: Running, *cases: str) -> None:
    """A young case may be between its intake and the start of its workflow, and is left alone."""
    opened = datetime.now(UTC) - timedelta(hours=1)
    with running.stores.db.transaction() as session:
        session.connection().execute(update(CaseRow).where(col(CaseRow.case_id).in_(cases)).values(opened_at=opened))


def _more_written(running: Running, cases: dict[str, int], known: int) -> bool:
    return _written(running, cases) > known


def _hand_in(running: Running) -> list[str]:
    """Ordinary sample leads, more than are needed: some end without a review. Their cases."""
    ordinary = [i for i in inquiries(7, datetime.now(UTC).date(), 90) if i.hard_case is None]
    handed_in: dict[str, None] = {}
    for inquiry in ordinary[: WRITEBACKS + 10]:
        fields = {k: v for k, v in asdict(inquiry).items() if v is not None}
        del fields["received_offset"]
        fields["source"] = "web_form"
        handed_in[running.hand_in(**fields)] = None
    return list(handed_in)


def _waiting_for_approval(running: Running, handed_in: list[str]) -> dict[str, int]:
    """Case id to round, once every case waits or has ended."""

    def settled() -> bool:
        open_now = _open_rounds(running)
        return all(c in open_now or _ended_or_stopped(running, c) for c in handed_in)

    running.until(settled, "a review or an end for every lead")
    open_now = _open_rounds(running)
    return {c: open_now[c] for c in handed_in if c in open_now}


def _ended_or_stopped(running: Running, case_id: str) -> bool:
    """Closed, or waiting for somebody to resolve an exception."""
    closed = running.stores.cases.get(case_id).state is CaseState.CLOSED
    return closed or any(e.state is ExceptionState.OPEN for e in running.stores.exceptions.of_case(case_id))


def _open_rounds(running: Running) -> dict[str, int]:
    items = running.api.call("GET", "/api/reviews", state="open")["reviews"]
    return {str(i["case_id"]): int(i["round"]) for i in items}


def _written(running: Running, cases: dict[str, int]) -> int:
    return sum(1 for c in cases for r in running.stores.receipts.of_case(c) if r.round > 0)


def _all_closed(running: Running, cases: dict[str, int]) -> bool:
    return all(running.stores.cases.get(c).state is CaseState.CLOSED for c in cases)


def _check_mail(running: Running, cases: dict[str, int]) -> None:
    """Accepted means delivered once; unclear means at most once; never twice."""
    delivered = Counter(
        str(message["Message-ID"])
        for message in mailbox.Maildir(running.stack.root / "mail", create=False)
        # What tells reviewers lies there too.
        if "Auto-Submitted" not in message
    )
    assert delivered, "no e-mail was approved in this run"
    assert max(delivered.values()) == 1
    states = {m: state for c in cases for m, state in running.stores.mail_log.of_case(c)}
    assert set(delivered) <= set(states)
    for message_id, state in states.items():
        if state is MailState.ACCEPTED:
            assert delivered[message_id] == 1
        else:
            assert state is MailState.UNKNOWN, state
