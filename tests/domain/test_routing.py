"""Who gets the lead, and why."""

from collections.abc import Sequence

import pytest

from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.playbook import Partner, Playbook, ProductTeam, RoutingStep, Segment, Team, Territory
from domain.reading import read
from domain.routing import RoutingDecision, route
from domain.scoring import qualify
from tests.domain.scenes import (
    AWAY,
    COMPANY,
    IRENE,
    NORA,
    NOW,
    PAT,
    QUEUES,
    SOFIA,
    TOMAS,
    USERS,
    account,
    inquiry,
    lead,
    playbook,
    signal,
    snapshot,
    user,
)


def routed(
    said: Inquiry | None = None,
    snap: CrmSnapshot | None = None,
    enrichment: Enrichment = COMPANY,
    rules: Playbook | None = None,
    book: EvidenceBook | None = None,
) -> RoutingDecision:
    inquiries, snap, rules, book = (said or inquiry(),), snap or snapshot(), rules or playbook(), book or EvidenceBook()
    score = qualify(inquiries, snap, enrichment, read(inquiries, rules), rules, book, now=NOW)
    return route(inquiries, snap, enrichment, score, rules, book, now=NOW)


def with_routing(**changes: object) -> Playbook:
    return playbook().model_copy(update={"routing": playbook().routing.model_copy(update=changes)})


def people(*users: CrmRecord, load: dict[str, int] | None = None, **changes: object) -> CrmSnapshot:
    return snapshot(users=users, open_leads_by_owner=load or {}, **changes)


def test_the_territory_gives_the_team_and_the_least_busy_member_gets_it() -> None:
    book = EvidenceBook()
    result = routed(book=book)
    assert (result.owner_id, result.team, result.rule) == (IRENE.id, "EMEA mid-market", "territory")
    assert result.reason == "Territory ES → EMEA mid-market. Irene Castell is next in turn and has 11 open leads."
    assert set(result.evidence) <= {e.id for e in book.entries()}
    assert {(c.name, c.why) for c in result.considered} >= {
        ("Aleks Gone", "not active"),
        ("Tomás Vidal", "comes later in turn, has 14 open leads"),
    }
    assert result.fallback_owner_name == "EMEA mid-market"


def in_territories(*names: str) -> CrmSnapshot:
    """The account of the lead in sales territories, whose only user is Tomás."""
    known = people(IRENE, TOMAS, account=account(Type="Prospect", OwnerId=""))
    return known.model_copy(
        update={"account_territories": names, "territory_members": dict.fromkeys(("South", "North"), (TOMAS.id,))}
    )


def with_teams(**territories: str) -> Playbook:
    made = {k: Team(name=k, queue="EMEA", territory=t, calendar="madrid") for k, t in territories.items()}
    return playbook().model_copy(update={"teams": {**playbook().teams, **made}})


def test_the_sales_territory_of_the_account_comes_before_the_country() -> None:
    book = EvidenceBook()
    result = routed(snap=in_territories("South"), rules=with_teams(sur="South"), book=book)
    assert (result.owner_id, result.team, result.rule) == (TOMAS.id, "sur", "territory")
    assert "is in the territory South" in result.reason
    assert ("ObjectTerritory2Association", "South") in {(e.field, e.value) for e in book.entries()}


def test_a_sales_territory_that_no_team_names_leaves_it_to_the_country() -> None:
    result = routed(snap=in_territories("Elsewhere"), rules=with_teams(sur="South"))
    assert result.team == "EMEA mid-market"


def test_an_account_in_two_sales_territories_of_different_teams_is_a_conflict() -> None:
    result = routed(snap=in_territories("South", "North"), rules=with_teams(sur="South", norte="North"))
    assert result.owner_id == ""
    assert "South" in result.conflict
    assert "North" in result.conflict


