"""Between an assignment and the first human activity: tell the owner, look at the CRM, note what was found.

Runs on the CRM queue, whose worker alone may read the CRM and send mail.
"""

from collections.abc import Callable

from temporalio import activity

from activities.owner_messages import (
    AssignmentRef,
    BreachHead,
    LookHead,
    LookOrder,
    NoticeHead,
    NoticeOrder,
    WatchHead,
    WatchOrder,
)
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.cases import CaseState, DocumentKind
from domain.errors import ErrorCode, MailError, Paused
from domain.first_touch import Assignment, Breach, FirstTouch, Standing, assignment, first_touch, standing, timed
from domain.leads import CrmSnapshot
from domain.owner_notices import (
    Links,
    NoticeKind,
    OwnerNotice,
    Recipient,
    compose_notice,
    manager_of,
    notice_id,
    owners_of,
)
from domain.owners import is_active_person
from domain.ports import (
    AuditLog,
    CaseDocuments,
    Cases,
    Clock,
    CrmReader,
    LeadTouches,
    PauseSwitch,
    Playbooks,
    Receipts,
    Reviews,
)
from domain.receipts import MailState, WriteReceipt

TellOnce = Callable[[OwnerNotice, str, str], MailState]
"""Sends a notice under a Message-ID for a case, unless it was ever handed over before."""
LinksOf = Callable[[str, str], Links]
"""Where a case and a CRM record are to be seen."""


