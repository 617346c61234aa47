"""What becomes of a press on a button: the signature, the documents, the refusals."""

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from approval_ui.mail_rechecks import key_of
from approval_ui.rechecks import check_mail
from domain.cases import DocumentKind
from domain.countersign import Expected, verified
from domain.decisions import Purpose, RoundState, Verdict, parse_envelope
from domain.model import Instant
from domain.permissions import RiskCategory
from domain.proposals import Disqualify, FieldChange, ProposalContent, SendEmail, digest_of, parse_content
from domain.reviewer_notes import ReviewerNote
from persistence.queue import DecisionItem
from runtime.keys import revoke_key
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import IRENE, TOMAS, Sample, northwind, student
from tests.approval_ui.world import World


def decisions(world: World, made: Sample) -> tuple[DecisionItem, ...]:
    return world.deps.queue.decisions_of(made.opening.case_id)


def signed_content(world: World, made: Sample) -> ProposalContent:
    """What the one stored decision signed, loaded the way the write guard loads it."""
    stored = world.deps.reviews.decision(decisions(world, made)[-1].decision_id)
    assert stored is not None
    opening = made.opening
    envelope = verified(
        stored,
        Expected(
            org_id=opening.org_id,
            case_id=opening.case_id,
            round=opening.round,
            proposal_digest=opening.proposal_digest,
            purpose=Purpose.WRITE,
        ),
        world.deps.verifier,
    )
    if envelope.final_digest == envelope.proposal_digest:
        return made.content
    body = world.deps.documents.find(opening.case_id, DocumentKind.FINAL, envelope.final_digest)
    assert body is not None
    return parse_content(body, envelope.final_digest)


def note(world: World, made: Sample) -> ReviewerNote:
    body = world.deps.documents.find(made.opening.case_id, DocumentKind.REASON, decisions(world, made)[-1].decision_id)
    assert body is not None
    return ReviewerNote.model_validate_json(body)


def test_approval_signs_exactly_what_was_shown_and_reaches_the_workflow(world: World, door: Door) -> None:
    made = world.seed()
    answer = door.browser().decide(made)

    assert answer.status_code == 303
    (decision,) = decisions(world, made)
    assert (decision.verdict, decision.reviewer, decision.final_digest) == (
        Verdict.APPROVE,
        "oriol",
        made.opening.proposal_digest,
    )
    assert signed_content(world, made) == made.content
    assert world.engine.decisions == [(made.opening.case_id, 1, decision.decision_id)]
    assert decision.delivered_at is not None


def test_authorisation_ends_when_the_playbook_says(world: World, door: Door) -> None:
    made = world.seed()
    door.browser().decide(made)
    stored = world.deps.reviews.decision(decisions(world, made)[0].decision_id)
    assert stored is not None
    envelope = parse_envelope(stored)
    assert envelope.expires_at - envelope.decided_at == timedelta(hours=world.playbooks.playbook.authorisation_hours)


def test_unticked_mail_takes_the_fields_that_claim_contact_with_it(world: World, door: Door) -> None:
    made = world.seed()
    door.browser().decide(made, tick=["owner", "fields", "contacted", "task"])

    final = signed_content(world, made)
    assert {a.key for a in final.actions} == {"owner", "fields", "task"}
    assert decisions(world, made)[0].verdict is Verdict.APPROVE_EDITED
    assert note(world, made).unticked == ("contacted", "mail")


def with_draft(case_id: str, org_id: str, now: Instant) -> Sample:
    """Northwind, its field changes being a draft, and a value that is only suggested."""
    plain = northwind(case_id, org_id, now)
    parts = tuple(a.model_copy(update={"opt_in": a.key == "fields"}) for a in plain.content.actions)
    content = plain.content.model_copy(update={"actions": parts})
    suggested = (FieldChange(field="AnnualRevenue", before=None, after=1_250_000),)
    return Sample(
        inquiry=plain.inquiry,
        card=plain.card.model_copy(update={"suggested": suggested}),
        content=content,
        opening=plain.opening.model_copy(update={"proposal_digest": digest_of(content.to_bytes())}),
    )


def test_a_draft_is_signed_only_where_somebody_ticks_it(world: World, door: Door) -> None:
    made = world.seed(with_draft)
    page = door.browser().get(f"/reviews/{made.opening.case_id}/1").text
    box = next(tag for tag in re.findall(r"<input[^>]*>", page) if 'value="fields"' in tag)
    assert "checked" not in box
    assert "a draft: written only if you tick it" in page
    assert "Suggested, not written" in page
    assert door.script().decide(made).status_code == 200
    assert "fields" not in {a.key for a in signed_content(world, made).actions}
    assert note(world, made).unticked == (), "nobody left it out; nobody asked for it"


