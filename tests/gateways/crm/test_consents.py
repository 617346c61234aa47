"""Every form in which Salesforce keeps a no, for a lead and for a contact: seen by the rules, and again at the door."""

from collections.abc import Callable

import pytest

from domain.cases import DocumentKind
from domain.errors import ErrorCode, MailError, MailRefusal
from domain.evidence import EvidenceBook
from domain.model import Scalar
from domain.opt_outs import Channel, opt_outs
from domain.ports import WriteOrder
from domain.proposals import Phase, digest_of
from domain.receipts import WriteOutcomeKind
from gateways.crm.fields import ReadFields
from gateways.crm.reader import SalesforceReader
from tests.domain.scenes import playbook
from tests.fakes.examples import opening
from tests.gateways.crm.world import CASE, ORG, World

ADDRESS = "ada@engines.example"
Refusal = Callable[[World, str, str], None]


def flag(field: str, value: Scalar = True) -> Refusal:
    def set_it(world: World, object_name: str, person: str) -> None:
        world.crm.control("POST", f"{object_name}/{person}/edit", {"fields": {field: value}})

    return set_it


def of_the_individual(field: str) -> Refusal:
    def set_it(world: World, object_name: str, person: str) -> None:
        individual = world.add("Individual", LastName="Byron")
        world.crm.control("POST", f"Individual/{individual}/edit", {"fields": {field: True}})
        world.edit(person, object_name=object_name, IndividualId=individual)

    return set_it


def per_channel(**more: str) -> Refusal:
    def add_it(world: World, object_name: str, person: str) -> None:
        individual = world.add("Individual", LastName="Byron")
        world.edit(person, object_name=object_name, IndividualId=individual)
        world.add("ContactPointTypeConsent", Name="no", PartyId=individual, PrivacyConsentStatus="OptOut", **more)

    return add_it


def per_address(world: World, object_name: str, person: str) -> None:
    """No individual at all: the refusal hangs on the address."""
    point = world.add("ContactPointEmail", EmailAddress=ADDRESS)
    world.add("ContactPointConsent", Name="no", ContactPointId=point, PrivacyConsentStatus="OptOut")


FORMS: dict[str, Refusal] = {
    "HasOptedOutOfEmail": flag("HasOptedOutOfEmail"),
    "EmailBouncedReason": flag("EmailBouncedReason", "550 no such user"),
    "EmailBouncedDate": flag("EmailBouncedDate", "2026-03-01T09:00:00.000+0000"),
    **{f: of_the_individual(f) for f in (
        "HasOptedOutSolicit", "HasOptedOutProcessing", "HasOptedOutProfiling", "ShouldForget"
    )},
    "ContactPointTypeConsent": per_channel(ContactPointType="Email"),
    "ContactPointTypeConsent without a channel": per_channel(),
    "ContactPointConsent": per_address,
}  # fmt: skip
PEOPLE = ("Lead", "Contact")


def person_of(world: World, object_name: str) -> str:
    if object_name == "Lead":
        return world.lead
    made = world.add("Contact", FirstName="Ada", LastName="Byron", Email=ADDRESS)
    world.crm.clock.forward(60)
    return made


def refused(world: World, person: str, channel: Channel = Channel.EMAIL) -> list[str]:
    snapshot = world.reader.snapshot(person)
    found = opt_outs((), snapshot, playbook(), EvidenceBook(), channel=channel, now=world.clock.now())
    return [text for text, _ in found]


def mail_order(world: World, person: str) -> WriteOrder:
    """An approved e-mail to this person, snapshot and all."""
    content = world.content(world.mail())
    snapshot = world.reader.snapshot(person)
    world.documents.put(CASE, DocumentKind.SNAPSHOT, "1", snapshot.model_dump_json().encode())
    world.documents.put(CASE, DocumentKind.PROPOSAL, "1", content.to_bytes())
    shown = opening(CASE, 1, digest=digest_of(content.to_bytes()))
    world.reviews.open_round(shown.model_copy(update={"org_id": ORG}))
    return world.order(world.record(world.envelope(content)))


@pytest.mark.parametrize("object_name", PEOPLE)
@pytest.mark.parametrize("form", FORMS)
def test_the_rules_see_it(world: World, object_name: str, form: str) -> None:
    person = person_of(world, object_name)
    assert refused(world, person) == []
    FORMS[form](world, object_name, person)
    assert len(refused(world, person)) == 1


@pytest.mark.parametrize("object_name", PEOPLE)
@pytest.mark.parametrize("form", [f for f in FORMS if f != "ContactPointConsent"])
def test_the_no_of_another_contact_of_the_address_is_seen_before_anybody_signs(
    world: World, object_name: str, form: str
) -> None:
    person = person_of(world, object_name)
    others = [world.add("Contact", LastName=name, Email=ADDRESS) for name in ("Lovelace", "Office")]
    assert refused(world, person) == []
    FORMS[form](world, "Contact", others[1])
    assert len(refused(world, person)) == 1, "by a reader that knew them"
    world.reader = SalesforceReader(world.new_session("reader"), world.clock)
    assert len(refused(world, person)) == 1, "and by one that did not"


def test_the_no_of_the_one_contact_of_the_leads_address_is_seen_on_its_own_person_too(world: World) -> None:
    contact = world.add("Contact", LastName="Lovelace", Email=ADDRESS)
    assert refused(world, world.lead) == []
    of_the_individual("HasOptedOutSolicit")(world, "Contact", contact)
    assert refused(world, world.lead) == ["asked not to be solicited (Contact)"]
    per_channel(ContactPointType="Email")(world, "Contact", contact)
    assert len(refused(world, world.lead)) == 1


