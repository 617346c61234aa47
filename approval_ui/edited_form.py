"""The edited form of a proposal, and the one that waits for a second signature."""

from domain.cases import DocumentKind, ReviewOpening
from domain.decisions import RoundState, parse_envelope
from domain.ports import CaseDocuments, Reviews
from domain.proposals import ProposalContent, parse_content
from domain.revising import Edit, revise


def signed_edit(
    reviews: Reviews, documents: CaseDocuments, opening: ReviewOpening
) -> tuple[ProposalContent | None, str]:
    """The edited form that waits for its second signature; none where nobody has signed, or as proposed."""
    if opening.quorum < 2 or reviews.outcome(opening.case_id, opening.round).state is not RoundState.OPEN:
        return None, ""
    signed = reviews.decisions_of_round(opening.case_id, opening.round)
    digest = parse_envelope(signed[-1]).final_digest if signed else opening.proposal_digest
    if digest == opening.proposal_digest:
        return None, ""
    body = documents.find(opening.case_id, DocumentKind.FINAL, digest)
    return (None, "") if body is None else (parse_content(body, digest), digest)


def revised(
    proposed: ProposalContent, edited: ProposalContent | None, ticked: frozenset[str] | None, edits: tuple[Edit, ...]
) -> ProposalContent:
    """What ticks and edits make of the proposal; with neither, what a first signer made of it. Raises `ValueError`."""
    if edited is not None and ticked is None and not edits:
        return edited
    # A draft waits for a tick of its own.
    everything = frozenset(a.key for a in proposed.actions if not a.opt_in)
    return revise(proposed, ticked=everything if ticked is None else ticked, edits=edits)
