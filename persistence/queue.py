"""What the pages read: the review queue, a case's trace, the tail of the audit. Reads only."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import col, select

from domain.audit import AuditEvent
from domain.cases import Case, CaseOutcome, CaseState, Deadline, DocumentKind, Ladder, LadderStep
from domain.decisions import Purpose, RoundState, Verdict
from domain.leads import Inquiry, Motion
from domain.model import Instant, Value
from domain.permissions import RiskCategory, Role
from domain.proposed_actions import UNNAMED
from domain.receipts import MailState
from domain.record_access import believed
from domain.review_queue import Place, instant_of
from domain.texts import clean
from persistence.database import Database
from persistence.documents import ERASED
from persistence.tables import (
    AuditRow,
    CaseRow,
    DecisionRow,
    DocumentRow,
    MailRow,
    ReviewEventRow,
    ReviewRow,
    UtcDateTime,
)


class QueueItem(Value):
    """One review round as the list shows it."""

    case_id: str
    round: int
    motion: Motion
    title: str
    subtitle: str
    risk: RiskCategory
    score: int | None
    band: str
    owner_name: str
    assignee: str
    opened_at: Instant
    closed_at: Instant | None
    ladder: Ladder
    rung: LadderStep | None
    """The last step of the ladder that was taken."""
    state: RoundState
    verdict: Verdict | None
    claimed_by: str
    quorum: int
    next_at: Instant
    """When the first step comes that was not taken yet; it lies in the past where that is late."""
    territory: str = ""
    respond_by: Instant | None = None
    account_key: str = ""
    """The same for proposals that stand together; the case's own id for one that stands alone."""
    snoozed_until: Instant | None = None
    denied: frozenset[str] = frozenset()
    """Logins of reviewers whom the CRM kept from the records at `access_at`."""
    access_at: Instant | None = None

    def closed_to(self, login: str, now: Instant) -> bool:
        """Whether the CRM keeps this reviewer from the records, as far as is believed."""
        return login in self.denied and believed(self.access_at, now)

    @property
    def coming(self) -> Deadline:
        """The step that `next_at` is the time of."""
        return self.ladder.first_after(self.opened_at) if self.rung is None else self.ladder.after_step(self.rung)


class DecisionItem(Value):
    """A stored decision. `counts` is False where it was voided by an edit, or made to undo."""

    decision_id: str
    case_id: str
    round: int
    purpose: Purpose
    reviewer: str
    role: Role
    verdict: Verdict
    reason_code: str
    final_digest: str
    decided_at: Instant
    delivered_at: Instant | None
    counts: bool
    stopped_at: Instant | None = None
    """For an undo: when it was found that ops had stopped its workflow."""


class RoundEvent(Value):
    round: int
    kind: str
    who: str
    at: Instant


class DocumentItem(Value):
    """That a document exists, without its content."""

    document_id: str
    kind: DocumentKind
    slot: str
    digest: str
    stored_at: Instant
    erased: bool


class MailItem(Value):
    message_id: str
    decision_id: str
    state: MailState
    begun_at: Instant
    moved_at: Instant


class AuditItem(Value):
    """One link of the chain with what it says."""

    position: int
    event: AuditEvent
    entry_hash: str


class CaseItem(Value):
    """A case with the title of its newest review; without one it is called by who wrote."""

    case: Case
    title: str = ""
    score: int | None = None
    band: str = ""
    round: int | None = None
    round_state: RoundState | None = None


