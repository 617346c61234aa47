"""Steps that end a case."""

from temporalio import activity

from activities.messages import CloseHead, CloseInput, RoundInput
from domain.audit import AuditEvent, AuditKind
from domain.cases import CaseOutcome
from domain.ports import AuditLog, Cases, Clock, Reviews
from domain.resolutions import Exceptions, ExceptionState


class CaseActivities:
    """Needs the application database only."""

    def __init__(
        self,
        *,
        cases: Cases,
        reviews: Reviews,
        exceptions: Exceptions,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._reviews = reviews
        self._exceptions = exceptions
        self._audit = audit
        self._clock = clock

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
        workflow_id = self._cases.get(order.case_id).workflow_id
        for raised in self._exceptions.of_case(order.case_id):
            if raised.opening.workflow_id == workflow_id:
                self._exceptions.end(order.case_id, raised.number, ExceptionState.SUPERSEDED, now=now)
        seen = self._cases.get(order.case_id).inquiry_count
        while not self._cases.close(order.case_id, CaseOutcome.CANCELLED, seen_inquiries=seen, now=now):
            # Somebody joined between the two. Ops meant that inquiry too.
            seen = self._cases.get(order.case_id).inquiry_count
        self._note_closed(order.org_id, order.case_id, CaseOutcome.CANCELLED, "")
        return CloseHead(closed=True, inquiry_count=seen)

    def _end_round(self, order: RoundInput) -> None:
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
