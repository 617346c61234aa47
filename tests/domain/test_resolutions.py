"""What fits which exception, and what comes of it in the rules."""

from datetime import timedelta

import pytest

from domain.cases import Act, CaseException, Choice, ExceptionCode, LadderStep
from domain.citing import cite_inquiry
from domain.evidence import EvidenceBook, EvidenceSource
from domain.exception_rules import ExceptionRules
from domain.exceptions import explain
from domain.field_facts import FieldFact
from domain.leads import CrmSnapshot, Inquiry, InquirySource, MatchCandidate, MatchResult, MatchVerdict
from domain.permissions import Role, can_resolve
from domain.playbook_checks import check
from domain.resolutions import (
    ACTS,
    ChooseMatch,
    ChooseOwner,
    Close,
    Resolution,
    Resolved,
    Retry,
    StatedInquiry,
    SupplyField,
    as_chosen,
    as_stated,
    refusal,
)
from domain.routing import RoutingDecision
from domain.routing_chosen import with_chosen_owner
from tests.domain.scenes import AWAY, IRENE, NOW, TOMAS, playbook, record

RAISED = CaseException(
    code=ExceptionCode.NO_OWNER,
    owner="Boss",
    next_step="Choose.",
    acts=tuple(Act),
    matches=(Choice(id="00QLc0000000042MAA", label="Marta"),),
    owners=(Choice(id=IRENE.id, label="Irene"),),
    fields={"Lead": {"Email": FieldFact(kind="email", length=80), "Country": FieldFact(kind="string", length=2)}},
)
LEAD = record("Lead", "00QLc0000000042MAA", Name="Marta Ruiz", Company="Ruta", Email="marta@ruta.example")
CONTACT = record("Contact", "003Lc0000000042MAA", Name="Marta Ruiz")
ACCOUNT = record("Account", "001Lc0000000042MAA", Name="Ruta")
FOUND = MatchResult(
    verdict=MatchVerdict.POSSIBLE,
    candidates=tuple(
        MatchCandidate(record=r, verdict=MatchVerdict.POSSIBLE, score=6, reasons=("same name",))
        for r in (LEAD, CONTACT, ACCOUNT)
    ),
)
TOLD = Inquiry(event_id="e1", source=InquirySource.WEBHOOK, received_at=NOW, first_name="Marta")
NOBODY = RoutingDecision(
    owner_id="", owner_name="", rule="none", reason="", confidence=0.0, conflict="Two rows disagree."
)


def resolved(resolution: Resolution, *, inquiries: int = 1) -> Resolved:
    return Resolved(resolution=resolution, by="oriol", by_name="Oriol Puig", at=NOW, inquiries=inquiries)


@pytest.mark.parametrize(
    "good",
    [
        ChooseMatch(record_id=LEAD.id),
        ChooseMatch(record_id=""),
        ChooseOwner(owner_id=IRENE.id),
        SupplyField(field="Email", value=" marta@ruta.example "),
        Retry(),
        Close(reason="duplicate"),
    ],
)
def test_what_was_offered_is_taken(good: Resolution) -> None:
    assert refusal(good, RAISED) == ""
    for act in (a for a in Act if a is not good.act):
        assert refusal(good, RAISED.model_copy(update={"acts": (act,)})) != ""


@pytest.mark.parametrize(
    "bad",
    [
        ChooseMatch(record_id="00QLc0000000099MAA"),
        ChooseOwner(owner_id=AWAY.id),
        SupplyField(field="Email", value="no address"),
        SupplyField(field="Email", value="m" * 80 + "@ruta.example"),
        SupplyField(field="OwnerId", value=IRENE.id),
        SupplyField(field="Country", value="Spain"),
        SupplyField(field="Country", value="\u200b"),
        Close(reason="  "),
    ],
)
def test_what_was_not_offered_is_refused_in_a_sentence(bad: Resolution) -> None:
    assert refusal(bad, RAISED).endswith((".", "…"))


@pytest.mark.parametrize("code", list(ExceptionCode))
def test_every_exception_has_an_owner_a_deadline_and_a_way_out(code: ExceptionCode) -> None:
    raised, asked = explain(code, None, playbook(), now=NOW)
    assert raised.owner
    assert playbook().reviewer(asked) is not None
    assert Act.CLOSE in raised.acts
    assert len(raised.acts) == len(ACTS[code])
    assert raised.ladder is not None
    steps = [d.step for d in raised.ladder.deadlines]
    assert steps == [LadderStep.REMINDER, LadderStep.MANAGER, LadderStep.EXPIRY]
    assert raised.ladder.expires_at > NOW + timedelta(hours=20)


