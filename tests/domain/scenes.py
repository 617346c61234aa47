"""A small org and the inquiries that come to it, for tests of the rules."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from domain.consent import may_contact
from domain.drafting import Draft, DraftOrigin, DraftSentence
from domain.enrichment import Enrichment, Signal
from domain.evidence import EvidenceBook
from domain.identity import match
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, InquirySource
from domain.model import Scalar
from domain.permissions import Role
from domain.playbook import Playbook, Reviewer, StrategicAccount
from domain.proposing import ProposingInput
from domain.reading import read
from domain.routing import route
from domain.scoring import qualify
from runtime.playbook_files import load_playbook

NOW = datetime(2026, 11, 17, 9, 24, tzinfo=UTC)
"""A Tuesday, 10:24 in Madrid."""
ORG_ID = "00DLc0000000001MAA"
DEMO = (
    "Hello, I would like a demo next week. Our Valencia hub opens in March and we still plan in spreadsheets. "
    "We have a budget of 40.000 € for it."
)


@lru_cache(maxsize=1)
def playbook() -> Playbook:
    """The shipped one, with the people of this org and one strategic account."""
    shipped = load_playbook(Path(__file__).parents[2] / "playbook")
    strategic = StrategicAccount(name="Tailspin Group", domains=("tailspin.example",), owner="sofia@acme.example")
    seller = shipped.seller.model_copy(update={"sender_domain": "acme.example", "sender_address": "hello@acme.example"})
    reviewers = (
        Reviewer(login="pat", name="Pat", team="partner_desk", calendar="madrid", manager="boss"),
        Reviewer(login="tomas", name="Tomás", team="emea", calendar="madrid", manager="boss"),
        Reviewer(
            login="irene",
            name="Irene",
            team="emea",
            calendar="madrid",
            fallback="tomas",
            manager="boss",
            crm_user="irene@acme.example",
        ),
        Reviewer(login="boss", name="Boss", role=Role.MANAGER, calendar="madrid"),
    )
    teams = {k: t.model_copy(update={"members": (), "capacity": 40}) for k, t in shipped.teams.items()}
    first_touch = shipped.routing.first_touch.model_copy(update={"manager": "irene"})
    routing = shipped.routing.model_copy(
        update={"strategic": (strategic,), "strategic_owner": "sofia@acme.example", "first_touch": first_touch}
    )
    changes = {"routing": routing, "seller": seller, "reviewers": reviewers, "teams": teams}
    return shipped.model_copy(update=changes).with_digest()


def record(object_name: str, id: str, **fields: Scalar) -> CrmRecord:
    return CrmRecord(object=object_name, id=id, fields=fields, modified_at=NOW - timedelta(days=12))


def user(number: int, name: str, mail: str, team: str, *, active: bool = True, languages: str = "en") -> CrmRecord:
    return record(
        "User",
        f"005Lc{number:013d}",
        Name=name,
        Email=mail,
        IsActive=active,
        UserType="Standard",
        Team__c=team,
        Languages__c=languages,
    )


IRENE = user(1, "Irene Castell", "irene@acme.example", "EMEA mid-market", languages="en;es")
TOMAS = user(2, "Tomás Vidal", "tomas@acme.example", "EMEA mid-market", languages="en;es;fr")
AWAY = user(3, "Aleks Gone", "aleks@acme.example", "EMEA mid-market", active=False, languages="en;es;de")
SOFIA = user(4, "Sofia Enterprise", "sofia@acme.example", "Enterprise")
NORA = user(5, "Nora North", "nora@acme.example", "North America")
PAT = user(6, "Pat Partner", "pat@acme.example", "Partner desk")
USERS = (IRENE, TOMAS, AWAY, SOFIA, NORA, PAT)


def queue(number: int, name: str) -> CrmRecord:
    return record("Group", f"00GLc{number:013d}", Name=name, DeveloperName=name.replace(" ", "_").replace("-", "_"))


INTAKE = queue(1, "Inbound queue")
QUEUES = (
    INTAKE,
    queue(2, "EMEA mid-market"),
    queue(3, "Enterprise"),
    queue(4, "North America"),
    queue(5, "Partner desk"),
)
QUEUE_IDS = frozenset(q.id for q in QUEUES)


def inquiry(**changes: object) -> Inquiry:
    """Marta asks for a demo on the web form."""
    said: dict[str, object] = {
        "event_id": "evt-1",
        "source": InquirySource.WEBHOOK,
        "received_at": NOW - timedelta(minutes=38),
        "first_name": "Marta",
        "last_name": "Ruiz",
        "email": "marta.ruiz@northwind.example",
        "company": "Northwind Traders",
        "title": "VP Operations",
        "country": "ES",
        "language": "en",
        "message": DEMO,
        **changes,
    }
    return Inquiry.model_validate(said)


def lead(**changes: Scalar) -> CrmRecord:
    """Her lead, in the intake queue."""
    fields: dict[str, Scalar] = {
        "FirstName": "Marta",
        "LastName": "Ruiz",
        "Company": "Northwind Traders",
        "Title": "VP Operations",
        "Email": "marta.ruiz@northwind.example",
        "Phone": None,
        "Website": None,
        "Status": "Open - Not Contacted",
        "Rating": None,
        "Industry": None,
        "NumberOfEmployees": None,
        "Country": "Spain",
        "State": None,
        "OwnerId": INTAKE.id,
        "HasOptedOutOfEmail": False,
        "DoNotCall": False,
        "IsConverted": False,
        "IsDeleted": False,
        "EmailBouncedReason": None,
        "Lead_Summary__c": None,
        "Agent_Score__c": None,
        "Agent_Band__c": None,
        "Product_Interest__c": None,
        "Preferred_Language__c": None,
        **changes,
    }
    return record("Lead", "00QLc0000000001AAA", **fields)


def account(**changes: Scalar) -> CrmRecord:
    """Her company, which nobody active owns."""
    fields: dict[str, Scalar] = {
        "Name": "Northwind Traders S.A.",
        "Website": "https://www.northwind.example",
        "Type": "Prospect",
        "Industry": "Transportation",
        "NumberOfEmployees": 450,
        "OwnerId": AWAY.id,
        "BillingCountry": "Spain",
        "Strategic__c": False,
        "Partner__c": False,
        **changes,
    }
    return record("Account", "001Lc0000000001AAA", **fields)


def snapshot(**changes: object) -> CrmSnapshot:
    known: dict[str, object] = {
        "taken_at": NOW,
        "lead": lead(),
        "users": USERS,
        "queues": QUEUES,
        "open_leads_by_owner": {IRENE.id: 11, TOMAS.id: 14},
        **changes,
    }
    return CrmSnapshot.model_validate(known)


def signal(name: str, value: Scalar, confidence: float = 0.9, system: str = "Salesforce") -> Signal:
    return Signal(
        name=name,
        value=value,
        system=system,
        record="Account/001Lc0000000001AAA",
        field=name,
        observed_at=NOW,
        confidence=confidence,
    )


COMPANY = Enrichment(signals=(signal("industry", "Transportation"), signal("employees", 450)))


def draft(**changes: object) -> Draft:
    said: dict[str, object] = {
        "origin": DraftOrigin.TEMPLATE,
        "writer_version": "template.v1",
        "language": "en",
        "summary": "Marta Ruiz wants a demo.",
        "subject": "Your Valencia hub",
        "paragraphs": ((DraftSentence(text="Hello Marta,"),), (DraftSentence(text="Thank you for your message."),)),
        "task_subject": "Answer Marta Ruiz",
        "task_description": "She asked for a demo.",
        **changes,
    }
    return Draft.model_validate(said)


def proposing(
    inquiries: tuple[Inquiry, ...] = (),
    snap: CrmSnapshot | None = None,
    enrichment: Enrichment = COMPANY,
    book_of_rules: Playbook | None = None,
    written: Draft | None = None,
    **changes: object,
) -> ProposingInput:
    """Everything as the steps before `propose` would leave it."""
    inquiries = inquiries or (inquiry(),)
    snap = snap or snapshot()
    rules = book_of_rules or playbook()
    book = EvidenceBook()
    facts = read(inquiries, rules)
    qualification = qualify(inquiries, snap, enrichment, facts, rules, book, now=NOW)
    routing = route(inquiries, snap, enrichment, qualification, rules, book, now=NOW)
    consent = may_contact(inquiries, snap, rules, book, now=NOW)
    given = ProposingInput(
        org_id=ORG_ID,
        case_id="case-1",
        round=1,
        inquiries=inquiries,
        snapshot=snap,
        match=match(inquiries, tuple(r for r in (snap.lead, snap.contact, snap.account) if r is not None), rules),
        enrichment=enrichment,
        facts=facts,
        qualification=qualification,
        routing=routing,
        consent=consent,
        draft=written or draft(),
        evidence=book.entries(),
        playbook=rules,
        agent_version="test",
        now=NOW,
    )
    return given.model_copy(update=changes)
