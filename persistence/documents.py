"""Case documents: the one place where what was read and written about a person is kept."""

import secrets
from hashlib import sha256

from sqlalchemy import update
from sqlmodel import Session, col, select

from domain.cases import DocumentKind, DocumentRef
from domain.errors import ErrorCode, StoreError
from domain.model import Instant
from domain.ports import Clock
from persistence.database import Database, insert_if_absent
from persistence.tables import CaseSaltRow, DocumentRow, ExceptionRow, ReviewRow

ERASED = "Data erased"
"""The title of whatever was about a person whose data was erased."""
_SALT_BYTES = 32


class SqlDocuments:
    """`CaseDocuments` over the application database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def put(self, case_id: str, kind: DocumentKind, slot: str, body: bytes) -> DocumentRef:
        """See the port. Raises `StoreError` (document_missing) once the case's data was erased."""
        with self._db.transaction() as session:
            return put_document(session, case_id, kind, slot, body, now=self._clock.now())

    def get(self, document_id: str) -> bytes:
        with self._db.session() as session:
            row = session.exec(select(DocumentRow).where(DocumentRow.document_id == document_id)).one_or_none()
        if row is None or row.body is None:
            why = "does not exist" if row is None else "was erased"
            raise StoreError(f"document {document_id} {why}", code=ErrorCode.DOCUMENT_MISSING)
        return row.body

    def find(self, case_id: str, kind: DocumentKind, slot: str) -> bytes | None:
        """None where there is none, or it was erased."""
        with self._db.session() as session:
            row = _stored(session, case_id, kind, slot)
        return None if row is None else row.body

    def latest(self, case_id: str, kind: DocumentKind) -> bytes | None:
        bodies = self.all_of(case_id, kind)
        return bodies[-1] if bodies else None

    def all_of(self, case_id: str, kind: DocumentKind) -> tuple[bytes, ...]:
        with self._db.session() as session:
            bodies = session.exec(
                select(DocumentRow.body)
                .where(DocumentRow.case_id == case_id, DocumentRow.kind == kind.value)
                .order_by(col(DocumentRow.seq))
            ).all()
        return tuple(body for body in bodies if body is not None)

    def erase(self, case_id: str) -> int:
        """Delete the bodies and the salt of a case; ids and digests stay, and mean nothing from then on.

        Rounds and exceptions lose what they say about the person, and can no longer be found by it.

        Returns how many documents lost their body. The case takes no documents afterwards.
        """
        now = self._clock.now()
        with self._db.transaction() as session:
            insert_if_absent(session, CaseSaltRow(case_id=case_id))
            salt = _locked_salt(session, case_id)
            salt.salt = None
            salt.erased_at = salt.erased_at or now
            session.add(salt)
            emptied = session.connection().execute(
                update(DocumentRow)
                .where(col(DocumentRow.case_id) == case_id, col(DocumentRow.body).is_not(None))
                .values(body=None)
            )
            session.connection().execute(
                update(ReviewRow)
                .where(col(ReviewRow.case_id) == case_id)
                .values(
                    title=ERASED,
                    subtitle="",
                    search_text="",
                    account_key=case_id,
                    group_at=col(ReviewRow.next_at),
                )
            )
            session.connection().execute(
                update(ExceptionRow)
                .where(col(ExceptionRow.case_id) == case_id)
                .values(title=ERASED, subtitle="", search_text="")
            )
        return emptied.rowcount


def put_document(
    session: Session, case_id: str, kind: DocumentKind, slot: str, body: bytes, *, now: Instant
) -> DocumentRef:
    """Store a document within the caller's transaction; the first one of its slot wins."""
    insert_if_absent(session, CaseSaltRow(case_id=case_id, salt=secrets.token_bytes(_SALT_BYTES)))
    salt = _locked_salt(session, case_id).salt
    stored = _stored(session, case_id, kind, slot)
    if stored is not None:
        return DocumentRef(id=stored.document_id, digest=stored.digest)
    if salt is None:
        raise StoreError(
            f"the data of case {case_id} was erased; it takes no more documents", code=ErrorCode.DOCUMENT_MISSING
        )
    ref = DocumentRef(id=f"{case_id}.{kind.value}.{slot}", digest=sha256(salt + body).hexdigest())
    session.add(
        DocumentRow(
            document_id=ref.id,
            case_id=case_id,
            kind=kind.value,
            slot=slot,
            digest=ref.digest,
            body=body,
            stored_at=now,
        )
    )
    return ref


def _locked_salt(session: Session, case_id: str) -> CaseSaltRow:
    # The lock puts a case's documents in one order, and keeps a document from slipping past an erasure.
    return session.exec(select(CaseSaltRow).where(CaseSaltRow.case_id == case_id).with_for_update()).one()


def _stored(session: Session, case_id: str, kind: DocumentKind, slot: str) -> DocumentRow | None:
    return session.exec(
        select(DocumentRow).where(
            DocumentRow.case_id == case_id, DocumentRow.kind == kind.value, DocumentRow.slot == slot
        )
    ).one_or_none()
