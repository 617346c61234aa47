"""The audit chain: each entry carries the hash of the one before, so a changed or missing one shows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

import rfc8785
from pydantic import ValidationError
from sqlmodel import Session, col, func, select

from domain.audit import AuditEvent, AuditKind, ChainHead
from domain.errors import StoreError
from domain.leads import Motion
from domain.model import Instant, Value
from domain.pausing import Stopped, resume_case
from persistence.database import Database, lock
from persistence.tables import AuditRow

_FIRST_PREVIOUS = "0" * 64
_PAGE = 500


class AuditEntry(Value):
    """One link as exported."""

    org_id: str
    position: int
    event: AuditEvent
    prev_hash: str
    entry_hash: str


class SqlAuditLog:
    """`AuditLog` over the application database: one append-only chain per org."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(self, event: AuditEvent) -> None:
        """Add the event, unless its key is already in the org's chain."""
        with self._db.transaction() as session:
            add_to_chain(session, event)

    def head(self, org_id: str) -> ChainHead | None:
        """The last link; None while the org has none."""
        with self._db.session() as session:
            last = _last(session, org_id)
        return None if last is None else _head(last)

    def heads(self) -> tuple[ChainHead, ...]:
        """The last link of every org's chain. Raises `StoreError` where one cannot be read."""
        with _readable(), self._db.session() as session:
            orgs = session.exec(select(AuditRow.org_id).distinct().order_by(col(AuditRow.org_id))).all()
            rows = [row for org_id in orgs if (row := _last(session, org_id)) is not None]
            return tuple(map(_head, rows))

    def hash_at(self, org_id: str, position: int) -> str | None:
        """The hash of one link; None where there is none."""
        with self._db.session() as session:
            return session.exec(
                select(AuditRow.entry_hash).where(AuditRow.org_id == org_id, AuditRow.position == position)
            ).first()

    def of_case(self, case_id: str) -> tuple[AuditEntry, ...]:
        """A case's links in their order. Raises `StoreError` at one that cannot be read."""
        with _readable(), self._db.session() as session:
            rows = session.exec(
                select(AuditRow)
                .where(AuditRow.case_id == case_id)
                .order_by(col(AuditRow.org_id), col(AuditRow.position))
            ).all()
            return tuple(map(_entry, rows))

    def last_sign_ins(self, org_id: str) -> dict[str, Instant]:
        """When each login signed in last. Raises `StoreError` at an entry that cannot be read."""
        query = (
            select(AuditRow.body, AuditRow.at)
            .where(AuditRow.org_id == org_id, AuditRow.kind == AuditKind.SIGNED_IN.value)
            .order_by(col(AuditRow.position))
            .execution_options(yield_per=_PAGE)
        )
        with _readable(), self._db.session() as session:
            return {AuditEvent.model_validate_json(body).actor: at for body, at in session.exec(query)}

    def last_stops(self, org_id: str) -> tuple[Stopped, ...]:
        """When writing was stopped last by each switch that was ever pressed: one for all motions, one for each.

        Raises `StoreError` where that cannot be read.
        """
        switches = {resume_case(switch): switch for switch in (None, *Motion)}
        pressed = (
            AuditRow.org_id == org_id,
            AuditRow.kind == AuditKind.PAUSED.value,
            col(AuditRow.case_id).in_(switches),
        )
        last = select(func.max(AuditRow.position)).where(*pressed).group_by(col(AuditRow.case_id))
        rows = select(AuditRow.case_id, AuditRow.at).where(*pressed, col(AuditRow.position).in_(last))
        with _readable(), self._db.session() as session:
            return tuple(Stopped(motion=switches[case_id], at=at) for case_id, at in session.exec(rows))

    def verify(self, heads: Sequence[ChainHead] = ()) -> list[str]:
        """What is wrong with the chains, one line each; empty when all is well.

        Finds altered, removed and reordered entries. Entries cut off the end show only against `heads` that
        were kept elsewhere.
        """
        problems: list[str] = []
        ends: dict[str, tuple[int, str]] = {}
        wanted: dict[tuple[str, int], set[str]] = {}
        for head in heads:
            wanted.setdefault((head.org_id, head.position), set()).add(head.entry_hash)
        rows = self._rows()
        while True:
            try:
                row = next(rows, None)
            except (ValueError, TypeError):
                # A column holds what its type does not read, as SQLite lets it: the rest cannot be followed.
                return [*problems, *self._unreadable()]
            if row is None:
                break
            if not _counts(row.position):
                problems.append(f"{_name(row)}: altered, that is no position")
                continue
            position, previous = ends.get(row.org_id, (0, _FIRST_PREVIOUS))
            problems += _problems(row, position + 1, previous)
            # Two heads may name one place: a database set back and written to again was signed twice there.
            if wanted.pop((row.org_id, row.position), set()) - {row.entry_hash}:
                problems.append(f"{_name(row)}: is not the entry that the head kept elsewhere names")
            ends[row.org_id] = (row.position, row.entry_hash)
        for org_id, at in sorted(wanted):
            end = ends.get(org_id, (0, ""))[0]
            problems.append(f"{org_id} #{at}: missing; a head kept elsewhere names it, and the chain ends at #{end}")
        return problems

    def export(self) -> Iterator[AuditEntry]:
        """Every entry, org by org, oldest first. Raises `StoreError` at one that cannot be read."""
        with _readable():
            yield from map(_entry, self._rows())

    def _unreadable(self) -> Iterator[str]:
        with self._db.session() as session:
            names = session.exec(select(AuditRow.seq, AuditRow.org_id, AuditRow.position)).all()
            for seq, org_id, position in names:
                try:
                    session.get(AuditRow, seq)
                except (ValueError, TypeError):
                    yield f"{org_id} #{position}: altered, its columns cannot be read"

    def _rows(self) -> Iterator[AuditRow]:
        with self._db.session() as session:
            yield from session.exec(
                select(AuditRow)
                .order_by(col(AuditRow.org_id), col(AuditRow.position))
                .execution_options(yield_per=_PAGE)
            )


