"""The right words on the wrong person: what a small model wrote, and what is fine to write."""

import pytest

from domain.drafting import Draft, DraftOrigin, DraftSentence
from domain.evidence import EvidenceSource
from domain.grounding import Allowed, ground
from domain.mixups import Known, borrowed, misplaced, of_itself
from tests.gateways.llm.requests import HUB, a_request, fact

MARTA = Known(name="Marta Ruiz", title="VP Operations", company="Northwind Traders")
IRENE = Known(name="Irene Castell", title="Account Executive", company="Acme Routing")
SAID = fact("e1", "message", quote=HUB)


@pytest.mark.parametrize(
    "text",
    [
        "Hello, our Valencia hub opens in March and we still plan in spreadsheets.",
        "As you know, OUR Valencia hub opens in March.",
    ],
)
def test_their_words_are_not_said_of_us(text: str) -> None:
    assert borrowed(text, (SAID,))


@pytest.mark.parametrize(
    "text",
    [
        "You wrote “our Valencia hub opens in March and we still plan in spreadsheets”.",
        "Your Valencia hub opens in March, and you still plan in spreadsheets.",
        "We plan routes for hubs that open in March.",
    ],
)
def test_quoted_or_told_of_them_they_are_fine(text: str) -> None:
    assert not borrowed(text, (SAID,))


def test_our_own_sentences_stay_ours() -> None:
    ours = fact("p1", "statement", value="x", quote="we plan routes for you", source=EvidenceSource.PLAYBOOK)
    assert not borrowed("We plan routes for you.", (ours,))


def test_nothing_is_said_to_have_to_do_with_itself() -> None:
    assert of_itself("Route Planner is interested in Route Planner.", ("Route Planner",)) == "Route Planner"
    assert not of_itself("Route Planner is what you asked about.", ("Route Planner",))
    assert not of_itself("Route Planner plans, and you wrote of Route Planner in March.", ("Route Planner",))
    assert not of_itself("anything at all", ("", " "))


@pytest.mark.parametrize(
    "text",
    [
        "Irene Castell, VP Operations at Northwind Traders, has received an inquiry.",
        "Irene Castell is the VP Operations.",
        "Irene Castell (sales from Northwind Traders) will call.",
        "Marta Ruiz, Account Executive, asked for a demo.",
    ],
)
def test_nobody_gets_another_ones_title_or_company(text: str) -> None:
    assert misplaced(text, (MARTA, IRENE))


@pytest.mark.parametrize(
    "text",
    [
        "Marta Ruiz, VP Operations at Northwind Traders, asked for a demo.",
        "Irene Castell has received an inquiry from Northwind Traders.",
        "Irene Castell, Account Executive, will call Marta Ruiz of Northwind Traders.",
        "Irene Castell from Acme Routing writes to Northwind Traders.",
    ],
)
def test_their_own_they_may_have(text: str) -> None:
    assert not misplaced(text, (MARTA, IRENE))


def test_two_people_of_one_title_cannot_be_mixed_up() -> None:
    assert not misplaced("Ana Sol, Sales Manager, called.", (Known(name="Ana Sol"), Known(name="Li Wu")))
    same = (Known(name="Ana Sol", title="Sales Manager"), Known(name="Li Wu", title="sales manager"))
    assert not misplaced("Ana Sol, Sales Manager, called.", same)


def test_what_a_small_model_wrote_is_struck_and_taken_out() -> None:
    request = a_request("en")
    draft = Draft(
        origin=DraftOrigin.MODEL,
        writer_version="small",
        language="en",
        summary="Irene Castell, VP Operations at Northwind Traders, has an inquiry. It is about Route Planner.",
        talking_points=(DraftSentence(text="Route Planner is interested in Route Planner.", evidence=("e2",)),),
        subject="Route Planner",
        paragraphs=(
            (DraftSentence(text="Hello, our Valencia hub opens in March.", evidence=("e1",)),),
            (DraftSentence(text="Route Planner plans delivery routes for mixed fleets.", evidence=("p1",)),),
        ),
        task_subject="Call",
        task_description="Call Marta Ruiz, Account Executive.",
    )
    held = ground(draft, (*request.facts, *request.product_statements), Allowed.by(request))
    assert [s.struck for s in held.stated()] == [True, True, False]
    assert held.summary.startswith("It is about Route Planner.")
    assert "Account Executive" not in held.task_description
