"""A message that nobody here reads: it is named as such, trusted less, answered by no e-mail, and breaks nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.consent import may_contact
from domain.drafting_requests import drafting_request
from domain.evidence import EvidenceBook
from domain.leads import Inquiry
from domain.playbook import Playbook
from domain.proposals import SendEmail
from domain.proposing import propose
from domain.qualification import Fit, Qualification
from domain.reading import language_written, read
from domain.scoring import qualify
from domain.unread import unread_in
from tests.domain.scenes import COMPANY, DEMO, NOW, inquiry, playbook, proposing, snapshot

RULES = playbook()


@pytest.mark.parametrize(
    ("text", "said", "language", "code"),
    [
        ("デモをお願いします。来月から使いたいです。", "", "Japanese", "ja"),
        ("请给我报价", "", "Chinese", "zh"),
        ("제품 데모를 보고 싶습니다", "", "Korean", "ko"),
        ("Здравствуйте, мы хотели бы увидеть демонстрацию.", "", "Cyrillic script", ""),
        ("نود أن نرى عرضا توضيحيا", "", "Arabic script", ""),
        ("Γεια σας, θα θέλαμε μια επίδειξη", "", "Greek", "el"),
        ("Dzień dobry, mamy 14 samochodów i planujemy trasy ręcznie.", "", "Polish", "pl"),
        ("We zoeken iets voor 120 wagens, graag eerst per mail wat informatie.", "", "Dutch", "nl"),
        ("Olá, gostaria de uma demonstração do produto para a nossa frota", "", "Portuguese", "pt"),
        ("Na razie zbieram informacje.", "pl", "Polish", "pl"),
        ("Molim ponudu cijenu vozila rute", "hr", "Croatian", "hr"),
        ("lorem ipsum dolor sit amet consectetur adipiscing elit", "", "", ""),
    ],
)
def test_languages_without_phrases_are_named(text: str, said: str, language: str, code: str) -> None:
    found = unread_in(text, RULES, said)
    assert found is not None
    assert (found.language, found.code, found.whole) == (language, code, True)
    assert found.quote in text


@pytest.mark.parametrize(
    "text",
    [
        DEMO,
        "Need pricing 40 vans asap call",
        "Bonjour, demande de devis pour 12 camions",
        "Queremos ver una demo la próxima semana",
        "Wir planen unsere Touren noch mit Excel und suchen etwas Besseres.",
        "We are 北京科技有限公司 and want a demo please",
        "ok",
        "12345 !!! 🚚🚚",
        "",
    ],
)
def test_what_is_read_or_too_short_to_tell_is_not(text: str) -> None:
    assert unread_in(text, RULES) is None


def test_a_language_that_the_playbook_adds_is_read() -> None:
    polish = next(iter(RULES.languages.values())).model_copy(
        update={"common_words": ("dzień", "dobry", "mamy", "i", "w")}
    )
    both = RULES.model_copy(update={"languages": {**RULES.languages, "pl": polish}})
    text = "Dzień dobry, mamy 14 samochodów i planujemy trasy ręcznie."
    assert unread_in(text, both) is None
    assert unread_in(text, RULES) is not None


def judged(said: Inquiry, rules: Playbook = RULES) -> tuple[Qualification, EvidenceBook]:
    book = EvidenceBook()
    found = qualify([said], snapshot(), COMPANY, read([said], rules), rules, book, now=NOW)
    return found, book


def test_an_unread_message_is_unclear_and_trusted_less_with_its_words_as_evidence() -> None:
    polish = inquiry(message="Dzień dobry, mamy 14 samochodów i planujemy trasy ręcznie.", language="")
    found, book = judged(polish)
    english, _ = judged(inquiry())
    assert found.fit is Fit.UNCLEAR
    assert "message" in found.missing
    assert found.confidence < english.confidence / 1.5
    quotes = {e.id: e.quote for e in book.entries()}
    assert [quotes[ref] for ref in found.fit_evidence] == [polish.message.rstrip(".")]


def test_no_e_mail_answers_it_and_the_card_says_why() -> None:
    said = inquiry(message="デモをお願いします。来月から使いたいです。", language="")
    facts = read([said], RULES)
    found, book = judged(said)
    request = drafting_request(
        case_id="c", round=1, inquiries=(said,), snapshot=snapshot(), enrichment=COMPANY, facts=facts,
        qualification=found, routing=proposing().routing, playbook=RULES, book=book, now=NOW,
        consent=may_contact((said,), snapshot(), RULES, book, now=NOW),
    )  # fmt: skip
    assert request.mail_allowed is False
    assert "language" in request.no_mail_because
    made = propose(proposing(inquiries=(said,), facts=facts, qualification=found, evidence=book.entries()))
    assert made is not None
    assert not any(isinstance(a, SendEmail) for a in made.content.actions)
    check = next(c for c in made.card.checks if c.name == "language")
    assert (check.passed, check.verdict) == (False, "Not read.")
    assert "Japanese" in check.detail
    assert said.message[:10] in check.detail


def test_of_mixed_languages_that_are_read_all_counts_and_the_larger_part_is_answered() -> None:
    text = "Hello, we would like a demo for our team and the price list please. Tenemos presupuesto aprobado."
    facts = read([inquiry(message=text, language="")], RULES)
    assert facts.unread is None
    assert facts.language == "en"
    assert {(f.name, f.language) for f in facts.bant} >= {("budget", "es")}
    assert {f.name for f in facts.intents} >= {"demo", "pricing"}
    assert all(f.quote in text for f in (*facts.bant, *facts.intents))


def test_a_passage_that_is_not_read_is_said_and_the_rest_counts() -> None:
    passage = "Мы хотели бы увидеть демонстрацию вашего продукта"
    text = f"Hello, we would like a demo for our team of dispatchers next month, please call us. {passage}."
    said = inquiry(message=text, language="")
    facts = read([said], RULES)
    assert facts.unread is not None
    assert (facts.unread.whole, facts.unread.language) == (False, "Cyrillic script")
    assert passage in facts.unread.quote
    found, book = judged(said)
    assert found.fit is Fit.BUYER
    made = propose(proposing(inquiries=(said,), facts=facts, qualification=found, evidence=book.entries()))
    assert made is not None
    assert [c.verdict for c in made.card.checks if c.name == "language"] == ["Read in part."]


def test_whoever_reads_the_language_is_asked_for() -> None:
    assert language_written([inquiry(message="请给我报价", language="")], RULES) == "zh"
    assert language_written([inquiry(message="请给我报价", language="fi")], RULES) == "fi"
    assert language_written([inquiry(message="Queremos una demo", language="")], RULES) == "es"


@given(st.text(max_size=400), st.text(max_size=5))
def test_no_text_breaks_it_and_every_quote_stands_in_it(text: str, said: str) -> None:
    found = unread_in(text, RULES, said)
    assert found is None or found.quote in text
