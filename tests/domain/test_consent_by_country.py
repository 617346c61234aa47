"""Golden answers per family of countries, for e-mail and calls; and what must hold whatever the records say."""

from pathlib import Path

import pycountry
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.consent import Channel, ConsentDecision, may_contact
from domain.consent_rules import OWN_WORD, ConsentRule, Ground
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, InquirySource
from domain.model import Scalar
from tests.domain.scenes import NOW, account, inquiry, lead, playbook, proposing, record, snapshot
from tests.domain.test_hostile_text import INQUIRIES, NASTY, snapshots

MEMBERS = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
    *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)
LISTED = {"source": InquirySource.FILE, "message": "A demo, please."}
"""An address from a file: nobody says the person wrote to us."""


def asked(said: Inquiry, snap: CrmSnapshot | None = None, channel: Channel = Channel.EMAIL) -> ConsentDecision:
    book = EvidenceBook()
    given_snap = snap or snapshot(lead=None)
    result = may_contact((said,), given_snap, playbook(), book, now=NOW, channel=channel)
    assert set(result.evidence) <= {e.id for e in book.entries()}
    assert result.channel is channel
    assert result.allowed or result.detail
    return result


def test_every_member_of_the_union_and_the_area_has_a_rule_with_its_own_law() -> None:
    rules = {c: r for r in playbook().consent.rules for c in r.countries}
    assert {*MEMBERS, "IS", "LI", "NO"} <= set(rules)
    assert len({rules[c].law for c in MEMBERS}) == len(MEMBERS)
    assert all(pycountry.countries.get(alpha_2=c) is not None for c in rules)
    assert all(r.law and r.phone_law and Ground.OWN_REQUEST in r.grounds for r in rules.values())


def test_a_rule_that_goes_beyond_the_persons_own_word_names_what_confirms_it() -> None:
    for rule in playbook().consent.rules:
        for source, grounds in ((rule.source, rule.grounds), (rule.phone_source, rule.phone)):
            assert source or set(grounds) <= OWN_WORD, rule.id
        assert rule.looked_up is not None or not (rule.source or rule.phone_source)


def test_without_a_source_only_the_persons_own_word_counts() -> None:
    consent = playbook().consent
    bare = tuple(r.model_copy(update={"source": "", "phone_source": ""}) for r in consent.rules)
    unsure = playbook().model_copy(update={"consent": consent.model_copy(update={"rules": bare})})
    listed = inquiry(country="GB", company="Pennine Ltd", phone="+44 20 7946 0318", **LISTED)
    for channel, said in ((c, s) for c in Channel for s in (listed, listed.model_copy(update={"country": "US"}))):
        book = EvidenceBook()
        result = may_contact((said,), snapshot(lead=None), unsure, book, now=NOW, channel=channel)
        assert (result.allowed, result.missing) == (False, ("consent",)), said.country
        assert "No source confirms the rule" in result.detail
        assert any("not confirmed by a source" in (e.value or "") for e in book.entries())
    own = may_contact((inquiry(country="GB"),), snapshot(lead=None), unsure, EvidenceBook(), now=NOW)
    assert own.allowed


def test_the_evidence_names_the_page_and_the_day() -> None:
    book = EvidenceBook()
    may_contact((inquiry(country="DE"),), snapshot(lead=None), playbook(), book, now=NOW)
    said = next(e.value or "" for e in book.entries() if e.field == "DE-UWG")
    assert "UWG, § 7; confirmed 2026-" in said
    assert "https://" in said


def test_a_source_without_the_day_it_was_read_is_refused() -> None:
    rule = playbook().consent.rules[0].model_dump()
    with pytest.raises(ValidationError, match="looked_up"):
        ConsentRule.model_validate({**rule, "looked_up": None})


@pytest.mark.parametrize("channel", Channel)
def test_unknown_consent_blocks_names_what_is_missing_and_leaves_internal_work_alone(channel: Channel) -> None:
    said = inquiry(
        country="DE", phone="+49 30 23125 417", message="", **{k: v for k, v in LISTED.items() if k == "source"}
    )
    known = snapshot(lead=lead(Country="Germany"))
    result = asked(said, known, channel)
    assert (result.allowed, result.missing) == (False, ("consent",))
    assert "UWG" in result.detail
    made = proposing((said,), known)
    assert not made.consent.allowed
    assert made.qualification.lines
    assert made.routing.owner_id or made.routing.conflict


