"""Cases, the inquiries that made them, and the list of inquiries whose workflow has not heard of them yet."""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

from sqlalchemy import update
from sqlmodel import Session, col, select

from domain.cases import Case, CaseOutcome, CaseState, DocumentKind, person_key
from domain.errors import DomainError, ErrorCode
from domain.leads import Inquiry, Motion
from domain.model import Instant, Value
from domain.ports import Clock, IntakeResult
from persistence.database import Database, lock
from persistence.documents import put_document
from persistence.tables import CaseRow, InquiryRow

_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_RANDOM_BITS = 56
_ID_LENGTH = 20
# A shorter "number" is a note such as "n/a" or an extension: it would join strangers.
_LEAST_PHONE_DIGITS = 6

WorkflowIdOf = Callable[[Motion, str, str], str]
"""Motion, org and case to the workflow's id, as `workflows.messages` formats it."""


class Undelivered(Value):
    """An inquiry that is stored, but whose workflow was not started (`new`) or told (`joined`)."""

    case: Case
    inquiry_number: int
    kind: str


class SqlCases:
    """`Cases` over the application database."""

    def __init__(self, db: Database, clock: Clock, secret: bytes, workflow_id_of: WorkflowIdOf) -> None:
        """`secret` keys the digests by which people and deliveries are found again; it must stay the same."""
        self._db = db
        self._clock = clock
        self._secret = secret
        self._workflow_id_of = workflow_id_of

    def take_in(
        self, inquiry: Inquiry, *, org_id: str, motion: Motion, playbook_digest: str, agent_version: str, now: Instant
    ) -> IntakeResult:
        event_key = self._event_key(org_id, inquiry)
        who = self._person(org_id, inquiry, event_key)
        with self._db.transaction() as session:
            # One intake at a time per org: look first, then insert, without a race between the two.
            lock(session, "intake", org_id)
            before = session.exec(select(InquiryRow).where(InquiryRow.event_key == event_key)).one_or_none()
            if before is not None:
                row = _row(session, before.case_id)
                return IntakeResult(case=_case(row), kind="repeated", inquiry_number=before.number)
            open_case = _open_case(session, org_id, motion, who, inquiry.lead_id)
            if open_case is not None:
                row, kind = open_case, "joined"
                row.inquiry_count += 1
            else:
                case_id = new_case_id(now)
                row, kind = (
                    CaseRow(
                        case_id=case_id,
                        org_id=org_id,
                        motion=motion.value,
                        workflow_id=self._workflow_id_of(motion, org_id, case_id),
                        state=CaseState.OPEN.value,
                        playbook_digest=playbook_digest,
                        agent_version=agent_version,
                        lead_id=inquiry.lead_id,
                        person_key=who,
                        opened_at=now,
                    ),
                    "new",
                )
            session.add(row)
            session.flush()
            number = row.inquiry_count
            session.add(InquiryRow(case_id=row.case_id, number=number, event_key=event_key, kind=kind, recorded_at=now))
            body = inquiry.model_dump_json().encode()
            put_document(session, row.case_id, DocumentKind.INQUIRY, str(number), body, now=now)
            return IntakeResult(case=_case(row), kind=kind, inquiry_number=number)

    def get(self, case_id: str) -> Case:
        with self._db.session() as session:
            return _case(_row(session, case_id))

    def open_ones(self, org_id: str, *, before: Instant, after: str, limit: int) -> tuple[Case, ...]:
        """See `OpenCases`. One with an inquiry that waits for the engine is not left behind."""
        waiting = select(InquiryRow.case_id).where(col(InquiryRow.delivered_at).is_(None))
        query = select(CaseRow).where(
            CaseRow.org_id == org_id,
            CaseRow.state == CaseState.OPEN.value,
            col(CaseRow.opened_at) < before,
            col(CaseRow.case_id) > after,
            col(CaseRow.case_id).not_in(waiting),
        )
        with self._db.session() as session:
            rows = session.exec(query.order_by(col(CaseRow.case_id)).limit(limit)).all()
        return tuple(map(_case, rows))

    def set_lead(self, case_id: str, lead_id: str) -> None:
        with self._db.transaction() as session:
            row = _row(session, case_id, for_update=True)
            row.lead_id = lead_id
            session.add(row)

    def close(self, case_id: str, outcome: CaseOutcome, *, seen_inquiries: int, now: Instant) -> bool:
        """See the port. Closing a closed case again changes nothing and is True: its first outcome stays."""
        with self._db.transaction() as session:
            row = _row(session, case_id, for_update=True)
            if row.state == CaseState.CLOSED:
                return True
            if row.inquiry_count != seen_inquiries:
                return False
            row.state = CaseState.CLOSED.value
            row.outcome = outcome.value
            row.closed_at = now
            session.add(row)
            return True

    def undelivered_inquiries(self, limit: int) -> tuple[Undelivered, ...]:
        """Oldest first. A case's first inquiry starts its workflow, the others signal it."""
        with self._db.session() as session:
            rows = session.exec(
                select(InquiryRow, CaseRow)
                .where(InquiryRow.case_id == CaseRow.case_id, col(InquiryRow.delivered_at).is_(None))
                .order_by(col(InquiryRow.recorded_at), col(InquiryRow.case_id), col(InquiryRow.number))
                .limit(limit)
            ).all()
        return tuple(Undelivered(case=_case(case), inquiry_number=i.number, kind=i.kind) for i, case in rows)

    def inquiry_delivered(self, case_id: str, number: int) -> None:
        """The workflow was started with it, or has taken the signal."""
        with self._db.transaction() as session:
            session.connection().execute(
                update(InquiryRow)
                .where(
                    col(InquiryRow.case_id) == case_id,
                    col(InquiryRow.number) == number,
                    col(InquiryRow.delivered_at).is_(None),
                )
                .values(delivered_at=self._clock.now())
            )

    def _event_key(self, org_id: str, inquiry: Inquiry) -> str:
        message = f"event\n{org_id}\n{inquiry.source.value}\n{inquiry.event_id}"
        return hmac.new(self._secret, message.encode(), sha256).hexdigest()

    def _person(self, org_id: str, inquiry: Inquiry, event_key: str) -> str:
        name = f"{inquiry.first_name} {inquiry.last_name}".strip()
        phone = inquiry.phone if sum(c.isdigit() for c in inquiry.phone) >= _LEAST_PHONE_DIGITS else ""
        if not (inquiry.email.strip() or phone or (name and inquiry.company.strip())):
            # Too little to say that two deliveries are one person; each is its own case.
            return event_key
        return person_key(self._secret, org_id, inquiry.email, phone, name, inquiry.company)


