"""What happened to a review round, entry by entry, for the page that shows it."""

from sqlmodel import Session

from domain.model import Instant
from persistence.database import insert_if_absent
from persistence.tables import ReviewEventRow


def note(session: Session, case_id: str, round: int, kind: str, *, at: Instant, key: str = "", who: str = "") -> bool:
    """Add to the round's timeline; False where `key` (by default the kind) is in it already."""
    return insert_if_absent(
        session, ReviewEventRow(case_id=case_id, round=round, key=key or kind, kind=kind, who=who, at=at)
    )
