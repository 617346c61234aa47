"""Whom an inquiry belongs to."""

import pytest

from domain.identity import compare, identity_of, identity_of_record, is_identifiable, match
from domain.leads import CrmRecord, MatchVerdict
from domain.naming import company_domain, company_name, country_code, phone_number, registrable_domain
from tests.domain.scenes import account, inquiry, lead, playbook, record


def other_lead(id: str = "00QLc0000000002AAA", **changes: object) -> CrmRecord:
    base = lead()
    return base.model_copy(update={"id": id, "fields": {**base.fields, **changes}})


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("Northwind Traders S.A.", "northwind traders"),
        ("NORTHWIND  TRADERS, Inc.", "northwind traders"),
        ("Müller & Söhne GmbH & Co. KG", "muller sohne"),
        ("Acme Routing S.L.", "acme routing"),
        ("", ""),
    ],
)
def test_a_company_name_loses_its_legal_form(raw: str, normal: str) -> None:
    assert company_name(raw) == normal


def test_hosts_become_registrable_domains_and_free_mail_tells_nothing() -> None:
    assert registrable_domain("https://www.shop.example.co.uk/x?y") == "example.co.uk"
    assert registrable_domain("not a host") == ""
    assert company_domain("marta@gmail.com", "") == ""
    assert company_domain("marta@gmail.com", "www.northwind.example") == "northwind.example"
    assert company_domain("m@own.example", "", frozenset({"own.example"})) == ""


def test_phones_become_e164_only_where_the_country_is_known() -> None:
    assert phone_number("612 345 678", "ES") == "+34612345678"
    assert phone_number("0034 612 345 678", "ES") == "+34612345678"
    assert phone_number("612 345 678") == ""
    assert phone_number("call me") == ""


def test_countries_are_known_or_empty_and_never_guessed() -> None:
    assert [country_code(c) for c in ("Spain", "ES", "UK", "España", "Spainn", "")] == ["ES", "ES", "GB", "ES", "", ""]


def test_the_same_address_on_one_lead_is_a_match() -> None:
    result = match((inquiry(email="Marta.Ruiz@Northwind.example"),), (lead(), account()))
    assert result.verdict is MatchVerdict.MATCH
    assert result.lead is not None
    assert result.account is not None
    assert "same e-mail address" in result.reasons[0]


def test_a_contact_with_the_address_brings_its_account() -> None:
    contact = record(
        "Contact",
        "003Lc0000000001AAA",
        FirstName="Marta",
        LastName="Ruiz",
        Email="marta.ruiz@northwind.example",
        AccountId="001Lc0000000001AAA",
    )
    result = match((inquiry(),), (contact, account(Name="Something else", Website=None)))
    assert result.verdict is MatchVerdict.MATCH
    assert (result.lead, result.contact) == (None, contact)
    assert result.account is not None
    assert result.account.id == "001Lc0000000001AAA"


def test_two_open_leads_of_one_address_are_for_a_person_to_decide() -> None:
    result = match((inquiry(),), (lead(), other_lead()))
    assert result.verdict is MatchVerdict.POSSIBLE
    assert result.lead is None
    assert "2 leads match equally well" in " ".join(result.reasons)


def test_a_converted_and_a_closed_lead_stand_aside_for_the_open_one() -> None:
    closed = other_lead(Status="Closed - Not Converted")
    converted = other_lead("00QLc0000000003AAA", IsConverted=True)
    result = match((inquiry(),), (closed, converted, lead()))
    assert result.verdict is MatchVerdict.MATCH
    assert result.lead == lead()
    assert "of several leads only one is open" in result.reasons


def test_a_deleted_lead_is_nobody() -> None:
    assert match((inquiry(),), (lead(IsDeleted=True),)).verdict is MatchVerdict.NONE


def test_the_lead_that_the_sender_named_wins() -> None:
    named = other_lead()
    result = match((inquiry(lead_id=named.id),), (lead(), named))
    assert result.lead == named


def test_a_shared_mailbox_with_another_name_is_only_possible() -> None:
    shared = lead(Email="info@northwind.example", FirstName="Pedro", LastName="Salas")
    assert match((inquiry(email="info@northwind.example"),), (shared,)).verdict is MatchVerdict.POSSIBLE


def test_the_same_phone_and_name_match_and_the_phone_alone_does_not() -> None:
    known = lead(Email=None, Phone="+34 612 345 678")
    same = inquiry(email="", phone="612 345 678")
    assert match((same,), (known,)).verdict is MatchVerdict.MATCH
    other = inquiry(email="", phone="612 345 678", first_name="Pedro", last_name="Salas")
    assert match((other,), (known,)).verdict is MatchVerdict.POSSIBLE


def test_name_and_company_alone_are_possible() -> None:
    known = lead(Email="m.ruiz@elsewhere.example")
    assert match((inquiry(),), (known,)).verdict is MatchVerdict.POSSIBLE


def test_somebody_new_of_a_known_company_has_its_account() -> None:
    result = match((inquiry(email="new@northwind.example", first_name="Ana", last_name="Sol"),), (lead(), account()))
    assert result.verdict is MatchVerdict.NONE
    assert result.account is not None


def test_one_company_name_in_two_countries_is_not_one_company() -> None:
    here = identity_of((inquiry(email="m@gmail.com", country="US"),))
    found = compare(here.employer(), identity_of_record(account(Website=None)).employer())
    assert (found.verdict, found.reasons) == (MatchVerdict.POSSIBLE, ("same name", "another country"))


def test_one_company_name_with_two_domains_is_not_one_company() -> None:
    said = inquiry(email="ana@northwind-freight.example", first_name="Ana", last_name="Sol")
    result = match((said,), (account(),))
    assert result.account is None
    reasons = result.candidates[0].reasons
    assert (reasons[0], reasons[-1]) == ("same name", "another domain: northwind-freight.example and northwind.example")


def test_what_was_not_provided_tells_nothing() -> None:
    nameless = lead(Email="x@gmail.com", LastName="[not provided]", FirstName=None, Company="[not provided]")
    said = inquiry(email="y@gmail.com", first_name="", last_name="[not provided]", company="[not provided]")
    assert match((said,), (nameless,)).verdict is MatchVerdict.NONE
    assert not is_identifiable((inquiry(email="", last_name="[not provided]", first_name="", company="Acme"),))
    assert not is_identifiable((inquiry(email="", last_name="n/a", first_name="-", company="Acme"),))
    assert not is_identifiable((inquiry(email="", last_name="Ruiz", first_name="", company="unknown"),))
    assert is_identifiable((inquiry(email="", last_name="Ruiz", first_name="", company="Unknown Pleasures Ltd"),))


def test_the_playbook_adds_free_mail_hosts() -> None:
    hosts = playbook().model_copy(update={"free_mail_hosts": ("northwind.example",)})
    stranger = inquiry(email="x@northwind.example", company="Elsewhere", first_name="Ana", last_name="Sol")
    assert match((stranger,), (account(),), hosts).account is None


def test_who_can_be_identified() -> None:
    assert is_identifiable((inquiry(),))
    assert is_identifiable((inquiry(email=""),))
    assert is_identifiable((inquiry(email="", company="", phone="+34612345678"),))
    assert not is_identifiable((inquiry(email="", company=""),))
    assert not is_identifiable((inquiry(email="nonsense", company="", last_name="", first_name=""),))
