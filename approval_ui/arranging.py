"""Who looks at a review, and when: claim, release, snooze, reassign. None of it decides, and none moves a deadline."""

from dataclasses import dataclass
from datetime import timedelta

from approval_ui.decision_requests import DecisionRefused, RefusalCode, Reviewer
from approval_ui.federation import Federation
from domain.audit import AuditEvent, AuditKind
from domain.decisions import RoundState
from domain.permissions import RiskCategory, can_approve, can_arrange, can_release_others
from domain.ports import AuditLog, Clock
from persistence.claims import SqlClaims
from persistence.queue import QueueItem, ReviewQueue
from persistence.users import LocalUser

SNOOZES: dict[str, tuple[str, timedelta]] = {
    "1h": ("1 hour", timedelta(hours=1)),
    "3h": ("3 hours", timedelta(hours=3)),
    "1d": ("1 day", timedelta(days=1)),
}
"""Code, what the button says, and for how long the review leaves the top of the queue."""


@dataclass(frozen=True)
class Arranging:
    """For one organisation. Every method raises `DecisionRefused` with a sentence, and has then changed nothing."""

    org_id: str
    claims: SqlClaims
    queue: ReviewQueue
    people: Federation
    audit: AuditLog
    clock: Clock

    def claim(self, case_id: str, round: int, reviewer: Reviewer) -> None:
        """Say that one is looking at it. Others may still decide; they see whose it is."""
        self._open(case_id, round, reviewer)
        has_it = self.claims.claim(case_id, round, reviewer.login, now=self.clock.now())
        if has_it == reviewer.login:
            self._note(AuditKind.REVIEW_CLAIMED, case_id, round, reviewer)
        elif has_it:
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, f"{self._name(has_it)} has claimed this already.")
        else:
            raise _closed()

    def release(self, case_id: str, round: int, reviewer: Reviewer) -> None:
        """Give a claim back; a manager may also take back somebody else's."""
        item = self._open(case_id, round, reviewer)
        anyone = can_release_others(reviewer.role)
        if not self.claims.release(case_id, round, reviewer.login, now=self.clock.now(), anyone=anyone):
            whose = f"{self._name(item.claimed_by)} has claimed this; a manager can release it."
            raise DecisionRefused(
                RefusalCode.INVALID,
                whose if item.claimed_by else "Nobody has claimed this; there is nothing to release.",
            )
        self._note(AuditKind.REVIEW_RELEASED, case_id, round, reviewer, subject=item.claimed_by)

    def snooze(self, case_id: str, round: int, for_code: str, reviewer: Reviewer) -> None:
        """Out of the way for a while; an empty code wakes it. The ladder goes on meanwhile."""
        item = self._open(case_id, round, reviewer)
        now = self.clock.now()
        if for_code and for_code not in SNOOZES:
            raise DecisionRefused(RefusalCode.INVALID, f"Snooze for one of {', '.join(SNOOZES)}.")
        until = now + SNOOZES[for_code][1] if for_code else None
        if until is not None and until >= item.ladder.expires_at:
            raise DecisionRefused(RefusalCode.INVALID, "It expires before that. Decide it, or reassign it.")
        if not self.claims.snooze(case_id, round, until, reviewer.login, now=now):
            raise _closed()
        self._note(AuditKind.REVIEW_SNOOZED, case_id, round, reviewer, code=for_code or "woken")

    def reassign(self, case_id: str, round: int, to: str, reviewer: Reviewer) -> None:
        """Ask somebody else who may decide it. Who was asked first stays on record."""
        item = self._open(case_id, round, reviewer)
        known = {user.login: user for user in self.takers(item.risk)}
        if to not in known:
            raise DecisionRefused(RefusalCode.INVALID, "Choose somebody of the list; others may not decide this.")
        if item.assignee == to:
            raise DecisionRefused(RefusalCode.INVALID, f"{known[to].display_name} is asked already.")
        if not self.claims.reassign(case_id, round, to, reviewer.login, now=self.clock.now()):
            raise _closed()
        self._note(AuditKind.REVIEW_REASSIGNED, case_id, round, reviewer, subject=to)

    def takers(self, risk: RiskCategory) -> tuple[LocalUser, ...]:
        """Who may be asked for a decision of this risk, by name."""
        able = (u for u in self.people.everybody() if can_approve(u.role, risk))
        return tuple(sorted(able, key=lambda u: u.display_name.casefold()))

    def _open(self, case_id: str, round: int, reviewer: Reviewer) -> QueueItem:
        if not can_arrange(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} can look, but not decide.")
        item = self.queue.item(case_id, round)
        if item is None:
            raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such review, or its data was erased.")
        if item.state is not RoundState.OPEN:
            raise _closed()
        return item

    def _name(self, login: str) -> str:
        user = self.people.users.get(login)
        return user.display_name if user is not None else login

    def _note(
        self, kind: AuditKind, case_id: str, round: int, reviewer: Reviewer, *, subject: str = "", code: str = ""
    ) -> None:
        now = self.clock.now()
        self.audit.append(
            AuditEvent(
                key=f"{kind.value}/{case_id}/{round}/{reviewer.login}/{subject}{code}/{now.isoformat()}",
                kind=kind,
                org_id=self.org_id,
                case_id=case_id,
                actor=reviewer.login,
                subject=subject,
                code=code,
                at=now,
            )
        )


def _closed() -> DecisionRefused:
    return DecisionRefused(RefusalCode.CLOSED, "This review is closed; there is nothing to arrange any more.")