def test_a_ticked_draft_is_in_the_signature(world: World, door: Door) -> None:
    made = world.seed(with_draft)
    door.browser().decide(made)
    assert "fields" in {a.key for a in signed_content(world, made).actions}
    assert decisions(world, made)[0].verdict is Verdict.APPROVE


def test_edits_in_the_form_become_the_signed_content(world: World, door: Door) -> None:
    made = world.seed()
    mail = made.content.mail
    assert mail is not None
    body = mail.body.replace("Customers usually start with one depot.", "Our Lisbon customer saved a day a week.")
    answer = door.browser().decide(
        made,
        **{
            "edit.owner.after_owner_id": TOMAS,
            "edit.fields.Rating": "Warm",
            "edit.fields.NumberOfEmployees": "450",
            "edit.task.due_date": "2026-12-01",
            "edit.mail.subject": mail.subject,
            # Browsers send line breaks as CR LF; that alone is no edit.
            "edit.mail.body": body.replace("\n", "\r\n"),
            "state": key_of("Our Lisbon customer saved a day a week."),
        },
    )
    assert answer.status_code == 303
    final = signed_content(world, made)
    assert final.mail is not None
    assert final.mail.body == body
    assert {e.field for e in note(world, made).edits} == {"after_owner_id", "Rating", "due_date", "body"}
    assert note(world, made).stated_by_reviewer == ("Our Lisbon customer saved a day a week.",)
    assert made.content.model_copy(update={"actions": ()}) == final.model_copy(
        update={"actions": (), "inverses": made.content.inverses}
    )


def test_a_form_sent_back_unchanged_is_a_plain_approval(world: World, door: Door) -> None:
    made = world.seed()
    mail = made.content.mail
    assert mail is not None
    door.browser().decide(
        made, **{"edit.mail.body": mail.body.replace("\n", "\r\n"), "edit.owner.after_owner_id": IRENE}
    )
    assert decisions(world, made)[0].verdict is Verdict.APPROVE


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ({"edit.owner.after_owner_id": "005Lc0000000099MAA"}, "Choose an owner from the list"),
        ({"edit.mail.to_address": "someone@else.example"}, "to_address of mail cannot be edited"),
        ({"edit.mail.body": "  "}, "The e-mail has no text"),
        ({"edit.mail.subject": ""}, "subject of mail"),
        ({"edit.mail.subject": "Hello\r\nBcc: someone@else.example"}, "A subject is one line"),
        ({"edit.mail.subject": "Hello\0"}, "A subject is one line"),
        ({"edit.task.description": "Call\0her"}, "control character"),
        ({"edit.fields.Rating": "Hot\x07"}, "control character"),
        ({"edit.fields.NumberOfEmployees": "1000000000000000000"}, "not a number that the CRM can hold"),
        ({"edit.task.due_date": "2026-13-45"}, "due date is a day of the calendar"),
        ({"edit.fields.NumberOfEmployees": "many"}, "“many” is not a number"),
        ({"edit.fields.NumberOfEmployees": "1e400"}, "NumberOfEmployees: not a number"),
        ({"edit.fields.NumberOfEmployees": "nan"}, "NumberOfEmployees: not a number"),
        ({"edit.fields.HasOptedOutOfEmail": "true"}, "cannot be edited"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_and_kept_on_the_page(
    world: World, door: Door, edit: dict[str, str], sentence: str
) -> None:
    made = world.seed()
    answer = door.browser().decide(made, **{"edit.task.subject": "Call her first", **edit})

    assert answer.status_code == 422
    assert sentence.casefold() in answer.text.casefold()
    assert "Call her first" in answer.text
    assert decisions(world, made) == ()


def test_a_number_beyond_all_bounds_is_refused(world: World, door: Door) -> None:
    made = world.seed()
    edit = {"action_key": "fields", "field": "NumberOfEmployees", "value": 10**400}
    answer = door.script().decide(made, edits=[edit])
    assert answer.status_code == 422
    assert "not a number" in answer.text
    assert decisions(world, made) == ()


def test_what_the_allow_list_no_longer_holds_cannot_be_signed(world: World, door: Door) -> None:
    made = world.seed()
    allowed = {**world.playbooks.playbook.allowed_fields, "Lead": ("Status",)}
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"allowed_fields": allowed})
    browser = door.browser()

    answer = browser.decide(made)
    assert answer.status_code == 422
    assert "does not allow writing Rating, NumberOfEmployees" in answer.text
    # Without the two fields it can.
    assert browser.decide(made, tick=["owner", "contacted", "task", "mail"]).status_code == 303


