"""What the checker believes, and what it strikes."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.claim_support import check
from domain.drafting import Draft, DraftOrigin, DraftRequest, DraftSentence, ModelUsage, Person
from domain.errors import ErrorCode, ModelError
from domain.evidence import Evidence, EvidenceSource
from domain.grounded_writing import draft_grounded
from domain.grounding import Allowed, ground, states_something

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HUB = "our Valencia hub opens in March and we still plan in spreadsheets"


def fact(text: str, field: str = "", id: str = "e1", source: EvidenceSource = EvidenceSource.INQUIRY) -> Evidence:
    return Evidence(
        id=id,
        source=source,
        system="test",
        record="r1",
        field=field or "message",
        quote=None if field else text,
        value=text if field else None,
        observed_at=NOW,
    )


def product(text: str) -> Evidence:
    return fact(text, "statement", "p1", EvidenceSource.PLAYBOOK)


SUPPORTED = [
    ("You mentioned that the new Valencia hub opens in March.", fact(HUB)),
    ("You mentioned “our Valencia hub opens in March”.", fact(HUB)),
    ("Su centro de Valencia abre en marzo.", fact(HUB)),
    ("Sie eröffnen Ihr Lager in Valencia im März.", fact(HUB)),
    ("Votre centre de Valencia ouvre en mars.", fact(HUB)),
    ("You have 450 employees.", fact("450", "Account.NumberOfEmployees")),
    ("You have 1,200 employees.", fact("1200", "NumberOfEmployees")),
    ("Tienen 1.200 empleados.", fact("1200", "NumberOfEmployees")),
    ("You run three depots.", fact("we run 3 depots in the north")),
    ("Your budget is €184k.", fact("we have a budget of 184,000 euros")),
    ("You would like to start on 5 March 2026.", fact("2026-03-05", "StartDate__c")),
    ("You want to cut costs by 12 %.", fact("we want to cut our costs by 12 percent")),
    ("You asked about Route Planner.", fact("Route Planner", "product_interest")),
    ("Route Planner plans delivery routes.", product("Route Planner plans delivery routes for mixed fleets.")),
    ("You do not use a planning tool yet.", fact("we do not use any planning tool")),
    ("We can meet at 3 pm.", fact("could we meet at 15:00")),
]
UNSUPPORTED = [
    ("Your Valencia hub opens in April.", fact(HUB), "April"),
    ("Your Madrid hub opens in March.", fact(HUB), "Madrid"),
    ("You wrote “our hub opens in March”.", fact(HUB), "quote"),
    ("You no longer plan in spreadsheets.", fact(HUB), "opposite"),
    ("You use a planning tool.", fact("we do not use any planning tool"), "opposite"),
    ("You have 540 employees.", fact("450", "NumberOfEmployees"), "540"),
    ("You have 450 % more orders.", fact("450", "NumberOfEmployees"), "percentage"),
    ("Your budget is $184,000.", fact("we have a budget of 184,000 euros"), "amount"),
    ("Su centro de Sevilla abre en marzo.", fact(HUB), "Sevilla"),
    ("You will cut empty kilometres by 18 %.", fact(HUB), "18"),
    ("Read more at https://evil.example/x.", fact("see https://acme.example/x"), "link"),
    ("Write to sales@evil.example.", fact("write to sales@acme.example"), "address"),
    ("We guarantee savings.", product("Route Planner plans delivery routes for mixed fleets."), "claim"),
    ("Route Planner is the best.", product("Route Planner plans delivery routes."), "claim"),
    ("Route Planner is certified.", product("Route Planner plans delivery routes."), "claim"),
    ("Your drivers complain about overtime rules.", fact(HUB), "does not mention"),
    ("We could meet at 4 pm.", fact("could we meet at 15:00"), "4 pm"),
]


@pytest.mark.parametrize(("claim", "evidence"), SUPPORTED)
def test_supported(claim: str, evidence: Evidence) -> None:
    assert check(claim, [evidence]).reasons == ()


@pytest.mark.parametrize(("claim", "evidence", "reason"), UNSUPPORTED)
def test_unsupported_and_why(claim: str, evidence: Evidence, reason: str) -> None:
    verdict = check(claim, [evidence])
    assert not verdict.supported
    assert reason in " ".join(verdict.reasons)


def test_no_evidence_supports_nothing() -> None:
    assert not check("Hello there.", []).supported


@given(st.integers(min_value=2, max_value=10**9), st.integers(min_value=2, max_value=10**9))
def test_figures_must_agree(said: int, known: int) -> None:
    claim = f"You have {said} employees."
    assert check(claim, [fact(str(known), "NumberOfEmployees")]).supported == (said == known)
    assert check(f"You have {said:,} employees.", [fact(str(said), "NumberOfEmployees")]).supported


WORDS = st.text(alphabet=string.ascii_lowercase, min_size=4, max_size=9)


@given(st.lists(WORDS, min_size=3, max_size=8))
def test_a_whole_quote_is_supported_and_a_changed_one_is_not(words: list[str]) -> None:
    said = " ".join(words)
    assert check(f"You wrote “{said}”.", [fact(f"Hello, {said}. Bye.")]).supported
    assert not check(f"You wrote “{said} zzyzx”.", [fact(f"Hello, {said}. Bye.")]).supported


COURTEOUS = [
    "Hello Marta,",
    "Thank you for your message.",
    "I look forward to hearing from you.",
    "Would a short call help?",
    "I would be happy to set up a 20-minute call.",
    "How do you plan routes today?",
    "Kind regards,\nIrene Castell",
    "Would Thursday at 10:00 suit you?",
    "¿Le vendría bien una breve llamada?",
    "Quedo a su disposición.",
    "Vielen Dank für Ihre Nachricht.",
    "Mit freundlichen Grüßen\nIrene Castell",
    "Merci pour votre message.",
    "Je reste à votre disposition.",
]
STATING = [
    "You are the leader in logistics.",
    "Our customers love it.",
    "Since your team is growing, shall we talk?",
    "Does your team use SAP?",
    "Would Friday at 10:00 suit you?",
    "We can offer a discount.",
    "I saw your hub in Valencia.",
    "Please see www.acme.example.",
    "Wir sind Marktführer.",
    "Nuestros clientes ahorran tiempo.",
    "Nous garantissons la livraison.",
]
ALLOWED = Allowed(said=("Marta", "Irene Castell", "Thursday at 10:00"))


@pytest.mark.parametrize("text", COURTEOUS)
def test_courtesies_need_no_evidence(text: str) -> None:
    assert not states_something(text, ALLOWED)


@pytest.mark.parametrize("text", STATING)
def test_statements_do(text: str) -> None:
    assert states_something(text, ALLOWED)


def test_a_known_name_is_no_cover_for_an_address() -> None:
    seller = Allowed(said=("Acme", "evil"))
    assert states_something("Please reply to help@acme.example.", seller)
    assert states_something("Please see www.evil.example.", seller)


def a_draft(*sentences: DraftSentence, **more: str) -> Draft:
    fields: dict[str, object] = {"summary": "Marta sent an inquiry.", **more}
    return Draft.model_validate(
        {"origin": DraftOrigin.MODEL, "writer_version": "t", "language": "en", "paragraphs": (sentences,), **fields}
    )


def test_strikes_with_a_reason_and_keeps_the_rest() -> None:
    draft = a_draft(
        DraftSentence(text="Hello Marta,"),
        DraftSentence(text="Your hub in Valencia opens in March.", evidence=("e1",)),
        DraftSentence(text="Your hub in Madrid opens in March.", evidence=("e1",)),
        DraftSentence(text="Your fleet is old."),
        DraftSentence(text="Your hub opens in March.", evidence=("e9",)),
    )
    checked = ground(draft, [fact(HUB)], ALLOWED)
    assert checked.body() == "Hello Marta, Your hub in Valencia opens in March."
    reasons = [s.why for s in checked.struck()]
    assert "Madrid" in reasons[0]
    assert "no evidence" in reasons[1]
    assert "e9" in reasons[2]


def test_subject_summary_and_task_are_held_against_all_facts() -> None:
    draft = a_draft(
        subject="Save 30 % in Seville",
        summary="They open a hub in Valencia. They have 9000 trucks.",
        task_subject="Call Fabrikam",
        task_description="Ask about the hub in Valencia.\nOffer 10 % off.",
    )
    checked = ground(draft, [fact(HUB)])
    assert checked.subject == "Your inquiry"
    assert checked.summary.startswith("They open a hub in Valencia.\n")
    assert "9000" not in checked.summary
    assert "Subject replaced" in checked.summary
    assert checked.task_subject == "Follow up on this inquiry"
    assert checked.task_description == "Ask about the hub in Valencia."


SENTENCES = st.lists(
    st.builds(
        DraftSentence,
        text=st.one_of(
            st.sampled_from(["Hello Marta,", "Your hub in Valencia opens in March.", "We guarantee it for 18 %."]),
            st.text(min_size=1, max_size=60),
        ),
        evidence=st.lists(st.sampled_from(["e1", "e9"]), max_size=2).map(tuple),
    ),
    max_size=6,
)


@given(SENTENCES)
def test_struck_text_is_never_in_the_body(sentences: list[DraftSentence]) -> None:
    marked = [s.model_copy(update={"text": f"{s.text} #{place}#"}) for place, s in enumerate(sentences)]
    checked = ground(a_draft(*marked), [fact(HUB)], ALLOWED)
    for place, sentence in enumerate(checked.paragraphs[0] if checked.paragraphs else ()):
        assert (f"#{place}#" in checked.body()) != sentence.struck
        assert bool(sentence.why) == sentence.struck
    assert ground(checked, [fact(HUB)], ALLOWED) == checked


class ScriptedWriter:
    """Returns these drafts in turn, and remembers what it was asked."""

    version = "scripted"

    def __init__(self, *answers: Draft | ModelError) -> None:
        self.asked: list[DraftRequest] = []
        self._answers = list(answers)

    def draft(self, request: DraftRequest) -> Draft:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        return answer.model_copy(update={"usage": (ModelUsage(model="m", input_tokens=1, output_tokens=1),)})


REQUEST = DraftRequest(
    case_id="c",
    round=1,
    recipient=Person(name="Marta Ruiz"),
    company="Northwind",
    sender=Person(name="Irene Castell"),
    seller="Acme",
    language="en",
    voice="",
    facts=(fact(HUB),),
    inquiry_message=HUB,
    mail_allowed=True,
)
GOOD = a_draft(DraftSentence(text="Your hub in Valencia opens in March.", evidence=("e1",)))
BAD = a_draft(DraftSentence(text="Your hub in Madrid opens in March.", evidence=("e1",)))


def test_a_good_draft_is_asked_for_once() -> None:
    writer = ScriptedWriter(GOOD)
    assert draft_grounded(writer, REQUEST).struck() == ()
    assert len(writer.asked) == 1


def test_a_struck_draft_is_asked_for_again_with_the_finding() -> None:
    writer = ScriptedWriter(BAD, GOOD)
    draft = draft_grounded(writer, REQUEST)
    assert draft.struck() == ()
    assert len(draft.usage) == 2
    assert "Madrid" in writer.asked[1].findings[0]


def test_what_remains_unsupported_is_struck() -> None:
    draft = draft_grounded(ScriptedWriter(BAD, BAD), REQUEST)
    assert draft.body() == ""
    assert len(draft.struck()) == 1


def test_a_second_try_that_fails_leaves_the_first() -> None:
    draft = draft_grounded(ScriptedWriter(BAD, ModelError(code=ErrorCode.MODEL_RATE_LIMITED)), REQUEST)
    assert len(draft.struck()) == 1
    assert len(draft.usage) == 1


def test_a_first_try_that_fails_is_an_error() -> None:
    with pytest.raises(ModelError):
        draft_grounded(ScriptedWriter(ModelError()), REQUEST)
