"""Decided cards with what was said about them, read back for those who learn from corrections."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from sqlmodel import col, select

from domain.cards import ReviewCard
from domain.cases import DocumentKind
from domain.corrections import DecidedCard
from domain.decisions import Purpose, Verdict
from domain.proposals import ProposalContent
from domain.reviewer_notes import ReviewerNote
from persistence.database import Database
from persistence.tables import CaseRow, DecisionRow, DocumentRow

_CORRECTING = (Verdict.APPROVE, Verdict.APPROVE_EDITED, Verdict.REJECT)
_AT_ONCE = 300
"""Documents per query, well below what a database takes as parameters."""


class DecidedCards:
    """Reads only; erased cases are not among what it gives."""

    def __init__(self, db: Database, org_id: str) -> None:
        self._db = db
        self._org_id = org_id

    def newest(self, *, limit: int = 200) -> tuple[DecidedCard, ...]:
        """The newest decisions that count and may have put something right; newest first."""
        with self._db.session() as session:
            rows = session.exec(
                select(DecisionRow, CaseRow.playbook_digest)
                .join(CaseRow, col(CaseRow.case_id) == col(DecisionRow.case_id))
                .where(
                    DecisionRow.org_id == self._org_id,
                    col(DecisionRow.counts),
                    DecisionRow.purpose == Purpose.WRITE.value,
                    col(DecisionRow.verdict).in_([v.value for v in _CORRECTING]),
                )
                .order_by(col(DecisionRow.decided_at).desc(), col(DecisionRow.decision_id))
                .limit(limit)
            ).all()
        notes = self._bodies([_id(d.case_id, DocumentKind.REASON, d.decision_id) for d, _ in rows])
        wanted = [(d, digest, note) for d, digest in rows if (note := _note(notes, d)) is not None and _corrects(note)]
        kinds = (DocumentKind.CARD, DocumentKind.PROPOSAL)
        bodies = self._bodies([_id(d.case_id, kind, str(d.round)) for d, _, _ in wanted for kind in kinds])
        found = (_decided(d, digest, note, bodies) for d, digest, note in wanted)
        return tuple(card for card in found if card is not None)

    def _bodies(self, ids: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._db.session() as session:
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                rows = session.exec(
                    select(DocumentRow.document_id, DocumentRow.body).where(col(DocumentRow.document_id).in_(some))
                )
                found.update({key: body for key, body in rows if body is not None})
        return found


def _id(case_id: str, kind: DocumentKind, slot: str) -> str:
    return f"{case_id}.{kind.value}.{slot}"


def _note(notes: Mapping[str, bytes], decision: DecisionRow) -> ReviewerNote | None:
    body = notes.get(_id(decision.case_id, DocumentKind.REASON, decision.decision_id))
    return None if body is None else ReviewerNote.model_validate_json(body)


def _corrects(note: ReviewerNote) -> bool:
    return bool(note.edits or note.unticked or note.verdict == Verdict.REJECT)


def _decided(decision: DecisionRow, digest: str, note: ReviewerNote, bodies: Mapping[str, bytes]) -> DecidedCard | None:
    card = bodies.get(_id(decision.case_id, DocumentKind.CARD, str(decision.round)))
    content = bodies.get(_id(decision.case_id, DocumentKind.PROPOSAL, str(decision.round)))
    if card is None or content is None:
        return None
    try:
        return DecidedCard(
            card=ReviewCard.model_validate_json(card),
            content=ProposalContent.model_validate_json(content),
            note=note,
            decided_at=decision.decided_at,
            playbook_digest=digest,
        )
    except ValidationError:  # written by a release whose cards had another shape; nothing is learnt from it
        return None