class ReviewQueue:
    """Queries behind the pages of one organisation."""

    def __init__(self, database: Database, org_id: str) -> None:
        self._database = database
        self._org_id = org_id

    def open_of(self, assignees: Collection[str]) -> tuple[QueueItem, ...]:
        """Every open round that waits for one of these logins, the first to expire first."""
        if not assignees:
            return ()
        query = (
            select(ReviewRow)
            .where(
                ReviewRow.org_id == self._org_id,
                ReviewRow.state == RoundState.OPEN.value,
                ReviewRow.round > 0,
                col(ReviewRow.assignee).in_(sorted(assignees)),
            )
            .order_by(col(ReviewRow.expires_at), col(ReviewRow.case_id), col(ReviewRow.round))
        )
        with self._database.session() as session:
            return tuple(queue_item(row) for row in session.exec(query))

    def item(self, case_id: str, round: int) -> QueueItem | None:
        with self._database.session() as session:
            row = session.get(ReviewRow, (case_id, round))
            return queue_item(row) if row is not None and row.org_id == self._org_id else None

    def rounds_of(self, case_id: str) -> tuple[QueueItem, ...]:
        query = (
            select(ReviewRow)
            .where(ReviewRow.case_id == case_id, ReviewRow.org_id == self._org_id)
            .order_by(col(ReviewRow.round))
        )
        with self._database.session() as session:
            return tuple(queue_item(row) for row in session.exec(query))

    def decisions_of(self, case_id: str) -> tuple[DecisionItem, ...]:
        """All of them, oldest first: voided ones and those that undo included."""
        query = (
            select(DecisionRow)
            .where(DecisionRow.case_id == case_id, DecisionRow.org_id == self._org_id)
            .order_by(col(DecisionRow.decided_at), col(DecisionRow.decision_id))
        )
        with self._database.session() as session:
            return tuple(_decision_item(row) for row in session.exec(query))

    def events_of(self, case_id: str) -> tuple[RoundEvent, ...]:
        query = select(ReviewEventRow).where(ReviewEventRow.case_id == case_id).order_by(col(ReviewEventRow.seq))
        with self._database.session() as session:
            return tuple(
                RoundEvent(round=row.round, kind=row.kind, who=row.who, at=row.at) for row in session.exec(query)
            )

    def documents_of(self, case_id: str) -> tuple[DocumentItem, ...]:
        """What was read and produced, oldest first, without the contents."""
        query = sa.select(
            col(DocumentRow.document_id),
            col(DocumentRow.kind),
            col(DocumentRow.slot),
            col(DocumentRow.digest),
            col(DocumentRow.stored_at),
            col(DocumentRow.body).is_(None),
        ).where(col(DocumentRow.case_id) == case_id)
        with self._database.session() as session:
            rows = session.execute(query.order_by(col(DocumentRow.seq))).all()
        return tuple(
            DocumentItem(
                document_id=document_id,
                kind=DocumentKind(kind),
                slot=slot,
                digest=digest,
                stored_at=stored_at,
                erased=erased,
            )
            for document_id, kind, slot, digest, stored_at, erased in rows
        )

    def mails_of(self, case_id: str) -> tuple[MailItem, ...]:
        """E-mails of decisions; notices to our own people are told by the audit."""
        query = select(MailRow).where(MailRow.case_id == case_id, MailRow.decision_id != "")
        query = query.order_by(col(MailRow.begun_at))
        with self._database.session() as session:
            return tuple(
                MailItem(
                    message_id=row.message_id,
                    decision_id=row.decision_id,
                    state=MailState(row.state),
                    begun_at=row.begun_at,
                    moved_at=row.moved_at,
                )
                for row in session.exec(query)
            )

    def cases(
        self,
        *,
        limit: int = 200,
        state: CaseState | None = None,
        behind: tuple[Instant, str] | None = None,
        by_policy: bool = False,
    ) -> tuple[CaseItem, ...]:
        """Newest first, each with its newest review; those after the case with this opening time and id.

        `by_policy` leaves those in which policy has signed something instead of a person.
        """
        key = (col(CaseRow.opened_at), col(CaseRow.case_id))
        query = select(CaseRow).where(CaseRow.org_id == self._org_id)
        if state is not None:
            query = query.where(CaseRow.state == state.value)
        if by_policy:
            signed = select(DecisionRow.case_id).where(
                DecisionRow.org_id == self._org_id, DecisionRow.purpose == Purpose.POLICY_WRITE.value
            )
            query = query.where(col(CaseRow.case_id).in_(signed))
        if behind is not None:
            at = sa.literal(behind[0], UtcDateTime())
            query = query.where(sa.tuple_(*key) < sa.tuple_(at, sa.literal(behind[1])))
        with self._database.session() as session:
            rows = session.exec(query.order_by(*(part.desc() for part in key)).limit(limit)).all()
            reviews = session.exec(
                select(ReviewRow)
                .where(col(ReviewRow.case_id).in_([row.case_id for row in rows]))
                .order_by(col(ReviewRow.round))
            ).all()
        newest = {review.case_id: review for review in reviews}
        senders = self.senders([row.case_id for row in rows if row.case_id not in newest])
        return tuple(_case_item(row, newest.get(row.case_id), senders.get(row.case_id, "")) for row in rows)

    def case_count(self, state: CaseState | None = None) -> int:
        query = sa.select(sa.func.count()).select_from(CaseRow).where(col(CaseRow.org_id) == self._org_id)
        if state is not None:
            query = query.where(col(CaseRow.state) == state.value)
        with self._database.session() as session:
            return int(session.execute(query).scalar_one())

    def senders(self, case_ids: Sequence[str]) -> dict[str, str]:
        """Who wrote first, as a title for cases that nobody was asked about."""
        query = select(DocumentRow).where(
            col(DocumentRow.case_id).in_(case_ids),
            DocumentRow.kind == DocumentKind.INQUIRY.value,
            DocumentRow.slot == "1",
        )
        with self._database.session() as session:
            rows = session.exec(query).all() if case_ids else ()
        return {row.case_id: ERASED if row.body is None else _sender(row.body) for row in rows}

    def audit_of(self, case_id: str) -> tuple[AuditItem, ...]:
        query = (
            select(AuditRow)
            .where(AuditRow.case_id == case_id, AuditRow.org_id == self._org_id)
            .order_by(col(AuditRow.position))
        )
        with self._database.session() as session:
            return _audit_items(session.exec(query).all())

    def audit_tail(self, *, limit: int = 200) -> tuple[AuditItem, ...]:
        """The last entries, newest first."""
        query = (
            select(AuditRow).where(AuditRow.org_id == self._org_id).order_by(col(AuditRow.position).desc()).limit(limit)
        )
        with self._database.session() as session:
            return _audit_items(session.exec(query).all())


