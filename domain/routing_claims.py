"""What each routing step says about a lead. A step claims it for a team or a person, or says nothing."""

from collections.abc import Iterator
from typing import assert_never

from domain.citing import VALUE_LIMIT, cite_field, cite_playbook
from domain.evidence import EvidenceBook, EvidenceSource
from domain.leads import CrmRecord
from domain.naming import company_name, registrable_domain
from domain.owners import find_user, is_queue
from domain.playbook import RoutingStep, Segment, StrategicAccount, Team, Territory
from domain.routing_facts import Facts
from domain.routing_rows import first_fitting
from domain.routing_rules import postal_in
from domain.routing_scene import Claim, Passed, Said, Scene
from domain.texts import clean


def claims_of(step: RoutingStep, scene: Scene, book: EvidenceBook) -> Said:
    """The claims of one step, and the owners it passed over."""
    match step:
        case RoutingStep.STRATEGIC:
            return _strategic(scene, book)
        case RoutingStep.LEAD_OWNER:
            return _lead_owner(scene, book)
        case RoutingStep.ACCOUNT_OWNER:
            return _account_owner(scene, book)
        case RoutingStep.OPPORTUNITY_OWNER:
            return _opportunity_owner(scene, book)
        case RoutingStep.PARTNER:
            return tuple(_partner(scene, book)), ()
        case RoutingStep.RULES:
            return first_fitting(scene, book)
        case RoutingStep.TERRITORY:
            return tuple(_territory(scene, book)), ()
        case RoutingStep.PRODUCT:
            return tuple(_product(scene, book)), ()
        case RoutingStep.SIZE:
            return tuple(_size(scene, book)), ()
        case RoutingStep.LANGUAGE:
            return tuple(_language(scene, book)), ()
    assert_never(step)


def _strategic(scene: Scene, book: EvidenceBook) -> Said:
    rules = scene.playbook.routing
    listed = next((s for s in rules.strategic if _is_account(s, scene)), None)
    account = scene.snapshot.account
    marked = account is not None and account.flag("Strategic__c")
    if listed is None and not marked:
        return (), ()
    evidence: tuple[str, ...] = ()
    wanted: list[CrmRecord | None] = []
    if listed is not None:
        evidence += (cite_playbook(book, "strategic", listed.name, listed.owner, now=scene.now),)
        wanted.append(find_user(listed.owner, scene.snapshot.users))
    if account is not None and marked:
        evidence += (cite_field(book, account, "Strategic__c"), cite_field(book, account, "OwnerId"))
        wanted.append(scene.user(account.text("OwnerId")))
    wanted.append(find_user(rules.strategic_owner, scene.snapshot.users))
    name = clean(listed.name if listed is not None else account.text("Name") if account is not None else "", 80)
    passed: list[Passed] = []
    owner: CrmRecord | None = None
    for user in wanted:
        if owner is None and user is not None:
            owner, gone = _able(user, scene, "")
            passed.extend(gone)
    claim = Claim(
        step=RoutingStep.STRATEGIC,
        why=f"{name} is a strategic account.",
        owner=owner,
        rule=listed.name if listed is not None else "Strategic__c",
        evidence=evidence,
        confidence=0.97,
        strategic=True,
        problem="" if owner is not None else f"{name} is strategic and none of its owners is active and free.",
    )
    return (claim,), tuple(passed)


def _able(user: CrmRecord, scene: Scene, holds: str) -> tuple[CrmRecord | None, tuple[Passed, ...]]:
    """The person, or their stand-in, or nobody; and why the person was passed over."""
    staff = scene.staff
    problem = staff.problem(user)
    if not problem:
        return user, ()
    return staff.cover_of(user), (Passed(owner=user, why=f"{holds}, and is {problem}" if holds else problem),)


def _is_account(strategic: StrategicAccount, scene: Scene) -> bool:
    domains = {registrable_domain(d) or d for d in strategic.domains}
    return (bool(scene.domain) and scene.domain in domains) or (
        bool(scene.company) and company_name(strategic.name) == scene.company
    )


def _lead_owner(scene: Scene, book: EvidenceBook) -> Said:
    lead = scene.snapshot.lead
    if lead is None or not lead.text("OwnerId") or is_queue(lead.text("OwnerId")):
        return (), ()
    return _holder(RoutingStep.LEAD_OWNER, lead, "owns the lead", scene, book, 0.98)


def _account_owner(scene: Scene, book: EvidenceBook) -> Said:
    account = scene.snapshot.account
    if account is None:
        return (), ()
    holds = f"owns the account {clean(account.text('Name'), 80)}"
    return _holder(RoutingStep.ACCOUNT_OWNER, account, holds, scene, book, 0.95)


def _opportunity_owner(scene: Scene, book: EvidenceBook) -> Said:
    """Owners of the account's open opportunities; two of them are for a person to settle."""
    claims: list[Claim] = []
    passed: list[Passed] = []
    for deal in scene.snapshot.opportunities:
        if deal.flag("IsClosed") or deal.text("OwnerId") in {c.owner.id for c in claims if c.owner is not None}:
            continue
        holds = f"owns the open opportunity {clean(deal.text('Name'), 80)}"
        found, gone = _holder(RoutingStep.OPPORTUNITY_OWNER, deal, holds, scene, book, 0.95)
        claims.extend(found)
        passed.extend(gone)
    return tuple(claims), tuple(passed)


