"""An edited e-mail, judged again: is it still lawful to write, and what in it does no fact support?"""

import hashlib
from collections.abc import Sequence

from approval_ui.rechecks import sentences
from domain.cards import ReviewCard
from domain.cases import DocumentKind
from domain.consent import may_contact
from domain.evidence import Evidence, EvidenceBook, EvidenceSource
from domain.grounding import Allowed, unsupported, unsupported_parts
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.playbook import Playbook
from domain.ports import CaseDocuments
from domain.proposals import ProposalContent, SendEmail


class Unsupported(Value):
    """One sentence that stands on nobody's word yet. `key` is what a reviewer's "I state this" refers to."""

    key: str
    text: str
    why: str


def unsupported_sentences(
    card: ReviewCard, proposed: ProposalContent, final: ProposalContent, stated: frozenset[str] = frozenset()
) -> tuple[Unsupported, ...]:
    """What an edit put into the e-mail that no fact of the card supports, less what is `stated` (keys or sentences).

    Sentences of the proposal itself were judged when they were drafted.
    """
    before, after = proposed.mail, final.mail
    if before is None or after is None:
        return ()
    allowed, facts = _allowed(card, before), (*card.evidence, *_judged_before(card, before))
    known = set(sentences(before.body))
    found = [(s, unsupported(s, facts, allowed)) for s in sentences(after.body) if s not in known]
    if after.subject != before.subject:
        found.append((after.subject, unsupported_parts(after.subject, facts, allowed)))
    return tuple(
        Unsupported(key=key_of(text), text=text, why="; ".join(why))
        for text, why in dict(found).items()
        if why and key_of(text) not in stated and text not in stated
    )


def key_of(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:24]


def _allowed(card: ReviewCard, mail: SendEmail) -> Allowed:
    """Names of the two people and companies need no evidence, and neither do the times that the draft offers."""
    names = (mail.to_name, mail.from_name, card.lead_name, card.company, card.routing.owner_name)
    words = (word for name in names for word in name.split() if len(word) > 1)
    offered = (s.text for p in card.draft.paragraphs for s in p if not s.struck and not s.evidence)
    return Allowed(said=tuple(t for t in (*names, *words, *offered) if t))


def _judged_before(card: ReviewCard, mail: SendEmail) -> tuple[Evidence, ...]:
    """What the proposed e-mail says was judged when it was drafted, so saying it in other words is supported."""
    texts = (mail.subject, *sentences(mail.body))
    return tuple(
        Evidence(
            id=f"draft{place}",
            source=EvidenceSource.MODEL,
            system="draft",
            record=card.case_id,
            field="text",
            quote=text,
            observed_at=card.made_at,
        )
        for place, text in enumerate(texts)
    )


def check_consent(
    documents: CaseDocuments, card: ReviewCard, final: ProposalContent, playbook: Playbook, now: Instant
) -> None:
    """Today's consent rules let this e-mail go. Asked where what they need is still there; raises `ValueError`.

    The CRM's own opt-outs are read again by the write guard directly before sending.
    """
    if final.mail is None or not card.snapshot_slot:
        return
    snapshot = documents.find(card.case_id, DocumentKind.SNAPSHOT, card.snapshot_slot)
    inquiries = _inquiries(documents.all_of(card.case_id, DocumentKind.INQUIRY))
    if snapshot is None or not inquiries:
        return
    verdict = may_contact(inquiries, CrmSnapshot.model_validate_json(snapshot), playbook, EvidenceBook(), now=now)
    if not verdict.allowed:
        raise ValueError(f"the consent rules do not let this e-mail go now ({verdict.detail}); untick it")


def _inquiries(bodies: Sequence[bytes]) -> tuple[Inquiry, ...]:
    return tuple(Inquiry.model_validate_json(body) for body in bodies)
