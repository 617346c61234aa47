"""What other systems said happened with a person or company. Found by a keyed digest of the address, the company's
domain, or a CRM id; never by the address itself.
"""

import hashlib
import hmac

from sqlalchemy import delete, or_
from sqlmodel import col, select

from domain.context import ContextEvent, ContextItem, ContextSubject
from domain.model import Instant
from domain.naming import mail_address
from persistence.database import Database, insert_if_absent
from persistence.tables import ContextEventRow


class SqlContext:
    """`ContextStore` over the application database. Raises `StoreError`."""

    def __init__(self, db: Database, secret: bytes) -> None:
        """`secret` keys the digest of addresses; the same one must serve every process."""
        self._db = db
        self._secret = secret

    def add(self, event: ContextEvent, *, now: Instant) -> bool:
        item, subject = event.item, event.subject
        row = ContextEventRow(
            event_key=hashlib.sha256(f"{item.system}\n{item.record}".encode()).hexdigest(),
            kind=item.kind.value,
            person=self._digest(subject.email),
            company=subject.company,
            crm_record=next((record[:15] for record in subject.records), ""),
            occurred_at=item.occurred_at,
            recorded_at=now,
            body=item.model_dump_json().encode(),
        )
        with self._db.transaction() as session:
            return insert_if_absent(session, row)

    def about(self, subject: ContextSubject, *, since: Instant, limit: int = 50) -> tuple[ContextItem, ...]:
        person, row = self._digest(subject.email), ContextEventRow
        asked = (
            *((col(row.person) == person,) if person else ()),
            *((col(row.company) == subject.company,) if subject.company else ()),
            *((col(row.crm_record).in_(tuple(record[:15] for record in subject.records)),) if subject.records else ()),
        )
        if not asked:
            return ()
        with self._db.session() as session:
            found = session.exec(
                select(row.body)
                .where(or_(*asked), col(row.occurred_at) >= since)
                .order_by(col(row.occurred_at).desc(), col(row.event_key))
                .limit(limit)
            ).all()
        return tuple(ContextItem.model_validate_json(body) for body in found)

    def erase(self, email: str) -> int:
        """Delete what is about one person; returns how many events that were."""
        person = self._digest(email)
        if not person:
            return 0
        with self._db.transaction() as session:
            gone = session.connection().execute(delete(ContextEventRow).where(col(ContextEventRow.person) == person))
        return gone.rowcount

    def _digest(self, email: str) -> str:
        address = mail_address(email)
        return hmac.new(self._secret, address.encode(), hashlib.sha256).hexdigest() if address else ""
