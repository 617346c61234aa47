"""Who gets the lead, why, and by when. (Rules below the types are pure: `route`.)"""

import re
from collections.abc import Sequence
from datetime import timedelta

from domain.consent import preferred_language
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.ladder import business_add
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.owners import find_queue, is_active_person, members_of
from domain.playbook import Calendar, Playbook, Team
from domain.qualification import Qualification
from domain.reading import language_of, said_language
from domain.routing_claims import Claim, Passed, Scene, claims_of
from domain.texts import clean


class Candidate(Value):
    """An owner that was considered, and why it was or was not chosen."""

    owner_id: str
    name: str
    chosen: bool
    why: str


class RoutingDecision(Value):
    """`owner_id` empty means nobody could be chosen: then `conflict` says why, and a person decides."""

    owner_id: str
    owner_name: str
    owner_is_queue: bool = False
    team: str = ""
    territory: str = ""
    rule: str
    reason: str
    confidence: float
    evidence: tuple[str, ...] = ()
    considered: tuple[Candidate, ...] = ()
    fallback_owner_id: str = ""
    fallback_owner_name: str = ""
    strategic: bool = False
    conflict: str = ""
    respond_by: Instant | None = None
    """The SLA deadline for the first human answer."""


def route(
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    enrichment: Enrichment,
    qualification: Qualification,
    playbook: Playbook,
    book: EvidenceBook,
    *,
    now: Instant,
) -> RoutingDecision:
    """The first rank of the precedence that claims the lead decides. Two claims of one rank are a conflict.

    An inactive user is never chosen, and where nobody can be, the owner stays empty with the reason.
    """
    scene = Scene(inquiries=tuple(inquiries), snapshot=snapshot, enrichment=enrichment, playbook=playbook, now=now)
    skipped: list[Passed] = []
    for rank in playbook.routing.precedence:
        claims: list[Claim] = []
        for step in rank:
            found, passed = claims_of(step, scene, book)
            claims.extend(found)
            skipped.extend(passed)
        if claims:
            return _decide(claims, skipped, scene, qualification)
    return _unresolved(
        "none",
        "No territory, product, size or account rule fits: the country may be missing or not covered.",
        [],
        skipped,
        scene,
    )


def _decide(claims: list[Claim], skipped: list[Passed], scene: Scene, qualification: Qualification) -> RoutingDecision:
    claim = next((c for c in claims if c.owner is not None), claims[0])
    rule = " and ".join(dict.fromkeys(c.step.value for c in claims))
    problem = next((c.problem for c in claims if c.problem), "")
    if not problem and not _agree(claims, scene):
        problem = "Rules of equal rank disagree: " + " ".join(dict.fromkeys(c.why for c in claims))
    if problem:
        return _unresolved(rule, problem, claims, skipped, scene)
    team = scene.playbook.teams.get(claim.team)
    why, considered = "", tuple[Candidate, ...]()
    if claim.owner is not None:
        owner = claim.owner
        team = team or _team_of(owner, scene.playbook)
    elif team is not None:
        picked, why, considered = _pick(team, scene)
        if picked is None:
            return _unresolved(rule, f"{team.name}: {why}", claims, skipped, scene)
        owner = picked
    else:
        return _unresolved(rule, f"The playbook has no team {claim.team}.", claims, skipped, scene)
    fallback = _fallback(team, owner.id, scene)
    return RoutingDecision(
        owner_id=owner.id,
        owner_name=clean(owner.text("Name"), 80),
        owner_is_queue=owner.object == "Group",
        team=team.name if team is not None else "",
        territory=claim.territory,
        rule=rule,
        reason=" ".join(part for part in (claim.why, why) if part),
        confidence=min(c.confidence for c in claims),
        evidence=tuple(dict.fromkeys(ref for c in claims for ref in c.evidence)),
        considered=(*_passed_over(skipped), *considered),
        fallback_owner_id=fallback.id if fallback is not None else "",
        fallback_owner_name=clean(fallback.text("Name"), 80) if fallback is not None else "",
        strategic=any(c.strategic for c in claims),
        respond_by=_respond_by(scene, qualification, team),
    )


def _agree(claims: list[Claim], scene: Scene) -> bool:
    """One person and one team at most, and the person belongs to the team."""
    owners = {c.owner.id: c.owner for c in claims if c.owner is not None}
    teams = {c.team for c in claims if c.owner is None}
    if len(owners) > 1 or len(teams) > 1:
        return False
    named = [scene.playbook.teams[t] for t in teams if t in scene.playbook.teams]
    return all(_belongs(owner, team, scene) for owner in owners.values() for team in named)


