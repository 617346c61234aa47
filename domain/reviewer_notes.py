"""What a reviewer said and changed beside the signature. Free text, so it lives in the case documents only."""

from domain.model import Value
from domain.revising import Edit


class ReviewerNote(Value):
    """The REASON document of one decision, slot = decision id. `text` is a reason, or instructions for a redraft."""

    decision_id: str
    verdict: str
    reviewer: str
    attested_by: str = ""
    """See `DecisionEnvelope`."""
    reason_code: str = ""
    text: str = ""
    edits: tuple[Edit, ...] = ()
    unticked: tuple[str, ...] = ()
    stated_by_reviewer: tuple[str, ...] = ()
    """Sentences that the reviewer wrote into the e-mail; they stand on the reviewer's word, not on evidence."""
    seconds_open: int | None = None
    """How long the card was open before the decision, where the page could tell."""
