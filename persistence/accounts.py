"""Proposals for one account stand together in the queue, at the place of the most urgent of them."""

from sqlalchemy import update
from sqlmodel import Session, col, select

from domain.cases import ReviewOpening
from domain.decisions import RoundState
from persistence.database import lock
from persistence.tables import ReviewRow


def account_of(opening: ReviewOpening) -> str:
    """What the row is kept under: a review without an account is an account of its own."""
    return opening.account_key or opening.case_id


def lock_account(session: Session, org_id: str, motion: str, account_key: str) -> None:
    """To be taken before the lock of any of the account's rows."""
    lock(session, "account", org_id, motion, account_key)


def stand_together(session: Session, changed: ReviewRow) -> None:
    """Put the account's open reviews where the earliest of them is. The caller holds the account's lock."""
    session.flush()
    beside = (
        col(ReviewRow.org_id) == changed.org_id,
        col(ReviewRow.motion) == changed.motion,
        col(ReviewRow.account_key) == changed.account_key,
        col(ReviewRow.state) == RoundState.OPEN.value,
        # Round 0 creates a lead by policy and asks nobody.
        col(ReviewRow.round) > 0,
    )
    earliest = session.exec(select(ReviewRow.next_at).where(*beside).order_by(col(ReviewRow.next_at))).first()
    if earliest is not None:
        moved = update(ReviewRow).where(*beside, col(ReviewRow.group_at) != earliest)
        session.connection().execute(moved.values(group_at=earliest))
