"""What a writer is given for one case: the facts it may state, and what only the brief rests on."""

from collections.abc import Sequence
from typing import TypedDict

from domain.account_brief import account_brief
from domain.calls import Heard
from domain.citing import cite_inquiry, cite_playbook, cite_signal
from domain.consent import ConsentDecision, preferred_language, recipient_address
from domain.context import NOTHING_BEFORE, CaseContext
from domain.drafting import BriefLine, DraftRequest, EarlierContact, Meeting, Person
from domain.earlier_contact import LAST_CONTACT, earlier_contact
from domain.enrichment import Enrichment
from domain.evidence import Evidence, EvidenceBook, EvidenceSource
from domain.fishing import DECLINES
from domain.leads import CrmSnapshot, Inquiry
from domain.meetings import meetings_of
from domain.model import Instant
from domain.playbook import Playbook
from domain.proposed_actions import (
    company_of,
    local_date,
    person_name_of,
    sender_of,
)
from domain.qualification import Qualification
from domain.questions import Sources, cite_context_facts, questions_for
from domain.reading import ReadFacts, language_of
from domain.routing import RoutingDecision
from domain.texts import clean, clean_block

_SENT_UNDER = {
    "recipient.name": {"name", "Name", "LastName"},
    "recipient.title": {"title", "Title"},
    "company": {"company", "Company"},
    "inquiry.message": {"message"},
}
"""What a writer gets beside the facts, and the entries of `model_may_see` that let a model have it."""


def drafting_request(
    *,
    case_id: str,
    round: int,
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    enrichment: Enrichment,
    facts: ReadFacts,
    qualification: Qualification,
    routing: RoutingDecision,
    consent: ConsentDecision,
    playbook: Playbook,
    book: EvidenceBook,
    now: Instant,
    instructions: str = "",
    findings: tuple[str, ...] = (),
    context: CaseContext = NOTHING_BEFORE,
    heard: Sequence[Heard] = (),
) -> DraftRequest:
    """What a writer may use: the evidence on fields that the playbook lets a model see, and quoted words."""
    visible = frozenset(playbook.model_may_see)
    for finding in (*facts.intents, *facts.bant):
        cite_inquiry(book, inquiries[finding.inquiry], finding.field, quote=finding.quote)
    newest = inquiries[-1]
    for field in ("title", "company", "country", "product_interest"):
        if field in visible and str(getattr(newest, field)).strip():
            cite_inquiry(book, newest, field)
    for name in ("industry", "employees"):
        signal = enrichment.best(name)
        if signal is not None and name in visible:
            cite_signal(book, signal)
    cite_context_facts(context, visible, book)
    sources_of_answers = Sources(
        inquiries=tuple(inquiries),
        snapshot=snapshot,
        enrichment=enrichment,
        facts=facts,
        context=context,
        heard=tuple(heard),
    )
    questions = questions_for(sources_of_answers, playbook, book)
    language = language_of(inquiries, playbook, preferred_language(snapshot))
    statements = {
        cite_playbook(book, "products", s.id, s.texts.get(language) or next(iter(s.texts.values())), now=now)
        for s in playbook.products
        if s.texts
    }
    sources = {EvidenceSource.INQUIRY, EvidenceSource.CRM, EvidenceSource.ENRICHMENT, EvidenceSource.REVIEWER}
    # Words from calls and tickets stay out of a letter: whoever spoke there did not write to us. Values may serve.
    known = tuple(
        e
        for e in book.entries()
        if (e.quote is not None and e.source in sources and (e.source is not EvidenceSource.CRM or e.field in visible))
        or (e.source in (*sources, EvidenceSource.CONTEXT) and e.field in visible)
    )
    brief = _for_the_brief(snapshot, enrichment, context, playbook, book, now, person_name_of(inquiries, snapshot))
    no_mail = _no_mail(consent, qualification, facts)
    who = snapshot.lead or snapshot.contact
    title = (who.text("Title") if who is not None else "") or newest.title
    sender_name, sender_address = sender_of(routing, snapshot, playbook.seller)
    return DraftRequest(
        case_id=case_id,
        round=round,
        recipient=Person(
            name=person_name_of(inquiries, snapshot),
            email=recipient_address(inquiries, snapshot),
            title=clean(title, 120),
        ),
        company=company_of(inquiries, snapshot),
        sender=Person(name=sender_name, email=sender_address),
        seller=playbook.seller.name,
        language=language,
        voice=playbook.voice,
        facts=known,
        inquiry_message=clean_block(newest.message, 20_000),
        product_statements=tuple(e for e in book.entries() if e.id in statements),
        meeting_offers=playbook.meeting_offers.get(language, ()),
        mail_allowed=not no_mail,
        no_mail_because=no_mail,
        questions=questions.open,
        answered=questions.answered,
        instructions=clean_block(instructions, 4_000),
        withheld=tuple(name for name, fields in _SENT_UNDER.items() if not visible & fields),
        findings=findings,
        decline=(DECLINES.get(language) or DECLINES["en"]) if facts.fishing else "",
        **brief,
    )


class _ForTheBrief(TypedDict):
    account_facts: tuple[Evidence, ...]
    account_lines: tuple[BriefLine, ...]
    meetings: tuple[Meeting, ...]
    earlier: EarlierContact | None
    kept_here: tuple[str, ...]


def _for_the_brief(
    snapshot: CrmSnapshot,
    enrichment: Enrichment,
    context: CaseContext,
    playbook: Playbook,
    book: EvidenceBook,
    now: Instant,
    recipient: str,
) -> _ForTheBrief:
    """What only the brief rests on, and the earlier contact. Cited last: none of it is a fact that an e-mail may state
    unless it is in `earlier`."""
    visible = frozenset(playbook.model_may_see)

    def day_of(at: Instant) -> str:
        return local_date(at, playbook)

    meetings = meetings_of(context, snapshot, playbook.seller.name, now=now, day_of=day_of)
    earlier = earlier_contact(snapshot, meetings, recipient, book, now=now, day_of=day_of)
    account = account_brief(snapshot, enrichment, context, book, now=now)
    wanted = set(account.evidence())
    known = tuple(e for e in book.entries() if e.id in wanted)
    hidden = [e.id for e in known if e.field not in visible]
    hidden += [line.evidence.id for m in meetings if m.kind not in visible for line in m.lines]
    if earlier is not None and LAST_CONTACT not in visible:
        hidden.append(earlier.date.id)
    return _ForTheBrief(
        account_facts=known, account_lines=account.lines, meetings=meetings, earlier=earlier, kept_here=tuple(hidden)
    )


def _no_mail(consent: ConsentDecision, qualification: Qualification, facts: ReadFacts) -> str:
    """Why no e-mail may be drafted; empty where one may."""
    if not consent.allowed:
        return "the consent rules do not allow one"
    if qualification.disqualify_reason:
        return "the inquiry is proposed to be closed"
    if facts.unread is not None and facts.unread.whole:
        return "the message is in a language that is not read here; answer it by hand"
    return ""
