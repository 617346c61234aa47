"""Which of the five motions to begin with: by volume, rule consistency, data fill and risk."""

import math
from collections.abc import Iterable

from domain.leads import Motion
from domain.model import Value
from domain.naming import country_code
from domain.owners import is_queue
from domain.permissions import Level
from domain.playbook import Playbook
from domain.readiness_facts import ACTIVE_DAYS, QUIET_DAYS, SETUP_AREAS, Area, OrgFacts
from domain.readiness_report import FAIR, AreaReport, MotionReport, mean, percent, share
from domain.routing_people import members_of

_PLENTY = 1000
"""Records from which more of them make a motion no more worth while."""
_VOLUME, _CONSISTENT, _FILL, _SAFE = 0.3, 0.25, 0.25, 0.2
_LEAST_FILL, _LEAST_CONSISTENT, _LEAST_CONSENT = 0.5, 0.6, 40
_DRAFTS_BELOW = 65


class _Nature(Value):
    """What a motion stands on. `risk` is that of its ordinary actions: notes inside are least, cold e-mails most."""

    motion: Motion
    counted: str
    needs: tuple[Area, ...]
    risk: float
    writes_mail: bool = False


_NATURES = (
    _Nature(
        motion=Motion.INBOUND,
        counted=f"leads of the last {ACTIVE_DAYS} days",
        needs=(Area.LEAD_SOURCE, Area.GEOGRAPHY, Area.COMPANY_SIZE, Area.INDUSTRY, Area.OWNER),
        risk=0.45,
        writes_mail=True,
    ),
    _Nature(
        motion=Motion.RESEARCH,
        counted=f"accounts that were worked on in the last {ACTIVE_DAYS} days",
        needs=(Area.INDUSTRY, Area.COMPANY_SIZE, Area.GEOGRAPHY, Area.INTERACTIONS),
        risk=0.1,
    ),
    _Nature(
        motion=Motion.FOLLOW_UP,
        counted=f"open leads that were contacted and are quiet for {QUIET_DAYS} days",
        needs=(Area.LAST_ACTIVITY, Area.INTERACTIONS, Area.LIFECYCLE_STAGE, Area.OWNER),
        risk=0.65,
        writes_mail=True,
    ),
    _Nature(
        motion=Motion.HYGIENE,
        counted="open leads and accounts without an industry, a size or a country",
        needs=(Area.INDUSTRY, Area.COMPANY_SIZE, Area.GEOGRAPHY, Area.LEAD_SOURCE),
        risk=0.35,
    ),
    _Nature(
        motion=Motion.NUDGE,
        counted=f"open opportunities that are overdue or quiet for {QUIET_DAYS} days",
        needs=(Area.OPPORTUNITY_VALUE, Area.LIFECYCLE_STAGE, Area.LAST_ACTIVITY, Area.OWNER),
        risk=0.25,
    ),
)


def motions_of(facts: OrgFacts, areas: Iterable[AreaReport], playbook: Playbook) -> tuple[MotionReport, ...]:
    """All five, the best first. The level is a recommendation; it never goes beyond writing after a signature."""
    by_area = {a.area: a for a in areas}
    judged = [_judge(nature, facts, by_area, playbook) for nature in _NATURES]
    judged.sort(key=lambda m: (m.level is Level.READ_ONLY, -m.score, m.motion.value))
    return tuple(m.model_copy(update={"rank": n}) for n, m in enumerate(judged, start=1))


def _judge(nature: _Nature, facts: OrgFacts, areas: dict[Area, AreaReport], playbook: Playbook) -> MotionReport:
    records = facts.volumes.get(nature.motion, 0)
    volume = min(1.0, math.log1p(records) / math.log1p(_PLENTY))
    fill = mean([a.fill for n in nature.needs if (a := areas[n]).fill is not None])
    agree = [a.consistent for n in nature.needs if (a := areas[n]).consistent is not None]
    reasons: list[str] = []
    if nature.motion is Motion.INBOUND:
        agree.append(owners_agree(facts, playbook))
        reasons.append(f"{percent(agree[-1])} of placed leads belong to the team that the territories name")
    consistent = mean(agree)
    risk = nature.risk
    if nature.writes_mail:
        risk = min(1.0, risk + 0.35 * (1 - areas[Area.CONSENT].score / 100))
    parts = _VOLUME * volume + _CONSISTENT * consistent + _FILL * fill + _SAFE * (1 - risk)
    blockers = _blockers(nature, records, fill, consistent, areas)
    score = round(100 * parts)
    level = Level.APPROVED_WRITEBACK if score >= _DRAFTS_BELOW else Level.DRAFT
    return MotionReport(
        motion=nature.motion,
        rank=0,
        score=score,
        records=records,
        counted=nature.counted,
        volume=round(volume, 3),
        consistent=consistent,
        fill=fill,
        risk=round(risk, 3),
        level=Level.READ_ONLY if blockers else level,
        reasons=(*blockers, *reasons),
    )


def _blockers(
    nature: _Nature, records: int, fill: float, consistent: float, areas: dict[Area, AreaReport]
) -> tuple[str, ...]:
    found = []
    if not records:
        found.append(f"there are no {nature.counted}")
    if fill < _LEAST_FILL:
        found.append(f"the fields it needs are {percent(fill)} filled; {percent(_LEAST_FILL)} is the least")
    if consistent < _LEAST_CONSISTENT:
        found.append(f"rules and values agree at {percent(consistent)}; {percent(_LEAST_CONSISTENT)} is the least")
    if nature.writes_mail and areas[Area.CONSENT].score < _LEAST_CONSENT:
        found.append("too few people have a known ground for an e-mail")
    weak = [area for area in SETUP_AREAS if areas[area].score < FAIR]
    return (*found, *(f"{area.value.replace('_', ' ')} is below {FAIR}" for area in weak))


def owners_agree(facts: OrgFacts, playbook: Playbook) -> float:
    """Of the open leads that a person has and whose country a territory covers: the share the right team has.

    Sizes are not counted per country, so whoever owns any territory of the country counts as right.
    """
    teams: dict[str, set[str]] = {}
    for territory in playbook.routing.territories:
        for country in territory.countries:
            teams.setdefault(country, set()).add(territory.team)
    owners: dict[str, set[str]] = {}
    for key, team in playbook.teams.items():
        for user in members_of(team, facts.users, facts.group_members, facts.territory_members):
            owners.setdefault(user.id, set()).add(key)
    right = judged = 0
    for placed in facts.placed:
        due = teams.get(country_code(placed.country), set())
        if not due or is_queue(placed.owner_id):
            continue
        judged += placed.count
        right += placed.count if owners.get(placed.owner_id, set()) & due else 0
    return share(right, judged)
