"""The review queue lane by lane, page by page: filtered, ordered and counted in the database. Reads only.

A page begins behind a row and not at a number, so that a page deep in the list costs what the first one does, and
nothing is shown twice or left out when others work meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from domain.cases import LadderStep
from domain.decisions import RoundState
from domain.leads import Motion
from domain.model import Instant, Value
from domain.permissions import RISK_ORDER, RiskCategory
from domain.review_queue import (
    WAITING,
    Due,
    Facets,
    Place,
    QueueFilter,
    QueueState,
    Sort,
    Viewer,
    Whose,
    soon,
    today,
)
from persistence.database import Database
from persistence.keyset import Order, accessible, count_rows, how_many, read_page
from persistence.queue import QueueItem, queue_item
from persistence.tables import ReviewEventRow, ReviewRow, metadata

_COLUMNS = metadata.tables["review"].columns
_ESCALATED = (LadderStep.FALLBACK.value, LadderStep.MANAGER.value, LadderStep.EXPIRY.value)
_LATE_COMMITS = 200
"""How many of the newest events are counted: one that commits after a younger one still changes the count."""


class Listed(Value):
    """One page. `following` is the place behind its last row; None where nothing follows."""

    items: tuple[QueueItem, ...] = ()
    following: Place | None = None


class Neighbours(Value):
    """Where one review stands in the list: how many are before it, and the ones next to it."""

    position: int = 0
    """From 1; 0 where it is not in the list."""
    before: tuple[QueueItem, ...] = ()
    """The nearest last."""
    following: tuple[QueueItem, ...] = ()


class ReviewLanes:
    """Pages and counts of one organisation's queue. `now` decides what is snoozed, due and old."""

    def __init__(self, database: Database, org_id: str) -> None:
        self._database = database
        self._org_id = org_id

    def page(
        self, wanted: QueueFilter, viewer: Viewer, now: Instant, *, behind: Place | None = None, limit: int = 50
    ) -> Listed:
        """The first `limit` rows, or those behind a place. A place of another order counts as none."""
        conditions = self._conditions(wanted, viewer, now)
        rows, following = read_page(self._database, ReviewRow, _order(wanted), conditions, behind=behind, limit=limit)
        return Listed(items=tuple(map(queue_item, rows)), following=following)

    def fits(self, wanted: QueueFilter, place: Place) -> bool:
        """Whether a place was made for this order."""
        return _order(wanted).values(place) is not None

    def neighbours(
        self, wanted: QueueFilter, viewer: Viewer, now: Instant, selected: tuple[str, int], *, before: int, after: int
    ) -> Neighbours:
        """The rows around one that is in the list; nothing where it is not."""
        order = _order(wanted)
        conditions = self._conditions(wanted, viewer, now)
        this = (col(ReviewRow.case_id) == selected[0], col(ReviewRow.round) == selected[1])
        rows = sa.select(ReviewRow).where(*conditions)
        with self._database.session() as session:
            found = session.execute(sa.select(*order.keys).where(*conditions, *this)).first()
            if found is None:
                return Neighbours()
            ahead = order.beyond(found, backwards=True)
            count = sa.select(sa.func.count()).select_from(ReviewRow).where(*conditions, ahead)
            position = int(session.execute(count).scalar_one()) + 1
            upwards = session.execute(rows.where(ahead).order_by(*order.clauses(backwards=True)).limit(before))
            onwards = session.execute(rows.where(order.beyond(found)).order_by(*order.clauses()).limit(after))
            return Neighbours(
                position=position,
                before=tuple(queue_item(row) for row in reversed(upwards.scalars().all())),
                following=tuple(queue_item(row) for row in onwards.scalars()),
            )

    def count(self, wanted: QueueFilter, viewer: Viewer, now: Instant) -> int:
        return count_rows(self._database, ReviewRow, self._conditions(wanted, viewer, now))

    def open_by_lane(self, viewer: Viewer, now: Instant) -> dict[Motion, int]:
        """How many are open to this viewer, snoozed ones left out, by motion."""
        conditions = self._conditions(QueueFilter(), viewer, now)
        query = sa.select(col(ReviewRow.motion), sa.func.count()).where(*conditions).group_by(col(ReviewRow.motion))
        with self._database.session() as session:
            return {Motion(motion): count for motion, count in session.execute(query).all()}

    def facets(self, motion: Motion | None, viewer: Viewer, now: Instant) -> Facets:
        """What each choice would show, of one lane or of all."""
        open_ones = QueueFilter(motion=motion)

        # Without colleagues the team is oneself, and every row would be asked the same twice.
        alone = _people(Whose.TEAM, viewer) == _people(Whose.MINE, viewer)
        whose = (Whose.MINE, Whose.UNCLAIMED) if alone else (Whose.MINE, Whose.TEAM, Whose.UNCLAIMED)
        counted = sa.select(
            col(ReviewRow.territory),
            col(ReviewRow.risk),
            sa.func.count(),
            *(how_many(_whose(each, viewer)) for each in whose),
            *(how_many(_due(each, now)) for each in Due),
        )
        grouped = counted.where(*self._conditions(open_ones, viewer, now))
        grouped = grouped.group_by(col(ReviewRow.territory), col(ReviewRow.risk))
        is_open = col(ReviewRow.state) == RoundState.OPEN.value
        states = (
            sa.select(
                col(ReviewRow.motion),
                col(ReviewRow.state),
                sa.func.count(),
                how_many(sa.and_(is_open, col(ReviewRow.snoozed_until) > now)),
            )
            .where(
                col(ReviewRow.org_id) == self._org_id,
                col(ReviewRow.round) > 0,
                sa.or_(sa.not_(is_open), _open_to(viewer, now)),
            )
            .group_by(col(ReviewRow.motion), col(ReviewRow.state))
        )
        with self._database.session() as session:
            rows = session.execute(grouped).all()
            by_state = session.execute(states).all()
        return _facets(rows, by_state, motion, whose)

    def version(self) -> str:
        """Changes whenever something happened to any review, whichever process did it. Cheap enough to ask often."""
        newest = sa.select(sa.func.max(ReviewEventRow.seq)).scalar_subquery()
        recent = sa.select(sa.func.count(), sa.func.max(ReviewEventRow.seq)).where(
            col(ReviewEventRow.seq) > newest - _LATE_COMMITS
        )
        with self._database.session() as session:
            count, last = session.execute(recent).one()
        return f"{last or 0}-{count}"

    def _conditions(self, wanted: QueueFilter, viewer: Viewer, now: Instant) -> list[sa.ColumnElement[bool]]:
        asleep = col(ReviewRow.snoozed_until) > now
        state = RoundState.OPEN.value if wanted.state in WAITING else wanted.state.value
        # Round 0 creates a lead by policy and asks nobody.
        made = [col(ReviewRow.org_id) == self._org_id, col(ReviewRow.state) == state, col(ReviewRow.round) > 0]
        if viewer.crm_user and wanted.state in WAITING:
            made.append(_open_to(viewer, now))
        if wanted.motion is not None:
            made.append(col(ReviewRow.motion) == wanted.motion.value)
        if wanted.state is QueueState.SNOOZED:
            made.append(asleep)
        elif wanted.state is QueueState.OPEN:
            made.append(sa.or_(col(ReviewRow.snoozed_until).is_(None), sa.not_(asleep)))
        if wanted.whose is not Whose.ALL:
            made.append(_whose(wanted.whose, viewer))
        if wanted.risk:
            made.append(col(ReviewRow.risk).in_([risk.value for risk in wanted.risk]))
        if wanted.due is not None:
            made.append(_due(wanted.due, now))
        if wanted.age is not None:
            made.append(col(ReviewRow.opened_at) <= now - wanted.age.span)
        if wanted.territory:
            made.append(col(ReviewRow.territory) == wanted.territory)
        made += [col(ReviewRow.search_text).contains(word, autoescape=True) for word in wanted.words()]
        return made


