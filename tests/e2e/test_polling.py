"""A lead that a person puts into the queue, with nobody telling us: noticed, reviewed, written, and left alone."""

import shutil
from collections.abc import Iterator

import pytest

from domain.cases import Case, CaseOutcome, DocumentKind
from domain.leads import Inquiry, InquirySource
from domain.owners import find_queue
from gateways.crm.client import SalesforceSession
from gateways.crm.reader import SalesforceReader
from gateways.crm.tokens import ClientCredentials
from persistence.cursors import SqlCursors
from persistence.queue import ReviewQueue
from tests.e2e.conftest import Running, start

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

FIRST = "We run 80 trucks and need route planning by May."
SECOND = "Make it 90 trucks, please, and the depots too."


@pytest.fixture
def polled(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A stack that asks the CRM every second."""
    monkeypatch.setenv("COUNTERSIGN_POLL_SECONDS", "1")
    root = tmp_path_factory.mktemp("stack")
    running = start(root, {"reminder": "20m", "fallback": "30m", "manager": "40m", "expiry": "60m"})
    yield running
    running.close()
    shutil.rmtree(root, ignore_errors=True)


def queue_of(polled: Running) -> str:
    secrets = polled.stack.secrets
    credentials = ClientCredentials(polled.stack.crm_url, secrets.crm_client_id, secrets.crm_client_secret)
    reader = SalesforceReader(SalesforceSession(credentials, polled.stores.clock), polled.stores.clock)
    found = find_queue(polled.stores.playbooks.current().intake_queue, reader.queues())
    assert found is not None
    return found.id


def cases(polled: Running) -> list[Case]:
    listed = ReviewQueue(polled.stores.db, polled.stores.playbooks.current().org_id).cases()
    return [item.case for item in listed]


def put_into_queue(polled: Running, last_name: str, email: str) -> str:
    """Somebody makes a lead in the CRM's screens; its id."""
    fields = {
        "FirstName": "Nadia",
        "LastName": last_name,
        "Company": f"{last_name} Freight",
        "Email": email,
        "Country": "US",
        "State": "TX",
        "Status": "Open - Not Contacted",
        "OwnerId": queue_of(polled),
        "Description": FIRST,
    }
    return str(polled.control("Lead/add", {"fields": fields})["id"])


def case_about(polled: Running, lead: str) -> str:
    """Wait until the lead is noticed; the id of its case."""
    found = polled.until(lambda: [c.case_id for c in cases(polled) if c.lead_id == lead], f"a case about {lead}")
    assert len(found) == 1
    return str(found[0])


def test_what_people_put_into_the_queue_is_noticed_and_what_we_write_is_not(polled: Running) -> None:
    cursors = SqlCursors(polled.stores.db)
    polled.until(lambda: cursors.get(polled.stores.playbooks.current().org_id), "the first look")
    assert cases(polled) == []
    lead = put_into_queue(polled, "Okafor", "nadia@okafor-freight.example")
    case_id = case_about(polled, lead)
    round = polled.review_of(case_id)
    polled.control(f"Lead/{lead}/edit", {"fields": {"Description": SECOND}})
    newer = polled.review_of(case_id, newer_than=round)
    told = [Inquiry.model_validate_json(b) for b in polled.stores.documents.all_of(case_id, DocumentKind.INQUIRY)]
    assert [(t.source, t.lead_id, t.message) for t in told] == [
        (InquirySource.CRM_POLL, lead, FIRST),
        (InquirySource.CRM_POLL, lead, SECOND),
    ]
    polled.approve(case_id, newer)
    assert polled.outcome(case_id) is CaseOutcome.WRITTEN
    # The look that finds this one comes after our write, and finds nothing else.
    other = case_about(polled, put_into_queue(polled, "Brandt", "nadia@brandt-freight.example"))
    assert {c.case_id: c.inquiry_count for c in cases(polled)} == {case_id: 2, other: 1}
