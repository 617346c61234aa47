"""The list of reviews: who is next, how long there is, and what it is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from approval_ui.views.wording import MOTION, RUNG, STEP, span
from domain.cases import LadderStep
from domain.leads import Motion
from domain.model import Instant
from domain.permissions import RISK_ORDER, RiskCategory
from persistence.queue import QueueItem

_SOON = timedelta(hours=1)
_HOT = timedelta(minutes=30)


@dataclass(frozen=True)
class Filter:
    """Which reviews the list holds. `mine` by assignee, `motion` and `risk` as codes; empty means all."""

    mine: bool = False
    motion: str = ""
    risk: str = ""
    due: str = ""

    def query(self) -> str:
        pairs = {"mine": "1" if self.mine else "", "motion": self.motion, "risk": self.risk, "due": self.due}
        return urlencode({k: v for k, v in pairs.items() if v})


@dataclass(frozen=True)
class Line:
    href: str
    key: str
    title: str
    sub: str
    risk: str
    score: str
    time: str
    heat: str
    at: Instant
    step: str
    current: bool


@dataclass(frozen=True)
class Group:
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Chip:
    label: str
    count: int
    href: str
    on: bool


@dataclass(frozen=True)
class QueueView:
    groups: tuple[Group, ...]
    chips: tuple[Chip, ...]
    total: int
    shown: int
    position: int
    """Of the selected review, from 1; 0 where none is selected."""
    previous: str = ""
    following: str = ""
    query: str = ""


def review_path(case_id: str, round: int) -> str:
    return f"/reviews/{case_id}/{round}"


def ordered(items: tuple[QueueItem, ...], now: Instant) -> tuple[QueueItem, ...]:
    """By the next step of each ladder; of equal ones the riskier first."""
    return tuple(sorted(items, key=lambda i: (i.next_step(now).at, -RISK_ORDER.index(i.risk), i.case_id, i.round)))


def matching(items: tuple[QueueItem, ...], wanted: Filter, login: str, now: Instant) -> tuple[QueueItem, ...]:
    return tuple(i for i in items if _fits(i, wanted, login, now))


def _fits(item: QueueItem, wanted: Filter, login: str, now: Instant) -> bool:
    if wanted.mine and not is_mine(item, login):
        return False
    if wanted.motion and item.motion.value != wanted.motion:
        return False
    if wanted.risk and RISK_ORDER.index(item.risk) < _risk_index(wanted.risk):
        return False
    return not (wanted.due == "today" and not _today(item.next_step(now).at, now))


def is_mine(item: QueueItem, login: str) -> bool:
    """Assigned to this person, or already escalated to them."""
    notified = {d.notify for d in item.ladder.deadlines if item.rung is not None and _reached(item, d.step)}
    return login in {item.assignee, item.claimed_by, *notified}


def _reached(item: QueueItem, step: LadderStep) -> bool:
    steps = [d.step for d in item.ladder.deadlines]
    return item.rung in steps and steps.index(step) <= steps.index(item.rung)


def _risk_index(code: str) -> int:
    return RISK_ORDER.index(RiskCategory(code)) if code in {r.value for r in RiskCategory} else 0


def queue_view(
    items: tuple[QueueItem, ...], wanted: Filter, login: str, now: Instant, selected: tuple[str, int] | None
) -> QueueView:
    everything = ordered(items, now)
    shown = matching(everything, wanted, login, now)
    keys = [(i.case_id, i.round) for i in shown]
    at = keys.index(selected) if selected in keys else -1
    query = wanted.query()
    lines = [_line(item, now, (item.case_id, item.round) == selected, query) for item in shown]
    groups = (
        Group("Escalates soon", tuple(line for line in lines if line.at - now <= _SOON)),
        Group("Today", tuple(line for line in lines if line.at - now > _SOON and _today(line.at, now))),
        Group("Later", tuple(line for line in lines if line.at - now > _SOON and not _today(line.at, now))),
    )
    return QueueView(
        groups=tuple(g for g in groups if g.lines),
        chips=_chips(everything, wanted, login, now),
        total=len(everything),
        shown=len(shown),
        position=at + 1,
        previous=lines[at - 1].href if at > 0 else "",
        following=lines[at + 1].href if 0 <= at < len(lines) - 1 else "",
        query=query,
    )


def after(view: QueueView) -> str:
    """Where a reviewer goes after deciding: the next one, else the one before, else the empty queue."""
    return view.following or view.previous or "/"


def _today(at: datetime, now: datetime) -> bool:
    """Within half a day, or before midnight UTC: the reader's own midnight is not known here."""
    return at - now <= timedelta(hours=12) or at.date() == now.date()


def _line(item: QueueItem, now: Instant, current: bool, query: str) -> Line:
    step = item.next_step(now)
    left = step.at - now
    heat = "hot" if left <= _HOT else "warm" if left <= _SOON else ""
    time = span(left) if left < timedelta(days=1) else ("tomorrow" if left < timedelta(days=2) else span(left))
    parts = [MOTION[item.motion], item.subtitle]
    if item.rung is not None:
        parts.insert(1, RUNG[item.rung])
    if item.claimed_by:
        parts.append(f"claimed by {item.claimed_by}")
    path = review_path(item.case_id, item.round)
    return Line(
        href=f"{path}?{query}" if query else path,
        key=f"{item.case_id}.{item.round}",
        title=item.title,
        sub=" · ".join(p for p in parts if p),
        risk=item.risk.value,
        score="–" if item.score is None else f"{item.band} {item.score}".strip(),
        time=time,
        heat=heat,
        at=step.at,
        step=STEP[step.step],
        current=current,
    )


def _chips(items: tuple[QueueItem, ...], wanted: Filter, login: str, now: Instant) -> tuple[Chip, ...]:
    everyone = Filter()
    choices: list[tuple[str, Filter]] = [
        ("Team", everyone),
        ("Mine", Filter(mine=True)),
        ("High risk", Filter(risk=RiskCategory.HIGH.value)),
        ("Due today", Filter(due="today")),
    ]
    motions = sorted({i.motion for i in items}, key=list(Motion).index)
    if len(motions) > 1:
        choices += [(MOTION[m], Filter(motion=m.value)) for m in motions]
    return tuple(
        Chip(
            label=label,
            count=len(matching(items, choice, login, now)),
            href=f"/?{choice.query()}" if choice.query() else "/",
            on=choice == wanted,
        )
        for label, choice in choices
    )
