"""Taking a write back, and the stop button, on the running stack."""

from functools import partial

import pytest

from domain.cases import CaseOutcome, CaseState
from domain.receipts import WriteReceipt
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PERSON = {"country": "NL", "source": "web_form", "message": "Could we see a demo of route planning next week?"}


def test_an_undo_restores_what_the_write_changed(patient: Running) -> None:
    case_id = patient.hand_in(
        **PERSON,
        event_id="undone",
        last_name="Verhoeven",
        email="j.verhoeven@kaasvervoer.example",
        company="Kaasvervoer",
    )
    round = patient.review_of(case_id)
    lead_id = patient.stores.cases.get(case_id).lead_id
    before = patient.crm.all_records()["Lead"][lead_id]
    patient.approve(case_id, round)
    assert patient.outcome(case_id) is CaseOutcome.WRITTEN
    changed = patient.crm.all_records()["Lead"][lead_id]
    assert changed["OwnerId"] != before["OwnerId"]

    # Newest first: the fields that claim contact, then what was written with the approval.
    for receipt in reversed([r for r in patient.stores.receipts.of_case(case_id) if r.round == round]):
        patient.api.call("POST", f"/api/receipts/{receipt.id}/undo")
        undone = patient.until(partial(_undo_of, patient, case_id, receipt.id), "the undo")
        assert undone.purpose.value.startswith("countersign/undo")

    records = patient.crm.all_records()
    assert records["Lead"][lead_id] == before
    assert [t for t in records["Task"].values() if t["WhoId"] == lead_id] == []
    assert patient.stores.audit.verify() == []


def _undo_of(running: Running, case_id: str, receipt_id: str) -> WriteReceipt | None:
    return next((r for r in running.stores.receipts.of_case(case_id) if r.undoes == receipt_id), None)


def test_nothing_is_written_while_paused_and_nothing_is_lost(patient: Running) -> None:
    case_id = patient.hand_in(
        **PERSON, event_id="paused", last_name="Dekker", email="m.dekker@bloemenlijn.example", company="Bloemenlijn"
    )
    round = patient.review_of(case_id)
    before = patient.crm.all_records()
    patient.api.call("POST", "/api/pause", {"motion": None, "paused": True})
    patient.approve(case_id, round)
    patient.until(lambda: _refused_by_pause(patient, case_id), "a refusal by the guard")
    assert patient.crm.all_records() == before
    assert patient.stores.cases.get(case_id).state is CaseState.OPEN

    patient.api.call("POST", "/api/pause", {"motion": None, "paused": False})
    assert patient.outcome(case_id) is CaseOutcome.WRITTEN


def _refused_by_pause(running: Running, case_id: str) -> bool:
    return any(e.event.case_id == case_id and e.event.code == "paused" for e in running.stores.audit.export())