_CASE_ORDER = "cases"


def place_of_case(item: CaseItem) -> Place:
    """Behind which case a page of the list of cases begins."""
    return Place(sort=_CASE_ORDER, key=(item.case.opened_at.isoformat(), item.case.case_id))


def case_behind(place: Place) -> tuple[Instant, str] | None:
    """What `ReviewQueue.cases` takes; None where the place is none in that list."""
    match place:
        case Place(sort=sort, key=(str(said), str(case_id))) if sort == _CASE_ORDER and "\x00" not in case_id:
            at = instant_of(said)
            return None if at is None else (at, case_id)
        case _:
            return None


def queue_item(row: ReviewRow) -> QueueItem:
    """The row as the pages see it."""
    return QueueItem(
        case_id=row.case_id,
        round=row.round,
        motion=Motion(row.motion),
        title=row.title,
        subtitle=row.subtitle,
        risk=RiskCategory(row.risk),
        score=row.score,
        band=row.band,
        owner_name=row.owner_name,
        assignee=row.assignee,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        ladder=Ladder.model_validate_json(row.ladder),
        rung=LadderStep(row.rung) if row.rung else None,
        state=RoundState(row.state),
        verdict=Verdict(row.verdict) if row.verdict else None,
        claimed_by=row.claimed_by,
        quorum=row.quorum,
        next_at=row.next_at,
        territory=row.territory,
        respond_by=row.respond_by,
        account_key=row.account_key,
        snoozed_until=row.snoozed_until,
        denied=frozenset(row.denied.split()),
        access_at=row.access_at,
    )


def _decision_item(row: DecisionRow) -> DecisionItem:
    return DecisionItem(
        decision_id=row.decision_id,
        case_id=row.case_id,
        round=row.round,
        purpose=Purpose(row.purpose),
        reviewer=row.reviewer,
        role=Role(row.role),
        verdict=Verdict(row.verdict),
        reason_code=row.reason_code,
        final_digest=row.final_digest,
        decided_at=row.decided_at,
        delivered_at=row.delivered_at,
        counts=row.counts,
        stopped_at=row.stopped_at,
    )


def _sender(body: bytes) -> str:
    inquiry = Inquiry.model_validate_json(body)
    parts = (clean(f"{inquiry.first_name} {inquiry.last_name}", 60), clean(inquiry.company, 60))
    return ", ".join(part for part in parts if part) or f"Inquiry by {UNNAMED}"


def _case_item(row: CaseRow, review: ReviewRow | None, sender: str) -> CaseItem:
    case = Case(
        case_id=row.case_id,
        org_id=row.org_id,
        motion=Motion(row.motion),
        workflow_id=row.workflow_id,
        state=CaseState(row.state),
        outcome=CaseOutcome(row.outcome) if row.outcome else None,
        playbook_digest=row.playbook_digest,
        agent_version=row.agent_version,
        lead_id=row.lead_id,
        inquiry_count=row.inquiry_count,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
    if review is None:
        return CaseItem(case=case, title=sender)
    return CaseItem(
        case=case,
        title=review.title,
        score=review.score,
        band=review.band,
        round=review.round,
        round_state=RoundState(review.state),
    )


def _audit_items(rows: Sequence[AuditRow]) -> tuple[AuditItem, ...]:
    return tuple(
        AuditItem(position=row.position, event=AuditEvent.model_validate_json(row.body), entry_hash=row.entry_hash)
        for row in rows
    )
