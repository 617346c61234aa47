"""The first-match rows of a playbook: which one fits a lead."""

from collections.abc import Iterator

from domain.citing import cite_playbook
from domain.evidence import EvidenceBook
from domain.naming import registrable_domain
from domain.owners import find_queue, find_user
from domain.playbook import RoutingStep
from domain.routing_facts import Fact, Facts
from domain.routing_people import Staff
from domain.routing_rules import RoutingRule, postal_in
from domain.routing_scene import Claim, Passed, Said, Scene


def first_fitting(scene: Scene, book: EvidenceBook) -> Said:
    """The first row that fits, per country that was named; two countries can claim a lead for two owners.

    A row whose one person can take nothing is passed over, and the next that fits decides.
    """
    facts = Facts(scene, book)
    staff = scene.staff
    claims: list[Claim] = []
    passed: list[Passed] = []
    for country, ref in (facts.countries() or {"": ""}).items():
        for rule in scene.playbook.routing.rules:
            used = _fits(rule, country, ref, facts)
            if used is None:
                continue
            claim, gone = _claim(rule, used, scene, staff, book)
            passed.extend(gone)
            if claim is not None:
                claims.append(claim)
                break
    return tuple({c.rule: c for c in claims}.values()), tuple(passed)


def _fits(rule: RoutingRule, country: str, ref: str, facts: Facts) -> tuple[Fact, ...] | None:
    """The facts that the row rests on, or None where a condition does not hold."""
    if rule.countries and country not in rule.countries:
        return None
    used = [Fact(country, lambda: (ref,))] if rule.countries else []
    for wanted, fact in _asked(rule, facts):
        if not fact.value or fact.value.casefold() not in {w.casefold() for w in wanted}:
            return None
        used.append(fact)
    if rule.postal:
        postal = facts.postal()
        if not postal_in(postal.value, rule.postal):
            return None
        used.append(postal)
    return tuple(used)


def _asked(rule: RoutingRule, facts: Facts) -> Iterator[tuple[tuple[str, ...], Fact]]:
    if rule.regions:
        yield rule.regions, facts.region()
    if rule.segments:
        yield rule.segments, facts.segment()[1]
    if rule.products:
        yield rule.products, facts.product()
    if rule.languages:
        yield rule.languages, facts.language()
    if rule.lead_sources:
        yield rule.lead_sources, facts.lead_source()
    if rule.industries:
        yield rule.industries, facts.industry()
    if rule.domains:
        yield tuple(registrable_domain(d) or d for d in rule.domains), facts.domain()


def _claim(
    rule: RoutingRule, used: tuple[Fact, ...], scene: Scene, staff: Staff, book: EvidenceBook
) -> tuple[Claim | None, tuple[Passed, ...]]:
    team = scene.playbook.teams.get(rule.team)
    claim = Claim(
        step=RoutingStep.RULES,
        why=f"Rule {rule.id} → {team.name if team is not None else rule.goes_to}.",
        team=rule.team,
        rule=rule.id,
        evidence=(
            *(ref for fact in used for ref in fact.cite()),
            cite_playbook(book, "rules", rule.id, rule.goes_to, now=scene.now),
        ),
        confidence=round(0.95 * min((f.confidence for f in used), default=1.0), 2),
    )
    if rule.queue:
        queue = find_queue(rule.queue, scene.snapshot.queues)
        problem = "" if queue is not None else f"Rule {rule.id} names the queue {rule.queue}, which is not there."
        return claim.model_copy(update={"owner": queue, "problem": problem}), ()
    if not rule.owner:
        return claim, ()
    user = find_user(rule.owner, scene.snapshot.users)
    if user is None:
        return None, ()
    problem = staff.problem(user)
    if not problem:
        return claim.model_copy(update={"owner": user}), ()
    gone = Passed(owner=user, why=f"rule {rule.id} names them: {problem}")
    cover = staff.cover_of(user)
    return (claim.model_copy(update={"owner": cover}) if cover is not None else None), (gone,)
