"""What a signature covers, as it is made: nothing in it that the CRM would resolve, nothing that says it twice."""

import pytest

from domain.leads import Motion, RecordRef
from domain.proposals import (
    Action,
    AddNote,
    FieldChange,
    ProposalContent,
    SendEmail,
    UpdateFields,
    digest_of,
    make_content,
    parse_content,
)
from domain.revising import Edit, revise

LEAD = RecordRef(object="Lead", id="00Q000000000001AAA")


def note(key: str = "note", subject: str = "Brief") -> AddNote:
    return AddNote(key=key, subject=subject, owner_id="005000000000001AAA", who_id=LEAD.id)


def mail(key: str = "mail") -> SendEmail:
    return SendEmail(
        key=key,
        to_address="ada@engines.example",
        from_name="Ines Ruiz",
        from_address="ines@acme.example",
        subject="Your inquiry",
        body="Good morning.",
        footer="Acme, 1 Road.",
    )


def contacted() -> UpdateFields:
    change = FieldChange(field="Status", before="Open", after="Working")
    return UpdateFields(key="contacted", record=LEAD, changes=(change,), after_mail=True)


def content(*actions: Action) -> ProposalContent:
    return make_content(org_id="acme", case_id="c1", round=1, motion=Motion.INBOUND, actions=actions, expected=())


def test_two_actions_of_one_key_are_none() -> None:
    with pytest.raises(ValueError, match="share a key"):
        content(note(), note(subject="Another one"))


def test_two_e_mails_are_none() -> None:
    with pytest.raises(ValueError, match="at most one e-mail"):
        content(mail(), mail("second"))


def test_a_text_that_the_crm_would_resolve_is_spelled_apart() -> None:
    change = FieldChange(field="Rating", before=None, after="@{ledger.id}")
    made = content(note(subject="see @{ledger.id}"), UpdateFields(key="fields", record=LEAD, changes=(change,)))
    assert b"@{" not in made.to_bytes()
    assert made.actions[0] == note(subject="see @ {ledger.id}")
    edited = revise(made, ticked=frozenset({"note"}), edits=(Edit(action_key="note", field="body", value="@{x}"),))
    assert b"@{" not in edited.to_bytes()


def test_what_claims_contact_goes_with_the_e_mail() -> None:
    made = content(note(), mail(), contacted())
    kept = revise(made, ticked=frozenset({"note", "contacted"}), edits=())
    assert [action.key for action in kept.actions] == ["note"]
    assert [inverse.action_key for inverse in kept.inverses] == ["note"]
    with pytest.raises(ValueError, match="nothing is ticked"):
        revise(made, ticked=frozenset({"contacted"}), edits=())


@pytest.mark.parametrize("amount", [1.2e16, 12_000_000_000_000_000, -9.5e15, 1e18, 2**53])
def test_an_amount_in_a_small_currency_is_signed_like_any_other(amount: float) -> None:
    """A company's revenue in dong or rial is more than JSON's exact whole numbers."""
    change = FieldChange(field="AnnualRevenue", before=None, after=amount)
    stored = content(UpdateFields(key="fields", record=LEAD, changes=(change,))).to_bytes()
    read = parse_content(stored, digest_of(stored))
    assert read.to_bytes() == stored
    assert read.actions[0] == UpdateFields(key="fields", record=LEAD, changes=(change,))
