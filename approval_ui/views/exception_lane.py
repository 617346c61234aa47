"""The lane of exceptions as a page: its rows, what each choice of the filter would show, and where it goes on."""

from dataclasses import dataclass
from urllib.parse import urlencode

from approval_ui.views.exceptions import ENDED, Line, line_of
from approval_ui.views.queue_filters import WHOSE, Chip, Choice
from approval_ui.views.wording import EXCEPTION, MOTION
from domain.exception_lane import ExceptionFacets, ExceptionFilter, ExceptionSort, Lateness
from domain.model import Instant
from domain.resolutions import ExceptionState
from domain.review_queue import Whose
from persistence.exception_lane import ListedExceptions

DUE = {Lateness.LATE: "Past its deadline", Lateness.SOON: "Within the hour", Lateness.TODAY: "Today"}
SORT = {
    ExceptionSort.DUE: "Deadline",
    ExceptionSort.OLDEST: "Waiting longest",
    ExceptionSort.NEWEST: "Newest",
}


@dataclass(frozen=True)
class LaneView:
    version: str
    lines: tuple[Line, ...]
    waits: bool
    """Whether the rows wait for somebody; else they have ended."""
    total: int
    states: tuple[Chip, ...]
    whose: tuple[Chip, ...]
    choices: tuple[Choice, ...]
    active: tuple[Chip, ...]
    hidden: tuple[tuple[str, str], ...]
    """What the form keeps of the address without asking for it."""
    search: str
    more: str
    beginning: str
    problems: tuple[str, ...]
    empty: tuple[str, str]


def lane_view(
    listed: ListedExceptions,
    facets: ExceptionFacets,
    wanted: ExceptionFilter,
    now: Instant,
    *,
    people: dict[str, str],
    total: int,
    version: str,
    behind: bool,
    has_team: bool,
    problems: tuple[str, ...],
) -> LaneView:
    waits = wanted.state is ExceptionState.OPEN
    following = listed.following.token() if listed.following is not None else ""
    return LaneView(
        version=version,
        lines=tuple(line_of(opened, people, now) for opened in listed.items),
        waits=waits,
        total=total,
        states=_states(facets, wanted),
        whose=_whose(facets, wanted, has_team) if waits else (),
        choices=_choices(facets, wanted, waits),
        active=_active(wanted),
        hidden=tuple(
            pair for pair in wanted.pairs() if pair[0] in ("state", "whose") and (waits or pair[0] == "state")
        ),
        search=wanted.search,
        more=f"/exceptions?{urlencode((*wanted.pairs(), ('after', following)))}" if following else "",
        beginning=_path(wanted) if behind else "",
        problems=problems,
        empty=_empty(listed, facets, wanted),
    )


def _path(wanted: ExceptionFilter, **changes: object) -> str:
    query = wanted.but(**changes).query()
    return f"/exceptions?{query}" if query else "/exceptions"


def _states(facets: ExceptionFacets, wanted: ExceptionFilter) -> tuple[Chip, ...]:
    """Of what has ended everything is shown, whatever narrowed the open ones."""
    return tuple(
        Chip(label, facets.states.get(state, 0), _path(ExceptionFilter(state=state)), wanted.state is state)
        for state, label in ENDED.items()
        if facets.states.get(state, 0) or state is ExceptionState.OPEN or wanted.state is state
    )


def _whose(facets: ExceptionFacets, wanted: ExceptionFilter, has_team: bool) -> tuple[Chip, ...]:
    return tuple(
        Chip(WHOSE[each], facets.whose.get(each, 0), _path(wanted, whose=each), wanted.whose is each)
        for each in Whose
        if each is not Whose.TEAM or has_team or wanted.whose is each
    )


def _choices(facets: ExceptionFacets, wanted: ExceptionFilter, waits: bool) -> tuple[Choice, ...]:
    causes = tuple(
        Chip(text, facets.codes.get(code, 0) if waits else None, "", wanted.code is code, code.value)
        for code, text in EXCEPTION.items()
        if not waits or facets.codes.get(code, 0) or wanted.code is code
    )
    motions = tuple(
        Chip(text, facets.motions.get(motion, 0) if waits else None, "", wanted.motion is motion, motion.value)
        for motion, text in MOTION.items()
        if not waits or facets.motions.get(motion, 0) or wanted.motion is motion
    )
    due = tuple(Chip(DUE[each], facets.due.get(each, 0), "", wanted.due is each, each.value) for each in Lateness)
    sorts = tuple(
        Chip(SORT[each], None, "", wanted.sort is each, each.value) for each in SORT if each is not ExceptionSort.DUE
    )
    made = (
        Choice("code", "Cause", causes),
        Choice("motion", "Motion", motions if len(motions) > 1 else ()),
        Choice("due", "Due", due if waits else ()),
        Choice("sort", "Order", sorts),
    )
    return tuple(choice for choice in made if choice.options)


def _active(wanted: ExceptionFilter) -> tuple[Chip, ...]:
    """What narrows the lane beside state and person, each with the address that takes it away."""
    found: list[tuple[str, dict[str, object]]] = []
    if wanted.search:
        found.append((f"“{wanted.search}”", {"search": ""}))
    if wanted.code is not None:
        found.append((EXCEPTION[wanted.code], {"code": None}))
    if wanted.motion is not None:
        found.append((MOTION[wanted.motion], {"motion": None}))
    if wanted.due is not None:
        found.append((DUE[wanted.due], {"due": None}))
    if wanted.sort is not ExceptionSort.DUE:
        found.append((f"By {SORT[wanted.sort].lower()}", {"sort": ExceptionSort.DUE}))
    return tuple(Chip(label, None, _path(wanted, **without), True) for label, without in found)


def _empty(listed: ListedExceptions, facets: ExceptionFacets, wanted: ExceptionFilter) -> tuple[str, str]:
    if listed.items:
        return ("", "")
    if wanted.search:
        return ("Nothing found", f"No exception names “{wanted.search}”. People, companies and e-mails are searched.")
    if wanted.state is not ExceptionState.OPEN:
        return ("None", "What has ended so is listed here.")
    open_ones = facets.states.get(ExceptionState.OPEN, 0)
    if open_ones:
        return ("Nothing matches", f"{open_ones} wait in this lane; take a filter away to see them.")
    return ("Nothing is stuck", "A case that needs a person to go on appears here.")