class WatchingActivities:
    def __init__(
        self,
        *,
        reader: CrmReader,
        touches: LeadTouches,
        tell_once: TellOnce,
        links_of: LinksOf,
        documents: CaseDocuments,
        cases: Cases,
        reviews: Reviews,
        receipts: Receipts,
        playbooks: Playbooks,
        pause: PauseSwitch,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._touches = touches
        self._tell_once = tell_once
        self._links_of = links_of
        self._documents = documents
        self._cases = cases
        self._reviews = reviews
        self._receipts = receipts
        self._playbooks = playbooks
        self._pause = pause
        self._audit = audit
        self._clock = clock

    @activity.defn
    def begin_watch(self, order: WatchOrder) -> WatchHead:
        """Note who was given the lead and by when somebody is to work on it. Repeated, it says the same."""
        file = CaseFile(self._documents, order.case_id)
        if not file.has(DocumentKind.ASSIGNMENT, str(order.round)):
            playbook = self._playbooks.readable()
            receipt = self._receipts.get(order.receipt_id)
            if receipt is None or not playbook.routing.first_touch.watch:
                return WatchHead()
            given = self._assignment(order, file, receipt)
            if given is None:
                return WatchHead()
            file.keep(DocumentKind.ASSIGNMENT, str(order.round), given)
        given = file.assignment(order.round)
        return WatchHead(
            watching=True,
            owner_id=given.owner_id,
            lead_id=given.lead_id,
            look_at=given.look_at,
            respond_by=given.respond_by,
            reassign_at=given.reassign_at,
        )

    def _assignment(self, order: WatchOrder, file: CaseFile, receipt: WriteReceipt) -> Assignment | None:
        lead = next((i for i in receipt.records if i.record.object == "Lead" and i.intended.get("OwnerId")), None)
        if lead is None:
            return None
        owner_id = str(lead.intended["OwnerId"])
        routed = file.routed(order.round).routing if file.has(DocumentKind.ROUTING, str(order.round)) else None
        by_the_rules = routed is not None and routed.owner_id == owner_id
        inquiries = file.inquiries(self._cases.get(order.case_id).inquiry_count)
        return assignment(
            case_id=order.case_id,
            round=order.round,
            receipt_id=receipt.id,
            lead_id=lead.record.id,
            owner_id=owner_id,
            team=routed.team if routed is not None and by_the_rules else "",
            respond_by=routed.respond_by if routed is not None else None,
            received_at=inquiries[-1].received_at,
            assigned_at=receipt.written_at,
            people=self._reader.snapshot(""),
            playbook=self._playbooks.readable(),
            number=order.number,
        )

    @activity.defn
    def notify_owner(self, order: NoticeOrder) -> NoticeHead:
        """Tell the owner (the members, where a queue owns), and of a breach their manager too. Each at most once.

        Raises `Paused` while the motion is stopped, and `MailError` where another attempt is safe.
        """
        if self._pause.paused(order.motion):
            raise Paused
        file = CaseFile(self._documents, order.case_id)
        given = file.assignment(order.round)
        people, playbook = self._reader.snapshot(""), self._playbooks.readable()
        told = not_told = 0
        for recipient in self._recipients(order.notice, given, people):
            links = self._links_of(order.case_id, given.lead_id)
            notice = compose_notice(order.notice, given, recipient, playbook.seller, links)
            message_id = notice_id(given, order.notice, recipient, playbook.seller.sender_domain)
            accepted = self._told(notice, message_id, order.case_id)
            told, not_told = told + accepted, not_told + (not accepted)
        self._note(order, AuditKind.OWNER_TOLD, given.owner_id, _how(order.notice, told, not_told), of=order.notice)
        return NoticeHead(told=told, not_told=not_told)

    def _recipients(self, kind: NoticeKind, given: Assignment, people: CrmSnapshot) -> tuple[Recipient, ...]:
        owners = owners_of(given, people)
        manager = manager_of(given, people, self._playbooks.readable()) if kind is NoticeKind.BREACHED else None
        # Whoever owns the lead and manages themselves hears of it once.
        if manager is None or manager.address.casefold() in {o.address.casefold() for o in owners}:
            return owners
        return (*owners, manager)

    def _told(self, notice: OwnerNotice, message_id: str, case_id: str) -> bool:
        try:
            return self._tell_once(notice, message_id, case_id) is MailState.ACCEPTED
        except MailError as refused:
            if refused.code is not ErrorCode.MAIL_REFUSED:
                raise
            # An address that cannot be written to must not keep the others from hearing.
            return False

    @activity.defn
    def look_for_touch(self, order: LookOrder) -> LookHead:
        """Whether somebody has worked on the lead, and whether there is still something to watch. Notes what it finds.

        A touch counts even where the lead has changed hands since. Raises `CrmError`.
        """
        file = CaseFile(self._documents, order.case_id)
        given = file.assignment(order.round)
        now = self._touches.look(order.lead_id, since=given.assigned_at)
        people = self._reader.snapshot("")
        machines = {u.id for u in people.users if not is_active_person(u)} | {self._touches.user_id()}
        touch = first_touch(now, given.assigned_at, machines)
        undone = any(r.undoes == given.receipt_id for r in self._receipts.of_case(order.case_id))
        stands = standing(now, given, undone=undone)
        if touch is not None and stands is not Standing.UNDONE:
            file.keep(DocumentKind.FIRST_TOUCH, str(order.round), timed(touch, given, people))
            body = self._documents.find(order.case_id, DocumentKind.FIRST_TOUCH, str(order.round))
            minutes = FirstTouch.model_validate_json(body or b"{}").minutes_from_inquiry
            self._note(order, AuditKind.FIRST_TOUCH, given.owner_id, touch.kind.value)
            return LookHead(standing=Standing.TOUCHED, minutes=minutes)
        if stands is Standing.MERGED and now.lead is not None:
            return LookHead(standing=stands, survivor_id=now.lead.text("MasterRecordId"))
        if stands is not Standing.UNTOUCHED:
            self._note(order, AuditKind.WATCH_ENDED, given.owner_id, stands.value)
        return LookHead(standing=stands)

    @activity.defn
    def note_breach(self, order: AssignmentRef) -> None:
        """Note that nobody had worked on the lead by the deadline. From now on routing passes the owner over."""
        file = CaseFile(self._documents, order.case_id)
        given = file.assignment(order.round)
        breach = Breach(
            owner_id=given.owner_id,
            owner_name=given.owner_name,
            lead_id=given.lead_id,
            assigned_at=given.assigned_at,
            respond_by=given.respond_by,
            noticed_at=self._clock.now(),
        )
        file.keep(DocumentKind.BREACH, str(order.round), breach)
        self._note(order, AuditKind.SLA_BREACHED, given.owner_id, "")

    @activity.defn
    def place_reassignment(self, order: AssignmentRef) -> BreachHead:
        """Where another owner can be proposed: while the case is open by itself, afterwards in a round of its own."""
        case = self._cases.get(order.case_id)
        file = CaseFile(self._documents, order.case_id)
        if case.state is CaseState.OPEN:
            before = (order.case_id, 0)
            waiting = self._reviews.waiting(order.org_id, after=before, limit=1)
            open_round = next((o.round for o in waiting if o.case_id == order.case_id), 0)
            return BreachHead(case_open=True, case_workflow_id=case.workflow_id, open_round=open_round)
        return BreachHead(next_round=self._free_round(file, order))

    def _free_round(self, file: CaseFile, order: AssignmentRef) -> int:
        """The first that nothing was kept for yet. Its case is closed, so that nobody else takes it."""
        number = order.round + 1
        kinds = (DocumentKind.SNAPSHOT, DocumentKind.ROUTING, DocumentKind.PROPOSAL, DocumentKind.EXCEPTION)
        while (
            any(file.has(kind, str(number)) for kind in kinds)
            or self._reviews.opening(order.case_id, number) is not None
        ):
            number += 1
        return number

    def _note(self, order: AssignmentRef, kind: AuditKind, owner_id: str, code: str, *, of: str = "") -> None:
        self._audit.append(
            AuditEvent(
                key="/".join(p for p in (kind.value, order.case_id, str(order.round), of) if p),
                kind=kind,
                org_id=order.org_id,
                case_id=order.case_id,
                subject=owner_id,
                agent_version=order.agent_version,
                code=code,
                at=self._clock.now(),
            )
        )


def _how(notice: NoticeKind, told: int, not_told: int) -> str:
    if not told:
        return f"{notice.value}, {'nobody could be told' if not_told else 'nobody to tell'}"
    return f"{notice.value}, some could not be told" if not_told else notice.value