def test_the_file_says_that_it_is_no_legal_advice() -> None:
    file = Path(__file__).parents[2] / "playbook" / "consent.yaml"
    assert "# working default, not legal advice" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("country", "law"),
    [
        ("DE", "UWG, § 7"), ("ES", "LSSI, art. 21"), ("FR", "CPCE, art. L34-5"), ("GB", "PECR, reg. 22"),
        ("NL", "Telecommunicatiewet, art. 11.7"), ("IT", "Codice privacy, art. 130"), ("AT", "TKG 2021, § 174"),
        ("DK", "Markedsføringsloven, § 10"), ("SE", "Marknadsföringslagen, § 19"), ("PL", "komunikacji elektronicznej"),
        ("CH", "UWG, art. 3"), ("NO", "Markedsføringsloven, § 15"), ("US", "CAN-SPAM"), ("CA", "CASL"),
        ("AU", "Spam Act 2003"), ("BR", "LGPD"), ("IN", "DPDP"), ("JP", "Specified Electronic Mail"),
        ("SG", "Spam Control Act"), ("NZ", "Unsolicited Electronic Messages Act"),
    ],
)  # fmt: skip
def test_an_own_request_may_be_answered_under_the_law_by_its_name(country: str, law: str) -> None:
    result = asked(inquiry(country=country))
    assert result.allowed
    assert result.ground is Ground.OWN_REQUEST
    assert law in result.law


@pytest.mark.parametrize(
    ("country", "company", "allowed"),
    [
        # Opt-in, for companies too.
        ("DE", "Nordwind GmbH", False), ("AT", "Nordwind GmbH", False), ("ES", "Northwind S.L.", False),
        ("IT", "Rinaldi S.r.l.", False), ("PL", "Droga sp. z o.o.", False), ("DK", "Vej ApS", False),
        ("NL", "Weg B.V.", False), ("CH", "Weg AG", False), ("CA", "Road Inc.", False), ("AU", "Road Pty Ltd", False),
        ("BR", "Via Ltda", False), ("JP", "Michi K.K.", False),
        # Opt-out for legal persons; whoever shows no legal form may be a person trading alone.
        ("GB", "Pennine Chilled Distribution Ltd", True), ("GB", "Bob's Vans", False), ("IE", "Road Limited", True),
        ("SE", "Väg AB", True), ("FI", "Tie Oy", True), ("FR", "Route SARL", True), ("FR", "Chez Paul", False),
        ("EE", "Tee OÜ", True),
        # Legal persons may refuse in a list, which is not asked here.
        ("PT", "Estrada Lda", False), ("BG", "Pat EOOD", False),
        # Opt-out for everybody.
        ("US", "Road Inc.", True), ("US", "", True),
    ],
)  # fmt: skip
def test_a_listed_address_of_a_company(country: str, company: str, allowed: bool) -> None:
    result = asked(inquiry(country=country, company=company, **LISTED))
    assert result.allowed is allowed, result.detail
    assert result.missing == (() if allowed else ("consent",))


def test_a_free_mail_address_is_no_companys_own() -> None:
    assert not asked(inquiry(country="GB", company="Pennine Ltd", email="pennine@gmail.com", **LISTED)).allowed


@pytest.mark.parametrize(("country", "allowed"), [("BE", True), ("NO", True), ("DE", False), ("DK", False)])
def test_a_mailbox_of_nobody_in_particular(country: str, allowed: bool) -> None:
    assert asked(inquiry(country=country, email="info@northwind.example", **LISTED)).allowed is allowed


@pytest.mark.parametrize(
    ("country", "allowed"), [("ES", True), ("FR", True), ("GB", True), ("DE", False), ("PL", False)]
)
def test_the_soft_opt_in_of_a_customer(country: str, allowed: bool) -> None:
    name = str(pycountry.countries.lookup(country).name)
    contact = record("Contact", "003Lc0000000001AAA", Email="marta.ruiz@northwind.example", MailingCountry=name)
    known = snapshot(lead=None, contact=contact, account=account(Type="Customer", Name="Northwind"))
    assert asked(inquiry(country=country, **LISTED), known).allowed is allowed


def test_a_bought_list_needs_the_persons_own_word() -> None:
    bought = snapshot(lead=lead(LeadSource="Purchased List", Country="United Kingdom"))
    said = inquiry(country="GB", company="Pennine Ltd", **LISTED)
    assert asked(said, snapshot(lead=lead(Country="United Kingdom"))).allowed
    assert not asked(said, bought).allowed
    assert asked(said.model_copy(update={"consent": True}), bought).allowed
    assert asked(
        inquiry(country="US", **LISTED), snapshot(lead=lead(LeadSource="Purchased List", Country="US"))
    ).allowed


