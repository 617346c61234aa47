"""What the decision store does with one offered decision, inside the transaction that holds the round's lock."""

from sqlmodel import Session, col, select

from domain.decisions import APPROVALS, DecisionEnvelope, Purpose, Recorded, RoundState, SignedDecision, Verdict
from domain.model import Instant
from persistence.database import insert_if_absent
from persistence.tables import DecisionGroupRow, DecisionRow, ReviewRow

_BESIDE_ROUNDS = frozenset({Purpose.UNDO, Purpose.RESUME})


def counted(session: Session, case_id: str, round: int) -> tuple[DecisionRow, ...]:
    """The signatures that make up the round's ending, in the order in which they came."""
    rows = session.exec(
        select(DecisionRow)
        .where(DecisionRow.case_id == case_id, DecisionRow.round == round, col(DecisionRow.counts))
        .order_by(col(DecisionRow.quorum_position))
    ).all()
    return tuple(rows)


def signed_of(session: Session, row: DecisionRow) -> SignedDecision:
    """With the list of its group; a list that is gone leaves a signature that verifies for nothing."""
    group = session.get(DecisionGroupRow, row.group_id) if row.group_id else None
    return SignedDecision(
        envelope_bytes=row.envelope_bytes,
        signature=row.signature,
        members=group.members if group is not None else b"",
        place=row.place,
    )


def keep_group(session: Session, signed: SignedDecision, envelope: DecisionEnvelope) -> None:
    """The list of a group, once for all of its members."""
    if signed.members:
        insert_if_absent(session, DecisionGroupRow(group_id=_group_of(signed, envelope), members=signed.members))


def _group_of(signed: SignedDecision, envelope: DecisionEnvelope) -> str:
    return envelope.decision_id.removesuffix(f".{signed.place}") if signed.members else ""


def needs_no_review(envelope: DecisionEnvelope, review: ReviewRow | None) -> bool:
    """Undo and resume end no round; policy decides without anybody waiting."""
    return envelope.purpose in _BESIDE_ROUNDS or (review is None and envelope.purpose is Purpose.POLICY_WRITE)


def record_alone(
    session: Session, signed: SignedDecision, envelope: DecisionEnvelope, *, now: Instant, delivered: bool = False
) -> Recorded:
    """Keep a decision that has no review round to end. `delivered` where whoever acts on it has it already."""
    if now > envelope.expires_at:
        return Recorded.LATE
    counts = envelope.purpose not in _BESIDE_ROUNDS
    row = _row(signed, envelope, position=1, counts=counts, now=now)
    row.delivered_at = now if delivered else None
    if insert_if_absent(session, row):
        return Recorded.RECORDED
    return _again(session.get(DecisionRow, envelope.decision_id), envelope)


def refusal(
    session: Session, review: ReviewRow, votes: tuple[DecisionRow, ...], envelope: DecisionEnvelope, *, now: Instant
) -> Recorded | None:
    """Why the decision does not end the round, or help to; None when it does."""
    if envelope.org_id != review.org_id:
        return Recorded.UNKNOWN_ROUND
    stored = session.get(DecisionRow, envelope.decision_id)
    if stored is not None:
        return _again(stored, envelope)
    if max(envelope.decided_at, now) > review.expires_at:
        return Recorded.LATE
    if envelope.proposal_digest != review.proposal_digest:
        return Recorded.DIGEST_MISMATCH
    if review.state == RoundState.DECIDED:
        return Recorded.ALREADY_DECIDED
    if review.state != RoundState.OPEN:
        return Recorded.ROUND_CLOSED
    if any(vote.reviewer == envelope.reviewer for vote in votes):
        return Recorded.SAME_REVIEWER
    return None


def end_by(
    session: Session,
    review: ReviewRow,
    votes: tuple[DecisionRow, ...],
    signed: SignedDecision,
    envelope: DecisionEnvelope,
    *,
    now: Instant,
) -> bool:
    """Store the decision. True when it ended the round, False while the quorum waits for more.

    The position is the one in which it came, whatever the signer believed: two may have signed as the first.
    """
    # A rejection ends the round alone, and an approval of another change starts the count again.
    agreeing = tuple(
        vote for vote in votes if envelope.verdict in APPROVALS and vote.final_digest == envelope.final_digest
    )
    for vote in votes:
        if vote not in agreeing:
            vote.counts = False
            vote.voided_at = now
            session.add(vote)
    # The unit of work would insert before it updates, and meet the places of the voided ones.
    session.flush()
    session.add(_row(signed, envelope, position=len(agreeing) + 1, counts=True, now=now))
    if envelope.verdict in APPROVALS and len(agreeing) + 1 < review.quorum:
        return False
    review.state = RoundState.DECIDED.value
    review.closed_at = now
    verdicts = {envelope.verdict.value, *(vote.verdict for vote in agreeing)}
    edited = Verdict.APPROVE_EDITED.value in verdicts
    review.verdict = Verdict.APPROVE_EDITED.value if edited else envelope.verdict.value
    session.add(review)
    return True


def _again(stored: DecisionRow | None, envelope: DecisionEnvelope) -> Recorded:
    # The time may differ: a double click signs twice under one id, and the stored one stands.
    if stored is not None and (
        stored.case_id,
        stored.round,
        stored.purpose,
        stored.reviewer,
        stored.verdict,
        stored.final_digest,
    ) == (
        envelope.case_id,
        envelope.round,
        envelope.purpose.value,
        envelope.reviewer,
        envelope.verdict.value,
        envelope.final_digest,
    ):
        return Recorded.SAME_AGAIN
    return Recorded.ALREADY_DECIDED


def _row(
    signed: SignedDecision, envelope: DecisionEnvelope, *, position: int, counts: bool, now: Instant
) -> DecisionRow:
    return DecisionRow(
        decision_id=envelope.decision_id,
        org_id=envelope.org_id,
        case_id=envelope.case_id,
        round=envelope.round,
        purpose=envelope.purpose.value,
        quorum_position=position,
        reviewer=envelope.reviewer,
        role=envelope.role.value,
        verdict=envelope.verdict.value,
        reason_code=envelope.reason_code,
        final_digest=envelope.final_digest,
        envelope_bytes=signed.envelope_bytes,
        signature=signed.signature,
        group_id=_group_of(signed, envelope),
        place=signed.place,
        counts=counts,
        decided_at=envelope.decided_at,
        recorded_at=now,
    )
