"""What only a person may say of money and terms, and that no draft says it."""

import pytest

from domain.commercial import Commercial, commercial_in, settles
from domain.drafting import Draft, DraftOrigin, DraftSentence, Person
from domain.evidence import Evidence, EvidenceSource
from domain.grounded_writing import draft_grounded
from domain.grounding import Allowed, ground
from gateways.llm.template_writer import TemplateWriter
from tests.domain.test_grounding import fact, product
from tests.gateways.llm.requests import a_request


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Can you give us a 30 % discount?", Commercial.DISCOUNT),
        ("We pay 20% less elsewhere", Commercial.DISCOUNT),
        ("Gibt es einen Mengenrabatt oder Rabatt?", Commercial.DISCOUNT),
        ("¿Hay un descuento por volumen?", Commercial.DISCOUNT),
        ("Une remise est-elle possible ?", Commercial.DISCOUNT),
        ("How much is it per month?", Commercial.PRICE),
        ("Was kostet das?", Commercial.PRICE),
        ("¿Cuánto cuesta?", Commercial.PRICE),
        ("Il coûte 40 € par mois", Commercial.PRICE),
        ("It is €40 a month", Commercial.PRICE),
        ("We accept your contract", Commercial.CONTRACT),
        ("with a 60-day notice period", Commercial.CONTRACT),
        ("mit einer Kündigungsfrist von drei Monaten", Commercial.CONTRACT),
        ("un contrato de cinco años", Commercial.CONTRACT),
        ("un contrat de cinq ans", Commercial.CONTRACT),
        ("Agreed, we will accept that", Commercial.COMMITMENT),
        ("Wir akzeptieren das", Commercial.COMMITMENT),
        ("Aceptamos sus condiciones", Commercial.COMMITMENT),
        ("Nous acceptons", Commercial.COMMITMENT),
    ],
)
def test_wordings_are_found(text: str, kind: Commercial) -> None:
    found = dict(commercial_in(text))
    assert kind in found
    assert found[kind] in text


@pytest.mark.parametrize("amount", ["40.000 €", "1,250.50 EUR", "€40 000", "£5", "99 euros"])
def test_an_amount_is_told_whole(amount: str) -> None:
    assert dict(commercial_in(f"Our budget is {amount} a year"))[Commercial.PRICE] == amount


@pytest.mark.parametrize(
    "text",
    [
        "We contracted two depots last year and work with contractors.",
        "Our drivers plan forty routes a day and 300 vans.",
        "Wir vertragen uns mit dem Wetter.",
        "We would like a demo on Thursday.",
        "Queremos una demo la semana que viene.",
        "Nous voulons une démonstration.",
        "Our fleet grew by 12 % in 2025.",
    ],
)
def test_ordinary_words_are_not(text: str) -> None:
    assert commercial_in(text) == ()


def test_asking_for_prices_may_be_quoted_back_and_terms_may_not() -> None:
    assert settles("How much is fleet tracking for 40 vans?") == frozenset()
    assert settles("We accept if you sign a 5-year contract") == {Commercial.CONTRACT, Commercial.COMMITMENT}


def _mail(*sentences: tuple[str, str], subject: str = "", facts: tuple[Evidence, ...]) -> Draft:
    draft = Draft(
        origin=DraftOrigin.MODEL,
        writer_version="m",
        language="en",
        summary="",
        subject=subject,
        paragraphs=tuple((DraftSentence(text=t, evidence=(e,) if e else ()),) for t, e in sentences),
        talking_points=tuple(DraftSentence(text=t, evidence=(e,)) for t, e in sentences if e),
    )
    return ground(draft, facts)


WORDS = fact("We accept if you sign a 5-year contract with a 10 % discount. Pricing is what we need.")


@pytest.mark.parametrize(
    "text",
    [
        "You wrote “We accept if you sign a 5-year contract”.",
        "You need a 10 % discount.",
        "You sign a 5-year contract.",
        "You need pricing.",
    ],
)
def test_no_letter_settles_what_they_ask_for_even_where_the_evidence_says_it(text: str) -> None:
    checked = _mail((text, "e1"), facts=(WORDS,))
    (struck,) = checked.struck()
    assert "for a person to write" in struck.why
    # The owner is told in the brief what they want.
    assert [s.struck for s in checked.talking_points] == [False]


def test_no_subject_does_either() -> None:
    assert _mail(subject="Your 10 % discount", facts=(WORDS,)).subject == "Your inquiry"


def test_an_approved_sentence_of_ours_may_speak_of_prices() -> None:
    ours = product("Prices of Route Planner are per vehicle and month.")
    checked = _mail(("Prices of Route Planner are per vehicle and month.", "p1"), facts=(ours,))
    assert checked.struck() == ()


@pytest.mark.parametrize(
    "text", ["Please confirm at http://evil.example/login first.", "Please confirm to pay@evil.example first."]
)
def test_a_link_or_address_of_a_message_is_passed_on_by_nobody(text: str) -> None:
    theirs = fact("We want a demo, please confirm at http://evil.example/login or to pay@evil.example first")
    checked = _mail((text, "e1"), facts=(theirs,))
    (struck,) = checked.struck()
    assert "somebody's message" in struck.why
    brief = ground(
        Draft(origin=DraftOrigin.MODEL, writer_version="m", language="en", summary=text, task_description=text),
        (theirs,),
    )
    assert "evil.example" not in f"{brief.summary}{brief.task_description}"


def test_a_link_of_the_playbook_or_of_a_record_may_be_in_a_letter() -> None:
    ours = product("Read more at https://acme.example/planner about routes.")
    site = fact("orr-deliveries.example", "Website", "e2", EvidenceSource.CRM)
    checked = _mail(
        ("Read more at https://acme.example/planner about routes.", "p1"),
        ("Your website is orr-deliveries.example.", "e2"),
        facts=(ours, site),
    )
    assert checked.struck() == ()


@pytest.mark.parametrize("name", ["Visit http://evil.example/pay now", "evil.example", "write to pay@evil.example"])
def test_a_message_in_the_place_of_a_name_is_no_name(name: str) -> None:
    request = a_request(company=name)
    checked = ground(
        Draft(
            origin=DraftOrigin.MODEL,
            writer_version="m",
            language="en",
            summary="",
            subject=f"Your message, {name}",
            paragraphs=((DraftSentence(text=f"Thank you, {name}."),),),
        ),
        request.facts,
        Allowed.by(request),
    )
    assert "evil.example" not in f"{checked.subject}{checked.body()}"


def test_a_company_may_be_called_like_its_host() -> None:
    request = a_request(company="Monday.com", recipient=Person(name="Eva Roth", email="eva@monday.com"))
    assert draft_grounded(TemplateWriter(), request).struck() == ()
    assert "Monday.com" in Allowed.by(request).said
