"""Above the list of reviews: its lanes, and what each choice of the filter would show."""

from dataclasses import dataclass

from approval_ui.views.wording import MOTION
from domain.leads import Motion
from domain.permissions import RiskCategory
from domain.review_queue import (
    WAITING,
    Age,
    Due,
    Facets,
    QueueFilter,
    QueueState,
    Sort,
    Whose,
)

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


def queue_path(wanted: QueueFilter) -> str:
    query = wanted.query()
    return f"/?{query}" if query else "/"


def lane_chips(facets: Facets, wanted: QueueFilter) -> tuple[Chip, ...]:
    """One tab per motion that has something open, and the one that is shown. Filters do not travel between lanes."""
    there = [m for m in Motion if facets.lanes.get(m, 0) or m is wanted.motion]
    if len(there) < 2:
        return ()
    return tuple(
        Chip(MOTION[m], facets.lanes.get(m, 0), queue_path(QueueFilter(motion=m)), m is wanted.motion) for m in there
    )


def state_chips(facets: Facets, wanted: QueueFilter) -> tuple[Chip, ...]:
    """The states that hold something, the open one, and the one that is shown."""
    return tuple(
        Chip(STATE[state], facets.states.get(state, 0), _href(wanted, state=state), wanted.state is state, state.value)
        for state in QueueState
        if facets.states.get(state, 0) or state is QueueState.OPEN or wanted.state is state
    )


def whose_options(wanted: QueueFilter) -> tuple[Chip, ...]:
    return tuple(Chip(WHOSE[each], None, "", wanted.whose is each, each.value) for each in Whose)


def whose_chips(facets: Facets, wanted: QueueFilter, has_team: bool) -> tuple[Chip, ...]:
    if wanted.state is not QueueState.OPEN:
        return ()
    return tuple(
        Chip(WHOSE[each], facets.whose.get(each, 0), _href(wanted, whose=each), wanted.whose is each)
        for each in Whose
        if each is not Whose.TEAM or has_team or wanted.whose is each
    )


def choices_of(facets: Facets, wanted: QueueFilter) -> tuple[Choice, ...]:
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


def active_chips(wanted: QueueFilter) -> tuple[Chip, ...]:
    """What narrows the list, each with the address that takes it away."""
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


def _href(wanted: QueueFilter, **changes: object) -> str:
    return queue_path(wanted.but(**changes))
