"""Deliveries on the running stack: repeated, joined, later, and wrong ones."""

import pytest

from domain.casefile import CaseFile
from domain.cases import CaseOutcome, ExceptionCode
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PERSON = {
    "first_name": "Berit",
    "last_name": "Solheim",
    "email": "berit.solheim@fjordfrakt.example",
    "company": "Fjordfrakt AS",
    "title": "Head of Operations",
    "country": "NO",
    "source": "web_form",
    "product_interest": "Route planning",
}


def test_repeated_joined_and_next_months_inquiry(patient: Running) -> None:
    before = patient.crm.all_records()
    first = patient.deliver(**PERSON, event_id="first", message="We would like a demo of route planning next week.")
    assert first["kind"] == "new"
    case_id = first["case_id"]
    round = patient.review_of(case_id)

    again = patient.deliver(**PERSON, event_id="first", message="We would like a demo of route planning next week.")
    assert (again["case_id"], again["kind"]) == (case_id, "repeated")

    second = patient.deliver(**PERSON, event_id="second", message="Also: we run 60 vans and need it by March.")
    assert (second["case_id"], second["kind"]) == (case_id, "joined")
    voided = patient.review_of(case_id, newer_than=round)
    assert patient.stores.reviews.outcome(case_id, round).state.value == "superseded"
    patient.approve(case_id, voided)
    assert patient.outcome(case_id) is CaseOutcome.WRITTEN

    later = patient.deliver(**PERSON, event_id="next-month", message="We are back: can you send a quote for 80 vans?")
    assert later["kind"] == "new"
    assert later["case_id"] != case_id
    patient.approve(later["case_id"], patient.review_of(later["case_id"]))
    assert patient.outcome(later["case_id"]) is CaseOutcome.WRITTEN

    leads = [r for r in patient.crm.all_records()["Lead"].values() if r["Email"] == PERSON["email"]]
    assert len(leads) == 1, "the second case found the lead that the first one made"
    assert patient.differences(before, [case_id, later["case_id"]]) == []


def test_a_record_id_that_does_not_exist_is_a_named_exception(patient: Running) -> None:
    case_id = patient.hand_in(
        event_id="nowhere", email="nobody@nowhere.example", lead_id="00QLc00000ZZZZZMAA", source="crm_poll"
    )
    patient.resolve(case_id, act="close", reason="a test record of the sender")
    assert patient.outcome(case_id) is CaseOutcome.EXCEPTION
    opened = CaseFile(patient.stores.documents, case_id).exception(1)
    assert opened is not None
    assert opened.code is ExceptionCode.CRM_RECORD_MISSING
    assert opened.next_step
    assert patient.stores.receipts.of_case(case_id) == ()
