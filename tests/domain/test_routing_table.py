"""Routing as a golden table, and what holds for every table: nobody who cannot take a lead ever gets one."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.owners import is_active_person
from domain.playbook import Calendar, Playbook, RoutingStep, Segment, Team, Territory
from domain.reading import read
from domain.round_robin import LocalTurns, Turns
from domain.routing import RoutingDecision, route
from domain.routing_people import owner_problem
from domain.routing_rules import Absence, LanguageTeam, RampStep, RoutingRule, Share
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
    record,
    signal,
    snapshot,
)

TODAY = NOW.date()


def routed(
    said: Inquiry | None = None,
    snap: CrmSnapshot | None = None,
    enrichment: Enrichment = COMPANY,
    rules: Playbook | None = None,
    turns: Turns | None = None,
) -> RoutingDecision:
    inquiries, snap, rules, book = (said or inquiry(),), snap or snapshot(), rules or playbook(), EvidenceBook()
    score = qualify(inquiries, snap, enrichment, read(inquiries, rules), rules, book, now=NOW)
    return route(inquiries, snap, enrichment, score, rules, book, now=NOW, turns=turns)


def changed(routing: dict[str, object] | None = None, emea: dict[str, object] | None = None, **top: object) -> Playbook:
    rules = playbook()
    teams = {**rules.teams, "emea": rules.teams["emea"].model_copy(update=emea or {})}
    return rules.model_copy(update={"routing": rules.routing.model_copy(update=routing or {}), "teams": teams, **top})


def absent(user: CrmRecord, cover: CrmRecord | None = None, first: int = 0, last: int = 0) -> Absence:
    return Absence(
        who=user.text("Email"),
        first_day=TODAY + timedelta(days=first),
        last_day=TODAY + timedelta(days=last),
        cover=cover.text("Email") if cover is not None else "",
    )


def deal(owner: CrmRecord, number: int = 1, **fields: str) -> CrmRecord:
    return record("Opportunity", f"006Lc{number:013d}", Name="Roll-out", OwnerId=owner.id, IsClosed=False, **fields)


def listed(id: str, **given: object) -> RoutingRule:
    return RoutingRule.model_validate({"id": id, **given})


MADRID = Territory(name="Madrid", countries=("ES",), regions=("Madrid",), team="partner_desk")
CENTRE = Territory(name="Madrid centre", countries=("ES",), postal=("28001-28015",), team="enterprise")
ONLY_RULES = {"precedence": ((RoutingStep.RULES,),)}
LIST = (
    listed("big in Iberia", countries=("ES", "PT"), segments=("enterprise",), team="enterprise"),
    listed("analytics", products=("Analytics",), owner="nora@acme.example"),
    listed("old customers", domains=("northwind.example",), countries=("PT",), team="partner_desk"),
    listed("web", lead_sources=("Web",), industries=("transportation",), queue="North_America"),
    listed("french", languages=("fr",), team="partner_desk"),
    listed("rest", team="emea"),
)

# What came in; what the rules are; who gets it; which row decided.
GOLDEN = {
    "country": (inquiry(), snapshot(), playbook(), IRENE, "territory Iberia and Italy"),
    "state": (
        inquiry(),
        snapshot(lead=lead(State="Madrid")),
        changed({"territories": (*playbook().routing.territories, MADRID)}),
        PAT,
        "territory Madrid",
    ),
    "postal range beats state": (
        inquiry(),
        snapshot(lead=lead(State="Madrid", PostalCode="28 013")),
        changed({"territories": (*playbook().routing.territories, MADRID, CENTRE)}),
        SOFIA,
        "territory Madrid centre",
    ),
    "postal code outside the range": (
        inquiry(),
        snapshot(lead=lead(State="Madrid", PostalCode="28016")),
        changed({"territories": (*playbook().routing.territories, MADRID, CENTRE)}),
        PAT,
        "territory Madrid",
    ),
    "product": (
        inquiry(country="BR", product_interest="Analytics"),
        snapshot(lead=None),
        playbook(),
        SOFIA,
        "product Analytics",
    ),
    "language": (
        inquiry(country="BR", language="pt"),
        snapshot(lead=None),
        changed(
            {
                "precedence": ((RoutingStep.TERRITORY,), (RoutingStep.LANGUAGE,)),
                "language_teams": (LanguageTeam(language="pt", team="partner_desk"),),
            }
        ),
        PAT,
        "language pt",
    ),
    "owner of the open opportunity before the account's owner": (
        inquiry(),
        snapshot(account=account(OwnerId=TOMAS.id), opportunities=(deal(IRENE),)),
        playbook(),
        IRENE,
        "opportunity_owner",
    ),
    "account owner": (
        inquiry(),
        snapshot(account=account(OwnerId=TOMAS.id)),
        playbook(),
        TOMAS,
        "account_owner",
    ),
    "partner": (inquiry(), snapshot(account=account(Partner__c=True)), playbook(), PAT, "partner"),
    "strategic": (
        inquiry(email="ceo@tailspin.example", company="Tailspin Group"),
        snapshot(lead=None),
        playbook(),
        SOFIA,
        "strategic Tailspin Group",
    ),
    "first row that fits": (inquiry(), snapshot(), changed({**ONLY_RULES, "rules": LIST}), IRENE, "rules rest"),
    "a row for a person": (
        inquiry(product_interest="analytics"),
        snapshot(),
        changed({**ONLY_RULES, "rules": LIST}),
        NORA,
        "rules analytics",
    ),
    "a row for a queue": (
        inquiry(),
        snapshot(lead=lead(LeadSource="web")),
        changed({**ONLY_RULES, "rules": LIST}),
        QUEUES[3],
        "rules web",
    ),
    "a row for a language": (
        inquiry(language="fr"),
        snapshot(),
        changed({**ONLY_RULES, "rules": LIST}),
        PAT,
        "rules french",
    ),
    "an absent account owner is passed over": (
        inquiry(),
        snapshot(account=account(OwnerId=IRENE.id)),
        changed(absences=(absent(IRENE),)),
        TOMAS,
        "territory Iberia and Italy",
    ),
    "an absent account owner's stand-in": (
        inquiry(),
        snapshot(account=account(OwnerId=IRENE.id)),
        changed({"precedence": ((RoutingStep.ACCOUNT_OWNER,),)}, absences=(absent(IRENE, PAT),)),
        PAT,
        "account_owner",
    ),
    "a full account owner is passed over": (
        inquiry(),
        snapshot(account=account(OwnerId=IRENE.id), open_leads_by_owner={IRENE.id: 40}),
        playbook(),
        TOMAS,
        "territory Iberia and Italy",
    ),
    "a lead stays with its full owner": (
        inquiry(),
        snapshot(lead=lead(OwnerId=IRENE.id), open_leads_by_owner={IRENE.id: 40}),
        playbook(),
        IRENE,
        "lead_owner",
    ),
    "a lead of somebody absent is routed anew": (
        inquiry(),
        snapshot(lead=lead(OwnerId=IRENE.id)),
        changed(absences=(absent(IRENE, last=3),)),
        TOMAS,
        "territory Iberia and Italy",
    ),
    "an absence that is over": (
        inquiry(),
        snapshot(),
        changed(absences=(absent(IRENE, first=-9, last=-1),)),
        IRENE,
        "territory",
    ),
    "a colleague before the first step of the ramp": (
        inquiry(),
        snapshot(),
        changed(
            emea={
                "shares": (
                    Share(member="irene@acme.example", ramp=(RampStep(since=TODAY + timedelta(days=1), weight=50),)),
                )
            }
        ),
        TOMAS,
        "territory",
    ),
    "somebody with less room of their own": (
        inquiry(),
        snapshot(),
        changed(emea={"shares": (Share(member="irene@acme.example", capacity=11),)}),
        TOMAS,
        "territory",
    ),
    "somebody who does not work before the deadline": (
        inquiry(),
        snapshot(),
        changed(
            emea={"shares": (Share(member="irene@acme.example", calendar="night"),)},
            calendars={**playbook().calendars, "night": Calendar(days=("sun",))},
        ),
        TOMAS,
        "territory",
    ),
    "members of a group of the CRM": (
        inquiry(),
        snapshot(group_members={"Night_shift": (NORA.id, AWAY.id)}),
        changed(emea={"group": "night_shift"}),
        NORA,
        "territory",
    ),
}


@pytest.mark.parametrize("case", GOLDEN)
def test_golden(case: str) -> None:
    said, snap, rules, owner, row = GOLDEN[case]
    result = routed(said, snap, rules=rules)
    assert (result.owner_id, result.conflict) == (owner.id, "")
    assert any(found.startswith(row) for found in result.rows)
    assert result.respond_by is not None
    assert result.fallback_owner_id != result.owner_id
    assert 0 < result.confidence <= 1


def test_two_open_opportunities_of_two_people_are_a_conflict_that_names_both() -> None:
    result = routed(snap=snapshot(opportunities=(deal(IRENE), deal(TOMAS, 2))))
    assert result.owner_id == ""
    assert "Irene Castell" in result.conflict
    assert "Tomás Vidal" in result.conflict
    assert result.rows == ("opportunity_owner Irene Castell", "opportunity_owner Tomás Vidal")


def test_a_conflict_names_the_rows_that_disagree() -> None:
    rules = changed({"precedence": ((RoutingStep.TERRITORY, RoutingStep.PRODUCT),)})
    result = routed(inquiry(product_interest="Analytics"), rules=rules)
    assert result.rows == ("territory Iberia and Italy", "product Analytics")


def test_two_countries_can_disagree_in_a_list_too() -> None:
    rows = (listed("spain", countries=("ES",), team="emea"), listed("usa", countries=("US",), team="north_america"))
    result = routed(inquiry(country="US"), snapshot(), rules=changed({**ONLY_RULES, "rules": rows}))
    assert result.owner_id == ""
    assert set(result.rows) == {"rules spain", "rules usa"}


def test_a_row_with_an_unknown_queue_is_for_a_person() -> None:
    rows = (listed("nowhere", queue="Nowhere"),)
    result = routed(rules=changed({**ONLY_RULES, "rules": rows}))
    assert "names the queue Nowhere" in result.conflict


def test_a_rule_for_somebody_away_falls_to_the_next_row() -> None:
    rows = (listed("irene", owner="irene@acme.example"), listed("rest", team="partner_desk"))
    rules = changed({**ONLY_RULES, "rules": rows}, absences=(absent(IRENE),))
    result = routed(rules=rules)
    assert result.owner_id == PAT.id
    assert any("absent until" in c.why for c in result.considered)


def test_the_size_can_ask_for_a_faster_answer_and_never_for_a_slower_one() -> None:
    plain = routed().respond_by
    quick = (Segment(name="mid_market", at_least=100, respond_within=60),)
    slow = (Segment(name="mid_market", at_least=100, respond_within=864_000),)
    fast = routed(rules=changed({"segments": quick, "territories": playbook().routing.territories[:1]})).respond_by
    late = routed(rules=changed({"segments": slow, "territories": playbook().routing.territories[:1]})).respond_by
    assert plain is not None
    assert fast is not None
    assert fast < plain
    assert late == plain


def test_turns_follow_the_shares() -> None:
    rules = changed(emea={"shares": (Share(member="irene@acme.example", weight=300),)})
    turns = LocalTurns()
    chosen = [routed(rules=rules, turns=turns).owner_id for _ in range(8)]
    assert (chosen.count(IRENE.id), chosen.count(TOMAS.id)) == (6, 2)


def test_why_an_owner_no_longer_fits() -> None:
    rules = changed(absences=(absent(TOMAS, last=2),))
    full = snapshot(open_leads_by_owner={IRENE.id: 40})
    assert owner_problem(IRENE.id, snapshot(), rules, now=NOW) == ""
    assert owner_problem(QUEUES[1].id, snapshot(), rules, now=NOW) == ""
    assert owner_problem(IRENE.id, full, rules, now=NOW) == "at capacity (40 open leads)"
    assert owner_problem(TOMAS.id, snapshot(), rules, now=NOW) == f"absent until {TODAY + timedelta(days=2)}"
    assert owner_problem(AWAY.id, snapshot(), rules, now=NOW) == "not active"
    assert owner_problem("005Lc9999999999AAA", snapshot(), rules, now=NOW).startswith("not active")


loads = st.dictionaries(st.sampled_from([u.id for u in USERS]), st.integers(0, 60), max_size=6)
away = st.lists(st.tuples(st.sampled_from(USERS), st.sampled_from([None, *USERS])), max_size=4)
gone = st.sets(st.sampled_from([u.id for u in USERS]), max_size=4)
owners = st.sampled_from(["", *(u.id for u in USERS)])
weights = st.lists(st.tuples(st.sampled_from(USERS), st.integers(0, 300)), max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    loads, away, gone, owners, owners, weights,
    st.sampled_from(["ES", "US", "BR", ""]), st.sampled_from(["", "Analytics"]), st.sampled_from(["en", "fr", "xx"]),
)  # fmt: skip
def test_nobody_inactive_absent_or_full_ever_gets_a_lead(
    load: dict[str, int],
    absences: list[tuple[CrmRecord, CrmRecord | None]],
    left: set[str],
    lead_owner: str,
    account_owner: str,
    shares: list[tuple[CrmRecord, int]],
    country: str,
    product: str,
    language: str,
) -> None:
    users = tuple(
        u.model_copy(update={"fields": {**u.fields, "IsActive": u.flag("IsActive") and u.id not in left}})
        for u in USERS
    )
    listed_shares = tuple({u.id: Share(member=u.text("Email"), weight=w) for u, w in shares}.values())
    rules = changed(
        emea={"shares": listed_shares},
        absences=tuple(absent(who, cover) for who, cover in absences if who is not cover),
    )
    snap = snapshot(
        users=users,
        lead=lead(OwnerId=lead_owner or QUEUES[0].id, Country=None),
        account=account(OwnerId=account_owner, BillingCountry=None),
        open_leads_by_owner=load,
    )
    said = inquiry(country=country, product_interest=product, language=language)
    result = routed(said, snap, rules=rules)
    assert result == routed(said, snap, rules=rules)
    assert bool(result.owner_id) != bool(result.conflict)
    assert result.fallback_owner_id
    if not result.owner_id or result.owner_is_queue:
        return
    chosen = next(u for u in users if u.id == result.owner_id)
    assert is_active_person(chosen)
    assert chosen.id not in {who.id for who, cover in absences if who is not cover}
    team = next((t for t in rules.teams.values() if t.name == chosen.text("Team__c")), None)
    assert isinstance(team, Team)
    assert load.get(chosen.id, 0) < team.capacity or chosen.id == lead_owner


@pytest.mark.parametrize("spec", ["", "-", "28000-27000", "100-2000..5", "abc..a"])
def test_postal_ranges_that_are_none(spec: str) -> None:
    with pytest.raises(ValueError, match="postal range"):
        Territory(name="x", countries=("ES",), postal=(spec,), team="emea")


def test_an_absence_runs_forwards() -> None:
    with pytest.raises(ValueError, match="last_day is before first_day"):
        Absence(who="a", first_day=date(2026, 1, 2), last_day=date(2026, 1, 1))


def test_enrichment_never_counts_twice() -> None:
    big = Enrichment(signals=(signal("employees", 5200, confidence=0.5),))
    assert routed(enrichment=big).confidence == 0.47
