"""A card that contradicts itself is found out, whatever the contradiction; a sound one is not."""

from datetime import timedelta

import pytest

from domain.card_checks import contradictions
from domain.cards import ReviewCard
from domain.cases import Deadline, Ladder
from domain.ladder import build_ladder
from domain.permissions import RiskCategory
from domain.playbook import Playbook
from domain.proposals import CreateTask, ProposalContent, UpdateFields
from domain.proposed_tasks import asks_for_a_call
from domain.proposing import propose
from tests.domain.scenes import NOW, playbook, proposing

RULES: Playbook = playbook()


def made() -> tuple[ReviewCard, ProposalContent, Ladder]:
    proposed = propose(proposing())
    assert proposed is not None
    return proposed.card, proposed.content, build_ladder(NOW, proposed.assignee, RULES, RiskCategory.MEDIUM)


def changed(content: ProposalContent, key: str, **changes: object) -> ProposalContent:
    actions = tuple(a.model_copy(update=changes) if a.key == key else a for a in content.actions)
    return content.model_copy(update={"actions": actions})


def task_of(content: ProposalContent) -> CreateTask:
    return next(a for a in content.actions if isinstance(a, CreateTask))


def test_what_the_rules_propose_is_sound() -> None:
    assert contradictions(*made(), RULES) == ()


def test_footnotes_resolve() -> None:
    card, content, ladder = made()
    without = card.model_copy(update={"evidence": card.evidence[1:]})
    assert any("which is not on the card" in s for s in contradictions(without, content, ladder, RULES))
    doubled = card.model_copy(update={"evidence": (*card.evidence, card.evidence[0])})
    assert "two pieces of evidence share a number" in contradictions(doubled, content, ladder, RULES)


def test_people_on_the_ladder_are_present() -> None:
    card, content, ladder = made()
    gone = Ladder(deadlines=tuple(Deadline(step=d.step, at=d.at, notify="gone") for d in ladder.deadlines))
    assert any("tells gone, who is not there" in s for s in contradictions(card, content, gone, RULES))
    unasked = card.model_copy(update={"assignee": ""})
    assert "nobody is asked, who is not there" in contradictions(unasked, content, ladder, RULES)


def test_times_agree() -> None:
    card, content, ladder = made()
    backwards = Ladder(deadlines=tuple(reversed(ladder.deadlines)))
    assert "the steps of the ladder do not follow each other" in contradictions(card, content, backwards, RULES)
    later = changed(content, "task", due_date="2031-01-01")
    assert any("is due on 2031-01-01" in s for s in contradictions(card, later, ladder, RULES))
    early = card.model_copy(update={"made_at": card.made_at - timedelta(days=30)})
    assert any("seen after the card was made" in s for s in contradictions(early, content, ladder, RULES))


def test_a_call_task_has_a_number() -> None:
    card, content, ladder = made()
    without = changed(content, "task", subject="Call them", description="Ask about the hub.")
    assert "task asks for a call and has no number" in contradictions(card, without, ladder, RULES)
    with_one = changed(content, "task", subject="Call them", description="Phone: +34 91 555 01 23")
    assert contradictions(card, with_one, ladder, RULES) == ()


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Call her on Tuesday.", True),
        ("Llamar mañana.", True),
        ("They wrote “please call me back”.", False),
        ("Answer the call for tenders.", False),
        ("Recall the offer.", False),
    ],
)
def test_what_tells_the_owner_to_call(text: str, asks: bool) -> None:
    assert asks_for_a_call(text) is asks


def test_a_task_about_a_person_without_a_number_asks_for_no_call() -> None:
    given = proposing()
    written = given.draft.model_copy(
        update={"task_subject": "Call Marta", "task_description": "Call her today. Mention the hub."}
    )
    assert given.snapshot.lead is not None
    silent = given.snapshot.lead.model_copy(update={"fields": {**given.snapshot.lead.fields, "Phone": None}})
    proposed = propose(
        given.model_copy(update={"draft": written, "snapshot": given.snapshot.model_copy(update={"lead": silent})})
    )
    assert proposed is not None
    task = task_of(proposed.content)
    assert not asks_for_a_call(f"{task.subject}\n{task.description}")
    assert "Mention the hub." in task.description


def test_what_claims_contact_waits_for_the_mail() -> None:
    card, content, ladder = made()
    hasty = changed(content, "status", after_mail=False)
    assert any("does not wait for the e-mail" in s for s in contradictions(card, hasty, ladder, RULES))
    unmailed = content.model_copy(update={"actions": tuple(a for a in content.actions if a.kind != "send_email")})
    assert any("waits for an e-mail that is not there" in s for s in contradictions(card, unmailed, ladder, RULES))
    assert any(isinstance(a, UpdateFields) and a.after_mail for a in content.actions)


def test_the_score_is_its_sum() -> None:
    card, content, ladder = made()
    wrong = card.model_copy(update={"qualification": card.qualification.model_copy(update={"score": 3})})
    assert any("the score says 3" in s for s in contradictions(wrong, content, ladder, RULES))


def test_no_mail_where_consent_says_no() -> None:
    card, content, ladder = made()
    checks = tuple(c.model_copy(update={"passed": False}) if c.name == "consent" else c for c in card.checks)
    refused = card.model_copy(update={"checks": checks})
    assert "there is an e-mail, and the consent check says no" in contradictions(refused, content, ladder, RULES)
