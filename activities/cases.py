"""Steps that end a case or hand it to a person."""

from temporalio import activity

from activities.messages import CloseHead, CloseInput, ExceptionHead, ExceptionInput, RoundInput
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.cases import CaseException, CaseOutcome, DocumentKind, ExceptionCode
from domain.exceptions import explain
from domain.notice_spreading import logins_of_owner
from domain.notices import Notice, NoticeKind, Notices
from domain.ports import AuditLog, CaseDocuments, Cases, Clock, Playbooks, Reviews


class CaseActivities:
    """Needs the application database only."""

    def __init__(
        self,
        *,
        cases: Cases,
        documents: CaseDocuments,
        reviews: Reviews,
        audit: AuditLog,
        playbooks: Playbooks,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._documents = documents
        self._reviews = reviews
        self._audit = audit
        self._playbooks = playbooks
        self._notices = notices
        self._clock = clock

    @activity.defn
    def open_exception(self, order: ExceptionInput) -> ExceptionHead:
        """Name the reason, the person and the next step. Idempotent per round."""
        self._end_round(order)
        file = CaseFile(self._documents, order.case_id)
        routed = file.routed(order.round).routing if file.has(DocumentKind.ROUTING, str(order.round)) else None
        opened = explain(order.code, routed, self._playbooks.current())
        file.keep(DocumentKind.EXCEPTION, str(order.round), opened)
        # Repeated after the rules changed, it still names who was asked first.
        opened = file.exception(order.round) or opened
        self._audit.append(
            AuditEvent(
                key=f"exception/{order.case_id}/{order.round}/{order.code.value}",
                kind=AuditKind.EXCEPTION_OPENED,
                org_id=order.org_id,
                case_id=order.case_id,
                actor=opened.owner,
                code=order.code.value,
                at=self._clock.now(),
            )
        )
        self._notices.tell(self._told(order, opened))
        return ExceptionHead(code=order.code, owner=opened.owner)

    def _told(self, order: ExceptionInput, opened: CaseException) -> Notice:
        """Who is asked hears of it; after an expiry that is who takes the lead over."""
        expired = order.code is ExceptionCode.REVIEW_EXPIRED
        return Notice(
            key=f"{order.case_id}/{order.round}/exception/{order.code.value}",
            kind=NoticeKind.OWNER_TOLD if expired else NoticeKind.EXCEPTION,
            org_id=order.org_id,
            case_id=order.case_id,
            round=order.round,
            to=logins_of_owner(opened.owner, self._playbooks.readable()),
            code=order.code.value,
            at=self._clock.now(),
        )

    @activity.defn
    def close(self, order: CloseInput) -> CloseHead:
        """Close the case, unless an inquiry joined that its workflow has not looked at."""
        now = self._clock.now()
        if not self._cases.close(order.case_id, order.outcome, seen_inquiries=order.seen_inquiries, now=now):
            return CloseHead(closed=False, inquiry_count=self._cases.get(order.case_id).inquiry_count)
        self._note_closed(order.org_id, order.case_id, order.outcome, order.exception.value if order.exception else "")
        return CloseHead(closed=True, inquiry_count=order.seen_inquiries)

    @activity.defn
    def cancel(self, order: RoundInput) -> CloseHead:
        """Close a case that ops cancelled, whatever has joined it; nobody may decide its round any more."""
        now = self._clock.now()
        self._end_round(order)
        seen = self._cases.get(order.case_id).inquiry_count
        while not self._cases.close(order.case_id, CaseOutcome.CANCELLED, seen_inquiries=seen, now=now):
            # Somebody joined between the two. Ops meant that inquiry too.
            seen = self._cases.get(order.case_id).inquiry_count
        self._note_closed(order.org_id, order.case_id, CaseOutcome.CANCELLED, "")
        return CloseHead(closed=True, inquiry_count=seen)

    def _end_round(self, order: RoundInput | ExceptionInput) -> None:
        """Nobody listens to this round any more: take its card out of the queue, unless it has ended by itself."""
        if self._reviews.opening(order.case_id, order.round) is not None:
            self._reviews.supersede(order.case_id, order.round, now=self._clock.now())

    def _note_closed(self, org_id: str, case_id: str, outcome: CaseOutcome, code: str) -> None:
        self._audit.append(
            AuditEvent(
                key=f"closed/{case_id}",
                kind=AuditKind.CASE_CLOSED,
                org_id=org_id,
                case_id=case_id,
                subject=outcome.value,
                code=code,
                at=self._clock.now(),
            )
        )