def test_the_deadline_counts_the_business_hours_of_the_team() -> None:
    result = routed()
    assert result.respond_by is not None
    assert result.respond_by.isoformat() == "2026-11-17T09:46:00+00:00"


def test_a_strategic_account_goes_to_its_named_owner() -> None:
    result = routed(inquiry(email="ceo@tailspin.example", company="Tailspin Group"), snapshot(lead=None))
    assert (result.owner_id, result.strategic, result.rule) == (SOFIA.id, True, "strategic")


def test_a_strategic_account_is_known_by_its_name_without_legal_form() -> None:
    said = inquiry(email="boss@gmail.com", company="TAILSPIN GROUP GmbH")
    assert routed(said, snapshot(lead=None)).owner_id == SOFIA.id


def test_an_account_that_the_crm_marks_strategic_stays_with_its_active_owner() -> None:
    result = routed(snap=snapshot(account=account(Strategic__c=True, OwnerId=TOMAS.id)))
    assert (result.owner_id, result.strategic) == (TOMAS.id, True)


def test_a_strategic_account_without_an_active_owner_is_for_a_person() -> None:
    marked = account(Strategic__c=True, OwnerId=AWAY.id)
    result = routed(snap=snapshot(account=marked), rules=with_routing(strategic_owner=""))
    assert result.owner_id == ""
    assert "none of its owners is active and free" in result.conflict
    assert result.fallback_owner_name == "Inbound queue"
    assert "Aleks Gone" in {c.name for c in result.considered}


def test_a_lead_that_an_active_person_owns_stays_with_them() -> None:
    result = routed(snap=snapshot(lead=lead(OwnerId=TOMAS.id)))
    assert (result.owner_id, result.rule) == (TOMAS.id, "lead_owner")


def test_a_lead_of_somebody_who_left_is_routed_anew() -> None:
    result = routed(snap=snapshot(lead=lead(OwnerId=AWAY.id)))
    assert (result.owner_id, result.rule) == (IRENE.id, "territory")
    assert ("Aleks Gone", "owns the lead, and is not active") in {(c.name, c.why) for c in result.considered}


def test_an_integration_user_owns_nothing() -> None:
    robot = user(9, "Robot", "robot@acme.example", "EMEA mid-market")
    robot = robot.model_copy(update={"fields": {**robot.fields, "UserType": "AutomatedProcess"}})
    result = routed(snap=people(robot, TOMAS, lead=lead(OwnerId=robot.id)))
    assert result.owner_id == TOMAS.id


def test_the_owner_of_the_account_gets_its_leads() -> None:
    result = routed(snap=snapshot(account=account(OwnerId=TOMAS.id)))
    assert (result.owner_id, result.rule) == (TOMAS.id, "account_owner and territory")


def test_an_account_owner_of_another_team_than_the_territory_is_a_conflict() -> None:
    result = routed(snap=snapshot(account=account(OwnerId=NORA.id, BillingCountry="Canada")))
    assert result.owner_id == ""
    assert "Nora North owns the account Northwind Traders S.A.. Territory ES → EMEA mid-market." in result.conflict


def test_partners_go_to_their_desk_by_domain_or_as_the_crm_says() -> None:
    partners = with_routing(partners=(Partner(name="Wingtip", domains=("northwind.example",)),))
    assert routed(rules=partners).owner_id == PAT.id
    assert routed(snap=snapshot(account=account(Partner__c=True))).owner_id == PAT.id


def test_a_large_company_is_the_narrower_territory() -> None:
    big = Enrichment(signals=(signal("employees", 5200),))
    result = routed(enrichment=big)
    assert (result.team, result.territory) == ("Enterprise", "Europe, large companies")


def test_a_region_makes_a_territory_narrow() -> None:
    norte = Territory(name="Galicia", countries=("ES",), regions=("Galicia",), team="partner_desk")
    rules = with_routing(territories=(norte, *playbook().routing.territories))
    assert routed(snap=snapshot(lead=lead(State="galicia")), rules=rules).territory == "Galicia"
    assert routed(rules=rules).territory == "Iberia and Italy"


