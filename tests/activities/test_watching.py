"""Telling a new owner, noticing who worked on the lead, and proposing another owner; over real stores."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.messages import Gate
from activities.owner_messages import (
    AssignmentRef,
    LookOrder,
    NoticeHead,
    NoticeOrder,
    ReassignOrder,
    WatchHead,
    WatchOrder,
)
from activities.reassigning import ReassigningActivities
from activities.watching import WatchingActivities
from domain.audit import AuditKind
from domain.casefile import CaseFile
from domain.cases import CaseOutcome, DocumentKind
from domain.decisions import Purpose
from domain.errors import ErrorCode, MailError, Paused
from domain.first_touch import FirstTouch, LeadNow, Standing
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant
from domain.owner_notices import Links, NoticeKind, OwnerNotice
from domain.permissions import Level
from domain.proposals import AssignOwner, Phase
from domain.receipts import RecordImage, WriteReceipt
from gateways.mail.sending import send_notice_once
from persistence.pause import SqlPauseSwitch
from persistence.receipts import SqlReceipts
from tests.activities.test_deciding import Steps
from tests.activities.test_owners import People
from tests.activities.world import World
from tests.domain.scenes import IRENE, NOW, TOMAS, USERS, inquiry, lead, record, snapshot
from tests.fakes.examples import ORG

MACHINE = "005Lc0000000000099AAA"


class Touches:
    """`LeadTouches`: the lead and its activities as a test says."""

    def __init__(self) -> None:
        self.lead: CrmRecord | None = None
        self.activities: tuple[CrmRecord, ...] = ()

    def look(self, lead_id: str, *, since: Instant) -> LeadNow:
        return LeadNow(read_at=NOW, lead=self.lead, activities=self.activities)

    def user_id(self) -> str:
        return MACHINE


class Post:
    """`NoticeMailer` that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, OwnerNotice]] = []
        self.fails: list[MailError] = []

    def send_notice(self, notice: OwnerNotice, message_id: str) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((message_id, notice))