@contextmanager
def _readable() -> Iterator[None]:
    """Columns that hold what their type does not read, as SQLite lets them, and bodies that are no event."""
    try:
        yield
    except (ValueError, TypeError):
        raise StoreError(
            "the audit chain holds an entry that was altered and cannot be read; run: countersign audit verify"
        ) from None


def add_to_chain(session: Session, event: AuditEvent) -> None:
    """As `append`, within the transaction of the act that the event tells of: both are kept, or neither."""
    lock(session, "audit", event.org_id)
    known = select(AuditRow.seq).where(AuditRow.org_id == event.org_id, AuditRow.key == event.key)
    if session.exec(known).first() is not None:
        return
    last = _last(session, event.org_id)
    previous = _FIRST_PREVIOUS if last is None else last.entry_hash
    body = rfc8785.dumps(event.model_dump(mode="json"))
    session.add(
        AuditRow(
            org_id=event.org_id,
            position=1 if last is None else last.position + 1,
            key=event.key,
            kind=event.kind.value,
            case_id=event.case_id,
            at=event.at,
            body=body,
            prev_hash=previous,
            entry_hash=entry_hash(previous, body),
        )
    )


def entry_hash(prev_hash: str, body: bytes) -> str:
    """SHA-256 over the previous entry's hash (hex) followed by the event's canonical JSON; hex."""
    return sha256(prev_hash.encode() + body).hexdigest()


def _last(session: Session, org_id: str) -> AuditRow | None:
    return session.exec(
        select(AuditRow).where(AuditRow.org_id == org_id).order_by(col(AuditRow.position).desc()).limit(1)
    ).first()


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        org_id=row.org_id,
        position=row.position,
        event=AuditEvent.model_validate_json(row.body),
        prev_hash=row.prev_hash,
        entry_hash=row.entry_hash,
    )


def _head(row: AuditRow) -> ChainHead:
    return ChainHead(org_id=row.org_id, position=row.position, entry_hash=row.entry_hash)


def _name(row: AuditRow) -> str:
    return f"{row.org_id} #{row.position}"


def _counts(position: object) -> bool:
    """SQLite gives back the type that was put in: text and blobs stand behind every number, fractions between."""
    return isinstance(position, int)


def _as_stored(value: object) -> bytes:
    """SQLite gives back the type that was put in; what is no longer ours fits no hash, and must not end the check."""
    return value if isinstance(value, bytes) else str(value).encode()


def _problems(row: AuditRow, position: int, previous: str) -> Iterator[str]:
    body = _as_stored(row.body)
    if row.position != position:
        yield f"{row.org_id} #{position}: missing; #{row.position} follows"
    if row.prev_hash != previous:
        yield f"{_name(row)}: does not follow the entry before it"
    if not isinstance(row.body, bytes) or row.entry_hash != entry_hash(str(row.prev_hash), body):
        yield f"{_name(row)}: altered, its hash does not fit"
    try:
        event = AuditEvent.model_validate_json(body)
    except ValidationError:
        yield f"{_name(row)}: altered, it is no event"
        return
    columns = (row.org_id, row.key, row.kind, row.case_id, row.at)
    if columns != (event.org_id, event.key, event.kind.value, event.case_id, event.at):
        yield f"{_name(row)}: its columns differ from what was hashed"
