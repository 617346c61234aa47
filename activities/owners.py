"""Whether the owners whom waiting proposals name can still take a lead. Runs on the CRM queue: it reads its people."""

import logging
from collections.abc import Callable

from temporalio import activity

from activities.owner_messages import OwnerCheckHead, OwnerCheckOrder, UnfitOwner
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.cases import DocumentKind, ReviewOpening
from domain.errors import DomainError, ErrorCode
from domain.leads import CrmSnapshot
from domain.ports import AuditLog, CaseDocuments, Cases, Clock, CrmReader, Playbooks, Reviews
from domain.proposals import AssignOwner
from domain.routing_people import Unfit, owner_unfit, with_absences_of

PAGE = 200
MOST = 2000
"""Rounds that one look goes through, by case: more than a team can have waiting."""
MOST_TOLD = 200
"""Cases that one look tells; the next look finds the rest."""

logger = logging.getLogger("countersign.owners")


class OwnerActivities:
    def __init__(
        self,
        *,
        reader: CrmReader,
        reviews: Reviews,
        documents: CaseDocuments,
        cases: Cases,
        playbooks: Playbooks,
        audit: AuditLog,
        clock: Clock,
        look_at_access: Callable[[str], int] = lambda _org_id: 0,
    ) -> None:
        self._reader = reader
        self._reviews = reviews
        self._documents = documents
        self._cases = cases
        self._playbooks = playbooks
        self._audit = audit
        self._clock = clock
        self._look_at_access = look_at_access

    @activity.defn
    def find_unfit_owners(self, order: OwnerCheckOrder) -> OwnerCheckHead:
        """The open rounds whose proposed owner left, is away or is full. One call to the CRM, however many there are.

        Also has `AccessLook` ask whom the CRM keeps from the records of waiting rounds. Raises `CrmError` where the
        CRM cannot be read: then nobody is called unfit.
        """
        people = self._reader.snapshot("")
        self._look_at_access(order.org_id)
        looked_at = 0
        unfit: list[UnfitOwner] = []
        after: tuple[str, int] | None = None
        while looked_at < MOST and len(unfit) < MOST_TOLD:
            page = self._reviews.waiting(order.org_id, after=after, limit=PAGE)
            for opening in page:
                looked_at += 1
                found = self._look(opening, people)
                if found is not None:
                    unfit.append(found)
            if len(page) < PAGE:
                break
            after = (page[-1].case_id, page[-1].round)
        return OwnerCheckHead(looked_at=looked_at, unfit=tuple(unfit[:MOST_TOLD]))

    def _look(self, opening: ReviewOpening, people: CrmSnapshot) -> UnfitOwner | None:
        try:
            owner_id, reason = self._judge(opening, people)
        except DomainError as unreadable:
            if unreadable.code is ErrorCode.STORE_UNAVAILABLE:
                raise
            # One case that cannot be read (its data was erased) must not hide the others.
            logger.warning("owner of case %s not looked at: %s", opening.case_id, unreadable.code.value)
            return None
        if reason is None:
            return None
        self._audit.append(
            AuditEvent(
                key=f"unfit/{opening.case_id}/{opening.round}",
                kind=AuditKind.OWNER_UNFIT,
                org_id=opening.org_id,
                case_id=opening.case_id,
                subject=owner_id,
                code=reason.value,
                at=self._clock.now(),
            )
        )
        return UnfitOwner(
            workflow_id=opening.workflow_id, case_id=opening.case_id, round=opening.round, reason=reason.value
        )

    def _judge(self, opening: ReviewOpening, people: CrmSnapshot) -> tuple[str, Unfit | None]:
        """By the case's own rules with today's absences and load, as the write will judge it.

        Only an assignment that the rules chose is questioned: whoever has the lead already keeps it.
        """
        file = CaseFile(self._documents, opening.case_id)
        if not file.has(DocumentKind.ROUTING, str(opening.round)):
            return "", None
        routing = file.routed(opening.round).routing
        assigned = {a.after_owner_id for a in file.proposal(opening.round).actions if isinstance(a, AssignOwner)}
        if routing.owner_id not in assigned:
            return "", None
        pinned = self._playbooks.pinned(self._cases.get(opening.case_id).playbook_digest)
        rules = with_absences_of(pinned, self._playbooks.current())
        unfit = owner_unfit(routing.owner_id, people, rules, now=self._clock.now(), team=routing.team)
        return routing.owner_id, unfit