def test_the_footer_names_an_inquiry_only_where_there_was_one() -> None:
    assert "because of your inquiry" in asked(inquiry(country="GB")).footer
    uninvited = asked(inquiry(country="GB", company="Pennine Ltd", **LISTED)).footer
    assert "STOP" in uninvited
    assert "inquiry" not in uninvited


def test_calls_have_rules_of_their_own() -> None:
    number = {"phone": "+44 20 7946 0318", "country": "GB", "company": "Pennine Ltd"}
    assert asked(inquiry(**number), channel=Channel.PHONE).allowed
    cold = asked(inquiry(**number, **LISTED), channel=Channel.PHONE)
    assert (cold.allowed, cold.missing) == (False, ("check of TPS and CTPS",))
    assert "PECR, reg. 21" in cold.law
    none = asked(inquiry(country="GB", phone=""), snapshot(lead=None), channel=Channel.PHONE)
    assert none.missing == ("phone number",)
    danish = {"phone": "+45 32 12 34 56", "country": "DK", "company": "Vej ApS", **LISTED}
    assert asked(inquiry(**danish), channel=Channel.PHONE).allowed
    assert not asked(inquiry(**danish)).allowed


def test_a_ticked_box_is_no_consent_to_calls() -> None:
    german = {"phone": "+49 30 23125 417", "country": "DE", **LISTED}
    assert asked(inquiry(**german, consent=True)).allowed
    assert not asked(inquiry(**german, consent=True), channel=Channel.PHONE).allowed
    opted_in = point("OptIn", "Phone")
    assert asked(inquiry(**german), snapshot(lead=None, consents=(opted_in,)), Channel.PHONE).allowed
    assert not asked(inquiry(**german), snapshot(lead=None, consents=(opted_in,))).allowed


def point(status: str, kind: str | None, **fields: Scalar) -> CrmRecord:
    given_fields: dict[str, Scalar] = {"ContactPointType": kind, "PrivacyConsentStatus": status, **fields}
    return record("ContactPointTypeConsent", "0ZXLc0000000001AAA", **given_fields)


@pytest.mark.parametrize(
    ("refusal", "mail", "calls"),
    [
        ({"lead": lead(HasOptedOutOfEmail=True)}, False, True),
        ({"lead": lead(HasOptedOutOfEmail="true")}, False, True),
        ({"lead": lead(DoNotCall=True)}, True, False),
        ({"contact": record("Contact", "003Lc0000000001AAA", DoNotCall=True)}, True, False),
        ({"lead": lead(EmailBouncedDate="2026-11-01T00:00:00.000+0000")}, False, True),
        ({"individual": record("Individual", "0PK", HasOptedOutSolicit=True)}, False, False),
        ({"individual": record("Individual", "0PK", HasOptedOutProfiling=True)}, False, False),
        ({"individual": record("Individual", "0PK", ShouldForget=True)}, False, False),
        ({"consents": (point("OptOut", "Email"),)}, False, True),
        ({"consents": (point("OptOut", "Phone"),)}, True, False),
        ({"consents": (point("OptOut", None),)}, False, False),
        ({"consents": (point("OptOut", "MailingAddress"),)}, True, True),
        ({"consents": (record("PartyConsent", "0Zq", PrivacyConsentStatus="OptOut"),)}, False, False),
        ({"consents": (point("OptOut", "Email", EffectiveFrom="2027-01-01T00:00:00.000+0000"),)}, True, True),
        ({"consents": (point("OptOut", "Email", EffectiveTo="2026-11-16T00:00:00.000+0000"),)}, True, True),
        ({"consents": (point("OptOut", "Email", EffectiveTo="2026-11-17T00:00:00.000+0000"),)}, False, True),
        ({"consents": (point("OptOut", "Email", EffectiveTo="some day"),)}, False, True),
        ({"consents": (point("OptIn", "Email"), point("OptOut", "Email"))}, False, True),
    ],
)
def test_every_form_in_which_salesforce_keeps_a_no(refusal: dict[str, object], mail: bool, calls: bool) -> None:
    said = inquiry(phone="+34 955 012 341")
    snap = snapshot(**{"lead": lead(), **refusal})
    assert asked(said, snap).allowed is mail
    assert asked(said, snap, Channel.PHONE).allowed is calls


