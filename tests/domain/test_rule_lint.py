"""Rows that never fire, overlaps with different owners, open ground, unknown names: each told where it is."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.lint_names import Directory, live, unknown_names, written_down
from domain.playbook import Playbook, ProductTeam, RoutingStep, Segment, StrategicAccount, Territory
from domain.playbook_checks import PlaybookFinding
from domain.routing_rules import Absence, KnownPeople, LanguageTeam, RoutingRule, Share
from domain.rule_cover import Ground, overlap
from domain.rule_lint import lint
from domain.scoring_rules import OnField, OnSignal
from tests.domain.scenes import AWAY, IRENE, NOW, QUEUES, playbook

LISTED = RoutingStep.RULES


def rules(**changes: object) -> Playbook:
    return playbook().model_copy(update={"routing": playbook().routing.model_copy(update=changes)})


def only(*rows: RoutingRule, **changes: object) -> Playbook:
    """A playbook that routes by its list alone."""
    bare: dict[str, object] = {
        "precedence": ((LISTED,),),
        "rules": rows,
        "territories": (),
        "product_teams": (),
        "strategic": (),
        "markets": ("ES",),
        **changes,
    }
    return rules(**bare)


def row(id: str, team: str = "emea", **conditions: object) -> RoutingRule:
    return RoutingRule.model_validate({"id": id, "team": team, **conditions})


def told(found: tuple[PlaybookFinding, ...]) -> dict[tuple[str | int, ...], str]:
    return {f.path: f.what for f in found}


def test_the_shipped_rules_have_nothing_to_tell() -> None:
    assert lint(playbook()) == ()


ALL = row("everything")


@pytest.mark.parametrize(
    ("rows", "taken_by"),
    [
        ((row("a", countries=["ES"]), row("b", countries=["ES"], segments=["enterprise"]), ALL), "rule a"),
        ((row("a", countries=["ES"]), row("b", countries=["PT"]), row("c", countries=["PT", "ES"]), ALL), "a, rule b"),
        ((ALL, row("b", products=["Analytics"])), "rule everything"),
        ((row("a", postal=["28000-28999"]), row("b", postal=["28013"]), ALL), "rule a"),
        ((row("a", postal=["28000-28499"]), row("b", postal=["28500-28999"]), row("c", postal=["28*"]), ALL), None),
        ((row("a", postal=["100-149"]), row("b", postal=["150-199"]), row("c", postal=["100-199"]), ALL), "a, rule b"),
        ((row("a", postal=["SW1*"]), row("b", postal=["SW1A 1AA"]), ALL), "rule a"),
        ((row("a", regions=["Madrid"]), row("b", regions=["MADRID"], languages=["es"]), ALL), "rule a"),
        ((row("a", countries=["ES"], segments=["enterprise"]), row("b", countries=["ES"]), ALL), None),
        ((row("a", lead_sources=["Web"]), row("b", lead_sources=["Web", "Other"]), ALL), None),
    ],
)  # fmt: skip
def test_a_row_that_others_take_wholly_can_never_fire(rows: tuple[RoutingRule, ...], taken_by: str | None) -> None:
    found = [f for f in lint(only(*rows)) if "never fire" in f.what]
    if taken_by is None:
        assert found == []
        return
    assert len(found) == 1
    assert taken_by in found[0].what
    assert not found[0].warning


def test_a_row_that_may_be_passed_over_hides_nothing() -> None:
    person = RoutingRule(id="irene", owner="irene@acme.example", countries=("ES",))
    assert lint(only(person, row("b", countries=["ES"]), ALL)) == ()


def test_an_earlier_step_can_take_everything() -> None:
    found = told(
        lint(
            rules(precedence=((LISTED,), (RoutingStep.TERRITORY,), (RoutingStep.PRODUCT,)), rules=(ALL,), strategic=())
        )
    )
    assert len([p for p in found if p[1] == "territories"]) == len(playbook().routing.territories)
    assert "product Analytics can never fire" in found["routing", "product_teams", 0]


def test_a_broad_territory_under_narrower_ones_fires_for_unknown_sizes_only_if_any_is_left() -> None:
    sizes = tuple(s.name for s in playbook().routing.segments)
    narrow = Territory(name="all sizes", countries=("ES",), segments=sizes, team="enterprise")
    broad = Territory(name="Spain", countries=("ES",), team="emea")
    assert [f for f in lint(rules(territories=(narrow, broad), markets=("ES",))) if "never fire" in f.what] == []


def test_rows_that_the_precedence_never_asks() -> None:
    found = told(lint(rules(precedence=((RoutingStep.TERRITORY,),), rules=(ALL,))))
    assert "the precedence does not ask rules" in found["routing", "rules"]
    assert "the precedence does not ask product" in found["routing", "product_teams"]
    assert "the precedence does not ask strategic" in found["routing", "strategic"]
    sized = told(lint(rules(segments=(Segment(name="small", at_least=0, team="emea"),), territories=())))
    assert "the precedence does not ask size" in sized["routing", "segments", 0, "team"]


def test_the_same_thing_for_two_owners() -> None:
    twice = rules(
        product_teams=(
            ProductTeam(product="Analytics", team="emea"),
            ProductTeam(product="analytics", team="enterprise"),
        ),
        strategic=(
            StrategicAccount(name="Tailspin", domains=("t.example",), owner="a@acme.example"),
            StrategicAccount(name="Other", domains=("t.example",), owner="b@acme.example"),
        ),
        precedence=(
            (RoutingStep.STRATEGIC,),
            (RoutingStep.TERRITORY,),
            (RoutingStep.PRODUCT,),
            (RoutingStep.LANGUAGE,),
        ),
        language_teams=(LanguageTeam(language="es", team="emea"), LanguageTeam(language="es", team="emea")),
    )
    found = told(lint(twice))
    assert found["routing", "product_teams", 1] == "product analytics belongs to emea and to enterprise"
    assert (
        found["routing", "strategic", 1]
        == "strategic account t.example belongs to a@acme.example and to b@acme.example"
    )
    assert "language es is there twice" in found["routing", "language_teams", 1]


def test_steps_of_one_rank_with_different_owners() -> None:
    found = lint(rules(precedence=((RoutingStep.STRATEGIC,), (RoutingStep.TERRITORY, RoutingStep.PRODUCT))))
    (only_one,) = [f for f in found if "overlaps with" in f.what]
    assert only_one.warning
    assert only_one.path == ("routing", "product_teams", 0)
    assert "product Analytics (enterprise) overlaps with territory Iberia and Italy (emea)" in only_one.what


def test_markets_that_nothing_covers_wholly_or_in_part() -> None:
    kept = tuple(t for t in playbook().routing.territories if t.name != "DACH")
    found = told(lint(rules(territories=kept)))
    ((place, what),) = ((p, w) for p, w in found.items() if "covered in part" in w and w.startswith("DE"))
    assert playbook().routing.markets[int(place[2])] == "DE"
    assert "nothing covers any size but enterprise" in what
    found = told(lint(rules(markets=("ES", "JP", "BR"))))
    assert found == {("routing", "markets", 1): "no territory or rule covers JP, BR"}


def test_without_markets_the_countries_of_the_consent_rules_are_asked_and_only_warned_about() -> None:
    found = [f for f in lint(rules(markets=(), territories=playbook().routing.territories[:1])) if "covers" in f.what]
    assert any("no territory or rule covers" in f.what and "DE" in f.what for f in found)
    assert all(f.warning for f in found)


def test_scoring_rules_that_never_fire_and_bands_out_of_reach() -> None:
    first = playbook().score_rules[0]
    sized = first.model_copy(
        update={"id": "sized", "group": "g", "when": OnSignal(kind="signal", name="employees", at_least=10)}
    )
    stricter = sized.model_copy(
        update={"id": "stricter", "when": OnSignal(kind="signal", name="employees", at_least=50, at_most=90)}
    )
    empty = sized.model_copy(
        update={"id": "empty", "group": "", "when": OnSignal(kind="signal", name="employees", at_least=5, at_most=1)}
    )
    found = told(lint(playbook().model_copy(update={"score_rules": (sized, stricter, empty)})))
    assert "rule stricter can never fire: sized" in found["score_rules", 1]
    assert "rule empty can never fire" in found["score_rules", 2, "when"]
    assert any("out of reach" in what for what in found.values())


@pytest.mark.parametrize(
    ("wide", "narrow", "hidden"),
    [
        (("head of operations",), ("HEAD of operations",), True),
        (("vp * operations",), ("vp operations", "vp of global operations"), True),
        (("head",), ("head of operations",), True),
        (("head of operations",), ("head",), False),
        (("vp * operations",), ("vp * sales",), False),
        (("vp * operations",), ("vp operations", "vp sales"), False),
    ],
)
def test_a_phrase_that_another_of_the_group_always_finds_first(
    wide: tuple[str, ...], narrow: tuple[str, ...], hidden: bool
) -> None:
    first = playbook().score_rules[0].model_copy(update={"id": "wide", "group": "g"})
    first = first.model_copy(update={"when": OnField(kind="field", name="title", words=wide)})
    second = first.model_copy(update={"id": "narrow", "when": OnField(kind="field", name="title", words=narrow)})
    found = told(lint(playbook().model_copy(update={"score_rules": (first, second)})))
    assert ("score_rules", 1) in found if hidden else ("score_rules", 1) not in found


def test_names_that_nobody_has() -> None:
    people = KnownPeople(users=("irene@acme.example", "tomas@acme.example"), queues=("EMEA_mid_market",))
    emea = (
        playbook()
        .teams["emea"]
        .model_copy(
            update={
                "members": ("irene@acme.example", "tomaas@acme.example"),
                "shares": (Share(member="tomas@acme.example"),),
            }
        )
    )
    absent = Absence(who="gone@acme.example", first_day=NOW.date(), last_day=NOW.date(), cover="gone@acme.example")
    changed = playbook().model_copy(
        update={"people": people, "teams": {**playbook().teams, "emea": emea}, "absences": (absent,)}
    )
    found = unknown_names(changed, written_down(changed))
    by_place = {f.path: f for f in found}
    typo = by_place["teams", "emea", "members", 1]
    assert (typo.what, typo.fix) == (
        "unknown user tomaas@acme.example: not in people in the playbook",
        "did you mean tomas@acme.example?",
    )
    assert "none of its members" in by_place["teams", "emea", "shares", 0, "member"].what
    assert "unknown user gone@acme.example" in by_place["absences", 0, "who"].what
    assert ("routing", "fallback_queue") in by_place


def test_with_the_crm_a_deactivated_member_is_a_warning_and_an_empty_team_a_mistake() -> None:
    emea = playbook().teams["emea"].model_copy(update={"members": ("aleks@acme.example",)})
    changed = playbook().model_copy(update={"teams": {**playbook().teams, "emea": emea}})
    directory = live((IRENE, AWAY), QUEUES, ("Night_shift",))
    found = {f.path: f for f in unknown_names(changed, directory)}
    assert found["teams", "emea", "members", 0].warning
    assert "nobody of team emea can take a lead" in found["teams", "emea", "members"].what


def test_names_that_are_not_written_down_are_not_checked() -> None:
    assert unknown_names(playbook(), Directory(source="nowhere")) == ()


conditions = st.fixed_dictionaries(
    {},
    optional={
        "countries": st.lists(st.sampled_from(["ES", "PT"]), min_size=1, max_size=2),
        "segments": st.lists(st.sampled_from(["small", "mid_market", "enterprise"]), min_size=1, max_size=2),
        "products": st.lists(st.sampled_from(["Analytics", "Depot"]), min_size=1, max_size=1),
    },
)


@settings(max_examples=80, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=6))
def test_never_fires_is_exactly_what_trying_every_lead_says(given_rows: list[dict[str, list[str]]]) -> None:
    rows = tuple(
        RoutingRule.model_validate({"id": f"r{n}", "team": "emea", **wanted}) for n, wanted in enumerate(given_rows)
    )
    changed = only(*rows)
    said = {f.path[2] for f in lint(changed) if "never fire" in f.what}
    fires: set[int] = set()
    leads = itertools.product(
        ["ES", "PT", "XX"], ["small", "mid_market", "enterprise", "unknown"], ["analytics", "depot", "other"]
    )
    for country, segment, product in leads:
        facts = {"countries": country, "segments": segment, "products": product}
        for n, wanted in enumerate(given_rows):
            if all(facts[k].casefold() in {v.casefold() for v in values} for k, values in wanted.items()):
                fires.add(n)
                break
    assert said == set(range(len(rows))) - fires


def test_what_is_left_of_a_box_is_disjoint_from_what_was_taken() -> None:
    ground = Ground(only(row("a", countries=["ES"], segments=["small"]), row("b", products=["Depot"])))
    left = ground.uncovered(ground.everything, ground.rows)
    assert left is not None
    assert not any(overlap(left, r.box) for r in ground.rows)


def test_a_territory_that_the_org_lacks() -> None:
    rules = playbook()
    key, team = next(iter(rules.teams.items()))
    rules = rules.model_copy(update={"teams": {**rules.teams, key: team.model_copy(update={"territory": "Suoth"})}})
    org = Directory(source="the CRM", territories=frozenset({"south"}))
    (found,) = unknown_names(rules, org)
    assert (found.path, found.fix) == (("teams", key, "territory"), "did you mean south?")


@pytest.mark.parametrize(("field", "key"), [("source", "grounds"), ("phone_source", "phone")])
def test_grounds_that_no_source_confirms_are_told(field: str, key: str) -> None:
    consent = playbook().consent
    place = next(n for n, rule in enumerate(consent.rules) if "GB" in rule.countries)
    bare = consent.rules[place].model_copy(update={field: ""})
    told_by = (*consent.rules[:place], bare, *consent.rules[place + 1 :])
    found = lint(playbook().model_copy(update={"consent": consent.model_copy(update={"rules": told_by})}))
    assert [(f.path, f.warning) for f in found] == [(("consent", "rules", place, key), True)]
    assert field in found[0].what


def test_people_of_one_company_are_not_alike_for_that() -> None:
    directory = Directory(source="the CRM", users=frozenset({"lucia.ferrer@acme.example"}))
    first = next(iter(playbook().teams))
    team = (
        playbook().teams[first].model_copy(update={"members": ("nobody.here@acme.example", "luca.ferrer@acme.example")})
    )
    found = unknown_names(playbook().model_copy(update={"teams": {first: team}}), directory)
    fixes = {f.path: f.fix for f in found}
    assert fixes["teams", first, "members", 0] == "correct the name, or add it there"
    assert fixes["teams", first, "members", 1] == "did you mean lucia.ferrer@acme.example?"
