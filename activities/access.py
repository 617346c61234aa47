"""Which reviewers the CRM keeps from the records of waiting proposals. Runs on the CRM queue: it asks the CRM.

The queue leaves out by it and the page refuses early; the write asks the CRM again, and alone decides.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from domain.casefile import CaseFile
from domain.errors import CrmError, DomainError, ErrorCode
from domain.leads import CrmRecord
from domain.model import Instant
from domain.owners import find_user
from domain.playbook import Playbook
from domain.ports import CaseDocuments, Clock, Playbooks
from domain.record_access import changed_records

MOST = 200
"""Rounds that one look asks about: one query of 200 records per reviewer, where each changes one record."""

logger = logging.getLogger("countersign.access")

Round = tuple[str, int]


class CrmUsers(Protocol):
    def users(self) -> Sequence[CrmRecord]: ...


class CrmAccess(Protocol):
    def denied(self, user_id: str, record_ids: Sequence[str]) -> tuple[str, ...]: ...


class KeptAccess(Protocol):
    def due(self, org_id: str, *, now: Instant, limit: int) -> tuple[Round, ...]: ...

    def keep(self, case_id: str, round: int, denied: Collection[str], *, now: Instant) -> None: ...

    def due_exceptions(self, org_id: str, *, now: Instant, limit: int) -> tuple[tuple[str, int], ...]: ...

    def keep_exception(self, case_id: str, number: int, denied: Collection[str], *, now: Instant) -> None: ...


class AccessLook:
    def __init__(
        self,
        *,
        users: CrmUsers,
        access: CrmAccess,
        kept: KeptAccess,
        documents: CaseDocuments,
        lead_of: Callable[[str], str],
        playbooks: Playbooks,
        clock: Clock,
    ) -> None:
        """`lead_of` gives the record that a case is about; empty while it has none."""
        self._users = users
        self._access = access
        self._kept = kept
        self._documents = documents
        self._lead_of = lead_of
        self._playbooks = playbooks
        self._clock = clock

    def look(self, org_id: str) -> int:
        """Ask about the rounds and exceptions that are due, and keep the answers; how many there were.

        Where the CRM does not answer, what was kept before stands until it is too old.
        """
        rules = self._playbooks.current()
        if not any(r.crm_user for r in rules.reviewers):
            return 0
        now = self._clock.now()
        records = {round: self._records(*round) for round in self._kept.due(org_id, now=now, limit=MOST)}
        stuck = {key: self._of_exception(*key) for key in self._kept.due_exceptions(org_id, now=now, limit=MOST)}
        wanted = sorted({each for found in (*records.values(), *stuck.values()) for each in found})
        try:
            denied = self._denied(rules, wanted)
        except CrmError as silent:
            logger.warning("the CRM does not say who may edit what waits: %s", silent.code.value)
            return 0
        for asked, keep in ((records, self._kept.keep), (stuck, self._kept.keep_exception)):
            for (case_id, number), found in asked.items():
                kept_from = [login for login, closed in denied.items() if closed.intersection(found)]
                keep(case_id, number, kept_from, now=now)
        return len(records) + len(stuck)

    def _denied(self, rules: Playbook, record_ids: list[str]) -> dict[str, frozenset[str]]:
        """By login. Somebody whom the CRM does not know may edit nothing, as at the write."""
        if not record_ids:
            return {}
        people = self._users.users()
        found: dict[str, frozenset[str]] = {}
        for reviewer in rules.reviewers:
            if reviewer.crm_user:
                user = find_user(reviewer.crm_user, people)
                closed = self._access.denied(user.id, record_ids) if user is not None else record_ids
                found[reviewer.login] = frozenset(closed)
        return found

    def _records(self, case_id: str, round: int) -> tuple[str, ...]:
        try:
            return changed_records(CaseFile(self._documents, case_id).proposal(round))
        except DomainError as unreadable:
            if unreadable.code is ErrorCode.STORE_UNAVAILABLE:
                raise
            # One case that cannot be read (its data was erased) must not hide the others.
            logger.warning("records of case %s not looked at: %s", case_id, unreadable.code.value)
            return ()

    def _of_exception(self, case_id: str, number: int) -> tuple[str, ...]:
        """The record that the case is about, else those among which somebody is to choose."""
        lead_id = self._lead_of(case_id)
        if lead_id:
            return (lead_id,)
        raised = CaseFile(self._documents, case_id).exception(number)
        return tuple(choice.id for choice in raised.matches) if raised is not None else ()
