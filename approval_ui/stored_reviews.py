"""One review round as the stores have it."""

from approval_ui.edited_form import signed_edit
from domain.cards import ReviewCard
from domain.cases import DocumentKind, ReviewOpening
from domain.model import Value
from domain.ports import CaseDocuments, Reviews
from domain.proposals import ProposalContent, parse_content


class Review(Value):
    """One round as stored: what the queue knows, the card, and the signed bytes with their content."""

    opening: ReviewOpening
    card: ReviewCard
    content: ProposalContent
    edited: ProposalContent | None = None
    """What somebody has signed with edits while a second person must still sign; that one signs this."""
    edited_digest: str = ""

    @property
    def shown(self) -> ProposalContent:
        return self.edited or self.content

    @property
    def shown_digest(self) -> str:
        """The digest of what a page has to show, and of what a decision has to name."""
        return self.edited_digest or self.opening.proposal_digest


def load_review(reviews: Reviews, documents: CaseDocuments, case_id: str, round: int) -> Review | None:
    """The round with its card and content; None where there is no such round or its documents were erased."""
    opening = reviews.opening(case_id, round)
    if opening is None:
        return None
    stored = documents.find(case_id, DocumentKind.PROPOSAL, str(round))
    card = documents.find(case_id, DocumentKind.CARD, str(round))
    if stored is None or card is None:
        return None
    edited, digest = signed_edit(reviews, documents, opening)
    return Review(
        opening=opening,
        card=ReviewCard.model_validate_json(card),
        content=parse_content(stored, opening.proposal_digest),
        edited=edited,
        edited_digest=digest,
    )
