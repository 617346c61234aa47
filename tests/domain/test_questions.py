"""No draft asks what a source already answers: which sources count, and what happens to a writer that asks anyway."""

from datetime import timedelta

import pytest

from domain.consent import may_contact
from domain.context import CaseContext, ContextItem, ContextKind
from domain.drafting import AnsweredQuestion, Draft, DraftOrigin, DraftRequest, DraftSentence
from domain.drafting_requests import drafting_request
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook, EvidenceSource
from domain.grounded_writing import draft_grounded
from domain.leads import Inquiry
from domain.model import Scalar
from domain.playbook import Playbook
from domain.questions import Questions, Sources, questions_for
from domain.reading import read
from domain.routing import route
from domain.scoring import qualify
from gateways.llm.template_writer import TemplateWriter
from tests.approval_ui.world import shipped_playbook
from tests.domain.scenes import COMPANY, NOW, inquiry, lead, signal, snapshot

NOTHING = "Please call me."


def item(quote: str = "", *, days_ago: int = 1, record: str = "call-1", **facts: Scalar) -> ContextItem:
    return ContextItem(
        kind=ContextKind.TRANSCRIPT,
        occurred_at=NOW - timedelta(days=days_ago),
        summary="A call",
        quote=quote,
        system="Dialler",
        record=record,
        facts=facts,
    )


def rules() -> Playbook:
    return shipped_playbook()


def asked(
    said: Inquiry, *items: ContextItem, enrichment: Enrichment = COMPANY, book: EvidenceBook | None = None
) -> Questions:
    sources = Sources(
        inquiries=(said,),
        snapshot=snapshot(),
        enrichment=enrichment,
        facts=read((said,), rules()),
        context=CaseContext(items=items),
    )
    return questions_for(sources, rules(), book or EvidenceBook())


def still_open(questions: Questions) -> set[str]:
    return {q.id for q in questions.open}


def request(message: str, *items: ContextItem) -> DraftRequest:
    said, book, playbook = (inquiry(message=message),), EvidenceBook(), rules()
    snap, facts = snapshot(), read(said, playbook)
    qualification = qualify(said, snap, COMPANY, facts, playbook, book, now=NOW)
    return drafting_request(
        case_id="c1",
        round=1,
        inquiries=said,
        snapshot=snap,
        enrichment=COMPANY,
        facts=facts,
        qualification=qualification,
        routing=route(said, snap, COMPANY, qualification, playbook, book, now=NOW),
        consent=may_contact(said, snap, playbook, book, now=NOW),
        playbook=playbook,
        book=book,
        now=NOW,
        context=CaseContext(items=items),
    )


def body(made: Draft) -> str:
    return made.body()


def test_a_question_is_open_while_nobody_answered_it() -> None:
    assert still_open(asked(inquiry(message=NOTHING))) == {"fleet_size", "timeline"}


@pytest.mark.parametrize(
    "message",
    [
        "We run 120 trucks.",
        "Tenemos una flota de 58 camiones.",
        "Wir haben 45 eigene Fahrzeuge im Einsatz.",
        "Nous avons 30 petits camions.",
    ],
)
def test_the_message_itself_answers(message: str) -> None:
    book = EvidenceBook()
    questions = asked(inquiry(message=message), book=book)
    (known,) = (q for q in questions.answered if q.id == "fleet_size")
    (entry,) = (e for e in book.entries() if e.id == known.evidence)
    assert entry.quote is not None
    assert entry.quote in message


def test_a_fact_of_another_system_answers_with_its_source_and_time() -> None:
    book = EvidenceBook()
    newer, older = item(fleet_size=120, record="new"), item(fleet_size=90, days_ago=9, record="old")
    questions = asked(inquiry(message=NOTHING), newer, older, book=book)
    assert still_open(questions) == {"timeline"}
    (entry,) = (e for e in book.entries() if e.field == "fleet_size")
    assert (entry.source, entry.system, entry.record, entry.value) == (EvidenceSource.CONTEXT, "Dialler", "new", "120")
    assert entry.observed_at == newer.occurred_at