def _order(wanted: QueueFilter) -> Order:
    """Each ends in the row's own key, so that no two rows share a place."""
    own = (_COLUMNS.case_id, _COLUMNS.round)
    match wanted.sort:
        case Sort.OLDEST:
            return Order("oldest", (_COLUMNS.opened_at, *own))
        case Sort.NEWEST:
            return Order("newest", (_COLUMNS.opened_at, *own), descending=True)
        case Sort.SCORE:
            return Order("score", (-sa.func.coalesce(_COLUMNS.score, -1), _COLUMNS.next_at, *own))
        case Sort.RISK:
            ranks = {risk.value: -rank for rank, risk in enumerate(RISK_ORDER)}
            rank = sa.case(ranks, value=_COLUMNS.risk, else_=1)
            return Order("risk", (rank, _COLUMNS.next_at, *own))
        case Sort.DUE:
            if wanted.state not in WAITING:
                return Order("ended", (_COLUMNS.closed_at, *own), descending=True)
            lanes = (_COLUMNS.motion,) if wanted.motion is None else ()
            together = (_COLUMNS.group_at, _COLUMNS.account_key, _COLUMNS.next_at)
            return Order("due" if wanted.motion else "lanes", (*lanes, *together, *own))


def _open_to(viewer: Viewer, now: Instant) -> sa.ColumnElement[bool]:
    return accessible(viewer, now, denied=_COLUMNS.denied, access_at=_COLUMNS.access_at)