def _belongs(owner: CrmRecord, team: Team, scene: Scene) -> bool:
    listed = any(member.id == owner.id for member in members_of(team, scene.snapshot.users))
    return listed or owner.text("Team__c") == team.name


def _pick(team: Team, scene: Scene) -> tuple[CrmRecord | None, str, tuple[Candidate, ...]]:
    """The member with the fewest open leads who reads the language; the queue where all are full."""
    snapshot = scene.snapshot
    members = members_of(team, snapshot.users)
    active = [u for u in members if is_active_person(u)]
    considered = [_candidate(u, "not active") for u in members if not is_active_person(u)]
    free = [u for u in active if snapshot.open_leads_by_owner.get(u.id, 0) < team.capacity]
    considered += [_candidate(u, f"at capacity ({team.capacity} open leads)") for u in active if u not in free]
    known = preferred_language(snapshot)
    language = said_language(scene.inquiries, known) or language_of(scene.inquiries, scene.playbook, known)
    fluent = [u for u in free if language in _languages(u)]
    considered += [_candidate(u, f"does not list {language}") for u in free if fluent and u not in fluent]
    pool = sorted(
        fluent or free, key=lambda u: (snapshot.open_leads_by_owner.get(u.id, 0), u.text("Name").casefold(), u.id)
    )
    if not pool:
        why = "Everybody is at capacity" if active else "It has no active member"
        queue = find_queue(team.queue, snapshot.queues)
        if queue is None:
            return None, f"{why}, and the CRM has no queue {team.queue}.", tuple(considered)
        return queue, f"{why}, so its queue takes it.", tuple(considered)
    chosen, others = pool[0], pool[1:]
    open_leads = snapshot.open_leads_by_owner.get(chosen.id, 0)
    considered += [_candidate(u, f"has {snapshot.open_leads_by_owner.get(u.id, 0)} open leads") for u in others]
    why = f"{clean(chosen.text('Name'), 80)} has {open_leads} open leads" + (", the fewest." if others else ".")
    if not fluent:
        why += f" Nobody free lists {language}."
    first = Candidate(owner_id=chosen.id, name=clean(chosen.text("Name"), 80), chosen=True, why=why)
    return chosen, why, (first, *considered)


def _unresolved(rule: str, problem: str, claims: list[Claim], skipped: list[Passed], scene: Scene) -> RoutingDecision:
    team = scene.playbook.teams.get(claims[0].team) if len(claims) == 1 else None
    fallback = _fallback(team, "", scene)
    return RoutingDecision(
        owner_id="",
        owner_name="",
        rule=rule,
        reason="A person has to choose the owner.",
        confidence=0.0,
        evidence=tuple(dict.fromkeys(ref for c in claims for ref in c.evidence)),
        considered=(
            *(_candidate(c.owner, c.why) for c in claims if c.owner is not None),
            *_passed_over(skipped),
        ),
        fallback_owner_id=fallback.id if fallback is not None else "",
        fallback_owner_name=clean(fallback.text("Name"), 80) if fallback is not None else "",
        strategic=any(c.strategic for c in claims),
        conflict=problem,
    )


def _fallback(team: Team | None, owner_id: str, scene: Scene) -> CrmRecord | None:
    """The team's queue, else the playbook's; never the owner themselves."""
    queues = scene.snapshot.queues
    names = ((team.queue,) if team is not None else ()) + (scene.playbook.routing.fallback_queue,)
    found = (find_queue(name, queues) for name in (*names, scene.playbook.intake_queue))
    return next((q for q in found if q is not None and q.id != owner_id), None)


def _respond_by(scene: Scene, qualification: Qualification, team: Team | None) -> Instant:
    playbook = scene.playbook
    band = next((b for b in playbook.bands if b.name == qualification.band), playbook.bands[-1])
    calendar = playbook.calendars.get(team.calendar) if team is not None else None
    calendar = calendar or next(iter(playbook.calendars.values()), Calendar(always=True))
    start = scene.inquiries[-1].received_at if scene.inquiries else scene.now
    return business_add(start, timedelta(seconds=band.respond_within), calendar)


def _team_of(owner: CrmRecord, playbook: Playbook) -> Team | None:
    return next((t for t in playbook.teams.values() if t.name == owner.text("Team__c")), None)


def _languages(user: CrmRecord) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z]+", user.text("Languages__c").lower()))


def _candidate(user: CrmRecord, why: str) -> Candidate:
    return Candidate(owner_id=user.id, name=clean(user.text("Name"), 80), chosen=False, why=why)


def _passed_over(skipped: list[Passed]) -> tuple[Candidate, ...]:
    return tuple(_candidate(p.owner, p.why) for p in skipped)
