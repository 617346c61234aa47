"""Who gets the lead, why, and by when. (Rules below the types are pure: `route`.)"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.consent import preferred_language
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook
from domain.ladder import business_add
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.owners import find_queue, find_user
from domain.playbook import Calendar, Playbook, Team
from domain.qualification import Qualification
from domain.reading import language_written
from domain.round_robin import LocalTurns, Seat, Turns
from domain.routing_claims import claims_of
from domain.routing_facts import Facts
from domain.routing_people import Staff
from domain.routing_scene import Claim, Passed, Scene
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
    rows: tuple[str, ...] = ()
    """The playbook's rows that decided, or that disagree: `territory DACH`, `product Analytics`, …"""
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
    turns: Turns | None = None,
    set_aside: Mapping[str, str] | None = None,
) -> RoutingDecision:
    """The first rank of the precedence that claims the lead decides. Two claims of one rank are a conflict.

    Nobody who is inactive, absent or full is ever chosen, and where nobody can be, the owner stays empty with the
    reason. `turns` remembers whose turn it is in a team; without it every decision begins with an even table.
    `set_aside` are owners who had this lead before and are not to get it again, each with the reason.
    """
    scene = Scene(
        inquiries=tuple(inquiries),
        snapshot=snapshot,
        enrichment=enrichment,
        playbook=playbook,
        now=now,
        set_aside=dict(set_aside or {}),
    )
    skipped: list[Passed] = []
    for rank in playbook.routing.precedence:
        claims: list[Claim] = []
        for step in rank:
            found, passed = claims_of(step, scene, book)
            claims.extend(found)
            skipped.extend(passed)
        if claims:
            respond_by = _Deadlines(scene, qualification, book)
            return _decide(claims, skipped, scene, respond_by, turns or LocalTurns())
    return _unresolved(
        "none",
        "No territory, product, size or account rule fits: the country may be missing or not covered.",
        [],
        skipped,
        scene,
    )


class _Deadlines:
    """When the first human answer is due: the shorter of what band and size ask for, in the team's business time."""

    def __init__(self, scene: Scene, qualification: Qualification, book: EvidenceBook) -> None:
        playbook = scene.playbook
        band = next((b for b in playbook.bands if b.name == qualification.band), playbook.bands[-1])
        segment, _ = Facts(scene, book).segment()
        asked = (band.respond_within, segment.respond_within if segment is not None else None)
        self._within = timedelta(seconds=min(s for s in asked if s is not None))
        self._start = scene.inquiries[-1].received_at if scene.inquiries else scene.now
        self._calendars = playbook.calendars

    def of(self, team: Team | None) -> Instant:
        calendar = self._calendars.get(team.calendar) if team is not None else None
        calendar = calendar or next(iter(self._calendars.values()), Calendar(always=True))
        return business_add(self._start, self._within, calendar)


def _decide(
    claims: list[Claim], skipped: list[Passed], scene: Scene, deadlines: _Deadlines, turns: Turns
) -> RoutingDecision:
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
        team = team or scene.staff.team_of(owner)
    elif team is not None:
        picked, why, considered = _pick(claim.team, team, scene, deadlines.of(team), turns)
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
        rows=_rows(claims),
        respond_by=deadlines.of(team),
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
    if owner.object == "Group":
        queue = find_queue(team.queue, scene.snapshot.queues)
        return queue is not None and queue.id == owner.id
    return scene.staff.belongs(owner, team)