def _whose(whose: Whose, viewer: Viewer) -> sa.ColumnElement[bool]:
    match whose:
        case Whose.ALL:
            return sa.true()
        case Whose.UNCLAIMED:
            return col(ReviewRow.claimed_by) == ""
        case Whose.MINE | Whose.TEAM:
            people = _people(whose, viewer)
            asked = (col(ReviewRow.asked).contains(f"\n{login}\n", autoescape=True) for login in people)
            return sa.or_(
                col(ReviewRow.assignee).in_(people),
                col(ReviewRow.claimed_by).in_(people),
                # Most were asked nobody yet, and looking into a text is what costs.
                sa.and_(col(ReviewRow.asked) != "", sa.or_(*asked)),
            )


def _people(whose: Whose, viewer: Viewer) -> tuple[str, ...]:
    """In one order, so that the same people are the same question."""
    return (viewer.login,) if whose is Whose.MINE else tuple(sorted({viewer.login, *viewer.team}))


def _due(due: Due, now: Instant) -> sa.ColumnElement[bool]:
    match due:
        case Due.SOON:
            return col(ReviewRow.next_at) <= soon(now)
        case Due.TODAY:
            return col(ReviewRow.next_at) < today(now)
        case Due.ESCALATED:
            return col(ReviewRow.rung).in_(_ESCALATED)


def _facets(
    rows: Sequence[Any],
    by_state: Sequence[Any],
    motion: Motion | None,
    whose: tuple[Whose, ...],
) -> Facets:
    people: Counter[Whose] = Counter()
    risks: Counter[RiskCategory] = Counter()
    due: Counter[Due] = Counter()
    territories: Counter[str] = Counter()
    for territory, risk, total, *sums in rows:
        people[Whose.ALL] += total
        risks[RiskCategory(risk)] += total
        territories[territory] += total
        people.update(dict(zip(whose, sums, strict=False)))
        due.update(dict(zip(Due, sums[len(whose) :], strict=True)))
    if Whose.TEAM not in whose:
        people[Whose.TEAM] = people[Whose.MINE]
    lanes: Counter[Motion] = Counter()
    states: Counter[QueueState] = Counter()
    for lane, state, count, asleep in by_state:
        if state == RoundState.OPEN.value:
            lanes[Motion(lane)] = count - asleep
        if motion is None or lane == motion.value:
            states[QueueState(state)] += count - asleep
            states[QueueState.SNOOZED] += asleep
    return Facets(
        lanes=dict(lanes),
        states=dict(states),
        whose=dict(people),
        risks=dict(risks),
        due=dict(due),
        territories={name: territories[name] for name in sorted(territories) if name},
    )
