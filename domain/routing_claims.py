"""What each routing step says about a lead. A step claims it for a team or a person, or says nothing."""

from collections.abc import Iterator
from typing import assert_never

from domain.citing import cite_field, cite_inquiry, cite_playbook, cite_signal
from domain.consent import countries_of
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.naming import company_domain, company_name, registrable_domain
from domain.owners import find_user, is_active_person, is_queue
from domain.playbook import Playbook, RoutingStep, Segment, StrategicAccount, Team, Territory
from domain.texts import clean


class Claim(Value):
    """A team or a person that a step names. `problem` is set where the rule fits but nobody can take the lead."""

    step: RoutingStep
    why: str
    team: str = ""
    owner: CrmRecord | None = None
    territory: str = ""
    evidence: tuple[str, ...] = ()
    confidence: float = 0.9
    strategic: bool = False
    problem: str = ""


class Passed(Value):
    """An owner whom a step would have named, and why it did not."""

    owner: CrmRecord
    why: str


class Scene(Value):
    """What all steps look at."""

    inquiries: tuple[Inquiry, ...]
    snapshot: CrmSnapshot
    enrichment: Enrichment
    playbook: Playbook
    now: Instant

    @property
    def domain(self) -> str:
        """The company's own domain."""
        address = next((i.email for i in reversed(self.inquiries) if i.email.strip()), "")
        website = next((i.website for i in reversed(self.inquiries) if i.website.strip()), "")
        lead = self.snapshot.lead
        if lead is not None:
            address, website = address or lead.text("Email"), website or lead.text("Website")
        return company_domain(address, website, frozenset(self.playbook.free_mail_hosts))

    @property
    def company(self) -> str:
        lead = self.snapshot.lead
        said = next((i.company for i in reversed(self.inquiries) if i.company.strip()), "")
        return company_name(said or (lead.text("Company") if lead is not None else ""))

    def user(self, user_id: str) -> CrmRecord | None:
        owner = self.snapshot.owner
        if owner is not None and owner.id == user_id:
            return owner
        return next((u for u in self.snapshot.users if u.id == user_id), None)


def claims_of(step: RoutingStep, scene: Scene, book: EvidenceBook) -> tuple[tuple[Claim, ...], tuple[Passed, ...]]:
    """The claims of one step, and the owners it passed over."""
    match step:
        case RoutingStep.STRATEGIC:
            return _strategic(scene, book)
        case RoutingStep.LEAD_OWNER:
            return _lead_owner(scene, book)
        case RoutingStep.ACCOUNT_OWNER:
            return _account_owner(scene, book)
        case RoutingStep.PARTNER:
            return tuple(_partner(scene, book)), ()
        case RoutingStep.TERRITORY:
            return tuple(_territory(scene, book)), ()
        case RoutingStep.PRODUCT:
            return tuple(_product(scene, book)), ()
        case RoutingStep.SIZE:
            return tuple(_size(scene, book)), ()
    assert_never(step)


def segment_of(scene: Scene, book: EvidenceBook) -> tuple[Segment | None, tuple[str, ...], float]:
    """The company's size as the playbook names it, with its evidence and confidence."""
    signal = scene.enrichment.best("employees")
    if signal is None or isinstance(signal.value, bool) or not isinstance(signal.value, int | float):
        return None, (), 1.0
    size = signal.value
    ordered = sorted(scene.playbook.routing.segments, key=lambda s: s.at_least, reverse=True)
    found = next((s for s in ordered if size >= s.at_least), None)
    return found, (cite_signal(book, signal),) if found else (), signal.confidence


def _strategic(scene: Scene, book: EvidenceBook) -> tuple[tuple[Claim, ...], tuple[Passed, ...]]:
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
    passed = tuple(Passed(owner=u, why="inactive") for u in wanted if u is not None and not is_active_person(u))
    owner = next((u for u in wanted if is_active_person(u)), None)
    claim = Claim(
        step=RoutingStep.STRATEGIC,
        why=f"{name} is a strategic account.",
        owner=owner,
        evidence=evidence,
        confidence=0.97,
        strategic=True,
        problem="" if owner is not None else f"{name} is a strategic account and none of its owners is active.",
    )
    return (claim,), passed


def _is_account(strategic: StrategicAccount, scene: Scene) -> bool:
    domains = {registrable_domain(d) or d for d in strategic.domains}
    return (bool(scene.domain) and scene.domain in domains) or (
        bool(scene.company) and company_name(strategic.name) == scene.company
    )


def _lead_owner(scene: Scene, book: EvidenceBook) -> tuple[tuple[Claim, ...], tuple[Passed, ...]]:
    lead = scene.snapshot.lead
    if lead is None or not lead.text("OwnerId") or is_queue(lead.text("OwnerId")):
        return (), ()
    owner = scene.user(lead.text("OwnerId"))
    if owner is None:
        return (), ()
    if not is_active_person(owner):
        return (), (Passed(owner=owner, why="owns the lead, and is no active person"),)
    why = f"{clean(owner.text('Name'), 80)} already owns the lead."
    ref = cite_field(book, lead, "OwnerId")
    return (Claim(step=RoutingStep.LEAD_OWNER, why=why, owner=owner, evidence=(ref,), confidence=0.98),), ()