def _pick(
    pool: str, team: Team, scene: Scene, respond_by: Instant, turns: Turns
) -> tuple[CrmRecord | None, str, tuple[Candidate, ...]]:
    """Whose turn it is among those who are here, have room, read the language and work before the deadline.

    Language and hours are wishes: where nobody meets them, the others are asked. Where all are full, the queue.
    """
    staff = scene.staff
    members = staff.members(team)
    problems = {
        u.id: staff.problem(u, team) or ("" if staff.weight(u, team) else "takes no share now") for u in members
    }
    able = [u for u in members if not problems[u.id]]
    considered = [_candidate(u, problems[u.id]) for u in members if problems[u.id]]
    considered += _unknown_members(team, scene)
    language = _language(scene)
    fluent = [u for u in able if language in _languages(u)] or able
    here = [u for u in fluent if staff.at_work_by(u, team, respond_by)] or fluent
    able.sort(key=lambda u: (staff.open_leads(u), u.text("Name").casefold(), u.id))
    chosen = ""
    for wish in (here, able):
        seats = [_seat(u, team, staff) for u in able if u in wish]
        chosen = chosen or (turns.take(pool, seats) if seats else "")
    winner = next((u for u in able if u.id == chosen), None)
    if winner is None:
        why = _why_nobody(members, able, problems)
        considered += [_candidate(u, "at capacity, with the leads that wait for approval") for u in able]
        queue = find_queue(team.queue, scene.snapshot.queues)
        if queue is None:
            return None, f"{why}, and the CRM has no queue {team.queue}.", tuple(considered)
        if queue.id in scene.set_aside:
            return None, f"{why}, and its queue {scene.set_aside[queue.id]}.", tuple(considered)
        return queue, f"{why}, so its queue takes it.", tuple(considered)
    for user in (u for u in able if u is not winner):
        if user not in fluent:
            passed = f"does not list {language}"
        elif user not in here:
            passed = "does not work before the deadline"
        else:
            passed = f"comes later in turn, has {staff.open_leads(user)} open leads"
        considered.append(_candidate(user, passed))
    others = "next in turn" if len(able) > 1 else "the only one free"
    why = f"{clean(winner.text('Name'), 80)} is {others} and has {staff.open_leads(winner)} open leads."
    if language not in _languages(winner):
        why += f" Nobody free lists {language}."
    first = Candidate(owner_id=winner.id, name=clean(winner.text("Name"), 80), chosen=True, why=why)
    return winner, why, (first, *considered)


def _seat(user: CrmRecord, team: Team, staff: Staff) -> Seat:
    # Whoever has the lead already has room for it.
    room = max(1, staff.capacity(user, team) - staff.open_leads(user))
    return Seat(member=user.id, weight=staff.weight(user, team), room=room)


def _why_nobody(members: Sequence[CrmRecord], able: Sequence[CrmRecord], problems: dict[str, str]) -> str:
    if able or any(p.startswith("at capacity") for p in problems.values()):
        return "Everybody is at capacity or away"
    if any(p.startswith("absent") for p in problems.values()):
        return "Everybody is away"
    return "It has no active member" if not members or set(problems.values()) == {"not active"} else "Nobody is free"


def _unknown_members(team: Team, scene: Scene) -> list[Candidate]:
    """Listed, and not among the CRM's users: deactivated, or misspelt."""
    missing = [name for name in team.members if find_user(name, scene.snapshot.users) is None]
    why = "not active, or not in the CRM"
    return [Candidate(owner_id="", name=clean(name, 80), chosen=False, why=why) for name in missing]


def _language(scene: Scene) -> str:
    return language_written(scene.inquiries, scene.playbook, preferred_language(scene.snapshot))


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
        rows=_rows(claims),
    )


def _rows(claims: list[Claim]) -> tuple[str, ...]:
    # Two people whom one step names are two rows that disagree, and not one.
    several = len({c.owner.id for c in claims if c.owner is not None}) > 1
    return tuple(dict.fromkeys(_row(c, c.owner if several else None) for c in claims))


def _row(claim: Claim, owner: CrmRecord | None) -> str:
    name = clean(owner.text("Name"), 80) if owner is not None else ""
    return " ".join(part for part in (claim.step.value, claim.rule, name) if part)


def _fallback(team: Team | None, owner_id: str, scene: Scene) -> CrmRecord | None:
    """The team's queue, else the playbook's; never the owner themselves."""
    queues = scene.snapshot.queues
    names = ((team.queue,) if team is not None else ()) + (scene.playbook.routing.fallback_queue,)
    found = (find_queue(name, queues) for name in (*names, scene.playbook.intake_queue))
    return next((q for q in found if q is not None and q.id != owner_id), None)


def _languages(user: CrmRecord) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z]+", user.text("Languages__c").lower()))


def _candidate(user: CrmRecord, why: str) -> Candidate:
    return Candidate(owner_id=user.id, name=clean(user.text("Name"), 80), chosen=False, why=why)


def _passed_over(skipped: list[Passed]) -> tuple[Candidate, ...]:
    return tuple(_candidate(p.owner, p.why) for p in skipped)