def _holder(
    step: RoutingStep, record: CrmRecord, holds: str, scene: Scene, book: EvidenceBook, confidence: float
) -> Said:
    user = scene.user(record.text("OwnerId"))
    if user is None:
        return (), ()
    owner, passed = _able(user, scene, holds)
    if owner is None:
        return (), passed
    name = clean(user.text("Name"), 80)
    why = f"{name} {'already ' if step is RoutingStep.LEAD_OWNER else ''}{holds}."
    if owner is not user:
        why += f" {clean(owner.text('Name'), 80)} stands in."
    ref = cite_field(book, record, "OwnerId")
    return (Claim(step=step, why=why, owner=owner, evidence=(ref,), confidence=confidence),), passed


def _partner(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    rules = scene.playbook.routing
    if not rules.partner_team:
        return
    for partner in rules.partners:
        if scene.domain and scene.domain in {registrable_domain(d) or d for d in partner.domains}:
            ref = cite_playbook(book, "partners", partner.name, ", ".join(partner.domains), now=scene.now)
            yield Claim(
                step=RoutingStep.PARTNER,
                why=f"{partner.name} is a partner.",
                team=rules.partner_team,
                rule=partner.name,
                evidence=(ref,),
            )
            return
    account = scene.snapshot.account
    if account is not None and (account.flag("Partner__c") or account.text("Type") == "Partner"):
        ref = cite_field(book, account, "Partner__c" if account.flag("Partner__c") else "Type")
        why = f"{clean(account.text('Name'), 80)} is a partner."
        yield Claim(step=RoutingStep.PARTNER, why=why, team=rules.partner_team, evidence=(ref,))


def _territory(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    """What Salesforce says of the account first: people or their own assignment rules put it there."""
    placed = tuple(_sales_territory(scene, book))
    yield from placed or _by_place(scene, book)


def _sales_territory(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    account = scene.snapshot.account
    within = {name.casefold(): name for name in scene.snapshot.account_territories}
    for key, team in scene.playbook.teams.items() if account is not None else ():
        name = within.get(team.territory.casefold()) if team.territory else None
        if account is None or name is None:
            continue
        ref = book.cite(
            EvidenceSource.CRM,
            "Salesforce",
            f"{account.object}/{account.id}",
            "ObjectTerritory2Association",
            observed_at=account.modified_at,
            value=clean(name, VALUE_LIMIT),
        )
        why = f"{clean(account.text('Name'), 80)} is in the territory {clean(name, 80)}."
        yield Claim(step=RoutingStep.TERRITORY, why=why, team=key, territory=name, rule=name, evidence=(ref,))


def _by_place(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    facts = Facts(scene, book)
    segment, size = facts.segment()
    region, postal = facts.region(), facts.postal()
    for country, ref in facts.countries().items():
        fitting = [
            t for t in scene.playbook.routing.territories if _covers(t, country, region.value, postal.value, segment)
        ]
        narrowest = max((t.narrowness for t in fitting), default=0)
        for territory in (t for t in fitting if t.narrowness == narrowest):
            used = [
                *([region] if territory.regions else []),
                *([postal] if territory.postal else []),
                *([size] if territory.segments else []),
            ]
            yield Claim(
                step=RoutingStep.TERRITORY,
                why=f"Territory {country} → {_label(territory.team, scene.playbook.teams)}.",
                team=territory.team,
                territory=territory.name,
                rule=territory.name,
                evidence=(
                    ref,
                    *(found for fact in used for found in fact.cite()),
                    cite_playbook(book, "territories", territory.name, ", ".join(territory.countries), now=scene.now),
                ),
                confidence=round(0.95 * min((f.confidence for f in used), default=1.0), 2),
            )


def _covers(territory: Territory, country: str, region: str, postal: str, segment: Segment | None) -> bool:
    return (
        country in territory.countries
        and (not territory.regions or region.casefold() in {r.casefold() for r in territory.regions})
        and (not territory.postal or postal_in(postal, territory.postal))
        and (not territory.segments or (segment is not None and segment.name in territory.segments))
    )


def _product(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    wanted = Facts(scene, book).product()
    for rule in scene.playbook.routing.product_teams:
        if wanted.value and rule.product.casefold() == wanted.value.casefold():
            why = f"Product {rule.product} → {_label(rule.team, scene.playbook.teams)}."
            yield Claim(step=RoutingStep.PRODUCT, why=why, team=rule.team, rule=rule.product, evidence=wanted.cite())


def _size(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    segment, size = Facts(scene, book).segment()
    if segment is not None and segment.team:
        why = f"Size {segment.name} → {_label(segment.team, scene.playbook.teams)}."
        yield Claim(
            step=RoutingStep.SIZE,
            why=why,
            team=segment.team,
            rule=segment.name,
            evidence=size.cite(),
            confidence=round(0.9 * size.confidence, 2),
        )


def _language(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    said = Facts(scene, book).language()
    rule = next((r for r in scene.playbook.routing.language_teams if said.value == r.language), None)
    if rule is not None:
        why = f"Language {rule.language} → {_label(rule.team, scene.playbook.teams)}."
        yield Claim(
            step=RoutingStep.LANGUAGE,
            why=why,
            team=rule.team,
            rule=rule.language,
            evidence=said.cite(),
            confidence=round(0.9 * said.confidence, 2),
        )


def _label(team: str, teams: dict[str, Team]) -> str:
    known = teams.get(team)
    return known.name if known is not None else team
