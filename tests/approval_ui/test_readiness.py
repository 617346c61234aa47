"""The page of the last audit: score, plots, and the field that the playbook judges otherwise than the data."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise

from approval_ui.ports import AuditRun, AuditState
from approval_ui.views.readiness import PLOT_HEIGHT, PLOT_WIDTH, readiness_view, tone_of
from domain.errors import ErrorCode
from domain.field_mapping import Use
from domain.leads import Motion
from domain.permissions import Level
from domain.readiness_facts import Area, Counted
from domain.readiness_report import AreaReport, FieldReport, Fix, MotionReport, ReadinessReport
from domain.spellings import Spelling
from tests.approval_ui.conftest import Door
from tests.approval_ui.world import NOON, World


def motion(kind: Motion, level: Level, rank: int, risk: float) -> MotionReport:
    return MotionReport(
        motion=kind,
        rank=rank,
        score=80 - rank,
        records=120,
        counted="leads",
        volume=0.7,
        consistent=0.9,
        fill=0.8,
        risk=risk,
        level=level,
        reasons=("too few people have a known ground for an e-mail",) if level is Level.READ_ONLY else (),
    )


def audit(world: World, score: int = 72, **changes: object) -> ReadinessReport:
    known: dict[str, object] = {
        "org_id": world.deps.config.org_id,
        "measured_at": NOON,
        "playbook_digest": world.playbooks.playbook.digest,
        "score": score,
        "verdict": "Begin with research, as drafts; nothing is written yet.",
        "copilot_only": False,
        "areas": tuple(AreaReport(area=a, score=50 + n * 3, reasons=(f"{a.value} said",)) for n, a in enumerate(Area)),
        "fields": (
            FieldReport(
                area=Area.INDUSTRY,
                object="Lead",
                field="Industry",
                exists=True,
                records=200,
                fill=0.8,
                fresh=0.5,
                consistent=0.9,
                use=Use.ENRICH,
                why="80% filled",
                mapped=Use.TRUST,
                spellings=(Spelling(best="Retail", others=("retail <b>",), records=7),),
                unlisted=(Counted(value="Retial", count=3),),
            ),
        ),
        "motions": (
            motion(Motion.RESEARCH, Level.DRAFT, 1, 0.1),
            motion(Motion.FOLLOW_UP, Level.READ_ONLY, 2, 0.7),
        ),
        "fixes": (Fix(area=Area.OWNER, what="Hand over 9 records", how="Mass transfer", records=9, gain=2.5),),
        "api_calls": 11,
        **changes,
    }
    return ReadinessReport.model_validate(known)


class Shapes(HTMLParser):
    """Counts the elements of a page that a plot is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        self.inline_styles = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.inline_styles += any(name == "style" for name, _ in attrs)


def test_before_the_first_audit_it_says_how_to_make_one(door: Door) -> None:
    page = door.browser("vera").get("/readiness")
    assert page.status_code == 200
    assert "countersign readiness" in page.text
    assert door.browser("vera").get("/readiness.json").status_code == 404


def test_the_last_audit_is_shown_with_its_plots(world: World, door: Door) -> None:
    world.deps.readiness.keep(audit(world, 40))
    world.deps.readiness.keep(audit(world, 72))
    page = door.browser("vera").get("/readiness").text
    for said in (
        "Begin with research, as drafts",
        "Hand over 9 records",
        "+2.5",
        "Not yet, copilot only",
        "too few people have a known ground",
        "Score of the last 2 audits: 40, 72",
        "not on its list: Retial",
        "retail &lt;b&gt;",
    ):
        assert said in page, said
    shapes = Shapes()
    shapes.feed(page)
    assert shapes.counts["circle"] == 2
    assert shapes.counts["polyline"] == 1
    assert shapes.counts["rect"] == 2 * len(Area) + 6
    assert shapes.inline_styles == 0, "the content security policy refuses them"
    for drawing in page.split("<svg")[1:]:
        ET.fromstring("<svg" + drawing.split("</svg>")[0] + "</svg>")


