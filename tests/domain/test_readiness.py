"""What the audit concludes from counts: trust, fixes, the order of the motions, and "not yet"."""

from typing import Any

import pytest

from domain.field_mapping import MappedField, MappedObject, Use
from domain.leads import Motion
from domain.permissions import Level, Role
from domain.playbook import Playbook, Team
from domain.readiness import readiness
from domain.readiness_facts import (
    Activities,
    Area,
    Counted,
    FieldFacts,
    ObjectAccess,
    OrgFacts,
    OwnerFacts,
    Placed,
    audited_fields,
)
from domain.readiness_motions import owners_agree
from domain.readiness_report import FieldReport, ReadinessReport
from domain.spellings import spellings, unlisted
from tests.domain.scenes import NOW, QUEUES, TOMAS, USERS, playbook

PLENTY = dict.fromkeys(Motion, 400)


def counted(**values: int) -> tuple[Counted, ...]:
    return tuple(Counted(value=v, count=n) for v, n in values.items())


def field(area: Area, object: str, name: str, filled: int = 100, fresh: int = 100, **more: Any) -> FieldFacts:
    return FieldFacts(area=area, object=object, field=name, records=100, filled=filled, fresh=fresh, **more)


def org(**changes: Any) -> OrgFacts:
    """An org where everything is filled, fresh and in one spelling."""
    fields = tuple(field(f.area, f.object, f.field) for f in audited_fields(playbook().objects))
    access = tuple(
        ObjectAccess(object=name, exists=True, readable=True, createable=True, updateable=True)
        for name in ("Lead", "Task", "Account", "Agent_Write__c")
    )
    known: dict[str, Any] = {
        "measured_at": NOW,
        "fields": fields,
        "owners": (OwnerFacts(object="Lead", records=100, inactive=0),),
        "activities": Activities(tasks=50, events=5, emails=20),
        "volumes": PLENTY,
        "access": access,
        "api_limit": 100_000,
        "api_left": 90_000,
        "users": USERS,
        "queues": QUEUES,
        "placed": (Placed(country="Spain", owner_id=TOMAS.id, count=80),),
        **changes,
    }
    return OrgFacts.model_validate(known)


def with_field(facts: OrgFacts, changed: FieldFacts) -> OrgFacts:
    others = tuple(f for f in facts.fields if (f.object, f.field) != (changed.object, changed.field))
    return facts.model_copy(update={"fields": (*others, changed)})


def report_of(facts: OrgFacts, rules: Playbook | None = None) -> ReadinessReport:
    return readiness(facts, rules or playbook())


def reported(facts: OrgFacts, object: str, name: str) -> FieldReport:
    return next(f for f in report_of(facts).fields if (f.object, f.field) == (object, name))


def test_a_full_org_scores_full_in_what_it_holds() -> None:
    report = report_of(org())
    for area in (Area.LEAD_SOURCE, Area.INDUSTRY, Area.OWNER, Area.ACCESS, Area.INTERACTIONS):
        assert report.area(area).score == 100, area
    assert not report.copilot_only


@pytest.mark.parametrize(
    ("changed", "use"),
    [
        (field(Area.INDUSTRY, "Lead", "Industry"), Use.TRUST),
        (field(Area.INDUSTRY, "Lead", "Industry", filled=70, fresh=70), Use.ENRICH),
        (field(Area.INDUSTRY, "Lead", "Industry", fresh=30), Use.ENRICH),
        (field(Area.LEAD_SOURCE, "Lead", "LeadSource", filled=70, fresh=70), Use.TRUST),
        (field(Area.LEAD_SOURCE, "Lead", "LeadSource", filled=30, fresh=30), Use.NEVER_INFER),
        (field(Area.OPPORTUNITY_VALUE, "Opportunity", "Amount"), Use.NEVER_INFER),
        (field(Area.CONSENT, "Lead", "IndividualId"), Use.NEVER_INFER),
        (field(Area.INDUSTRY, "Lead", "Industry", exists=False), Use.NEVER_INFER),
        (
            field(Area.INDUSTRY, "Lead", "Industry", spread=counted(Retail=50, retail=30, Shipping=20)),
            Use.ENRICH,
        ),
    ],
)
def test_what_the_data_supports(changed: FieldFacts, use: Use) -> None:
    assert reported(with_field(org(), changed), changed.object, changed.field).use is use


