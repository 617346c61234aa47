"""The playbooks that cases were started with, kept as long as a case may need them."""

from domain.errors import ErrorCode, StoreError
from domain.ports import Clock
from persistence.database import Database, insert_if_absent
from persistence.tables import PlaybookRow


class SqlPlaybooks:
    """Pinned playbook bodies by digest. Reading files and checking digests is the caller's part."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def store(self, digest: str, body: bytes) -> None:
        """Idempotent by digest."""
        with self._db.session() as session:
            if session.get(PlaybookRow, digest) is not None:
                return
        with self._db.transaction() as session:
            insert_if_absent(session, PlaybookRow(digest=digest, body=body, stored_at=self._clock.now()))

    def load(self, digest: str) -> bytes:
        """Raises `StoreError` (document_missing)."""
        with self._db.session() as session:
            row = session.get(PlaybookRow, digest)
        if row is None:
            raise StoreError(f"no playbook with digest {digest} is stored", code=ErrorCode.DOCUMENT_MISSING)
        return row.body