class Watched:
    """A case whose lead was just given to whom routing chose."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.steps = Steps(world)
        self.people = People()
        self.touches, self.post = Touches(), Post()
        self.receipts, self.pause = SqlReceipts(world.database), SqlPauseSwitch(world.database)
        self.watching = WatchingActivities(
            reader=self.people,
            touches=self.touches,
            tell_once=lambda notice, message_id, case_id: send_notice_once(
                world.mail_log, self.post, notice, world.clock, case_id=case_id, message_id=message_id
            ),
            links_of=lambda case_id, record_id: Links(case=f"https://ui.example/cases/{case_id}", record=record_id),
            documents=world.documents,
            cases=world.cases,
            reviews=world.reviews,
            receipts=self.receipts,
            playbooks=world.playbooks,
            pause=self.pause,
            audit=world.audit,
            clock=world.clock,
        )
        self.reassigning = ReassigningActivities(
            documents=world.documents,
            cases=world.cases,
            reviews=world.reviews,
            rotation=world.rotation,
            playbooks=world.playbooks,
            audit=world.audit,
            clock=world.clock,
        )
        step = self.steps.until_drafted()
        self.steps.deciding.propose(step)
        self.case_id = step.case_id
        self.file = CaseFile(world.documents, self.case_id)
        action = next(a for a in self.file.proposal(1).actions if isinstance(a, AssignOwner))
        self.owner = next(u for u in USERS if u.id == action.after_owner_id)
        self.other = TOMAS if self.owner is IRENE else IRENE
        self.lead = lead(OwnerId=self.owner.id)
        self.touches.lead = self.lead
        self.ref = AssignmentRef(case_id=self.case_id, org_id=ORG, round=1)
        self.receipts.put(self.receipt("r1"))

    def receipt(self, id: str, *, undoes: str = "", written_at: datetime = NOW) -> WriteReceipt:
        image = RecordImage(
            record=self.lead.ref,
            action_keys=("owner",),
            before={"OwnerId": "00GLc0000000000001"},
            after={"OwnerId": self.owner.id},
            intended={"OwnerId": self.owner.id},
            modified_at=written_at,
        )
        return WriteReceipt(
            id=id,
            case_id=self.case_id,
            round=1,
            decision_id="d1",
            purpose=Purpose.WRITE,
            phase=Phase.CRM,
            digest="x",
            agent_version="v",
            ledger_record_id="a",
            records=(image,),
            written_at=written_at,
            undoes=undoes,
        )

    def begin(self, number: int = 0) -> WatchHead:
        return self.watching.begin_watch(WatchOrder(**self.ref.model_dump(), receipt_id="r1", number=number))

    def tell(self, kind: NoticeKind = NoticeKind.ASSIGNED) -> NoticeHead:
        return self.watching.notify_owner(NoticeOrder(**self.ref.model_dump(), notice=kind))

    def look(self) -> Standing:
        return self.watching.look_for_touch(LookOrder(**self.ref.model_dump(), lead_id=self.lead.id)).standing

    def breach(self) -> None:
        self.begin()
        self.watching.note_breach(self.ref)
        self.world.reviews.supersede(self.case_id, 1, now=NOW)
        self.world.cases.close(self.case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=NOW)


@pytest.fixture
def watched(world: World) -> Watched:
    return Watched(world)


def task(by: str = TOMAS.id, **fields: str | bool) -> CrmRecord:
    at = (NOW + timedelta(minutes=20)).astimezone(UTC).isoformat()
    said = {"IsClosed": True, "CreatedById": by, "LastModifiedById": by, "CompletedDateTime": at, **fields}
    return record("Task", "00TLc0000000000001", **said)


def test_the_deadlines_follow_from_the_sla_and_are_noted_once(watched: Watched) -> None:
    head = watched.begin()
    assert head.watching
    assert head.look_at is not None
    assert head.respond_by is not None
    assert head.reassign_at is not None
    assert NOW < head.look_at < head.respond_by < head.reassign_at
    assert head.respond_by == watched.file.routed(1).routing.respond_by
    watched.world.clock.advance(timedelta(days=1))
    assert watched.begin() == head


def test_whoever_is_told_late_has_the_least_time_from_then_on(watched: Watched) -> None:
    late = NOW + timedelta(days=2)
    watched.receipts.put(watched.receipt("r-late", written_at=late))
    head = watched.watching.begin_watch(WatchOrder(**watched.ref.model_dump(), receipt_id="r-late"))
    assert head.respond_by == late + timedelta(minutes=15)


def test_after_enough_owners_nobody_else_is_proposed(watched: Watched) -> None:
    assert watched.begin(number=2).reassign_at is None


def test_a_playbook_may_want_no_watch(watched: Watched) -> None:
    rules = watched.world.playbooks.current().routing
    quiet = rules.first_touch.model_copy(update={"watch": False})
    watched.world.playbooks.change(routing=rules.model_copy(update={"first_touch": quiet}))
    assert watched.begin() == WatchHead()


def test_the_owner_is_told_once_and_nothing_of_the_lead(watched: Watched) -> None:
    watched.begin()
    assert watched.tell() == watched.tell() == NoticeHead(told=1)
    ((message_id, notice),) = watched.post.sent
    assert notice.to_address == watched.owner.text("Email")
    assert watched.case_id in message_id
    assert watched.case_id in notice.body
    assert "(Europe/Madrid)" in notice.subject
    said = inquiry()
    private = (said.first_name, said.last_name, said.email, said.company, said.title, said.message)
    assert not [p for p in private if p and p in f"{notice.subject} {notice.body}"]
    assert [e.code for e in watched.world.audited(AuditKind.OWNER_TOLD)] == ["assigned"]
    assert watched.world.mail_log.of_case(watched.case_id) == (), "a notice is no e-mail of a decision"


def test_a_breach_reaches_the_manager_too(watched: Watched) -> None:
    boss = next(r for r in watched.world.playbooks.current().reviewers if r.login == "boss")
    reviewers = (
        *(r for r in watched.world.playbooks.current().reviewers if r.login != "boss"),
        boss.model_copy(update={"email": "boss@acme.example"}),
    )
    rules = watched.world.playbooks.current().routing
    told = rules.first_touch.model_copy(update={"manager": "boss"})
    watched.world.playbooks.change(reviewers=reviewers, routing=rules.model_copy(update={"first_touch": told}))
    watched.begin()
    assert watched.tell(NoticeKind.BREACHED).told == 2
    assert [n.to_address for _, n in watched.post.sent] == [watched.owner.text("Email"), "boss@acme.example"]
    assert watched.owner.text("Name") in watched.post.sent[1][1].subject


def test_nobody_is_told_while_the_motion_is_paused(watched: Watched) -> None:
    watched.begin()
    watched.pause.set(None, True, by="ops", now=NOW)
    with pytest.raises(Paused):
        watched.tell()
    watched.pause.set(None, False, by="ops", now=NOW)
    assert watched.tell().told == 1


def test_a_mail_server_that_is_down_is_asked_again_and_a_refused_address_is_not(watched: Watched) -> None:
    watched.begin()
    watched.post.fails = [MailError("busy", code=ErrorCode.MAIL_UNAVAILABLE)]
    with pytest.raises(MailError):
        watched.tell()
    watched.post.fails = [MailError("no such mailbox", code=ErrorCode.MAIL_REFUSED)]
    assert watched.tell() == watched.tell() == NoticeHead(not_told=1)
    assert [e.code for e in watched.world.audited(AuditKind.OWNER_TOLD)] == ["assigned, nobody could be told"]


def test_a_completed_task_by_a_person_is_the_first_touch(watched: Watched) -> None:
    watched.begin()
    assert watched.look() is Standing.UNTOUCHED
    watched.touches.activities = (task(),)
    assert watched.look() is Standing.TOUCHED
    kept = watched.world.documents.find(watched.case_id, DocumentKind.FIRST_TOUCH, "1")
    touched = FirstTouch.model_validate_json(kept or b"")
    assert (touched.minutes_from_assignment, touched.minutes_from_inquiry) == (20, 58)
    assert (touched.by_name, touched.in_time) == (TOMAS.text("Name"), True)
    assert [e.code for e in watched.world.audited(AuditKind.FIRST_TOUCH)] == ["task"]


@pytest.mark.parametrize(
    "activity",
    [
        task(IsClosed=False),
        task(by=MACHINE),
        task(CompletedDateTime=(NOW - timedelta(hours=1)).isoformat()),
        record("EmailMessage", "02sLc0000000000001", Incoming=True, CreatedById=TOMAS.id, MessageDate=NOW.isoformat()),
        record("EmailMessage", "02sLc0000000000002", Status="5", CreatedById=TOMAS.id, MessageDate=NOW.isoformat()),
    ],
    ids=["planned", "by the integration", "before", "from the lead", "not sent"],
)
def test_what_is_no_touch(watched: Watched, activity: CrmRecord) -> None:
    watched.begin()
    watched.touches.activities = (activity,)
    assert watched.look() is Standing.UNTOUCHED


def test_a_lead_that_changed_hands_or_is_gone_or_was_taken_back(watched: Watched) -> None:
    watched.begin()
    watched.touches.lead = lead(OwnerId=watched.other.id)
    assert watched.look() is Standing.OWNER_CHANGED
    watched.touches.lead = None
    assert watched.look() is Standing.GONE
    watched.touches.lead = lead(OwnerId=watched.owner.id, IsDeleted=True, MasterRecordId="00QLc0000000009AAA")
    assert watched.look() is Standing.MERGED
    watched.touches.lead = watched.lead
    watched.receipts.put(watched.receipt("r2", undoes="r1"))
    assert watched.look() is Standing.UNDONE


def reassign(watched: Watched, snap: CrmSnapshot | None = None) -> tuple[Gate, CaseFile]:
    snap = snap or snapshot(lead=watched.lead)
    watched.file.keep(DocumentKind.SNAPSHOT, "2", snap)
    head = watched.reassigning.propose_reassignment(
        ReassignOrder(**watched.ref.model_dump(), review_round=2, workflow_id="watch/acme/x")
    )
    return head.gate, watched.file


def test_the_breach_proposes_somebody_else_and_says_why(watched: Watched) -> None:
    watched.breach()
    placed = watched.watching.place_reassignment(watched.ref)
    assert (placed.case_open, placed.next_round) == (False, 2)
    gate, file = reassign(watched)
    assert gate is Gate.PERSON
    (action,) = file.proposal(2).actions
    assert isinstance(action, AssignOwner)
    assert (action.before_owner_id, action.after_owner_id) == (watched.owner.id, watched.other.id)
    card = file.card(2)
    assert watched.owner.text("Name") in card.routing.reason
    assert any("did not answer by" in c.why for c in card.routing.considered)
    assert action.evidence
    assert set(action.evidence) <= {e.id for e in card.evidence}
    assert [c.name for c in card.checks if not c.passed] == ["first answer"]
    opening = watched.world.reviews.opening(watched.case_id, 2)
    assert opening is not None
    assert opening.workflow_id == "watch/acme/x"
    assert reassign(watched)[0] is Gate.PERSON, "a retried step finds its own proposal"
    assert watched.watching.place_reassignment(watched.ref).next_round == 3


def test_policy_never_takes_a_lead_from_somebody(watched: Watched) -> None:
    watched.breach()
    watched.world.playbooks.level(Level.LIMITED_AUTOMATION)
    assert reassign(watched)[0] is Gate.PERSON


def test_a_level_that_was_lowered_proposes_nothing(watched: Watched) -> None:
    watched.breach()
    watched.world.playbooks.level(Level.READ_ONLY)
    assert reassign(watched)[0] is Gate.SUMMARY_ONLY
    assert watched.world.reviews.opening(watched.case_id, 2) is None


def test_where_nobody_else_is_free_a_queue_takes_it_or_a_person_chooses(watched: Watched) -> None:
    watched.breach()
    full = snapshot(lead=watched.lead, open_leads_by_owner={watched.other.id: 40}, queues=())
    assert reassign(watched, full)[0] is Gate.FORBIDDEN


def test_while_the_case_is_open_its_own_review_is_named(watched: Watched) -> None:
    watched.begin()
    watched.watching.note_breach(watched.ref)
    placed = watched.watching.place_reassignment(watched.ref)
    assert (placed.case_open, placed.open_round) == (True, 1)
    assert placed.case_workflow_id == watched.world.cases.get(watched.case_id).workflow_id