def test_somebody_who_may_starts_an_audit_and_sees_that_it_runs(world: World, door: Door) -> None:
    ines = door.browser("ines")
    assert 'action="/readiness/audit"' in ines.get("/readiness").text
    answer = ines.post("/readiness/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/readiness")
    assert world.engine.audits_started == 1
    page = ines.get("/readiness").text
    assert "An audit is running" in page
    assert '<meta http-equiv="refresh"' in page
    assert 'action="/readiness/audit"' not in page
    world.engine.audit = AuditRun(state=AuditState.DONE, started_at=NOON)
    world.deps.readiness.keep(audit(world))
    page = ines.get("/readiness").text
    assert "Audit again" in page
    assert "http-equiv" not in page


def test_an_audit_needs_the_permission_the_form_s_token_and_a_post(world: World, door: Door) -> None:
    vera, ines = door.browser("vera"), door.browser("ines")
    assert 'action="/readiness/audit"' not in vera.get("/readiness").text
    assert vera.post("/readiness/audit").status_code == 403
    assert ines.post("/readiness/audit", csrf="guessed").status_code == 403
    assert ines.get("/readiness/audit").status_code == 405
    assert door.stranger().post("/readiness/audit").status_code in (303, 403)
    assert world.engine.audits_started == 0


def test_an_audit_that_failed_says_why_until_a_newer_one_is_there(world: World, door: Door) -> None:
    world.engine.audit = AuditRun(state=AuditState.FAILED, started_at=NOON, code=ErrorCode.CRM_UNAUTHORISED)
    assert "refuses the integration user" in door.browser("ines").get("/readiness").text
    world.deps.readiness.keep(audit(world, measured_at=NOON + timedelta(minutes=5)))
    assert "did not finish" not in door.browser("ines").get("/readiness").text


def test_without_the_engine_the_page_still_shows_the_last_audit(world: World, door: Door) -> None:
    world.deps.readiness.keep(audit(world))
    world.engine.down = True
    ines = door.browser("ines")
    page = ines.get("/readiness")
    assert page.status_code == 200
    assert "Temporal cannot be reached" in page.text
    assert 'action="/readiness/audit"' not in page.text
    assert ines.post("/readiness/audit").status_code == 503


def test_everybody_who_signs_in_finds_it(world: World, door: Door) -> None:
    world.deps.readiness.keep(audit(world))
    for login in ("oriol", "ines", "vera", "tomas"):
        assert 'href="/readiness"' in door.browser(login).get("/cases").text
    assert door.stranger().get("/readiness").status_code == 303


def test_the_same_as_json(world: World, door: Door) -> None:
    world.deps.readiness.keep(audit(world))
    assert ReadinessReport.model_validate(door.browser().get("/readiness.json").json()) == audit(world)


def test_a_changed_playbook_is_said(world: World, door: Door) -> None:
    world.deps.readiness.keep(audit(world))
    assert "has changed since this audit" not in door.browser().get("/readiness").text
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"voice": "loud"}).with_digest()
    assert "has changed since this audit" in door.browser().get("/readiness").text


def test_another_org_s_audit_is_not_ours(world: World, door: Door) -> None:
    world.deps.readiness.keep(audit(world, org_id="00D000000000009AAA"))
    assert "No audit yet" in door.browser().get("/readiness").text


def test_what_the_plots_say_stays_within_them(world: World) -> None:
    motions = tuple(motion(kind, Level.DRAFT, n, risk=n / 4) for n, kind in enumerate(Motion))
    view = readiness_view(audit(world, motions=motions), (10, 90, 50), "")
    assert all(0 <= b.x <= PLOT_WIDTH and 0 <= b.y <= PLOT_HEIGHT for b in view.bubbles)
    assert [b.width for b in view.bars] == [round(300 * (50 + n * 3) / 100, 1) for n in range(len(Area))]
    assert view.course.split() == ["0.0,39.6", "110.0,4.4", "220.0,22.0"]
    assert [tone_of(s) for s in (80, 79, 60, 59)] == ["good", "warn", "warn", "bad"]


def test_labels_of_motions_alike_do_not_lie_on_each_other(world: World) -> None:
    motions = tuple(motion(kind, Level.DRAFT, n, risk=0.3) for n, kind in enumerate(Motion))
    heights = sorted(b.label_y for b in readiness_view(audit(world, motions=motions), (), "").bubbles)
    assert min(b - a for a, b in pairwise(heights)) >= 13
