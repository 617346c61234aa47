"""Exceptions as people read them: the cause in words, who is asked, how long there is, and what can be done."""

from dataclasses import dataclass
from datetime import timedelta

from approval_ui.resolving import Raised
from approval_ui.views.names import kind_of, offered_names
from approval_ui.views.wording import EXCEPTION, field_label, span
from domain.cases import Act, Choice, LadderStep
from domain.model import Instant
from domain.resolutions import (
    ChooseMatch,
    ChooseOwner,
    Close,
    ExceptionState,
    OpenedException,
    Resolved,
    SupplyField,
)

ACT: dict[Act, str] = {
    Act.CHOOSE_MATCH: "chose the match",
    Act.CHOOSE_OWNER: "chose the owner",
    Act.SUPPLY_FIELD: "supplied a value",
    Act.RETRY: "had it tried again",
    Act.CLOSE: "closed it",
}

_STATE: dict[ExceptionState, str] = {
    ExceptionState.OPEN: "Waits for somebody",
    ExceptionState.RESOLVED: "Resolved",
    ExceptionState.UNRESOLVED: "Nobody resolved it in time",
    ExceptionState.SUPERSEDED: "Withdrawn: the case went on or ended without it",
}

ENDED: dict[ExceptionState, str] = {
    ExceptionState.OPEN: "Open",
    ExceptionState.RESOLVED: "Resolved",
    ExceptionState.UNRESOLVED: "Unresolved",
    ExceptionState.SUPERSEDED: "Withdrawn",
}
"""The same in a word, as the lane's choices say it."""

_RUNG: dict[LadderStep, str] = {LadderStep.REMINDER: "reminded", LadderStep.MANAGER: "overdue, the manager was told"}


@dataclass(frozen=True)
class Line:
    """One row; `how` and `ended_at` say how it ended."""

    href: str
    title: str
    subtitle: str
    cause: str
    owner: str
    claimed: str
    rung: str
    due: Instant
    left: str
    heat: str
    how: str
    ended_at: Instant | None


@dataclass(frozen=True)
class Asked:
    """One field that may be stated. `options` is empty where any text is taken."""

    name: str
    label: str
    maxlength: int
    options: tuple[str, ...]


@dataclass(frozen=True)
class ExceptionView:
    path: str
    case_id: str
    number: int
    title: str
    subtitle: str
    cause: str
    next_step: str
    detail: str
    owner: str
    opened_at: Instant
    due_at: Instant
    closes_at: Instant
    left: str
    late: bool
    rung: str
    claimed: str
    open: bool
    state: str
    ended_at: Instant | None
    resolved: str
    waits: bool
    acts: frozenset[str]
    matches: tuple[Choice, ...]
    owners: tuple[Choice, ...]
    fields: tuple[Asked, ...]


def exception_path(case_id: str, number: int) -> str:
    return f"/exceptions/{case_id}/{number}"


def line_of(opened: OpenedException, people: dict[str, str], now: Instant) -> Line:
    opening = opened.opening
    left = opening.due_at - now
    return Line(
        href=exception_path(opening.case_id, opened.number),
        title=opening.title,
        subtitle=opening.subtitle,
        cause=EXCEPTION[opening.code],
        owner=opening.owner,
        claimed=people.get(opened.claimed_by, opened.claimed_by),
        rung=_RUNG.get(opened.rung, "") if opened.rung is not None else "",
        due=opening.due_at,
        left=f"{span(left)} late" if left < timedelta(0) else span(left),
        heat="hot" if left < timedelta(0) else "warm" if left < timedelta(hours=1) else "",
        how=_how(opened, people),
        ended_at=opened.closed_at,
    )


def _how(opened: OpenedException, people: dict[str, str]) -> str:
    if opened.state is ExceptionState.RESOLVED and opened.act is not None:
        return f"{people.get(opened.resolved_by, opened.resolved_by)} {ACT[opened.act]}"
    return "" if opened.state is ExceptionState.OPEN else _STATE[opened.state]


def exception_view(found: Raised, people: dict[str, str], now: Instant) -> ExceptionView:
    opened, raised, opening = found.opened, found.raised, found.opened.opening
    line = line_of(opened, people, now)
    return ExceptionView(
        path=line.href,
        case_id=opening.case_id,
        number=opened.number,
        title=opening.title,
        subtitle=opening.subtitle,
        cause=line.cause,
        next_step=raised.next_step,
        detail=raised.detail,
        owner=opening.owner,
        opened_at=opening.opened_at,
        due_at=opening.due_at,
        closes_at=opening.ladder.expires_at,
        left=line.left,
        late=now > opening.due_at,
        rung=line.rung,
        claimed=line.claimed,
        open=opened.state is ExceptionState.OPEN,
        state=_STATE[opened.state],
        ended_at=opened.closed_at,
        resolved=resolved_text(found.resolved, offered_names(raised)) if found.resolved is not None else "",
        waits=opened.state is ExceptionState.RESOLVED and opened.delivered_at is None,
        acts=frozenset(act.value for act in raised.acts),
        matches=raised.matches,
        owners=raised.owners,
        fields=tuple(
            Asked(name=name, label=field_label(name), maxlength=fact.length or 255, options=fact.options)
            for name, fact in raised.fields.get("Lead", {}).items()
        ),
    )


def resolved_text(given: Resolved, choices: dict[str, str]) -> str:
    """Who did what about it, in a sentence; `choices` names what could be chosen."""
    match given.resolution:
        case ChooseMatch(record_id=""):
            what = "said that it is none of these records"
        case ChooseMatch(record_id=chosen) | ChooseOwner(owner_id=chosen):
            what = f"{ACT[given.resolution.act]}: {choices.get(chosen) or kind_of(chosen)}"
        case SupplyField(field=field, value=value):
            what = f"stated {field_label(field)}: {value}"
        case Close(reason=reason):
            what = f"closed it: “{reason}”"
        case _:
            what = ACT[given.resolution.act]
    return f"{given.by_name} {what}"
