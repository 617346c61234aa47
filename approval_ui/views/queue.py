"""The list of reviews: who is next, how long there is, and what it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from approval_ui.views.wording import MOTION, RUNG, STEP, VERDICT, ago, span
from domain.cases import LadderStep
from domain.decisions import RoundState
from domain.leads import Motion
from domain.model import Instant
from domain.permissions import RiskCategory
from domain.playbook import LadderPlan
from domain.review_queue import (
    WAITING,
    Age,
    Due,
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

WHOSE = {Whose.ALL: "Everyone", Whose.MINE: "Mine", Whose.TEAM: "My team", Whose.UNCLAIMED: "Unclaimed"}
STATE = {
    QueueState.OPEN: "Open",
    QueueState.SNOOZED: "Snoozed",
    QueueState.DECIDED: "Decided",
    QueueState.EXPIRED: "Expired",
    QueueState.SUPERSEDED: "Replaced",
}
RISK = {
    RiskCategory.LOW: "Low risk",
    RiskCategory.MEDIUM: "Medium risk",
    RiskCategory.HIGH: "High risk",
    RiskCategory.FORBIDDEN: "Forbidden",
}
DUE = {Due.SOON: "Within the hour", Due.TODAY: "Today", Due.ESCALATED: "Already escalated"}
AGE = {
    Age.HOUR: "Over 1 hour",
    Age.HALF_DAY: "Over 4 hours",
    Age.DAY: "Over 1 day",
    Age.THREE_DAYS: "Over 3 days",
}
SORT = {
    Sort.DUE: "Next step",
    Sort.OLDEST: "Waiting longest",
    Sort.NEWEST: "Newest",
    Sort.SCORE: "Score",
    Sort.RISK: "Risk",
}


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
class Chip:
    label: str
    count: int | None
    href: str
    on: bool
    value: str = ""


@dataclass(frozen=True)
class Choice:
    """A part of the filter form, and what each option would show."""

    name: str
    label: str
    options: tuple[Chip, ...]


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


def review_path(case_id: str, round: int) -> str:
    return f"/reviews/{case_id}/{round}"


def queue_path(wanted: QueueFilter) -> str:
    query = wanted.query()
    return f"/?{query}" if query else "/"


def queue_view(listing: Listing, wanted: QueueFilter, now: Instant, selected: tuple[str, int] | None) -> QueueView:
    query = wanted.query()
    lines = _lines(listing, wanted, now, selected, query)
    lane = listing.facets.lanes.get(wanted.motion, 0) if wanted.motion is not None else 0
    return QueueView(
        groups=_grouped(lines, listing.items, wanted, now),
        lanes=_lanes(listing.facets, wanted),
        chips=_whose(listing.facets, wanted, listing.has_team),
        whose=tuple(Chip(WHOSE[each], None, "", wanted.whose is each, each.value) for each in Whose),
        states=tuple(
            Chip(
                STATE[state],
                listing.facets.states.get(state, 0),
                _href(wanted, state=state),
                wanted.state is state,
                state.value,
            )
            for state in QueueState
            if listing.facets.states.get(state, 0) or state is QueueState.OPEN or wanted.state is state
        ),
        choices=_choices(listing.facets, wanted),
        active=_active(wanted),
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


def _href(wanted: QueueFilter, **changes: object) -> str:
    return queue_path(wanted.but(**changes))


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


def _lanes(facets: Facets, wanted: QueueFilter) -> tuple[Chip, ...]:
    """One tab per motion that has something open, and the one that is shown. Filters do not travel between lanes."""
    there = [m for m in Motion if facets.lanes.get(m, 0) or m is wanted.motion]
    if len(there) < 2:
        return ()
    return tuple(
        Chip(MOTION[m], facets.lanes.get(m, 0), queue_path(QueueFilter(motion=m)), m is wanted.motion) for m in there
    )


def _whose(facets: Facets, wanted: QueueFilter, has_team: bool) -> tuple[Chip, ...]:
    if wanted.state is not QueueState.OPEN:
        return ()
    return tuple(
        Chip(WHOSE[each], facets.whose.get(each, 0), _href(wanted, whose=each), wanted.whose is each)
        for each in Whose
        if each is not Whose.TEAM or has_team or wanted.whose is each
    )


def _choices(facets: Facets, wanted: QueueFilter) -> tuple[Choice, ...]:
    waits = wanted.state in WAITING
    territories = dict(facets.territories)
    if wanted.territory:
        territories.setdefault(wanted.territory, 0)
    counted = wanted.state is QueueState.OPEN

    def option(label: str, value: str, chosen: bool, count: int | None = None) -> Chip:
        return Chip(label, count if counted else None, "", chosen, value)

    made = [
        Choice(
            "risk",
            "Risk",
            tuple(
                option(RISK[risk], risk.value, wanted.risk == (risk,), facets.risks.get(risk, 0))
                for risk in RiskCategory
                if risk is not RiskCategory.FORBIDDEN or risk in wanted.risk
            ),
        ),
        Choice(
            "due",
            "Next step",
            tuple(option(DUE[due], due.value, wanted.due is due, facets.due.get(due, 0)) for due in Due),
        ),
        Choice("age", "Waiting", tuple(option(AGE[age], age.value, wanted.age is age) for age in Age)),
        Choice(
            "territory",
            "Territory",
            tuple(option(name, name, wanted.territory == name, count or None) for name, count in territories.items()),
        ),
        Choice(
            "sort",
            "Order",
            tuple(option(SORT[sort], sort.value, wanted.sort is sort) for sort in Sort if sort is not Sort.DUE),
        ),
    ]
    return tuple(c for c in made if c.options and (waits or c.name in ("risk", "territory", "sort")))


def _active(wanted: QueueFilter) -> tuple[Chip, ...]:
    found: list[tuple[str, dict[str, object]]] = []
    if wanted.search:
        found.append((f"“{wanted.search}”", {"search": ""}))
    found += [(RISK[risk], {"risk": tuple(r for r in wanted.risk if r is not risk)}) for risk in wanted.risk]
    if wanted.due is not None:
        found.append((DUE[wanted.due], {"due": None}))
    if wanted.age is not None:
        found.append((AGE[wanted.age], {"age": None}))
    if wanted.territory:
        found.append((wanted.territory, {"territory": ""}))
    if wanted.sort is not Sort.DUE:
        found.append((f"By {SORT[wanted.sort].lower()}", {"sort": Sort.DUE}))
    return tuple(Chip(label, None, _href(wanted, **without), True) for label, without in found)


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