def test_the_playbook_own_word_stands_beside_it() -> None:
    rules = playbook().model_copy(
        update={"objects": {"Lead": MappedObject(fields={"Industry": MappedField(use=Use.NEVER_INFER)})}}
    )
    found = next(f for f in report_of(org(), rules).fields if (f.object, f.field) == ("Lead", "Industry"))
    assert (found.use, found.mapped) == (Use.TRUST, Use.NEVER_INFER)


def test_an_area_without_a_field_says_how_to_map_one() -> None:
    rules = playbook().model_copy(update={"objects": {}})
    facts = org(fields=tuple(field(f.area, f.object, f.field) for f in audited_fields({})))
    area = report_of(facts, rules).area(Area.PRODUCT_INTEREST)
    assert area.score == 0
    assert "means: product_interest" in area.fixes[0].how


def test_the_three_fixes_are_those_worth_most_and_of_three_areas() -> None:
    facts = with_field(org(), field(Area.LEAD_SOURCE, "Lead", "LeadSource", filled=0, fresh=0))
    facts = with_field(facts, field(Area.LIFECYCLE_STAGE, "Lead", "Status", filled=50, fresh=50))
    facts = facts.model_copy(update={"owners": (OwnerFacts(object="Lead", records=100, inactive=25),)})
    report = report_of(facts)
    assert [f.area for f in report.fixes][:2] == [Area.OWNER, Area.LEAD_SOURCE]
    assert len(report.fixes) == 3
    gains = [f.gain for f in report.fixes]
    assert gains == sorted(gains, reverse=True)
    assert report.fixes[0].what == "Hand over 25 records of users who left"


def test_a_fix_done_raises_the_score_by_about_its_gain() -> None:
    left = org(owners=(OwnerFacts(object="Lead", records=100, inactive=25),))
    before, after = report_of(left), report_of(org())
    gain = next(f.gain for f in before.fixes if f.area is Area.OWNER)
    assert after.score - before.score == pytest.approx(gain, abs=1)


def test_not_yet_where_rules_are_broken() -> None:
    nobody = tuple(r.model_copy(update={"role": Role.VIEWER}) for r in playbook().reviewers)
    report = report_of(org(), playbook().model_copy(update={"reviewers": nobody}))
    assert report.copilot_only
    assert "copilot only" in report.verdict
    assert all("human review is below 60" in m.reasons for m in report.motions)
    assert {m.level for m in report.motions} == {Level.READ_ONLY}


def test_not_yet_where_the_integration_user_may_nothing() -> None:
    access = (ObjectAccess(object="Lead", exists=True), ObjectAccess(object="Agent_Write__c", exists=False))
    report = report_of(org(access=access, api_limit=100, api_left=1))
    assert report.area(Area.ACCESS).score < 60
    assert report.copilot_only


def test_mail_waits_for_grounds_and_the_rest_may_begin() -> None:
    facts = with_field(org(), field(Area.CONSENT, "Lead", "IndividualId", filled=0, fresh=0))
    facts = with_field(facts, field(Area.GEOGRAPHY, "Lead", "Country", filled=40, fresh=40))
    levels = {m.motion: m.level for m in report_of(facts).motions}
    assert levels[Motion.INBOUND] is levels[Motion.FOLLOW_UP] is Level.READ_ONLY
    assert levels[Motion.RESEARCH] is not Level.READ_ONLY


def test_a_motion_without_records_comes_last() -> None:
    report = report_of(org(volumes={**PLENTY, Motion.RESEARCH: 0}))
    assert report.motions[-1].motion is Motion.RESEARCH
    assert report.motions[-1].level is Level.READ_ONLY
    assert [m.rank for m in report.motions] == [1, 2, 3, 4, 5]


