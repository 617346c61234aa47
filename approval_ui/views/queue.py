"""The list of reviews: who is next, how long there is, and what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from approval_ui.views.queue_filters import (
    RISK,
    STATE,
    Chip,
    Choice,
    active_chips,
    choices_of,
    lane_chips,
    queue_path,
    state_chips,
    whose_chips,
    whose_options,
)
from approval_ui.views.wording import RUNG, STEP, VERDICT, ago, span
from domain.cases import LadderStep
from domain.decisions import RoundState
from domain.model import Instant
from domain.playbook import LadderPlan
from domain.review_queue import (
    WAITING,
    Facets,
    QueueFilter,
    QueueState,
    Sort,
    Whose,
    soon,
    today,
)
from persistence.queue import QueueItem
from persistence.saved_views import SavedView

_HOT = timedelta(minutes=30)


@dataclass(frozen=True)
class Line:
    """One row. `joined` belongs to the account of the row above it."""

    href: str
    key: str
    anchor: str
    title: str
    sub: str
    risk: str
    risk_label: str
    score: str
    time: str
    heat: str
    at: Instant
    step: str
    since: Instant
    waited: str
    current: bool
    joined: bool = False
    owner: str = ""
    rung: str = ""
    claimed: str = ""
    sla: Instant | None = None
    sla_text: str = ""
    sla_late: bool = False
    ended: str = ""


@dataclass(frozen=True)
class Group:
    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class SavedLink:
    view_id: str
    name: str
    href: str
    on: bool


@dataclass(frozen=True)
class Listing:
    """What was read for one look at the queue."""

    items: tuple[QueueItem, ...]
    facets: Facets
    total: int
    """How many the filter fits."""
    version: str = ""
    position: int = 0
    previous: QueueItem | None = None
    following: QueueItem | None = None
    more: str = ""
    """The place behind the last row, as an address spells it."""
    cut_above: bool = False
    """Whether rows before the first one are left out."""
    problems: tuple[str, ...] = ()
    saved: tuple[SavedView, ...] = ()
    plan: LadderPlan | None = None
    has_team: bool = True
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class QueueView:
    groups: tuple[Group, ...]
    lanes: tuple[Chip, ...]
    chips: tuple[Chip, ...]
    whose: tuple[Chip, ...]
    states: tuple[Chip, ...]
    choices: tuple[Choice, ...]
    active: tuple[Chip, ...]
    """What narrows the list, each with the address that takes it away."""
    saved: tuple[SavedLink, ...]
    problems: tuple[str, ...]
    ladder: str
    open: int
    """Open ones of the lane."""
    everything: int
    """Open ones of all lanes."""
    total: int
    shown: int
    position: int
    """Of the selected review, from 1; 0 where none is selected."""
    version: str
    search: str
    motion: str
    narrowed: bool
    saved_query: str
    previous: str = ""
    following: str = ""
    more: str = ""
    earlier: str = ""
    query: str = ""
    empty: tuple[str, str] = ("", "")
    news: str = ""
    """How the review that is open beside the list has ended meanwhile."""


def review_path(case_id: str, round: int) -> str:
    return f"/reviews/{case_id}/{round}"


def queue_view(listing: Listing, wanted: QueueFilter, now: Instant, selected: tuple[str, int] | None) -> QueueView:
    query = wanted.query()
    lines = _lines(listing, wanted, now, selected, query)
    lane = listing.facets.lanes.get(wanted.motion, 0) if wanted.motion is not None else 0
    return QueueView(
        groups=_grouped(lines, listing.items, wanted, now),
        lanes=lane_chips(listing.facets, wanted),
        chips=whose_chips(listing.facets, wanted, listing.has_team),
        whose=whose_options(wanted),
        states=state_chips(listing.facets, wanted),
        choices=choices_of(listing.facets, wanted),
        active=active_chips(wanted),
        saved=tuple(
            SavedLink(v.view_id, v.name, f"/views/{v.view_id}", v.wanted == wanted.but(search=""))
            for v in listing.saved
        ),
        problems=listing.problems,
        ladder=_ladder_text(listing.plan),
        open=lane,
        everything=sum(listing.facets.lanes.values()),
        total=listing.total,
        shown=len(lines),
        position=listing.position,
        version=listing.version,
        search=wanted.search,
        motion=wanted.motion.value if wanted.motion else "",
        narrowed=wanted.narrowed,
        saved_query=wanted.but(search="").query(),
        previous=_to(listing.previous, query),
        following=_to(listing.following, query),
        more=_with(query, "after", listing.more) if listing.more else "",
        earlier=queue_path(wanted) if listing.cut_above else "",
        query=query,
        empty=_empty(listing, wanted, lane),
    )


def after(view: QueueView) -> str:
    """Where a reviewer goes after deciding: the next one, else the one before, else the empty queue."""
    return view.following or view.previous or (f"/?{view.query}" if view.query else "/")


def _with(query: str, name: str, value: str) -> str:
    return f"/?{query}&{name}={value}" if query else f"/?{name}={value}"


def _to(item: QueueItem | None, query: str) -> str:
    if item is None:
        return ""
    path = review_path(item.case_id, item.round)
    return f"{path}?{query}" if query else path


def _lines(
    listing: Listing, wanted: QueueFilter, now: Instant, selected: tuple[str, int] | None, query: str
) -> list[Line]:
    together = wanted.sort is Sort.DUE and wanted.state in WAITING
    lines: list[Line] = []
    above = ""
    for item in listing.items:
        joined = together and item.account_key == above
        lines.append(_line(item, now, (item.case_id, item.round) == selected, query, joined, listing.names))
        above = item.account_key
    return lines


def _line(item: QueueItem, now: Instant, current: bool, query: str, joined: bool, names: Mapping[str, str]) -> Line:
    waits = item.state is RoundState.OPEN
    left = item.next_at - now
    heat = ("hot" if left <= _HOT else "warm" if item.next_at <= soon(now) else "") if waits else ""
    sla = item.respond_by if waits else None
    return Line(
        href=_to(item, query),
        key=f"{item.case_id}.{item.round}",
        anchor=f"row-{item.case_id}-{item.round}",
        title=item.title,
        sub=item.subtitle,
        risk=item.risk.value,
        risk_label=RISK[item.risk].lower(),
        score="–" if item.score is None else f"{item.band} {item.score}".strip(),
        time=_left(left) if waits else ago(item.closed_at or item.opened_at, now),
        heat=heat,
        at=item.next_at if waits else (item.closed_at or item.opened_at),
        step=STEP[item.coming.step] if waits else "",
        since=item.opened_at,
        waited=span(now - item.opened_at),
        current=current,
        joined=joined,
        owner=item.owner_name,
        rung=RUNG[item.rung] if waits and item.rung is not None else "",
        claimed=names.get(item.claimed_by, item.claimed_by) if waits else "",
        sla=sla,
        sla_text="" if sla is None else ("passed" if sla <= now else _left(sla - now)),
        sla_late=sla is not None and sla <= now,
        ended="" if waits else _ending(item),
    )


def _left(left: timedelta) -> str:
    if left <= timedelta(0):
        return "now"
    return "tomorrow" if timedelta(days=1) <= left < timedelta(days=2) else span(left)


def _ending(item: QueueItem) -> str:
    return VERDICT[item.verdict] if item.verdict is not None else STATE[QueueState(item.state.value)].lower()


def _grouped(lines: Sequence[Line], items: Sequence[QueueItem], wanted: QueueFilter, now: Instant) -> tuple[Group, ...]:
    """By urgency where that is the order; an account's proposals stay under the heading of its first."""
    if wanted.sort is not Sort.DUE or wanted.state not in WAITING:
        return (Group("", tuple(lines)),) if lines else ()
    groups: list[tuple[str, list[Line]]] = []
    for line, item in zip(lines, items, strict=True):
        label = (
            groups[-1][0]
            if line.joined and groups
            else "Next step within the hour"
            if item.next_at <= soon(now)
            else "Today"
            if item.next_at < today(now)
            else "Later"
        )
        if not groups or groups[-1][0] != label:
            groups.append((label, []))
        groups[-1][1].append(line)
    return tuple(Group(label, tuple(found)) for label, found in groups)