def test_words_of_a_call_answer_with_the_sentence_they_stand_in() -> None:
    book = EvidenceBook()
    questions = asked(inquiry(message=NOTHING), item("Tom: Hello.\nAda: We run 120 trucks today. Bye."), book=book)
    assert still_open(questions) == {"timeline"}
    assert [e.quote for e in book.entries() if e.field == "call_transcript.text"] == ["Ada: We run 120 trucks today"]


def test_signals_and_crm_fields_answer_too() -> None:
    told = Enrichment(signals=(signal("fleet_size", 120),))
    assert still_open(asked(inquiry(message=NOTHING), enrichment=told)) == {"timeline"}
    held = Sources(
        inquiries=(inquiry(message=NOTHING),),
        snapshot=snapshot(lead=lead(Fleet_Size__c=120)),
        enrichment=COMPANY,
        facts=read((inquiry(message=NOTHING),), rules()),
    )
    assert still_open(questions_for(held, rules(), EvidenceBook())) == {"timeline"}


def test_an_empty_fact_answers_nothing() -> None:
    assert "fleet_size" in still_open(asked(inquiry(message=NOTHING), item(fleet_size=None), item("How many trucks?")))


def test_the_template_asks_what_is_open_and_leaves_out_what_is_known() -> None:
    before, after = request(NOTHING), request(NOTHING, item(fleet_size=120))
    assert "How many vehicles do you run?" in body(draft_grounded(TemplateWriter(), before))
    written = body(draft_grounded(TemplateWriter(), after))
    assert "How many vehicles" not in written
    assert "When would you like to start?" in written
    everything = request("We run 120 trucks and want to start in May.", item(timeline="May"))
    assert "like to start" not in body(draft_grounded(TemplateWriter(), everything))


def test_a_known_value_is_a_fact_of_the_request_and_words_of_a_call_are_not() -> None:
    made = request(NOTHING, item("Ada: We run 120 trucks.", fleet_size=120))
    assert [(f.field, f.value) for f in made.facts if f.source is EvidenceSource.CONTEXT] == [("fleet_size", "120")]
    assert not any("120 trucks" in (f.quote or "") for f in made.facts)


class Insisting:
    """A writer that asks, whatever it was told."""

    version = "insisting"

    def __init__(self, *sentences: str) -> None:
        self._sentences = sentences

    def draft(self, request: DraftRequest) -> Draft:
        return Draft(
            origin=DraftOrigin.MODEL,
            writer_version=self.version,
            language="en",
            summary="",
            paragraphs=(tuple(DraftSentence(text=text) for text in self._sentences),),
        )


@pytest.mark.parametrize(
    "question",
    [
        "How many vehicles do you run?",
        "Could you tell me how many delivery vehicles you have?",
        "Please let us know the size of your fleet.",
        "¿Cuántos vehículos tiene en su flota?",
        "Wie viele Fahrzeuge haben Sie im Einsatz?",
        "Combien de véhicules exploitez-vous ?",
    ],
)
def test_a_writer_that_asks_what_is_known_is_struck(question: str) -> None:
    known, unknown = request(NOTHING, item(fleet_size=120)), request(NOTHING)
    (sentence,) = draft_grounded(Insisting(question), known).paragraphs[0]
    assert sentence.struck
    assert sentence.why.startswith("asks what e")
    (free,) = draft_grounded(Insisting(question), unknown).paragraphs[0]
    assert "asks what" not in free.why


def test_other_questions_stay() -> None:
    known = request(NOTHING, item(fleet_size=120)).model_copy(
        update={"answered": (AnsweredQuestion(id="fleet_size", evidence="e1", asks=("how many * vehicles",)),)}
    )
    (sentence,) = draft_grounded(Insisting("Would a short call help?"), known).paragraphs[0]
    assert not sentence.struck