def _account_owner(scene: Scene, book: EvidenceBook) -> tuple[tuple[Claim, ...], tuple[Passed, ...]]:
    account = scene.snapshot.account
    if account is None:
        return (), ()
    owner = scene.user(account.text("OwnerId"))
    if owner is None:
        return (), ()
    if not is_active_person(owner):
        return (), (Passed(owner=owner, why="owns the account, and is no active person"),)
    why = f"{clean(owner.text('Name'), 80)} owns the account {clean(account.text('Name'), 80)}."
    ref = cite_field(book, account, "OwnerId")
    return (Claim(step=RoutingStep.ACCOUNT_OWNER, why=why, owner=owner, evidence=(ref,), confidence=0.95),), ()


def _partner(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    rules = scene.playbook.routing
    if not rules.partner_team:
        return
    for partner in rules.partners:
        if scene.domain and scene.domain in {registrable_domain(d) or d for d in partner.domains}:
            ref = cite_playbook(book, "partners", partner.name, ", ".join(partner.domains), now=scene.now)
            yield Claim(
                step=RoutingStep.PARTNER, why=f"{partner.name} is a partner.", team=rules.partner_team, evidence=(ref,)
            )
            return
    account = scene.snapshot.account
    if account is not None and (account.flag("Partner__c") or account.text("Type") == "Partner"):
        ref = cite_field(book, account, "Partner__c" if account.flag("Partner__c") else "Type")
        why = f"{clean(account.text('Name'), 80)} is a partner."
        yield Claim(step=RoutingStep.PARTNER, why=why, team=rules.partner_team, evidence=(ref,))


def _territory(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    countries = countries_of(scene.inquiries, scene.snapshot, book)
    if not countries:
        signal = scene.enrichment.best("country")
        countries = {str(signal.value): cite_signal(book, signal)} if signal is not None else {}
    segment, size_refs, size_confidence = segment_of(scene, book)
    region = _region(scene)
    for country, ref in countries.items():
        fitting = [t for t in scene.playbook.routing.territories if _covers(t, country, region, segment)]
        narrowest = max((_narrowness(t) for t in fitting), default=0)
        for territory in (t for t in fitting if _narrowness(t) == narrowest):
            by_size = bool(territory.segments)
            yield Claim(
                step=RoutingStep.TERRITORY,
                why=f"Territory {country} → {_label(territory.team, scene.playbook.teams)}.",
                team=territory.team,
                territory=territory.name,
                evidence=(
                    ref,
                    *(size_refs if by_size else ()),
                    cite_playbook(book, "territories", territory.name, ", ".join(territory.countries), now=scene.now),
                ),
                confidence=round(0.95 * (size_confidence if by_size else 1.0), 2),
            )


def _covers(territory: Territory, country: str, region: str, segment: Segment | None) -> bool:
    return (
        country in territory.countries
        and (not territory.regions or region in {r.casefold() for r in territory.regions})
        and (not territory.segments or (segment is not None and segment.name in territory.segments))
    )


def _narrowness(territory: Territory) -> int:
    return bool(territory.regions) + bool(territory.segments)


def _region(scene: Scene) -> str:
    lead, account = scene.snapshot.lead, scene.snapshot.account
    said = (lead.text("State") if lead is not None else "") or (
        account.text("BillingState") if account is not None else ""
    )
    return said.strip().casefold()


def _product(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    wanted, ref = "", ""
    for inquiry in reversed(scene.inquiries):
        if inquiry.product_interest.strip():
            wanted, ref = inquiry.product_interest.strip(), cite_inquiry(book, inquiry, "product_interest")
            break
    lead = scene.snapshot.lead
    if not wanted and lead is not None and lead.text("Product_Interest__c"):
        wanted, ref = lead.text("Product_Interest__c"), cite_field(book, lead, "Product_Interest__c")
    for rule in scene.playbook.routing.product_teams:
        if wanted and rule.product.casefold() == wanted.casefold():
            why = f"Product {rule.product} → {_label(rule.team, scene.playbook.teams)}."
            yield Claim(step=RoutingStep.PRODUCT, why=why, team=rule.team, evidence=(ref,))


def _size(scene: Scene, book: EvidenceBook) -> Iterator[Claim]:
    segment, refs, confidence = segment_of(scene, book)
    if segment is not None and segment.team:
        why = f"Size {segment.name} → {_label(segment.team, scene.playbook.teams)}."
        yield Claim(
            step=RoutingStep.SIZE, why=why, team=segment.team, evidence=refs, confidence=round(0.9 * confidence, 2)
        )


def _label(team: str, teams: dict[str, Team]) -> str:
    known = teams.get(team)
    return known.name if known is not None else team
