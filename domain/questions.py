"""What a first answer may still ask, and what a source has answered already. Pure.

A draft that asks what a call, a form or the CRM said last week tells the reader that nobody listened.
"""

from collections.abc import Iterator, Sequence

from domain.bant import Stance
from domain.calls import Heard, cite_heard
from domain.citing import cite_field, cite_inquiry, cite_signal
from domain.context import NOTHING_BEFORE, CaseContext, ContextItem
from domain.drafting import AnsweredQuestion, OpenQuestion
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook, EvidenceSource
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Value
from domain.naming import NOT_PROVIDED
from domain.playbook import Playbook, Question
from domain.reading import ReadFacts, pattern_of
from domain.texts import clean, clean_block, fold, quotable

_TEXT_LIMIT = 50_000
"""Characters that are searched in one transcript or message; answers come early."""
_MAX_ITEMS = 30


class Questions(Value):
    open: tuple[OpenQuestion, ...] = ()
    answered: tuple[AnsweredQuestion, ...] = ()


class Sources(Value):
    """Everything that may hold an answer."""

    inquiries: tuple[Inquiry, ...]
    snapshot: CrmSnapshot
    enrichment: Enrichment
    facts: ReadFacts
    context: CaseContext = NOTHING_BEFORE
    heard: tuple[Heard, ...] = ()


def questions_for(sources: Sources, playbook: Playbook, book: EvidenceBook) -> Questions:
    """Each of the playbook's questions, open or with the evidence of its answer."""
    still_open: list[OpenQuestion] = []
    answered: list[AnsweredQuestion] = []
    for question in playbook.questions:
        evidence = next(_answers(question, sources, book), "")
        if evidence:
            answered.append(AnsweredQuestion(id=question.id, evidence=evidence, asks=question.asks))
        else:
            still_open.append(OpenQuestion(id=question.id, texts=question.texts))
    return Questions(open=tuple(still_open), answered=tuple(answered))


def cite_context_facts(context: CaseContext, names: frozenset[str], book: EvidenceBook) -> tuple[str, ...]:
    """The newest statement of each fact of these names."""
    newest: dict[str, ContextItem] = {}
    for item in context.items:
        for name in item.facts:
            if name in names and item.facts[name] not in (None, ""):
                newest.setdefault(name, item)
    return tuple(_cite_fact(item, name, book) for name, item in newest.items())


def _answers(question: Question, sources: Sources, book: EvidenceBook) -> Iterator[str]:
    """Evidence ids, what was stated as a value first."""
    for name in question.fields:
        yield from _by_name(name, sources, book)
    for inquiry in reversed(sources.inquiries):
        if span := _said(question.said, inquiry.message):
            yield cite_inquiry(book, inquiry, "message", quote=quotable(inquiry.message, *span))
    for item in sources.context.items[:_MAX_ITEMS]:
        for field, text in (("summary", item.summary), ("text", item.quote)):
            if span := _said(question.said, text):
                yield _cite_words(item, field, quotable(text, *span), book)


def _by_name(name: str, sources: Sources, book: EvidenceBook) -> Iterator[str]:
    """By the name of a BANT fact, a context fact, a signal, a field of the inquiry or of a CRM record."""
    for finding in sources.facts.bant:
        if finding.name == name:
            yield cite_inquiry(book, sources.inquiries[finding.inquiry], finding.field, quote=finding.quote)
    for heard in sources.heard:
        # A hedge answers nothing: who said they would have to ask may be asked again.
        if heard.name.value == name and heard.stance in {Stance.STATED, Stance.DENIED}:
            yield cite_heard(book, heard)
    yield from cite_context_facts(sources.context, frozenset({name}), book)
    if (signal := sources.enrichment.best(name)) is not None:
        yield cite_signal(book, signal)
    if name in Inquiry.model_fields:
        for inquiry in reversed(sources.inquiries):
            if str(getattr(inquiry, name) or "").strip():
                yield cite_inquiry(book, inquiry, name)
    for record in (sources.snapshot.lead, sources.snapshot.account, sources.snapshot.contact):
        if record is not None and record.text(name) not in ("", NOT_PROVIDED):
            yield cite_field(book, record, name)


def _said(phrases: Sequence[str], text: str) -> tuple[int, int] | None:
    folded = fold(text[:_TEXT_LIMIT])
    for phrase in phrases:
        if (match := pattern_of(phrase, ()).search(folded)) is not None:
            return match.span()
    return None


def _cite_fact(item: ContextItem, name: str, book: EvidenceBook) -> str:
    value = clean(str(item.facts[name]), 255)
    return book.cite(EvidenceSource.CONTEXT, item.system, item.record, name, observed_at=item.occurred_at, value=value)


def _cite_words(item: ContextItem, field: str, quote: str, book: EvidenceBook) -> str:
    place = f"{item.kind.value}.{field}"
    return book.cite(
        EvidenceSource.CONTEXT,
        item.system,
        item.record,
        place,
        observed_at=item.occurred_at,
        quote=clean_block(quote, 400),
    )