def test_the_yes_of_somebody_who_shares_the_address_is_nobody_elses(world: World) -> None:
    for name in ("Lovelace", "Office"):
        person = world.add("Individual", LastName=name)
        world.add("Contact", LastName=name, Email=ADDRESS, IndividualId=person)
        world.add(
            "ContactPointTypeConsent",
            Name="yes",
            PartyId=person,
            ContactPointType="Email",
            PrivacyConsentStatus="OptIn",
        )
    for _ in range(2):
        snapshot = world.reader.snapshot(world.lead)
        assert snapshot.consents == ()
        assert len(snapshot.sharing_consents) == 2


@pytest.mark.parametrize("object_name", PEOPLE)
@pytest.mark.parametrize("form", FORMS)
def test_it_stops_an_approved_mail_at_the_last_moment(world: World, object_name: str, form: str) -> None:
    person = person_of(world, object_name)
    order = mail_order(world, person)
    mail = order.model_copy(update={"phase": Phase.MAIL})
    assert world.writer.apply(order).kind is WriteOutcomeKind.NOTHING_TO_WRITE
    assert world.mail_guard.authorised_mail(mail) == world.mail()
    FORMS[form](world, object_name, person)
    world.crm.clock.forward(5)
    assert world.writer.apply(order).kind is WriteOutcomeKind.OPTED_OUT
    with pytest.raises(MailError) as stopped:
        world.mail_guard.authorised_mail(mail)
    assert (stopped.value.code, stopped.value.refusal) == (ErrorCode.MAIL_REFUSED, MailRefusal.OPTED_OUT)


@pytest.mark.parametrize("form", [f for f in FORMS if f != "ContactPointConsent"])
def test_a_no_on_a_contact_of_the_same_person_stops_the_mail_to_a_lead(world: World, form: str) -> None:
    """The case is about the lead; somebody notes the refusal on the contact, after the approval."""
    contact = person_of(world, "Contact")
    order = mail_order(world, world.lead)
    mail = order.model_copy(update={"phase": Phase.MAIL})
    assert world.mail_guard.authorised_mail(mail) == world.mail()
    FORMS[form](world, "Contact", contact)
    world.crm.clock.forward(5)
    assert world.writer.apply(order).kind is WriteOutcomeKind.OPTED_OUT
    with pytest.raises(MailError) as stopped:
        world.mail_guard.authorised_mail(mail)
    assert stopped.value.code is ErrorCode.MAIL_REFUSED


def test_a_contact_made_meanwhile_with_a_no_counts_too(world: World) -> None:
    order = mail_order(world, world.lead)
    world.add("Contact", LastName="Byron", Email=ADDRESS, HasOptedOutOfEmail=True)
    world.add("Contact", LastName="Else", Email="somebody.else@engines.example", HasOptedOutOfEmail=True)
    world.crm.clock.forward(5)
    assert world.writer.apply(order).kind is WriteOutcomeKind.OPTED_OUT


def test_somebody_elses_no_stops_nothing_and_costs_no_further_call(world: World) -> None:
    order = mail_order(world, world.lead)
    world.add("Contact", LastName="Else", Email="somebody.else@engines.example", HasOptedOutOfEmail=True)
    mail = order.model_copy(update={"phase": Phase.MAIL})
    world.reset_calls()
    assert world.mail_guard.authorised_mail(mail) == world.mail()
    assert world.calls() <= 2


@pytest.mark.parametrize("object_name", PEOPLE)
def test_do_not_call_is_about_calls(world: World, object_name: str) -> None:
    person = person_of(world, object_name)
    world.edit(person, object_name=object_name, DoNotCall=True)
    assert len(refused(world, person, Channel.PHONE)) == 1
    assert refused(world, person) == []


def test_consent_for_one_address_says_nothing_about_another(world: World) -> None:
    point = world.add("ContactPointEmail", EmailAddress="somebody.else@engines.example")
    world.add("ContactPointConsent", Name="no", ContactPointId=point, PrivacyConsentStatus="OptOut")
    assert refused(world, world.lead) == []


def test_a_refusal_that_ended_is_none(world: World) -> None:
    point = world.add("ContactPointEmail", EmailAddress=ADDRESS)
    world.add(
        "ContactPointConsent",
        Name="no",
        ContactPointId=point,
        PrivacyConsentStatus="OptOut",
        EffectiveTo="2026-02-01T00:00:00.000+0000",
    )
    assert refused(world, world.lead) == []


def test_an_org_without_consent_per_address_is_asked_once(world: World) -> None:
    """A field that it lacks stands for the whole object; either way there is less to read, and no failure."""
    fields = ReadFields().with_extra({"ContactPointConsent": {"NoSuchField__c"}})
    reader = SalesforceReader(world.new_session("reader"), world.clock, fields)
    assert reader.snapshot(world.lead).consents == ()
    world.reset_calls()
    assert reader.snapshot(world.lead).consents == ()


def test_a_change_that_contacts_nobody_asks_about_no_consent(world: World) -> None:
    """Internal work goes on, whatever the person said about messages."""
    FORMS["ContactPointConsent"](world, "Lead", world.lead)
    world.edit(world.lead, HasOptedOutOfEmail=True)
    assert world.writer.apply(world.approved(world.rating(), world.note())).kind is WriteOutcomeKind.WRITTEN