_PLAN = (
    (LadderStep.REMINDER, "reminder"),
    (LadderStep.FALLBACK, "fallback"),
    (LadderStep.MANAGER, "manager"),
    (LadderStep.EXPIRY, "expiry"),
)


def _ladder_text(plan: LadderPlan | None) -> str:
    if plan is None:
        return ""
    steps = (f"{name} {_hours(float(getattr(plan, step.value)))}" for step, name in _PLAN)
    return " · ".join(steps)


def _hours(seconds: float) -> str:
    minutes = int(seconds // 60)
    hours, left = divmod(minutes, 60)
    if minutes == 0:
        return f"{int(seconds)} s"
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{left} min" if left else "") if part)


def _empty(listing: Listing, wanted: QueueFilter, lane: int) -> tuple[str, str]:
    """Why nothing is shown, and what would show something."""
    if listing.items:
        return ("", "")
    if wanted.search:
        return (
            "Nothing found",
            f"No {STATE[wanted.state].lower()} review names “{wanted.search}”. "
            "People, companies, e-mail addresses and titles are searched.",
        )
    if wanted.state is QueueState.SNOOZED:
        return ("Nothing is snoozed", "A snoozed review waits here until its time; its deadlines stay.")
    if wanted.state is not QueueState.OPEN:
        return (f"Nothing {STATE[wanted.state].lower()}", "Other states are listed above.")
    if wanted.whose is Whose.MINE and wanted == QueueFilter(motion=wanted.motion, whose=Whose.MINE):
        return ("Nothing waits for you", f"{lane} in this lane wait for others." if lane else "The lane is empty.")
    if wanted.narrowed:
        return ("Nothing matches", f"The lane holds {lane} open; take a filter away to see them.")
    return ("Nothing waits", "New proposals appear here by themselves.")