def test_the_playbook_names_who_is_asked_by_login_or_role() -> None:
    rules = playbook().exceptions.model_copy(
        update={"owners": {ExceptionCode.STEP_FAILED: "tomas", ExceptionCode.NO_OWNER: Role.MANAGER.value}}
    )
    ruled = playbook().model_copy(update={"exceptions": rules})
    assert explain(ExceptionCode.STEP_FAILED, None, ruled, now=NOW)[1] == "tomas"
    assert explain(ExceptionCode.NO_OWNER, None, ruled, now=NOW)[1] == "boss"


def test_an_owner_of_exceptions_whom_nobody_knows_is_found_by_the_check() -> None:
    for name, found in (("nobody", 1), ("tomas", 0), (Role.MANAGER.value, 0)):
        rules = ExceptionRules(owners={ExceptionCode.STEP_FAILED: name})
        told = check(playbook().model_copy(update={"exceptions": rules}))
        assert [f.path for f in told if f.path[0] == "exceptions"] == [("exceptions", "owners", "step_failed")] * found


def test_people_are_offered_as_the_match_and_accounts_are_not() -> None:
    raised, _ = explain(ExceptionCode.AMBIGUOUS_MATCH, None, playbook(), now=NOW, match=FOUND)
    assert [c.id for c in raised.matches] == [LEAD.id, CONTACT.id]


def test_nobody_inactive_or_set_aside_is_offered_as_the_owner() -> None:
    seen = CrmSnapshot(taken_at=NOW, users=(IRENE, TOMAS, AWAY))
    raised, _ = explain(
        ExceptionCode.NO_OWNER, None, playbook(), now=NOW, snapshot=seen, set_aside=frozenset({TOMAS.id})
    )
    assert [c.id for c in raised.owners] == [IRENE.id]


def test_only_mapped_fields_of_an_inquiry_may_be_stated_within_the_tighter_limit() -> None:
    facts = {"Lead": {"Email": FieldFact(kind="email", length=80)}}
    seen = CrmSnapshot(taken_at=NOW, field_facts=facts)
    raised, _ = explain(ExceptionCode.CRM_REFUSED, None, playbook(), now=NOW, snapshot=seen)
    fields = raised.fields["Lead"]
    assert set(fields) <= playbook().writable()["Lead"]
    assert (fields["Email"].length, fields["Country"].length) == (80, 2)
    assert "Description" not in fields


def test_a_stated_value_is_evidence_of_who_stated_it() -> None:
    (told,) = as_stated((TOLD,), (resolved(SupplyField(field="Email", value="marta@ruta.example")),))
    assert isinstance(told, StatedInquiry)
    assert told.email == "marta@ruta.example"
    book = EvidenceBook()
    cite_inquiry(book, told, "email")
    cite_inquiry(book, told, "first_name")
    assert [(e.source, e.system) for e in book.entries()] == [
        (EvidenceSource.REVIEWER, "Oriol Puig"),
        (EvidenceSource.INQUIRY, "webhook"),
    ]


def test_what_was_stated_about_one_inquiry_is_not_put_into_a_later_one() -> None:
    first, second = as_stated((TOLD, TOLD), (resolved(SupplyField(field="Company", value="Ruta")),))
    assert (first.company, second.company) == ("Ruta", "")


def test_a_chosen_match_is_the_match_whatever_kind_of_record_it_is() -> None:
    chosen = as_chosen(FOUND, (resolved(ChooseMatch(record_id=CONTACT.id)),))
    assert (chosen.verdict, chosen.lead, chosen.contact) == (MatchVerdict.MATCH, None, CONTACT)
    assert chosen.reasons[0] == "chosen by Oriol Puig"
    assert as_chosen(FOUND, (resolved(ChooseMatch(record_id="")),)) == FOUND


def test_a_chosen_owner_stands_where_they_can_take_the_lead() -> None:
    seen, book = CrmSnapshot(taken_at=NOW, users=(IRENE, AWAY)), EvidenceBook()
    chosen = resolved(ChooseOwner(owner_id=IRENE.id))
    decided = with_chosen_owner(NOBODY, (IRENE.id, chosen), seen, book, set_aside={})
    assert (decided.owner_id, decided.conflict) == (IRENE.id, "")
    assert "Oriol Puig" in decided.reason
    cited = next(e for e in book.entries() if e.id in decided.evidence)
    assert (cited.source, cited.record) == (EvidenceSource.REVIEWER, "oriol")
    for owner_id, passed in ((AWAY.id, {}), (IRENE.id, {IRENE.id: "did not answer"})):
        assert with_chosen_owner(NOBODY, (owner_id, chosen), seen, book, set_aside=passed) == NOBODY


def test_who_may_resolve() -> None:
    assert {role for role in Role if can_resolve(role)} == {Role.REVIEWER, Role.MANAGER, Role.OPS}
