"""The review queue and the decision store: one ending per case and round, decided here and nowhere else."""

import sqlalchemy as sa
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from domain.cases import Ladder, LadderStep, ReviewOpening
from domain.decisions import DecisionEnvelope, Recorded, RoundOutcome, RoundState, SignedDecision, Verdict
from domain.errors import DomainError, ErrorCode
from domain.leads import Motion
from domain.model import Instant
from domain.notices import decided_notice, opened_notice, replaced_notice, second_notice, step_notice
from domain.permissions import RiskCategory
from persistence.accounts import account_of, lock_account, stand_together
from persistence.database import Database, insert_if_absent
from persistence.decisions import counted, end_by, keep_group, needs_no_review, record_alone, refusal, signed_of
from persistence.delivery import UndeliveredDecision, undelivered_decisions
from persistence.notices import keep
from persistence.tables import DecisionRow, ReviewRow
from persistence.timeline import note


class SqlReviews:
    """`Reviews` over the application database. What people are to be told of is committed with what happened."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def open_round(self, opening: ReviewOpening) -> None:
        """See the port. Raises `DomainError` when the round exists with another proposal."""
        with self._db.transaction() as session:
            lock_account(session, opening.org_id, opening.motion.value, account_of(opening))
            if insert_if_absent(session, row := _new_row(opening)):
                stand_together(session, row)
                note(session, opening.case_id, opening.round, "opened", who=opening.assignee, at=opening.opened_at)
                keep(session, opened_notice(opening))
                return
            stored = _locked(session, opening.case_id, opening.round)
        if stored is None or stored.proposal_digest != opening.proposal_digest:
            raise DomainError(f"round {opening.round} of case {opening.case_id} is open with another proposal")

    def record(self, signed: SignedDecision, envelope: DecisionEnvelope, *, now: Instant, quorum: int = 1) -> Recorded:
        """See the port. Decisions to undo or to resume end no round and are kept beside it.

        A policy decision needs no review: where there is none, it is its round's one decision.
        """
        with self._db.transaction() as session:
            keep_group(session, signed, envelope)
            review = _locked(session, envelope.case_id, envelope.round)
            if needs_no_review(envelope, review):
                return record_alone(session, signed, envelope, now=now)
            if review is None:
                return Recorded.UNKNOWN_ROUND
            votes = counted(session, envelope.case_id, envelope.round)
            refused = refusal(session, review, votes, envelope, now=now)
            if refused is not None:
                return refused
            review.quorum = max(review.quorum, quorum)
            ended = end_by(session, review, votes, signed, envelope, now=now)
            if ended:
                stand_together(session, review)
            note(
                session,
                envelope.case_id,
                envelope.round,
                envelope.verdict.value,
                key=f"decision.{envelope.decision_id}",
                who=envelope.reviewer,
                at=envelope.decided_at,
            )
            if ended:
                keep(session, decided_notice(opening_of(review), envelope))
            else:
                signed_before = tuple(vote.reviewer for vote in votes)
                keep(session, second_notice(opening_of(review), envelope, signed_before))
            return Recorded.RECORDED if ended else Recorded.RECORDED_QUORUM_OPEN

    def decision(self, decision_id: str) -> SignedDecision | None:
        with self._db.session() as session:
            row = session.get(DecisionRow, decision_id)
            return None if row is None else signed_of(session, row)

    def decisions_of_round(self, case_id: str, round: int) -> tuple[SignedDecision, ...]:
        """Those that count, in the order in which they came: none that an edit has voided."""
        with self._db.session() as session:
            return tuple(signed_of(session, row) for row in counted(session, case_id, round))

    def outcome(self, case_id: str, round: int) -> RoundOutcome:
        """Raises `DomainError` (case_unknown) where there is no such round."""
        with self._db.session() as session:
            review = session.get(ReviewRow, (case_id, round))
            return _outcome(case_id, round, review, counted(session, case_id, round))

    def opening(self, case_id: str, round: int) -> ReviewOpening | None:
        with self._db.session() as session:
            row = session.get(ReviewRow, (case_id, round))
        return None if row is None else opening_of(row)

    def expire(self, case_id: str, round: int, *, now: Instant) -> RoundOutcome:
        return self._end(case_id, round, RoundState.EXPIRED, now)

    def supersede(self, case_id: str, round: int, *, now: Instant) -> RoundOutcome:
        return self._end(case_id, round, RoundState.SUPERSEDED, now)

    def note_step(self, case_id: str, round: int, step: LadderStep, notified: str, *, now: Instant) -> None:
        """Idempotent by step. Raises `DomainError` (case_unknown) where there is no such round."""
        with self._db.transaction() as session:
            row = _locked(session, case_id, round)
            if row is None:
                raise _unknown(case_id, round)
            if note(session, case_id, round, step.value, key=f"step.{step.value}", who=notified, at=now):
                row.rung = step.value
                # Whoever stood in for somebody away is who was told, and finds it among their own.
                row.ladder = _told(Ladder.model_validate_json(row.ladder), step, notified).model_dump_json()
                row.next_at = Ladder.model_validate_json(row.ladder).after_step(step).at
                if f"\n{notified}\n" not in row.asked:
                    row.asked = f"{row.asked or chr(10)}{notified}\n"
                session.add(row)
                keep(session, step_notice(opening_of(row), step, notified, now))
                stand_together(session, row)

    def delivered(self, decision_id: str, *, now: Instant) -> None:
        """See the port. The other signatures of its quorum are delivered with it."""
        with self._db.transaction() as session:
            row = session.get(DecisionRow, decision_id)
            if row is None:
                return
            together = counted(session, row.case_id, row.round) if row.counts else (row,)
            for each in together:
                each.delivered_at, each.stopped_at = each.delivered_at or now, None
                session.add(each)

    def undelivered(self, limit: int) -> tuple[UndeliveredDecision, ...]:
        """Decisions whose workflow has not taken them in; those tried least come first."""
        with self._db.session() as session:
            return undelivered_decisions(session, limit)

    def delivery_tried(self, decision_id: str) -> None:
        """Count an attempt, so that one that always fails does not hold up the others."""
        with self._db.transaction() as session:
            session.connection().execute(
                update(DecisionRow)
                .where(col(DecisionRow.decision_id) == decision_id)
                .values(delivery_attempts=col(DecisionRow.delivery_attempts) + 1)
            )

    def count_decisions(self, reviewer: str, *, since: Instant) -> int:
        """How many decisions somebody has signed since then, those that were voided included."""
        with self._db.session() as session:
            signed = (
                select(func.count())
                .select_from(DecisionRow)
                .where(col(DecisionRow.reviewer) == reviewer, col(DecisionRow.decided_at) >= since)
            )
            return int(session.exec(signed).one())

    def waiting(self, org_id: str, *, after: tuple[str, int] | None, limit: int) -> tuple[ReviewOpening, ...]:
        key = (col(ReviewRow.case_id), col(ReviewRow.round))
        query = select(ReviewRow).where(ReviewRow.org_id == org_id, ReviewRow.state == RoundState.OPEN.value)
        if after is not None:
            query = query.where(sa.tuple_(*key) > sa.tuple_(*after))
        with self._db.session() as session:
            return tuple(opening_of(row) for row in session.exec(query.order_by(*key).limit(limit)))

    def rounds_of_case(self, case_id: str) -> tuple[int, ...]:
        with self._db.session() as session:
            opened = session.exec(select(ReviewRow.round).where(col(ReviewRow.case_id) == case_id)).all()
            decided = select(DecisionRow.round).where(DecisionRow.case_id == case_id, col(DecisionRow.counts))
            return tuple(sorted({*opened, *session.exec(decided).all()}))

    def last_round(self, case_id: str) -> int:
        """The number of the newest round; 0 where none was opened."""
        with self._db.session() as session:
            newest = select(func.max(ReviewRow.round)).where(col(ReviewRow.case_id) == case_id)
            return int(session.exec(newest).one() or 0)

    def _end(self, case_id: str, round: int, state: RoundState, now: Instant) -> RoundOutcome:
        with self._db.transaction() as session:
            row = _locked(session, case_id, round)
            if row is not None and row.state == RoundState.OPEN:
                row.state = state.value
                row.closed_at = now
                session.add(row)
                stand_together(session, row)
                note(session, case_id, round, state.value, at=now)
                if state is RoundState.SUPERSEDED:
                    # The expiry is a step of the ladder and tells of itself.
                    keep(session, replaced_notice(opening_of(row), now))
            return _outcome(case_id, round, row, counted(session, case_id, round))


def opening_of(row: ReviewRow) -> ReviewOpening:
    """The round as it was opened; `assignee` as it is now."""
    return ReviewOpening(
        case_id=row.case_id,
        org_id=row.org_id,
        round=row.round,
        motion=Motion(row.motion),
        workflow_id=row.workflow_id,
        title=row.title,
        subtitle=row.subtitle,
        risk=RiskCategory(row.risk),
        score=row.score,
        band=row.band,
        owner_name=row.owner_name,
        assignee=row.assignee,
        proposal_digest=row.proposal_digest,
        quorum=row.quorum,
        opened_at=row.opened_at,
        ladder=Ladder.model_validate_json(row.ladder),
        territory=row.territory,
        respond_by=row.respond_by,
        account_key="" if row.account_key == row.case_id else row.account_key,
        search_text=row.search_text,
    )


def _new_row(opening: ReviewOpening) -> ReviewRow:
    at = {deadline.step: deadline.at for deadline in opening.ladder.deadlines}
    next_at = opening.ladder.first_after(opening.opened_at).at
    return ReviewRow(
        **opening.model_dump(exclude={"ladder", "motion", "risk", "account_key"}),
        account_key=account_of(opening),
        next_at=next_at,
        group_at=next_at,
        motion=opening.motion.value,
        risk=opening.risk.value,
        reminder_at=at.get(LadderStep.REMINDER),
        fallback_at=at.get(LadderStep.FALLBACK),
        manager_at=at.get(LadderStep.MANAGER),
        expires_at=opening.ladder.expires_at,
        ladder=opening.ladder.model_dump_json(),
        state=RoundState.OPEN.value,
    )


def _told(ladder: Ladder, step: LadderStep, login: str) -> Ladder:
    return Ladder(
        deadlines=tuple(
            d.model_copy(update={"notify": login}) if d.step is step and login else d for d in ladder.deadlines
        )
    )


def _locked(session: Session, case_id: str, round: int) -> ReviewRow | None:
    query = select(ReviewRow).where(ReviewRow.case_id == case_id, ReviewRow.round == round)
    # Whoever ends or moves a round also writes to the rows that stand beside it. So the account comes first, and two
    # of its rounds that move at once cannot each hold the row that the other needs.
    account = select(ReviewRow.org_id, ReviewRow.motion, ReviewRow.account_key)
    known = session.exec(account.where(ReviewRow.case_id == case_id, ReviewRow.round == round)).one_or_none()
    if known is not None:
        lock_account(session, *known)
    return session.exec(query.with_for_update()).one_or_none()


def _outcome(case_id: str, round: int, review: ReviewRow | None, votes: tuple[DecisionRow, ...]) -> RoundOutcome:
    if review is None:
        if not votes:
            raise _unknown(case_id, round)
        return RoundOutcome(
            state=RoundState.DECIDED, decision_ids=(votes[0].decision_id,), verdict=Verdict(votes[0].verdict)
        )
    state = RoundState(review.state)
    match state:
        case RoundState.OPEN:
            return RoundOutcome(state=state, decision_ids=tuple(v.decision_id for v in votes))
        case RoundState.EXPIRED | RoundState.SUPERSEDED:
            return RoundOutcome(state=state)
        case RoundState.DECIDED:
            return RoundOutcome(
                state=state,
                decision_ids=tuple(v.decision_id for v in votes),
                verdict=None if review.verdict is None else Verdict(review.verdict),
            )


def _unknown(case_id: str, round: int) -> DomainError:
    return DomainError(f"case {case_id} has no round {round}", code=ErrorCode.CASE_UNKNOWN)
