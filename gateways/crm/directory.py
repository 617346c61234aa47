"""Who can own a lead: users, queues and their load. The same for every case, so read once a minute."""

import threading
from datetime import timedelta

from domain.leads import CrmRecord
from domain.model import Instant, Value
from domain.ports import Clock
from gateways.crm.client import SalesforceSession, query_part
from gateways.crm.fields import ReadFields
from gateways.crm.soql import select
from gateways.crm.values import records_from

FRESH_FOR = timedelta(seconds=60)
MAX_USERS = 1000
MAX_QUEUES = 200


class People(Value):
    """Active users, queues, and how many unconverted open leads each owner has."""

    users: tuple[CrmRecord, ...]
    queues: tuple[CrmRecord, ...]
    open_leads_by_owner: dict[str, int]
    read_at: Instant


class Directory:
    """Thread-safe. One API call a minute."""

    def __init__(self, session: SalesforceSession, clock: Clock, fields: ReadFields) -> None:
        self._session = session
        self._clock = clock
        self._fields = fields
        self._lock = threading.Lock()
        self._people: People | None = None

    def read(self) -> People:
        with self._lock:
            now = self._clock.now()
            if self._people is None or not timedelta(0) <= now - self._people.read_at < FRESH_FOR:
                self._people = self._ask(now)
            return self._people

    def _ask(self, now: Instant) -> People:
        users = select("User", self._fields.of("User"), "IsActive = true", tail=f"ORDER BY Id LIMIT {MAX_USERS}")
        queues = select("Group", self._fields.of("Group"), "Type = 'Queue'", tail=f"ORDER BY Id LIMIT {MAX_QUEUES}")
        load = select(
            "Lead",
            ("OwnerId", "COUNT(Id) total"),
            "IsConverted = false AND (NOT Status LIKE 'Closed%')",
            tail="GROUP BY OwnerId",
        )
        parts = [query_part("users", users), query_part("queues", queues), query_part("load", load)]
        answer = self._session.composite(parts, all_or_none=False)
        return People(
            users=records_from("User", answer.parts["users"].records()),
            queues=records_from("Group", answer.parts["queues"].records()),
            open_leads_by_owner={str(r["OwnerId"]): int(r["total"]) for r in answer.parts["load"].records()},
            read_at=now,
        )