def test_rejection_needs_a_reason_and_keeps_its_text_out_of_the_envelope(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    assert browser.decide(made, "reject").status_code == 422

    answer = browser.decide(made, "reject", reason_code="competitor", reject_text="She works for Fabrikam.")
    assert answer.status_code == 303
    (decision,) = decisions(world, made)
    stored = world.deps.reviews.decision(decision.decision_id)
    assert stored is not None
    assert decision.verdict is Verdict.REJECT
    assert b"Fabrikam" not in stored.envelope_bytes
    assert note(world, made).text == "She works for Fabrikam."


def test_a_reason_is_a_code_of_the_playbook_whatever_is_decided(world: World, door: Door) -> None:
    """It is signed, so it outlives an erasure, and it is in what evals export: no place for somebody's words."""
    made, words = world.seed(student), "Jane Doe's mother called"
    script = door.script("ines")
    (drop,) = [a for a in made.content.actions if isinstance(a, Disqualify)]
    edit = {"action_key": drop.key, "field": "reason_code", "value": words}
    refused = [script.decide(made, reason_code=words), script.decide(made, edits=[edit])]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert "A reason code is for a rejection" in refused[0].text
    assert "hoose the reason from the list" in refused[1].text
    assert decisions(world, made) == ()
    assert script.decide(made, edits=[{**edit, "value": "spam"}]).status_code == 200


def test_a_redraft_needs_instructions(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    assert browser.decide(made, "respond").status_code == 422
    assert browser.decide(made, "respond", respond_text="Shorter, please.").status_code == 303
    assert decisions(world, made)[0].verdict is Verdict.RESPOND
    assert note(world, made).text == "Shorter, please."


def test_the_fifth_draft_cannot_be_sent_back(world: World, door: Door) -> None:
    made = world.seed()
    fifth = Sample(
        inquiry=made.inquiry,
        card=made.card.model_copy(update={"round": 5}),
        content=made.content.model_copy(update={"round": 5}),
        opening=made.opening,
    )
    digest = digest_of(fifth.content.to_bytes())
    opening = made.opening.model_copy(update={"round": 5, "proposal_digest": digest})
    fifth = Sample(inquiry=made.inquiry, card=fifth.card, content=fifth.content, opening=opening)
    world.open(fifth)
    answer = door.browser().decide(fifth, "respond", respond_text="Once more.")
    assert answer.status_code == 422
    assert "draft 5 of 5" in answer.text


def test_another_digest_than_the_stored_one_is_refused(world: World, door: Door) -> None:
    made = world.seed()
    answer = door.browser().decide(made, shown_digest="0" * 64)
    assert answer.status_code == 409
    assert "changed while you looked" in answer.text
    assert decisions(world, made) == ()


def test_who_comes_second_learns_who_decided_what(world: World, door: Door) -> None:
    made = world.seed()
    door.browser("oriol").decide(made, "reject", reason_code="spam")
    answer = door.browser("javier").decide(made)

    assert answer.status_code == 409
    assert "Oriol Puig rejected" in answer.text
    assert 'id="approve"' not in answer.text
    assert len(decisions(world, made)) == 1


def test_a_double_click_signs_once(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    assert browser.decide(made).status_code == 303
    assert browser.decide(made).status_code == 409
    assert len(decisions(world, made)) == 1


@pytest.mark.parametrize("late", [timedelta(hours=9), timedelta(days=30)])
def test_after_the_deadline_nothing_is_signed(world: World, door: Door, late: timedelta) -> None:
    made = world.seed()
    world.clock.advance(late)
    answer = door.browser().decide(made)
    assert answer.status_code == 409
    assert decisions(world, made) == ()


def test_expired_and_superseded_rounds_are_read_only(world: World, door: Door) -> None:
    made = world.seed()
    world.deps.reviews.supersede(made.opening.case_id, 1, now=world.now)
    browser = door.browser()
    page = browser.get(f"/reviews/{made.opening.case_id}/1")
    assert "Replaced by a newer proposal" in page.text
    assert 'id="approve"' not in page.text
    assert browser.decide(made).status_code == 409


def test_high_risk_needs_a_manager(world: World, door: Door) -> None:
    made = world.seed(student)
    answer = door.browser("oriol").decide(made)
    assert answer.status_code == 403
    assert "a manager must decide" in answer.text
    assert door.browser("ines").decide(made).status_code == 303


def test_a_reviewer_may_still_reject_what_is_high_risk(world: World, door: Door) -> None:
    made = world.seed(student)
    assert door.browser("oriol").decide(made, "reject", reason_code="spam").status_code == 303


def test_suspicion_keeps_its_risk_whatever_is_unticked(world: World, door: Door) -> None:
    # A disqualification is high by itself: without it, the note is low again.
    made = world.seed(student)
    assert door.browser("oriol").decide(made, tick=["note"]).status_code == 303
    # Here nothing among the actions is high; suspicion made it so, and that stays.
    raised = world.seed(_raised_by_suspicion)
    assert door.browser("oriol").decide(raised, tick=["owner"]).status_code == 403


def _raised_by_suspicion(case_id: str, org_id: str, now: Instant) -> Sample:
    made = northwind(case_id, org_id, now)
    return Sample(
        inquiry=made.inquiry.model_copy(update={"email": "eve@northwind.example", "event_id": "raised"}),
        card=made.card,
        content=made.content,
        opening=made.opening.model_copy(update={"risk": RiskCategory.HIGH}),
    )


def test_viewers_and_ops_look_only(world: World, door: Door) -> None:
    made = world.seed()
    for login in ("vera", "tomas"):
        browser = door.browser(login)
        page = browser.get(f"/reviews/{made.opening.case_id}/1")
        assert "you can look, but not decide" in page.text
        assert browser.decide(made).status_code == 403
    assert decisions(world, made) == ()


def test_two_people_must_sign_where_the_playbook_asks(world: World, door: Door) -> None:
    made = world.seed(partial(northwind, quorum=2))
    first = door.browser("oriol")
    assert first.decide(made).status_code == 303
    assert world.engine.decisions == []
    assert world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.OPEN
    assert "second person must sign" in first.get(f"/reviews/{made.opening.case_id}/1").text
    assert first.decide(made).status_code == 409

    assert door.browser("javier").decide(made).status_code == 303
    assert len(world.engine.decisions) == 1
    assert world.deps.reviews.outcome(made.opening.case_id, 1).state is RoundState.DECIDED


def test_a_get_never_decides(world: World, door: Door) -> None:
    made = world.seed()
    browser = door.browser()
    path = f"/reviews/{made.opening.case_id}/1"
    for address in (f"{path}/decide?verdict=approve", f"{path}?act=reject", f"{path}?verdict=approve", path, "/"):
        browser.get(address)
    assert decisions(world, made) == ()


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_form_from_elsewhere_decides_nothing(world: World, door: Door, token: str) -> None:
    made = world.seed()
    browser = door.browser()
    browser.csrf = token
    assert browser.decide(made).status_code == 403
    assert decisions(world, made) == ()


def test_a_key_outside_the_keyring_signs_nothing(world: World, door: Door, tmp_path: Path) -> None:
    made = world.seed()
    revoke_key(tmp_path / "keys" / "keyring.json", "human-1")
    answer = door.browser().decide(made)
    assert answer.status_code == 500
    assert "signing key is not accepted (revoked_key)" in answer.text
    assert decisions(world, made) == ()


def test_every_decision_is_in_the_audit_without_personal_data(world: World, door: Door) -> None:
    made = world.seed()
    door.browser().decide(made, "reject", reason_code="other", reject_text="Marta left the company.")
    entries = world.deps.queue.audit_of(made.opening.case_id)
    assert [e.event.code for e in entries] == ["reject"]
    assert "Marta" not in entries[0].event.model_dump_json()
    assert world.deps.audit.verify() == []


def test_content_cannot_gain_an_email(world: World) -> None:
    made = world.seed()
    mail = made.content.mail
    assert isinstance(mail, SendEmail)
    without = made.content.model_copy(update={"actions": tuple(a for a in made.content.actions if a.key != "mail")})
    with pytest.raises(ValueError, match="cannot be added"):
        check_mail(without, made.content)
    elsewhere = made.content.model_copy(
        update={"actions": (mail.model_copy(update={"to_address": "other@example.org"}),)}
    )
    with pytest.raises(ValueError, match="recipient"):
        check_mail(made.content, elsewhere)
