"""The audit's counts, taken from a running CRM by aggregate queries."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.field_mapping import MappedField, MappedObject, Use
from domain.leads import Motion
from domain.playbook import Playbook
from domain.readiness import readiness
from domain.readiness_facts import Area, OrgFacts
from gateways.crm.audit_reader import AuditReader
from gateways.crm.client import SalesforceSession
from gateways.crm.tokens import ClientCredentials
from localcrm.sample import build_org, seed
from runtime.playbook_files import load_playbook
from tests.fakes.clock import FakeClock
from tests.localcrm.driving import WRITER, Crm, SetClock, running

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEED, TODAY = 7, date(2026, 3, 2)
SHIPPED = load_playbook(Path(__file__).parents[3] / "playbook")


@dataclass
class Org:
    crm: Crm

    def measure(self, playbook: Playbook = SHIPPED) -> OrgFacts:
        session = SalesforceSession(ClientCredentials(self.crm.base, "writer", "w-secret"), FakeClock(NOW))
        return AuditReader(session, FakeClock(NOW)).measure(playbook)

    def add(self, name: str, **fields: object) -> str:
        return str(self.crm.control("POST", f"{name}/add", {"fields": fields, "user_id": None}).json()["id"])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    path = tmp_path_factory.mktemp("crm") / "crm.db"
    seed(path, SEED, TODAY)
    with running(str(path), clock=SetClock(NOW)) as crm:
        yield Org(crm)


@pytest.fixture(scope="module")
def measured(sample: Org) -> OrgFacts:
    return sample.measure()


@pytest.fixture
def empty() -> Iterator[Org]:
    with running(clock=SetClock(NOW)) as crm:
        yield Org(crm)


@pytest.mark.parametrize("scope", ["api", "full refresh_token", ""])
def test_the_scopes_of_the_token_are_those_of_the_sign_in(scope: str) -> None:
    app = replace(WRITER, scope=scope)
    with running(clients=(app,), clock=SetClock(NOW)) as crm:
        facts = Org(crm).measure()
    assert facts.scopes == (tuple(scope.split()) or None)
    assert ("oauth scopes: the token endpoint does not say what the token may do" in facts.unmeasured) is (not scope)


def test_counts_are_those_of_the_rows(measured: OrgFacts) -> None:
    rows = build_org(SEED, TODAY).rows
    leads = [r for r in rows["Lead"] if not r["IsConverted"]]
    country = measured.of("Lead", "Country")
    assert country is not None
    assert (country.records, country.filled) == (len(leads), sum(r["Country"] is not None for r in leads))
    spread = {c.value: c.count for c in country.spread}
    assert spread == {v: sum(r["Country"] == v for r in leads) for v in {r["Country"] for r in leads} - {None}}
    size = measured.of("Account", "NumberOfEmployees")
    assert size is not None
    old = [
        r for r in rows["Account"] if r["NumberOfEmployees"] is not None and str(r["LastModifiedDate"]) < "2025-03-02"
    ]
    assert size.filled - size.fresh == len(old)
    deals = [r for r in rows["Opportunity"] if not r["IsClosed"]]
    amount = measured.of("Opportunity", "Amount")
    assert amount is not None
    assert (amount.records, amount.filled) == (len(deals), sum(r["Amount"] is not None for r in deals))
    gone = {u["Id"] for u in rows["User"] if not u["IsActive"]}
    assert {o.object: o.inactive for o in measured.owners} == {
        "Lead": sum(r["OwnerId"] in gone for r in leads),
        "Account": sum(r["OwnerId"] in gone for r in rows["Account"]),
        "Opportunity": sum(r["OwnerId"] in gone for r in deals),
    }
    assert {c.value: c.count for c in measured.consents}["OptOut"] == 25
    assert measured.opted_out == sum(bool(r["HasOptedOutOfEmail"]) for r in leads)
    assert measured.volumes[Motion.INBOUND] == sum(str(r["CreatedDate"]) >= "2025-12-02" for r in rows["Lead"])


def test_the_mapping_adds_the_org_own_fields(measured: OrgFacts) -> None:
    product = measured.of("Lead", "Product_Interest__c")
    assert product is not None
    assert (product.area, product.listed[0]) == (Area.PRODUCT_INTEREST, "Route planning")


def test_it_takes_few_calls_and_reads_only(sample: Org) -> None:
    sample.crm.control("DELETE", "calls")
    facts = sample.measure()
    counted = sample.crm.control("GET", "calls").json()
    assert facts.api_calls == counted["total"] <= 12
    assert facts.unmeasured == ()
    before = sample.crm.client().query("SELECT COUNT() FROM Lead")["totalSize"]
    assert before == len(build_org(SEED, TODAY).rows["Lead"])


def test_no_lead_leaves_the_org(measured: OrgFacts) -> None:
    said = measured.model_dump_json(exclude={"users", "queues"})
    leads = build_org(SEED, TODAY).rows["Lead"]
    assert not [r["Email"] for r in leads if r["Email"] and str(r["Email"]) in said]
    assert not [r["Company"] for r in leads if str(r["Company"]) in said]


def test_the_sample_org_may_begin_with_what_a_person_signs(measured: OrgFacts) -> None:
    report = readiness(measured, SHIPPED)
    assert not report.copilot_only
    assert {m.motion for m in report.motions} == set(Motion)
    assert [m.rank for m in report.motions] == [1, 2, 3, 4, 5]
    assert {a.area for a in report.areas} == set(Area)
    assert len(report.fixes) == 3
    assert report.area(Area.ACCESS).score == 100
    assert "hannah.osei" in " ".join(report.area(Area.WORKFLOW).reasons)


def test_an_empty_org_gets_a_copilot_at_most(empty: Org) -> None:
    report = readiness(empty.measure(), SHIPPED)
    assert report.copilot_only
    assert "copilot only" in report.verdict
    assert report.area(Area.WORKFLOW).score < 100


def test_spellings_leavers_and_unlisted_values_are_counted(empty: Org) -> None:
    gone = empty.add("User", LastName="Gone", Username="g@x.example", Email="g@x.example")
    for n, country in enumerate(["Spain"] * 5 + ["ES", "España", "spain ", "Germany"]):
        industry = "Retail" if n < 6 else "Re-tail" if n < 8 else "Retial trade"
        empty.add("Lead", LastName=f"L{n}", Company=f"C{n}", Country=country, Industry=industry, OwnerId=gone)
    empty.crm.control("POST", f"User/{gone}/edit", {"fields": {"IsActive": False}, "user_id": None})
    facts = empty.measure()
    report = readiness(facts, SHIPPED)
    country_field = next(f for f in report.fields if (f.object, f.field) == ("Lead", "Country"))
    assert [(s.best, set(s.others), s.records) for s in country_field.spellings] == [("Spain", {"ES", "España"}, 2)]
    industry_field = next(f for f in report.fields if (f.object, f.field) == ("Lead", "Industry"))
    assert [(s.best, s.others) for s in industry_field.spellings] == [("Retail", ("Re-tail",))]
    assert {c.value for c in industry_field.unlisted} == {"Re-tail", "Retial trade"}
    assert industry_field.use is Use.ENRICH
    assert next(o for o in facts.owners if o.object == "Lead").inactive == 9
    assert report.area(Area.OWNER).score == 0


def test_a_field_that_the_org_lacks_is_named(empty: Org) -> None:
    mapping = {
        "Lead": MappedObject(fields={"Tier__c": MappedField(means="industry")}),
        "Widget__c": MappedObject(fields={"Name": MappedField()}),
    }
    playbook = SHIPPED.model_copy(update={"objects": mapping})
    facts = empty.measure(playbook)
    tier = facts.of("Lead", "Tier__c")
    assert tier is not None
    assert not tier.exists
    lead, widget = (next(a for a in facts.access if a.object == name) for name in ("Lead", "Widget__c"))
    assert lead.missing_fields == ("Tier__c",)
    assert not widget.exists
    report = readiness(facts, playbook)
    assert "Lead.Tier__c" in " ".join(report.area(Area.ACCESS).reasons)


def test_what_the_org_refuses_is_noted_and_the_rest_goes_on(sample: Org) -> None:
    sample.crm.control("POST", "faults", {"kind": "503", "match": "limits"})
    facts = sample.measure()
    assert facts.api_limit == 0
    assert [line for line in facts.unmeasured if line.startswith("limits")] != []
    assert facts.of("Lead", "Country") is not None