def new_case_id(now: Instant) -> str:
    """`c` and 20 characters of base32: milliseconds, then 56 random bits. Sorts by time and names nobody."""
    number = (int(now.timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    return "c" + "".join(_ID_ALPHABET[(number >> shift) & 31] for shift in range((_ID_LENGTH - 1) * 5, -1, -5))


def _open_case(session: Session, org_id: str, motion: Motion, who: str, lead_id: str) -> CaseRow | None:
    still_open = (
        select(CaseRow)
        .where(CaseRow.org_id == org_id, CaseRow.motion == motion.value, CaseRow.state == CaseState.OPEN.value)
        .order_by(col(CaseRow.opened_at), col(CaseRow.case_id))
        .with_for_update()
    )
    same = session.exec(still_open.where(CaseRow.person_key == who)).first()
    if same is None and lead_id:
        same = session.exec(still_open.where(CaseRow.lead_id == lead_id)).first()
    return same


def _row(session: Session, case_id: str, *, for_update: bool = False) -> CaseRow:
    query = select(CaseRow).where(CaseRow.case_id == case_id)
    row = session.exec(query.with_for_update() if for_update else query).one_or_none()
    if row is None:
        raise DomainError(f"there is no case {case_id}", code=ErrorCode.CASE_UNKNOWN)
    return row


def _case(row: CaseRow) -> Case:
    return Case(
        case_id=row.case_id,
        org_id=row.org_id,
        motion=Motion(row.motion),
        workflow_id=row.workflow_id,
        state=CaseState(row.state),
        outcome=None if row.outcome is None else CaseOutcome(row.outcome),
        playbook_digest=row.playbook_digest,
        agent_version=row.agent_version,
        lead_id=row.lead_id,
        inquiry_count=row.inquiry_count,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
