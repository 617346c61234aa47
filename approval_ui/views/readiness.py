"""The readiness page as values: words, and the geometry of its plots, which the template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from approval_ui.ports import AuditRun, AuditState
from approval_ui.views.wording import MOTION
from domain.errors import ErrorCode
from domain.field_mapping import Use
from domain.model import Instant
from domain.permissions import Level
from domain.readiness_facts import Area
from domain.readiness_report import FAIR, GOOD, AreaReport, FieldReport, Fix, MotionReport, ReadinessReport

AREA: dict[Area, str] = {
    Area.LEAD_SOURCE: "Lead source",
    Area.LIFECYCLE_STAGE: "Lifecycle stage",
    Area.COMPANY_SIZE: "Company size",
    Area.INDUSTRY: "Industry",
    Area.GEOGRAPHY: "Geography",
    Area.OWNER: "Owner",
    Area.PRODUCT_INTEREST: "Product interest",
    Area.INTERACTIONS: "Previous interactions",
    Area.OPPORTUNITY_VALUE: "Opportunity value",
    Area.CONSENT: "Consent",
    Area.LAST_ACTIVITY: "Last activity",
    Area.WORKFLOW: "Workflow clarity",
    Area.ACCESS: "Integration access",
    Area.REVIEW: "Human review",
}
USE: dict[Use, str] = {Use.TRUST: "Trust", Use.ENRICH: "Enrich", Use.NEVER_INFER: "Never infer"}
LEVEL: dict[Level, str] = {
    Level.READ_ONLY: "Not yet, copilot only",
    Level.DRAFT: "Drafts",
    Level.APPROVED_WRITEBACK: "Writes after a signature",
    Level.LIMITED_AUTOMATION: "Limited automation",
}
_LEVEL_TONE = {Level.READ_ONLY: "high", Level.DRAFT: "medium"}
_USE_TONE = {Use.TRUST: "low", Use.ENRICH: "medium", Use.NEVER_INFER: "flat"}

BAR_WIDTH, BAR_STEP = 300, 26
PLOT_WIDTH, PLOT_HEIGHT, PLOT_EDGE = 460, 280, 36
LINE_WIDTH, LINE_HEIGHT = 220, 44
_SMALLEST, _LARGEST = 6.0, 26.0
_LABEL_HEIGHT = 13


@dataclass(frozen=True)
class AreaBar:
    name: str
    score: int
    tone: str
    y: float
    width: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Bubble:
    """One motion among the others: to the right is better data, up is less risk, large is many records."""

    name: str
    x: float
    y: float
    radius: float
    tone: str
    label_y: float
    says: str


@dataclass(frozen=True)
class FieldRow:
    name: str
    known: bool
    records: int
    parts: tuple[tuple[str, float, str], ...]
    """What is measured, its share, and how it reads."""
    use: str
    tone: str
    why: str
    mapped: str
    differs: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class MotionRow:
    rank: int
    name: str
    score: int
    level: str
    tone: str
    counted: str
    parts: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ReadinessView:
    score: int
    tone: str
    verdict: str
    copilot_only: bool
    measured_at: Instant
    bars: tuple[AreaBar, ...]
    bars_height: int
    bubbles: tuple[Bubble, ...]
    fields: tuple[FieldRow, ...]
    motions: tuple[MotionRow, ...]
    fixes: tuple[tuple[str, Fix], ...]
    course: str
    """The points of the line of earlier scores; empty where there is only one audit."""
    course_says: str
    unmeasured: tuple[str, ...]
    api_calls: int
    other_playbook: bool
    """Whether the playbook has changed since."""


def readiness_view(report: ReadinessReport, scores: Sequence[int], playbook_digest: str) -> ReadinessView:
    """`scores` are those of the last audits, oldest first; `playbook_digest` is that of today."""
    return ReadinessView(
        score=report.score,
        tone=tone_of(report.score),
        verdict=report.verdict,
        copilot_only=report.copilot_only,
        measured_at=report.measured_at,
        bars=tuple(_bar(n, area) for n, area in enumerate(report.areas)),
        bars_height=BAR_STEP * len(report.areas) + 18,
        bubbles=_bubbles(report.motions),
        fields=tuple(_field(f) for f in report.fields),
        motions=tuple(_motion(m) for m in report.motions),
        fixes=tuple((AREA[f.area], f) for f in report.fixes),
        course=_course(scores),
        course_says=f"Score of the last {len(scores)} audits: {', '.join(map(str, scores))}",
        unmeasured=report.unmeasured,
        api_calls=report.api_calls,
        other_playbook=bool(playbook_digest) and report.playbook_digest != playbook_digest,
    )


_WHY: dict[str, str] = {
    ErrorCode.CRM_UNAUTHORISED: "the CRM refuses the integration user's credentials",
    ErrorCode.CRM_WRONG_ORG: "the integration user's credentials are those of another org",
    ErrorCode.CRM_CONSENT_UNREAD: "the playbook says that the org keeps no Individual, and it does",
    ErrorCode.CRM_FORBIDDEN: "the integration user may not read what is needed",
    ErrorCode.CRM_UNAVAILABLE: "the CRM did not answer",
    ErrorCode.CRM_RATE_LIMITED: "the org has no API calls left",
    ErrorCode.INVALID_PLAYBOOK: "the playbook cannot be read; run countersign playbook check",
    ErrorCode.STORE_UNAVAILABLE: "the database was out of reach",
}


def failure_of(run: AuditRun | None, report: ReadinessReport | None) -> str:
    """A sentence where the audit that was started last failed and nothing newer is there; else empty."""
    if run is None:
        return "Temporal cannot be reached now, so no audit can be started from here."
    newer = report is not None and run.started_at is not None and report.measured_at > run.started_at
    if run.state is not AuditState.FAILED or newer:
        return ""
    return f"The last audit did not finish: {_WHY.get(run.code, 'it was stopped, or failed in a way nobody foresaw')}."


def tone_of(score: int) -> str:
    return "good" if score >= GOOD else "warn" if score >= FAIR else "bad"


def _bar(number: int, area: AreaReport) -> AreaBar:
    return AreaBar(
        name=AREA[area.area],
        score=area.score,
        tone=tone_of(area.score),
        y=number * BAR_STEP,
        width=round(BAR_WIDTH * area.score / 100, 1),
        reasons=area.reasons,
    )


def _bubbles(motions: Sequence[MotionReport]) -> tuple[Bubble, ...]:
    """Labels that would lie on each other are moved apart."""
    found: list[Bubble] = []
    for motion in sorted(motions, key=lambda m: m.risk):
        data = (motion.fill + motion.consistent) / 2
        x = PLOT_EDGE + (PLOT_WIDTH - 2 * PLOT_EDGE) * data
        y = PLOT_EDGE + (PLOT_HEIGHT - 2 * PLOT_EDGE) * motion.risk
        label_y = y + 4
        for other in found:
            if abs(other.label_y - label_y) < _LABEL_HEIGHT and abs(other.x - x) < PLOT_WIDTH / 3:
                label_y = other.label_y + _LABEL_HEIGHT
        found.append(
            Bubble(
                name=MOTION[motion.motion],
                x=round(x, 1),
                y=round(y, 1),
                radius=round(_SMALLEST + (_LARGEST - _SMALLEST) * motion.volume, 1),
                tone="bad" if motion.level is Level.READ_ONLY else "warn" if motion.level is Level.DRAFT else "good",
                label_y=round(label_y, 1),
                says=f"{MOTION[motion.motion]}: data and rules {data:.0%}, risk {motion.risk:.0%}, "
                f"{motion.records:,} records",
            )
        )
    return tuple(found)


def _field(field: FieldReport) -> FieldRow:
    shares = (("filled", field.fill), ("fresh", field.fresh), ("in one spelling", field.consistent))
    merged = tuple(f"{s.best}: also {', '.join(s.others[:4])}" for s in field.spellings[:3])
    strange = ", ".join(c.value for c in field.unlisted[:4])
    return FieldRow(
        name=f"{field.object}.{field.field}",
        known=field.exists,
        records=field.records,
        parts=tuple((name, round(share, 3), f"{share:.0%}") for name, share in shares),
        use=USE[field.use],
        tone=_USE_TONE[field.use],
        why=field.why,
        mapped=USE[field.mapped] if field.mapped is not None else "",
        differs=field.mapped is not None and field.mapped is not field.use,
        remarks=(*merged, *([f"not on its list: {strange}"] if strange else [])),
    )


def _motion(motion: MotionReport) -> MotionRow:
    return MotionRow(
        rank=motion.rank,
        name=MOTION[motion.motion],
        score=motion.score,
        level=LEVEL[motion.level],
        tone=_LEVEL_TONE.get(motion.level, "low"),
        counted=f"{motion.records:,} {motion.counted}",
        parts=(
            ("volume", f"{motion.volume:.0%}"),
            ("rules agree", f"{motion.consistent:.0%}"),
            ("data filled", f"{motion.fill:.0%}"),
            ("risk", f"{motion.risk:.0%}"),
        ),
        reasons=motion.reasons,
    )


def _course(scores: Sequence[int]) -> str:
    if len(scores) < 2:
        return ""
    step = LINE_WIDTH / (len(scores) - 1)
    return " ".join(f"{n * step:.1f},{LINE_HEIGHT * (1 - score / 100):.1f}" for n, score in enumerate(scores))
