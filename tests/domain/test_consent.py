"""Whether an e-mail is allowed. Unknown means no, and opt-outs win."""

from datetime import timedelta

import pytest

from domain.consent import ConsentDecision, may_contact
from domain.evidence import EvidenceBook
from domain.leads import CrmSnapshot, Inquiry, InquirySource
from domain.model import Scalar
from tests.domain.scenes import NOW, account, inquiry, lead, playbook, record, snapshot


def asked(said: Inquiry | None = None, snap: CrmSnapshot | None = None) -> ConsentDecision:
    book = EvidenceBook()
    result = may_contact((said or inquiry(),), snap or snapshot(), playbook(), book, now=NOW)
    assert set(result.evidence) <= {e.id for e in book.entries()}
    return result


def consent_record(**fields: Scalar) -> CrmSnapshot:
    given = record("ContactPointTypeConsent", "0ZXLc0000000001AAA", ContactPointType="Email", **fields)
    return snapshot(consents=(given,))


def test_an_own_request_in_spain_may_be_answered() -> None:
    result = asked()
    assert (result.allowed, result.verdict, result.rule) == (True, "Allowed.", "ES-B2B")
    assert "asked us themselves" in result.detail
    assert result.footer.startswith("Acme Routing S.L., Calle Example 1")


def test_the_footer_speaks_the_language_of_the_person() -> None:
    assert "Recibe este mensaje" in asked(inquiry(language="es")).footer
    assert "You get this" in asked(inquiry(language="pt")).footer


@pytest.mark.parametrize(
    "snap",
    [
        snapshot(lead=lead(HasOptedOutOfEmail=True)),
        snapshot(lead=lead(EmailBouncedReason="550 unknown user")),
        snapshot(lead=None, contact=record("Contact", "003Lc0000000001AAA", HasOptedOutOfEmail=True)),
        snapshot(individual=record("Individual", "0PKLc0000000001AAA", HasOptedOutSolicit=True)),
        snapshot(individual=record("Individual", "0PKLc0000000001AAA", ShouldForget=True)),
        snapshot(individual=record("Individual", "0PKLc0000000001AAA", HasOptedOutProcessing=True)),
        consent_record(PrivacyConsentStatus="OptOut"),
        consent_record(PrivacyConsentStatus="OptOut", EffectiveFrom="2026-11-01T00:00:00.000+0000"),
    ],
)
def test_every_form_of_opting_out_blocks_even_an_own_request(snap: CrmSnapshot) -> None:
    result = asked(snap=snap)
    assert (result.allowed, result.verdict) == (False, "Blocked.")
    assert result.evidence
    assert result.footer == ""


def test_no_on_the_form_blocks() -> None:
    assert not asked(inquiry(consent=False)).allowed


def test_an_opt_out_that_has_ended_or_is_for_the_phone_does_not_block() -> None:
    assert asked(snap=consent_record(PrivacyConsentStatus="OptOut", EffectiveTo="2026-01-01T00:00:00.000+0000")).allowed
    phone = record("ContactPointTypeConsent", "0ZX", ContactPointType="Phone", PrivacyConsentStatus="OptOut")
    assert asked(snap=snapshot(consents=(phone,))).allowed


def test_an_unknown_country_blocks_and_says_so() -> None:
    result = asked(inquiry(country=""), snapshot(lead=lead(Country=None)))
    assert (result.allowed, result.missing) == (False, ("country",))
    assert "Missing: country" in result.detail


def test_a_country_without_a_rule_blocks() -> None:
    result = asked(inquiry(country="VA"), snapshot(lead=None))
    assert (result.allowed, result.missing) == (False, ("consent rule for VA",))


def test_a_listed_address_without_consent_blocks_where_the_law_asks_for_it() -> None:
    bought = inquiry(source=InquirySource.FILE)
    result = asked(bought)
    assert (result.allowed, result.missing) == (False, ("consent",))
    assert "LSSI" in result.law


def test_the_same_address_in_an_opt_out_country_is_allowed() -> None:
    result = asked(inquiry(source=InquirySource.FILE, country="US"), snapshot(lead=lead(Country="US")))
    assert (result.allowed, result.rule) == (True, "US-CAN-SPAM")


def test_two_countries_must_both_allow_it() -> None:
    bought = inquiry(source=InquirySource.FILE, country="US")
    assert not asked(bought, snapshot(lead=lead(Country="Germany"))).allowed


def test_opt_in_is_a_ground_by_form_or_record() -> None:
    bought = inquiry(source=InquirySource.FILE, country="DE")
    german = lead(Country="Germany")
    assert asked(inquiry(source=InquirySource.FILE, country="DE", consent=True), snapshot(lead=german)).allowed
    opted_in = consent_record(PrivacyConsentStatus="OptIn").model_copy(update={"lead": german})
    assert asked(bought, opted_in).allowed


def test_a_contact_of_a_customer_is_a_ground_where_the_rule_says_so() -> None:
    contact = record("Contact", "003Lc0000000001AAA", Email="marta.ruiz@northwind.example", MailingCountry="Spain")
    known = snapshot(lead=None, contact=contact, account=account(Type="Customer"))
    assert asked(inquiry(source=InquirySource.FILE), known).allowed
    german = inquiry(source=InquirySource.FILE, country="DE")
    assert not asked(german, known.model_copy(update={"contact": None})).allowed


def test_an_old_or_empty_request_is_none() -> None:
    assert not asked(inquiry(received_at=NOW - timedelta(days=91))).allowed
    assert not asked(inquiry(message="  ")).allowed


def test_a_lead_found_by_poll_counts_by_its_source() -> None:
    polled = inquiry(source=InquirySource.CRM_POLL)
    new = {"CreatedDate": f"{NOW:%Y-%m-%dT%H:%M:%S}.000+0000"}
    assert asked(polled, snapshot(lead=lead(LeadSource="Web", **new))).allowed
    assert not asked(polled, snapshot(lead=lead(LeadSource="Purchased List", **new))).allowed


@pytest.mark.parametrize("made", ["2019-05-01T10:00:00.000+0000", "2019-05-01", "", None])
def test_an_edit_of_an_old_lead_is_no_new_request(made: str | None) -> None:
    polled = inquiry(source=InquirySource.CRM_POLL)
    assert not asked(polled, snapshot(lead=lead(LeadSource="Web", CreatedDate=made))).allowed


def test_without_an_address_nothing_is_sent() -> None:
    result = asked(inquiry(email="not an address"), snapshot(lead=lead(Email=None)))
    assert (result.allowed, result.missing) == (False, ("e-mail address",))