def test_more_records_and_less_risk_rank_higher() -> None:
    few = report_of(org(volumes={**PLENTY, Motion.HYGIENE: 3}))
    many = report_of(org(volumes={**PLENTY, Motion.HYGIENE: 3000}))

    def score(report: ReadinessReport, motion: Motion) -> int:
        return next(m.score for m in report.motions if m.motion is motion)

    assert score(many, Motion.HYGIENE) > score(few, Motion.HYGIENE)
    assert score(many, Motion.RESEARCH) > score(many, Motion.FOLLOW_UP)


def test_who_owns_leads_is_compared_with_the_territories() -> None:
    stranger = "005Lc0000000099AAA"
    placed = (
        Placed(country="Spain", owner_id=TOMAS.id, count=30),
        Placed(country="Germany", owner_id=stranger, count=10),
        Placed(country="Atlantis", owner_id=stranger, count=500),
        Placed(country="Spain", owner_id=QUEUES[0].id, count=500),
    )
    assert owners_agree(org(placed=placed), playbook()) == 0.75
    assert owners_agree(org(placed=()), playbook()) == 0
    team = Team(name="Anybody", queue="EMEA", group="EMEA_reps", calendar="madrid")
    grouped = playbook().model_copy(update={"teams": {**playbook().teams, "emea": team}})
    assert owners_agree(org(placed=placed), grouped) == 0
    assert owners_agree(org(placed=placed, group_members={"EMEA_reps": (TOMAS.id,)}), grouped) == 0.75
    team = Team(name="Anybody", queue="EMEA", territory="South", calendar="madrid")
    placed_by_territory = playbook().model_copy(update={"teams": {**playbook().teams, "emea": team}})
    assert owners_agree(org(placed=placed, territory_members={"South": (TOMAS.id,)}), placed_by_territory) == 0.75


def test_values_that_mean_the_same() -> None:
    spread = counted(**{"Food & Beverage": 9, "food and beverage": 1, "FOOD & BEVERAGE": 2, "Food&Beverage": 1})
    (merged,) = spellings(spread)
    assert (merged.best, merged.records) == ("Food & Beverage", 3)
    (slip,) = spellings(counted(Manufacturing=5, Manufacturng=1))
    assert (slip.best, slip.others) == ("Manufacturing", ("Manufacturng",))
    assert spellings(counted(Retail=5, Rental=3, Banking=2)) == ()
    (country,) = spellings(counted(DE=2, Germany=5, Deutschland=1, Denmark=4), countries=True)
    assert (country.best, set(country.others)) == ("Germany", {"DE", "Deutschland"})


def test_the_listed_spelling_wins_and_listed_values_are_never_merged() -> None:
    (merged,) = spellings(counted(RETAIL=9, Retail=1), ("Retail",))
    assert (merged.best, merged.records) == ("Retail", 9)
    assert spellings(counted(Enterprise1=5, Enterprises=4), ("Enterprise1", "Enterprises")) == ()
    assert [c.value for c in unlisted(counted(Retail=1, Other=2), ("Retail",))] == ["Other"]
    assert unlisted(counted(Retail=1), ()) == ()


def test_a_report_survives_being_kept() -> None:
    report = report_of(org())
    assert ReadinessReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (("full",), "the token may do more than the agent needs: OAuth scope full"),
        (("api", "refresh_token", "web"), "the token may do more than the agent needs: OAuth scope refresh_token, web"),
        (("chatter_api", "id"), "the token lacks the OAuth scope api (it has chatter_api, id)"),
        ((), "the token lacks the OAuth scope api (it has none)"),
    ],
)
def test_a_token_that_may_do_too_much_or_too_little_costs_points(scopes: tuple[str, ...], said: str) -> None:
    access = readiness(org(scopes=scopes), playbook()).area(Area.ACCESS)
    enough = readiness(org(scopes=("api", "id")), playbook()).area(Area.ACCESS)
    assert said in access.reasons
    assert access.score < enough.score
    assert not any("OAuth" in fix.what for fix in enough.fixes)
    assert "the token has the OAuth scope api" in enough.reasons


def test_scopes_that_nobody_told_are_not_judged() -> None:
    silent = readiness(org(scopes=None), playbook()).area(Area.ACCESS)
    assert not any("OAuth" in reason for reason in silent.reasons)
