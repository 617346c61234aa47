"""Looks at a real CRM, kept in real stores: what becomes a case, what joins one, and what never counts."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from activities.messages import PollHead, PollOrder
from activities.polling import PollingActivities
from domain.audit import AuditKind
from domain.cases import CaseOutcome, CaseState, DocumentKind
from domain.errors import CrmError, StoreError
from domain.leads import Inquiry, InquirySource
from domain.model import Instant
from domain.polling import PAGE, PollCursor
from domain.ports import Cursors
from gateways.crm.client import SalesforceSession
from gateways.crm.poll import SalesforceChangedLeads
from gateways.crm.tokens import ClientCredentials
from persistence.cursors import SqlCursors
from tests.activities.world import World
from tests.fakes.examples import ORG, inquiry
from tests.fakes.timed_server import timed_crm
from tests.localcrm.driving import Crm

QUEUE = "Inbound"


class LosesCursors:
    """The process dies after the inquiries are committed and before the cursor is."""

    def __init__(self, real: Cursors) -> None:
        self._real = real

    def get(self, org_id: str) -> PollCursor | None:
        return self._real.get(org_id)

    def put(self, org_id: str, cursor: PollCursor, *, now: Instant) -> None:
        raise StoreError("the power went")


class Desk:
    """A CRM that people work in, and the looks at it. One clock for both."""

    def __init__(self, crm: Crm, world: World) -> None:
        self.crm = crm
        self.world = world
        self.cursors: Cursors = SqlCursors(world.database)
        world.playbooks.change(intake_queue=QUEUE)
        self.queue = self.by_hand("Group/add", Name="Inbound queue", DeveloperName=QUEUE, Type="Queue")
        self.ines = self.by_hand("User/add", LastName="Ruiz", Username="ines@acme.example", Email="ines@acme.example")
        self.restart()

    def restart(self) -> None:
        """A new process over the same stores."""
        session = SalesforceSession(ClientCredentials(self.crm.base, "writer", "w-secret"), self.world.clock)
        self.activities = PollingActivities(
            leads=SalesforceChangedLeads(session),
            cursors=self.cursors,
            cases=self.world.cases,
            playbooks=self.world.playbooks,
            audit=self.world.audit,
            clock=self.world.clock,
            agent_version_of=lambda digest: f"test, playbook {digest[:8]}",
        )

    def look(self) -> PollHead:
        """One run of the activity."""
        return self.activities.poll(PollOrder(org_id=ORG))

    def wait(self, seconds: float = 60) -> None:
        self.crm.clock.forward(seconds)
        self.world.clock.time = self.crm.clock.now

    def by_hand(self, path: str, /, **fields: Any) -> str:
        answer = self.crm.control("POST", path, {"fields": fields})
        return str(answer.json()["id"]) if answer.content else ""

    def lead(self, n: int = 1, **fields: Any) -> str:
        """Somebody else puts a lead into the queue."""
        said = {
            "FirstName": "Ada",
            "LastName": f"Byron {n}",
            "Company": "Analytical Engines",
            "Email": f"ada{n}@engines.example",
            "Status": "Open - Not Contacted",
            "OwnerId": self.queue,
            "Description": "We need forty seats.",
        }
        return self.by_hand("Lead/add", **{**said, **fields})

    def edit(self, lead: str, **fields: Any) -> None:
        self.by_hand(f"Lead/{lead}/edit", **fields)

    def late(self, by: timedelta, n: int = 1, **fields: Any) -> str:
        """A lead that shows only now, though its SystemModstamp says earlier: a long transaction has ended."""
        self.crm.clock.now -= by
        made = self.lead(n, **fields)
        self.crm.clock.now += by
        return made

    def told(self) -> list[Inquiry]:
        """Every inquiry that is kept and not delivered, oldest first."""
        return [
            Inquiry.model_validate_json(
                self.world.documents.find(u.case.case_id, DocumentKind.INQUIRY, str(u.inquiry_number)) or b""
            )
            for u in self.world.cases.undelivered_inquiries(1000)
        ]

    def leads(self) -> list[str]:
        """Whose inquiries are kept, by id, which is the order in which the leads were made."""
        return sorted(one.lead_id for one in self.told())


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    with timed_crm(world.clock.now()) as crm:
        yield Desk(crm, world)


@pytest.fixture
def begun(desk: Desk) -> Desk:
    """A desk whose cursor was set a minute ago."""
    assert desk.look() == PollHead(first=True)
    desk.wait()
    return desk


def test_the_first_look_sets_the_cursor_and_leaves_the_backlog(desk: Desk) -> None:
    desk.lead()
    desk.wait()
    assert desk.look() == PollHead(first=True)
    desk.wait()
    assert desk.look() == PollHead()
    assert desk.told() == []


def test_a_lead_put_into_the_queue_becomes_a_case(begun: Desk) -> None:
    lead = begun.lead(Country="Spain", Product_Interest__c="Analytics")
    changed_at = begun.crm.clock.now
    begun.wait()
    assert begun.look() == PollHead(new=1)
    (kept,) = begun.world.cases.undelivered_inquiries(10)
    assert (kept.kind, kept.case.state, kept.case.lead_id, kept.inquiry_number) == ("new", CaseState.OPEN, lead, 1)
    playbook = begun.world.playbooks.current()
    assert kept.case.playbook_digest == playbook.digest
    assert kept.case.agent_version == f"test, playbook {playbook.digest[:8]}"
    (told,) = begun.told()
    assert told == Inquiry(
        event_id=f"{lead}@{changed_at:%Y-%m-%dT%H:%M:%SZ}",
        source=InquirySource.CRM_POLL,
        received_at=changed_at,
        first_name="Ada",
        last_name="Byron 1",
        email="ada1@engines.example",
        company="Analytical Engines",
        country="ES",
        product_interest="Analytics",
        message="We need forty seats.",
        lead_id=lead,
    )


def test_one_version_of_a_lead_counts_once_though_it_is_read_again(begun: Desk) -> None:
    begun.lead()
    begun.wait()
    assert begun.look() == PollHead(new=1)
    assert begun.look() == PollHead(repeated=1)
    begun.wait(9 * 60)
    assert begun.look() == PollHead(repeated=1)
    begun.wait(10 * 60)
    begun.look()
    assert begun.look() == PollHead(), "out of the overlap it is not read any more"
    assert len(begun.told()) == 1


def test_a_new_version_of_a_waiting_lead_joins_its_open_case(begun: Desk) -> None:
    lead = begun.lead()
    begun.look()
    begun.wait()
    begun.edit(lead, Email="ada@new.example", Phone="+44 20 7946 0958", Description="Make it fifty.")
    begun.wait()
    assert begun.look() == PollHead(joined=1)
    first, second = begun.world.cases.undelivered_inquiries(10)
    assert (first.case.case_id, second.kind, second.inquiry_number) == (second.case.case_id, "joined", 2)
    assert [told.message for told in begun.told()] == ["We need forty seats.", "Make it fifty."]


def test_after_its_case_has_closed_a_change_is_a_new_case(begun: Desk) -> None:
    lead = begun.lead()
    begun.look()
    case_id = begun.world.cases.undelivered_inquiries(1)[0].case.case_id
    begun.world.cases.close(case_id, CaseOutcome.REJECTED, seen_inquiries=1, now=begun.world.clock.now())
    begun.wait()
    begun.edit(lead, Description="Once more.")
    assert begun.look() == PollHead(new=1)


def test_our_own_writes_never_trigger(begun: Desk) -> None:
    lead = begun.lead()
    begun.look()
    begun.wait(30 * 60)
    ours = begun.crm.client("writer")
    ours.Lead.update(lead, {"Rating": "Hot", "Agent_Score__c": 72})
    ours.Lead.create({"LastName": "Made", "Company": "By us", "OwnerId": begun.queue})
    begun.wait()
    assert begun.look() == PollHead()
    begun.edit(lead, Rating="Cold")
    assert begun.look() == PollHead(joined=1), "what a person does to it afterwards does"


def test_converted_owned_and_closed_leads_are_left_alone(begun: Desk) -> None:
    owned, closed, converted, waiting = (begun.lead(n) for n in range(4))
    begun.edit(owned, OwnerId=begun.ines)
    begun.edit(closed, Status="Closed - Not Converted")
    begun.crm.control("POST", f"lead/{converted}/convert", {})
    assert begun.look() == PollHead(new=1)
    assert begun.leads() == [waiting]


def test_what_shows_up_to_ten_minutes_late_is_found(begun: Desk) -> None:
    begun.wait(15 * 60)
    begun.lead(1)
    begun.look()
    late = begun.late(timedelta(minutes=9), n=2)
    assert begun.look() == PollHead(new=1, repeated=1)
    assert begun.leads()[1:] == [late]


def test_what_shows_late_in_the_very_second_that_was_read_is_found(begun: Desk) -> None:
    first = begun.lead(1)
    begun.look()
    second = begun.lead(2)
    assert begun.look() == PollHead(new=1, repeated=1)
    assert begun.leads() == [first, second]


def test_more_than_a_page_of_one_second_comes_look_by_look(begun: Desk) -> None:
    made = {begun.lead(n) for n in range(2 * PAGE + 5)}
    begun.wait()
    looks = []
    while (head := begun.look()).new:
        looks.append(head.new)
        begun.wait(1)
    assert looks == [PAGE, PAGE, 5]
    assert set(begun.leads()) == made
    after = begun.lead(999)
    assert begun.look().new == 1, "a new lead does not wait until the many were read again"
    assert after in begun.leads()


def test_what_shows_late_behind_a_full_overlap_is_found(begun: Desk) -> None:
    for n in range(PAGE + 20):
        begun.lead(n)
    begun.wait()
    while begun.look().new:
        begun.wait(1)
    late = begun.late(timedelta(minutes=1), n=999)
    for _ in range(4):
        begun.wait(1)
        begun.look()
    assert late in begun.leads()


def test_the_cursor_outlives_the_process(begun: Desk) -> None:
    first = begun.lead(1)
    begun.look()
    begun.wait(60 * 60)
    second = begun.lead(2)
    begun.wait(60 * 60)
    begun.restart()
    assert begun.look() == PollHead(new=1, repeated=1)
    assert begun.leads() == [first, second]


def test_dying_before_the_cursor_is_kept_repeats_harmlessly(begun: Desk) -> None:
    begun.lead()
    real = begun.cursors
    begun.cursors = LosesCursors(real)
    begun.restart()
    with pytest.raises(StoreError):
        begun.look()
    begun.cursors = real
    begun.restart()
    assert begun.look() == PollHead(repeated=1)
    assert len(begun.told()) == 1


def test_an_outage_of_the_crm_loses_nothing(begun: Desk) -> None:
    lead = begun.lead()
    begun.crm.control("POST", "faults", {"kind": "503"})
    with pytest.raises(CrmError):
        begun.look()
    begun.wait(3 * 60 * 60)
    assert begun.look() == PollHead(new=1)
    assert begun.leads() == [lead]


def test_a_change_to_a_lead_whose_case_came_by_another_way_joins_it(begun: Desk) -> None:
    lead = begun.lead()
    begun.world.take_in(inquiry("form-1", email="somebody@else.example", lead_id=lead))
    assert begun.look() == PollHead(joined=1)


def test_a_lead_that_cannot_be_kept_is_named_by_id_and_holds_up_nobody(
    begun: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    erased = begun.lead(1)
    begun.look()
    case_id = begun.world.cases.undelivered_inquiries(1)[0].case.case_id
    begun.world.documents.erase(case_id)
    begun.wait()
    begun.edit(erased, Description="I am somebody.")
    other = begun.lead(2)
    assert begun.look() == PollHead(new=1, skipped=1)
    begun.look()
    (entry,) = begun.world.audited(AuditKind.INQUIRY_SKIPPED)
    assert (entry.subject, entry.actor, entry.case_id) == (erased, "poll", "")
    assert other in [u.case.lead_id for u in begun.world.cases.undelivered_inquiries(10)]
    assert erased in caplog.text
    assert "somebody" not in caplog.text + entry.model_dump_json()
