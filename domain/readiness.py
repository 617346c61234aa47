"""How ready an org is for the agent: a score per area, what to trust, what to fix first, which motion to begin with.

When do you need to touch this? When an area should count differently. Data areas are in `readiness_data.py`, set-up
is in `readiness_setup.py`, the motions are in `readiness_motions.py`. Everything is pure: `OrgFacts` in, a report out.
"""

from collections.abc import Iterable
from typing import assert_never

from domain.permissions import Level
from domain.playbook import Playbook
from domain.readiness_data import data_areas, field_report
from domain.readiness_facts import Area, OrgFacts
from domain.readiness_motions import motions_of
from domain.readiness_report import AreaReport, Fix, MotionReport, ReadinessReport
from domain.readiness_setup import setup_areas

WEIGHTS: dict[Area, float] = {Area.WORKFLOW: 2, Area.ACCESS: 2, Area.REVIEW: 2, Area.CONSENT: 1.5, Area.OWNER: 1.5}
"""Of an area in the overall score; 1 where not listed."""


def readiness(facts: OrgFacts, playbook: Playbook) -> ReadinessReport:
    """The whole report."""
    fields = tuple(field_report(f, playbook) for f in facts.fields)
    areas = (*data_areas(facts, fields, playbook), *setup_areas(facts, playbook))
    motions = motions_of(facts, areas, playbook)
    copilot_only = all(m.level is Level.READ_ONLY for m in motions)
    total = sum(_weight(a.area) for a in areas)
    return ReadinessReport(
        org_id=playbook.org_id,
        measured_at=facts.measured_at,
        playbook_digest=playbook.digest,
        score=round(sum(a.score * _weight(a.area) for a in areas) / total),
        verdict=_verdict(motions),
        copilot_only=copilot_only,
        areas=areas,
        fields=fields,
        motions=motions,
        fixes=_best_fixes(areas, total),
        unmeasured=facts.unmeasured,
        api_calls=facts.api_calls,
    )


def _best_fixes(areas: Iterable[AreaReport], total: float) -> tuple[Fix, ...]:
    """The three that raise the overall score most, at most one of an area."""
    best: list[Fix] = []
    for area in areas:
        offered = [f.model_copy(update={"gain": round(f.gain * _weight(area.area) / total, 1)}) for f in area.fixes]
        if offered:
            best.append(max(offered, key=lambda f: f.gain))
    return tuple(sorted(best, key=lambda f: -f.gain)[:3])


def _verdict(motions: Iterable[MotionReport]) -> str:
    ranked = tuple(motions)
    ready = [m for m in ranked if m.level is not Level.READ_ONLY]
    if not ready:
        return "Not yet: copilot only. Briefs and flags in the UI; nothing is proposed to the CRM."
    first = ready[0]
    match first.level:
        case Level.DRAFT:
            return f"Begin with {first.motion.value.replace('_', ' ')}, as drafts; nothing is written yet."
        case Level.APPROVED_WRITEBACK:
            return f"Begin with {first.motion.value.replace('_', ' ')}: written after a person signs."
        case Level.READ_ONLY | Level.LIMITED_AUTOMATION:
            raise ValueError("the audit recommends neither automation nor nothing for a motion that is ready")
    assert_never(first.level)


def _weight(area: Area) -> float:
    return WEIGHTS.get(area, 1)
