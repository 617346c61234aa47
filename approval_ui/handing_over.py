"""Reviews that wait for somebody away go to who stands in, at once. Deadlines stay; who was asked stays on record."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import date, timedelta

from domain.absence import back_at, is_away, stand_in, zone_of
from domain.audit import AuditEvent, AuditKind
from domain.errors import DomainError
from domain.model import Instant
from domain.ports import AuditLog, Clock, Playbooks
from persistence.absences import SqlAbsences
from persistence.claims import SqlClaims
from persistence.queue import ReviewQueue

MOST_DAYS = 366
_log = logging.getLogger(__name__)


class AbsenceRefused(Exception):
    """`sentence` is for the person who asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class HandingOver:
    """For one organisation."""

    org_id: str
    absences: SqlAbsences
    claims: SqlClaims
    queue: ReviewQueue
    playbooks: Playbooks
    audit: AuditLog
    clock: Clock

    def away(self, login: str, last_day: str, *, by: str) -> int:
        """Somebody is away up to and including `last_day` (ISO). How many reviews went to somebody else.

        Raises `AbsenceRefused`.
        """
        playbook = self.playbooks.readable()
        reviewer = playbook.reviewer(login)
        now = self.clock.now()
        try:
            day = date.fromisoformat(last_day)
        except ValueError:
            raise AbsenceRefused("Give the last day away as a date, as in 2027-01-31.") from None
        until = back_at(day, reviewer, playbook)
        if until <= now:
            raise AbsenceRefused("That day is over.")
        if until > now + timedelta(days=MOST_DAYS):
            raise AbsenceRefused("That is more than a year; whoever leaves for good is taken out of the playbook.")
        self.absences.set(login, until, by=by, now=now)
        zone = zone_of(reviewer, playbook) if reviewer else now.tzinfo
        self._note(AuditKind.ABSENCE_SET, login, by, f"until {(until - timedelta(seconds=1)).astimezone(zone).date()}")
        return self.sweep()

    def back(self, login: str, *, by: str) -> None:
        """They are here again. What was handed over stays with whom it went to."""
        if self.absences.clear(login):
            self._note(AuditKind.ABSENCE_SET, login, by, "back")

    def until(self, login: str) -> Instant | None:
        """When somebody who said that they are away is back."""
        return self.absences.current(now=self.clock.now()).get(login)

    def sweep(self) -> int:
        """Hand over whatever waits for somebody away, by their own word or the playbook's. How many went."""
        now = self.clock.now()
        playbook = self.playbooks.readable()
        declared = self.absences.current(now=now)
        gone = {r.login: r for r in playbook.reviewers if is_away(r, playbook, declared, now)}
        moved = 0
        for item in self.queue.open_of(gone):
            successor = stand_in(gone[item.assignee], playbook, declared, item.risk, now)
            if successor is None:
                continue
            if self.claims.hand_over(item.case_id, item.round, item.assignee, successor.login, now=now):
                moved += 1
                self.audit.append(
                    AuditEvent(
                        key=f"{AuditKind.HANDED_OVER.value}/{item.case_id}/{item.round}/{item.assignee}/{now.isoformat()}",
                        kind=AuditKind.HANDED_OVER,
                        org_id=self.org_id,
                        case_id=item.case_id,
                        actor=item.assignee,
                        subject=successor.login,
                        code="absent",
                        at=now,
                    )
                )
        return moved

    async def run(self, every_seconds: float) -> None:
        """Sweep for ever: an absence of the playbook begins while reviews wait, and new ones open meanwhile."""
        while True:
            try:
                await asyncio.to_thread(self.sweep)
            except DomainError as failed:
                _log.warning("reviews of people who are away were not handed over (%s)", failed.code.value)
            await asyncio.sleep(every_seconds)

    def _note(self, kind: AuditKind, login: str, by: str, code: str) -> None:
        now = self.clock.now()
        self.audit.append(
            AuditEvent(
                key=f"{kind.value}/{login}/{code}/{now.isoformat()}",
                kind=kind,
                org_id=self.org_id,
                actor=by,
                subject=login,
                code=code,
                at=now,
            )
        )
