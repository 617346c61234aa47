"""Answers of outside providers about companies, kept as long as the playbook finds them fresh."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from domain.enrichment import Signal
from domain.model import Instant
from persistence.database import Database, insert_if_absent
from persistence.tables import EnrichmentAnswerRow

_SIGNALS = TypeAdapter(tuple[Signal, ...])


class SqlSignalCache:
    """`SignalCache` over the application database. Raises `StoreError`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, provider: str, company: str, *, since: Instant) -> tuple[Signal, ...] | None:
        with self._db.session() as session:
            row = session.get(EnrichmentAnswerRow, (provider, company))
        return None if row is None or row.answered_at < since else _SIGNALS.validate_json(row.body)

    def keep(self, provider: str, company: str, signals: Sequence[Signal], *, now: Instant) -> None:
        body = _SIGNALS.dump_json(tuple(signals))
        fresh = EnrichmentAnswerRow(provider=provider, company=company, body=body, answered_at=now)
        with self._db.transaction() as session:
            if insert_if_absent(session, fresh):
                return
            row = session.get_one(EnrichmentAnswerRow, (provider, company), with_for_update=True)
            row.body, row.answered_at = body, max(row.answered_at, now)
            session.add(row)
