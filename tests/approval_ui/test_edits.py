"""An edit is judged before it is signed: by describe, by consent, by the evidence; and a second signer signs it."""

import re
from functools import partial
from typing import Any

import pytest

from approval_ui.mail_rechecks import key_of
from domain.cases import DocumentKind
from domain.decisions import RoundState, Verdict
from domain.field_facts import FieldFact
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant
from domain.permissions import RiskCategory, Role
from domain.proposals import digest_of
from domain.reviewer_notes import ReviewerNote
from tests.approval_ui.conftest import Answer, Door
from tests.approval_ui.sample_review import LEAD, TOMAS, Sample, northwind
from tests.approval_ui.world import World

CLAIM = "Our Lisbon customer saved 40 hours a week."
FACTS = {
    "Lead": {
        "Rating": FieldFact(kind="picklist", options=("Hot", "Warm", "Cold")),
        "NumberOfEmployees": FieldFact(kind="int"),
        "Status": FieldFact(kind="picklist", options=("Open - Not Contacted", "Working - Contacted"), required=True),
    }
}


def described(case_id: str, org_id: str, now: Instant) -> Sample:
    made = northwind(case_id, org_id, now)
    return Sample(
        inquiry=made.inquiry,
        card=made.card.model_copy(update={"field_facts": FACTS}),
        content=made.content,
        opening=made.opening,
    )


def body_with(made: Sample, sentence: str) -> str:
    mail = made.content.mail
    assert mail is not None
    return mail.body.replace("Customers usually start with one depot.", sentence)


def note(world: World, made: Sample) -> ReviewerNote:
    decision = world.deps.queue.decisions_of(made.opening.case_id)[-1]
    body = world.deps.documents.find(made.opening.case_id, DocumentKind.REASON, decision.decision_id)
    assert body is not None
    return ReviewerNote.model_validate_json(body)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ({"edit.fields.Rating": "Lukewarm"}, "Rating takes only the values of its list: Hot, Warm, Cold"),
        ({"edit.fields.NumberOfEmployees": "4.5"}, "NumberOfEmployees takes a whole number"),
        ({"edit.contacted.Status": ""}, "Status may not be empty"),
    ],
)
def test_describe_refuses_before_anybody_signs(world: World, door: Door, edit: dict[str, str], sentence: str) -> None:
    made = world.seed(described)
    answer = door.browser().decide(made, **edit)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert world.deps.queue.decisions_of(made.opening.case_id) == ()


def test_the_editor_offers_what_describe_lists(world: World, door: Door) -> None:
    made = world.seed(described)
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    select = re.search(r'<select[^>]*name="edit.fields.Rating">(.*?)</select>', page, re.DOTALL)
    assert select is not None
    assert re.findall(r'value="([^"]*)"', select[1]) == ["", "Hot", "Warm", "Cold"]


