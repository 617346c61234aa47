"""Intake by asking the CRM for leads that people changed. Runs on the CRM queue; keeps what it finds as inquiries."""

import logging
from collections import Counter
from collections.abc import Callable

from temporalio import activity

from activities.messages import PollHead, PollOrder
from domain.audit import AuditEvent, AuditKind
from domain.errors import DomainError, ErrorCode
from domain.leads import Motion
from domain.playbook import Playbook
from domain.polling import ChangedLead, PollCursor, advanced, inquiry_of
from domain.ports import AuditLog, Cases, ChangedLeads, Clock, Cursors, Playbooks

logger = logging.getLogger("countersign.polling")


class PollingActivities:
    """`agent_version_of` names what acts under a playbook's digest."""

    def __init__(
        self,
        *,
        leads: ChangedLeads,
        cursors: Cursors,
        cases: Cases,
        playbooks: Playbooks,
        audit: AuditLog,
        clock: Clock,
        agent_version_of: Callable[[str], str],
    ) -> None:
        self._leads = leads
        self._cursors = cursors
        self._cases = cases
        self._playbooks = playbooks
        self._audit = audit
        self._clock = clock
        self._agent_version_of = agent_version_of

    @activity.defn(name="poll_crm")
    def poll(self, order: PollOrder) -> PollHead:
        """Take in what changed since the last look; the first look only notes from when on to read.

        The cursor moves after everything it passes is committed: a crash in between repeats deliveries, and a
        repeated delivery changes nothing.
        """
        playbook = self._playbooks.current()
        cursor = self._cursors.get(order.org_id)
        page = self._leads.look(playbook.intake_queue, playbook.disqualified_status, cursor)
        if cursor is None:
            self._cursors.put(order.org_id, PollCursor.starting(page.read_at), now=self._clock.now())
            return PollHead(first=True)
        counts = Counter(self._take_in(order.org_id, lead, playbook) for lead in page.leads())
        moved = advanced(cursor, page)
        if moved != cursor:
            self._cursors.put(order.org_id, moved, now=self._clock.now())
        return PollHead(
            new=counts["new"], joined=counts["joined"], repeated=counts["repeated"], skipped=counts["skipped"]
        )

    def _take_in(self, org_id: str, lead: ChangedLead, playbook: Playbook) -> str:
        inquiry = inquiry_of(lead)
        if inquiry is None:
            return self._skip(org_id, lead, ErrorCode.INVALID_INQUIRY)
        try:
            taken = self._cases.take_in(
                inquiry,
                org_id=org_id,
                motion=Motion.INBOUND,
                playbook_digest=playbook.digest,
                agent_version=self._agent_version_of(playbook.digest),
                now=self._clock.now(),
            )
        except DomainError as refused:
            if refused.code is ErrorCode.STORE_UNAVAILABLE:
                raise
            # One lead that cannot be kept must not hold up those behind it.
            return self._skip(org_id, lead, refused.code)
        return taken.kind

    def _skip(self, org_id: str, lead: ChangedLead, code: ErrorCode) -> str:
        logger.warning("lead %s of the CRM was not taken in: %s", lead.lead_id, code.value)
        self._audit.append(
            AuditEvent(
                key=f"poll/{lead.event_id}",
                kind=AuditKind.INQUIRY_SKIPPED,
                org_id=org_id,
                actor="poll",
                subject=lead.lead_id,
                code=code.value,
                at=self._clock.now(),
            )
        )
        return "skipped"