def test_product_and_territory_of_one_rank_that_disagree_are_a_conflict() -> None:
    rules = with_routing(precedence=((RoutingStep.TERRITORY, RoutingStep.PRODUCT),))
    result = routed(inquiry(product_interest="Analytics"), rules=rules)
    assert result.owner_id == ""
    assert result.rule == "territory and product"
    assert "Territory ES → EMEA mid-market. Product Analytics → Enterprise." in result.conflict
    assert result.fallback_owner_id


def test_product_and_territory_that_agree_are_none() -> None:
    rules = with_routing(
        precedence=((RoutingStep.TERRITORY, RoutingStep.PRODUCT),),
        product_teams=(ProductTeam(product="Analytics", team="emea"),),
    )
    assert routed(inquiry(product_interest="analytics"), rules=rules).owner_id == IRENE.id


def test_a_product_finds_its_team_where_no_territory_reaches() -> None:
    said = inquiry(product_interest="Analytics", country="BR")
    assert routed(said, snapshot(lead=None)).owner_id == SOFIA.id


def test_two_countries_of_two_teams_are_a_conflict() -> None:
    result = routed(inquiry(country="US"), snapshot(lead=lead(Country="Spain")))
    assert result.owner_id == ""
    assert "North America" in result.conflict


def test_a_size_can_claim_a_lead_where_the_precedence_says_so() -> None:
    rules = with_routing(
        precedence=((RoutingStep.SIZE,), (RoutingStep.TERRITORY,)),
        segments=(Segment(name="mid", at_least=100, team="enterprise"),),
    )
    assert routed(rules=rules).rule == "size"


def test_an_unknown_country_leaves_the_owner_empty() -> None:
    result = routed(inquiry(country=""), snapshot(lead=lead(Country=None)))
    assert (result.owner_id, result.rule) == ("", "none")
    assert "country" in result.conflict
    assert result.fallback_owner_name == "Inbound queue"


def test_enrichment_can_say_the_country() -> None:
    known = Enrichment(signals=(signal("country", "US"),))
    assert routed(inquiry(country=""), snapshot(lead=lead(Country=None)), known).owner_id == NORA.id


def test_who_reads_the_language_comes_first() -> None:
    load = {IRENE.id: 0, TOMAS.id: 30}
    assert (
        routed(inquiry(language="fr", country="FR"), snapshot(lead=None, open_leads_by_owner=load)).owner_id == TOMAS.id
    )
    said = routed(inquiry(language="fi", country="FI"), snapshot(lead=None, open_leads_by_owner=load))
    assert said.owner_id == IRENE.id
    assert "Nobody free lists fi" in said.reason


def test_a_full_team_leaves_it_to_its_queue() -> None:
    full = {IRENE.id: 40, TOMAS.id: 41}
    result = routed(snap=snapshot(open_leads_by_owner=full))
    assert (result.owner_name, result.owner_is_queue) == ("EMEA mid-market", True)
    assert result.fallback_owner_name == "Inbound queue"


def test_a_team_without_active_people_and_without_a_queue_is_for_a_person() -> None:
    result = routed(snap=people(AWAY, queues=QUEUES[:1]))
    assert result.owner_id == ""
    assert "has no queue EMEA_mid_market" in result.conflict


def test_equal_load_is_settled_the_same_way_every_time() -> None:
    chosen = {routed(snap=people(*order)).owner_id for order in (USERS, tuple(reversed(USERS)))}
    assert chosen == {IRENE.id}


@pytest.mark.parametrize("only", [(AWAY,), (), (NORA,)])
def test_nobody_of_the_team_is_never_somebody_of_another(only: Sequence[CrmRecord]) -> None:
    result = routed(snap=people(*only))
    assert result.owner_is_queue