def test_who_writes_that_they_want_no_messages_gets_none() -> None:
    result = asked(inquiry(message="A demo was fine, but please unsubscribe me from this list."))
    assert not result.allowed
    assert "no messages" in result.detail


def test_blocked_outreach_leaves_internal_work_alone() -> None:
    made = proposing((inquiry(country=""),), snapshot(lead=lead(Country=None)))
    assert not made.consent.allowed
    assert made.qualification.lines
    assert made.routing.owner_id or made.routing.conflict


FIELDS = st.dictionaries(
    st.sampled_from(["ContactPointType", "PrivacyConsentStatus", "EffectiveFrom", "EffectiveTo", "CaptureDate"]),
    st.one_of(
        NASTY,
        st.none(),
        st.booleans(),
        st.sampled_from(
            ["Email", "Phone", "OptIn", "OptOut", "Seen", "2026-11-01T00:00:00.000+0000", "0001-01-01T00:00:00+14:00"]
        ),
    ),
)
CONSENTS = st.lists(
    st.builds(
        lambda name, fields: record(name, "0ZXLc0000000001AAA", **fields),
        st.sampled_from(["ContactPointTypeConsent", "PartyConsent", "Whatever"]),
        FIELDS,
    ),
    max_size=3,
).map(tuple)
COUNTRIES = st.sampled_from([c for r in playbook().consent.rules for c in r.countries] + ["", "ZZ"])
CHANNELS = st.sampled_from(Channel)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REFUSALS = st.sampled_from(["lead", "contact", "individual", "consent", "form", "bounce"])


def refusing(kind: str, said: Inquiry, snap: CrmSnapshot, channel: Channel) -> tuple[Inquiry, CrmSnapshot]:
    """The same with one refusal more, for that channel."""
    flag = "HasOptedOutOfEmail" if channel is Channel.EMAIL else "DoNotCall"
    match kind:
        case "lead":
            return said, snap.model_copy(update={"lead": lead(**{flag: True})})
        case "contact":
            return said, snap.model_copy(update={"contact": record("Contact", "003", **{flag: True})})
        case "individual":
            return said, snap.model_copy(update={"individual": record("Individual", "0PK", HasOptedOutSolicit=True)})
        case "consent":
            more = point("OptOut", "Email" if channel is Channel.EMAIL else "Phone")
            return said, snap.model_copy(update={"consents": (*snap.consents, more)})
        case "bounce" if channel is Channel.EMAIL:
            return said, snap.model_copy(update={"lead": lead(EmailBouncedReason="550")})
        case _:
            return said.model_copy(update={"consent": False}), snap


@SLOW
@given(said=INQUIRIES, snap=snapshots(), consents=CONSENTS, country=COUNTRIES, channel=CHANNELS, kind=REFUSALS)
def test_an_opt_out_always_blocks_and_nothing_raises(
    said: Inquiry, snap: CrmSnapshot, consents: tuple[CrmRecord, ...], country: str, channel: Channel, kind: str
) -> None:
    said = said.model_copy(update={"country": country})
    snap = snap.model_copy(update={"consents": consents})
    before = asked(said, snap, channel)
    assert before.allowed is (before.ground is not None)
    after = asked(*refusing(kind, said, snap, channel), channel)
    assert not after.allowed
    assert after.footer == ""


@SLOW
@given(said=INQUIRIES, consents=CONSENTS, more=CONSENTS, country=COUNTRIES, channel=CHANNELS)
def test_adding_opt_outs_never_allows(
    said: Inquiry, consents: tuple[CrmRecord, ...], more: tuple[CrmRecord, ...], country: str, channel: Channel
) -> None:
    said = said.model_copy(update={"country": country})
    refusals = tuple(c.model_copy(update={"fields": {**c.fields, "PrivacyConsentStatus": "OptOut"}}) for c in more)
    before = asked(said, snapshot(lead=None, consents=consents), channel)
    after = asked(said, snapshot(lead=None, consents=(*consents, *refusals)), channel)
    assert before.allowed or not after.allowed


@SLOW
@given(said=INQUIRIES, snap=snapshots(), channel=CHANNELS)
def test_an_unknown_country_always_blocks(said: Inquiry, snap: CrmSnapshot, channel: Channel) -> None:
    lost = snap.model_copy(update={"account": None, "lead": None, "contact": None})
    result = asked(said.model_copy(update={"country": ""}), lost, channel)
    assert not result.allowed
    assert result.missing or result.evidence