def test_a_sentence_without_evidence_needs_an_explicit_word(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    body = body_with(made, CLAIM)
    refused = browser.decide(made, **{"edit.mail.body": body})
    assert refused.status_code == 422
    assert "I state this" in refused.text
    assert f"“{CLAIM}”" in refused.text
    assert f'value="{key_of(CLAIM)}"' in refused.text

    assert browser.decide(made, state=key_of(CLAIM), **{"edit.mail.body": body}).status_code == 303
    assert note(world, made).stated_by_reviewer == (CLAIM,)


def test_the_word_is_for_that_sentence_and_no_other(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    browser.decide(made, **{"edit.mail.body": body_with(made, CLAIM)})
    another = "Our Lisbon customer saved 90 hours a week."
    refused = browser.decide(made, state=key_of(CLAIM), **{"edit.mail.body": body_with(made, another)})
    assert refused.status_code == 422
    assert another in refused.text


@pytest.mark.parametrize(
    "sentence",
    ["You wrote that the Valencia hub opens in March.", "Thank you again, Marta.", "Would Thursday at 15:00 suit you?"],
)
def test_what_the_evidence_says_or_what_states_nothing_needs_no_word(world: World, door: Door, sentence: str) -> None:
    made = world.seed()
    assert door.browser().decide(made, **{"edit.mail.body": body_with(made, sentence)}).status_code == 303
    assert note(world, made).stated_by_reviewer == ()


def test_a_struck_sentence_does_not_come_back_unnoticed(world: World, door: Door) -> None:
    made = world.seed()
    struck = made.card.draft.struck()[0].text
    answer = door.browser().decide(made, **{"edit.mail.body": body_with(made, struck)})
    assert answer.status_code == 422
    assert struck in answer.text


def test_a_figure_in_the_subject_is_asked_about_too(world: World, door: Door) -> None:
    made = world.seed()
    answer = door.browser().decide(made, **{"edit.mail.subject": "Save 35 % with us"})
    assert answer.status_code == 422
    assert "Save 35 % with us" in answer.text


def test_a_script_is_told_the_sentences_and_states_them(world: World, door: Door) -> None:
    made = world.seed()
    script = door.script()
    edits = [{"action_key": "mail", "field": "body", "value": body_with(made, CLAIM)}]
    refused = script.decide(made, edits=edits)
    assert refused.status_code == 422
    assert refused.json()["detail"]["unsupported"] == CLAIM
    assert script.decide(made, edits=edits, stated=[CLAIM]).status_code == 200


def test_consent_is_judged_by_the_rules_of_today(world: World, door: Door) -> None:
    made = world.seed()
    lead = CrmRecord(
        object="Lead",
        id=LEAD.id,
        modified_at=world.now,
        fields={"Email": "marta.ruiz@northwind.example", "Country": "Spain", "HasOptedOutOfEmail": True},
    )
    snapshot = CrmSnapshot(taken_at=world.now, lead=lead)
    world.deps.documents.put(made.opening.case_id, DocumentKind.SNAPSHOT, "1", snapshot.model_dump_json().encode())
    card = made.card.model_copy(update={"snapshot_slot": "1", "round": 2})
    content = made.content.model_copy(update={"round": 2})
    second = northwind(made.opening.case_id, made.opening.org_id, world.now)
    opening = second.opening.model_copy(update={"round": 2, "proposal_digest": digest_of(content.to_bytes())})
    again = Sample(inquiry=made.inquiry, card=card, content=content, opening=opening)
    world.open(again)
    refused = door.browser().decide(again)
    assert refused.status_code == 422
    assert "consent rules do not let this e-mail go" in refused.text
    assert door.browser().decide(again, tick=["owner", "fields"]).status_code == 303


def _shown(page: Answer) -> str:
    found = re.search(r'name="shown_digest" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_the_second_signer_sees_and_signs_the_edited_form(world: World, door: Door) -> None:
    made = world.seed(partial(northwind, quorum=2))
    first, second = door.browser("oriol"), door.browser("javier")
    first.decide(made, tick=["owner", "fields", "task"], **{"edit.owner.after_owner_id": TOMAS})
    (edited,) = world.deps.queue.decisions_of(made.opening.case_id)

    path = f"/reviews/{made.opening.case_id}/1"
    page = second.get(path)
    assert "With edits, shown below as signed" in page.text
    assert _shown(page) == edited.final_digest
    assert re.search(rf'<option value="{TOMAS}" selected', page.text)
    assert page.text.count(" checked") >= 3

    # Who still looks at the proposal signs nothing by mistake.
    stale = second.decide(made)
    assert stale.status_code == 409
    assert "Somebody signed an edited version" in stale.text

    fields: dict[str, Any] = {"edit.owner.after_owner_id": TOMAS, "tick": ["owner", "fields", "task"]}
    assert second.decide(made, shown_digest=edited.final_digest, **fields).status_code == 303
    votes = world.deps.queue.decisions_of(made.opening.case_id)
    assert {v.final_digest for v in votes} == {edited.final_digest}
    assert all(v.counts for v in votes)
    outcome = world.deps.reviews.outcome(made.opening.case_id, 1)
    assert (outcome.state, outcome.verdict) == (RoundState.DECIDED, Verdict.APPROVE_EDITED)


def test_a_script_signs_the_edited_form_by_its_digest_alone(world: World, door: Door) -> None:
    made = world.seed(partial(northwind, quorum=2))
    door.browser("oriol").decide(made, **{"edit.owner.after_owner_id": TOMAS})
    script = door.script("javier")
    path = f"/api/reviews/{made.opening.case_id}/1"
    review = script.get(path).json()
    owner = next(a for a in review["content"]["actions"] if a["key"] == "owner")
    assert owner["after_owner_id"] == TOMAS
    assert script.decide(made, shown_digest=review["digest"]).status_code == 200
    assert world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.DECIDED


def test_another_edit_voids_the_first_signature(world: World, door: Door) -> None:
    made = world.seed(partial(northwind, quorum=2))
    door.browser("oriol").decide(made, **{"edit.owner.after_owner_id": TOMAS})
    (edited,) = world.deps.queue.decisions_of(made.opening.case_id)
    fields: dict[str, Any] = {"edit.owner.after_owner_id": TOMAS, "edit.task.subject": "Call first"}
    door.browser("javier").decide(made, shown_digest=edited.final_digest, **fields)
    votes = {d.reviewer: d.counts for d in world.deps.queue.decisions_of(made.opening.case_id)}
    assert votes == {"oriol": False, "javier": True}
    assert world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.OPEN


def _strategic_owner_is_tomas(world: World, made: Sample) -> None:
    strategic = world.playbooks.playbook.routing.strategic_owner
    tomas = CrmRecord(object="User", id=TOMAS, fields={"Username": strategic}, modified_at=world.now)
    snapshot = CrmSnapshot(taken_at=world.now, users=(tomas,))
    world.deps.documents.put(made.opening.case_id, DocumentKind.SNAPSHOT, "1", snapshot.model_dump_json().encode())


def test_who_hands_a_lead_to_the_strategic_owner_needs_a_manager(world: World, door: Door) -> None:
    made = world.seed()
    _strategic_owner_is_tomas(world, made)
    fields: dict[str, Any] = {"edit.owner.after_owner_id": TOMAS, "tick": ["owner"]}
    refused = door.browser("oriol").decide(made, **fields)
    assert refused.status_code == 403
    assert "a manager must decide" in refused.text
    assert door.browser("ines").decide(made, **fields).status_code == 303


def test_an_edit_that_raises_the_risk_waits_for_as_many_as_must_sign_that(world: World, door: Door) -> None:
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"quorum": {RiskCategory.HIGH: 2}})
    world.admit("mara", "Mara Vidal", Role.MANAGER)
    made = world.seed()
    _strategic_owner_is_tomas(world, made)
    fields: dict[str, Any] = {"edit.owner.after_owner_id": TOMAS, "tick": ["owner"]}
    first, second = door.browser("ines"), door.browser("mara")
    assert first.decide(made, **fields).status_code == 303
    assert world.engine.decisions == []
    assert world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.OPEN
    assert "second person must sign" in first.get(f"/reviews/{made.opening.case_id}/1").text

    (edited,) = world.deps.queue.decisions_of(made.opening.case_id)
    assert second.decide(made, shown_digest=edited.final_digest, **fields).status_code == 303
    assert world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.DECIDED
    assert len(world.engine.decisions) == 1
