"""The lane of exceptions, page by page: filtered, ordered and counted in the database. Reads only."""

from collections import Counter
from typing import Any, assert_never

import sqlalchemy as sa
from sqlmodel import col

from domain.cases import ExceptionCode
from domain.exception_lane import ExceptionFacets, ExceptionFilter, ExceptionSort, Lateness
from domain.leads import Motion
from domain.model import Instant, Value
from domain.resolutions import ExceptionState, OpenedException
from domain.review_queue import Place, Viewer, Whose, soon, today
from persistence.database import Database
from persistence.exceptions import opened_exception
from persistence.keyset import Order, accessible, count_rows, how_many, read_page
from persistence.tables import ExceptionRow, metadata

_COLUMNS = metadata.tables["case_exception"].columns


class ListedExceptions(Value):
    """One page. `following` is the place behind its last row; None where nothing follows."""

    items: tuple[OpenedException, ...] = ()
    following: Place | None = None


class ExceptionLane:
    """Pages and counts of one organisation's exceptions. `now` decides what is due."""

    def __init__(self, database: Database, org_id: str) -> None:
        self._database = database
        self._org_id = org_id

    def page(
        self, wanted: ExceptionFilter, viewer: Viewer, now: Instant, *, behind: Place | None = None, limit: int = 50
    ) -> ListedExceptions:
        """The first `limit` rows, or those behind a place. A place of another order counts as none."""
        conditions = self._conditions(wanted, viewer, now)
        rows, following = read_page(
            self._database, ExceptionRow, _order(wanted), conditions, behind=behind, limit=limit
        )
        return ListedExceptions(items=tuple(map(opened_exception, rows)), following=following)

    def fits(self, wanted: ExceptionFilter, place: Place) -> bool:
        """Whether a place was made for this order."""
        return _order(wanted).values(place) is not None

    def count(self, wanted: ExceptionFilter, viewer: Viewer, now: Instant) -> int:
        return count_rows(self._database, ExceptionRow, self._conditions(wanted, viewer, now))

    def facets(self, viewer: Viewer, now: Instant) -> ExceptionFacets:
        """What each choice would show."""

        people = (Whose.MINE, Whose.TEAM, Whose.UNCLAIMED)
        counted = (
            sa.select(
                col(ExceptionRow.motion),
                col(ExceptionRow.code),
                sa.func.count(),
                *(how_many(_whose(each, viewer)) for each in people),
                *(how_many(_due(each, now)) for each in Lateness),
            )
            .where(*self._conditions(ExceptionFilter(), viewer, now))
            .group_by(col(ExceptionRow.motion), col(ExceptionRow.code))
        )
        ended = (
            sa.select(col(ExceptionRow.state), sa.func.count())
            .where(col(ExceptionRow.org_id) == self._org_id, col(ExceptionRow.state) != ExceptionState.OPEN.value)
            .group_by(col(ExceptionRow.state))
        )
        with self._database.session() as session:
            rows = session.execute(counted).all()
            states = Counter({ExceptionState(state): count for state, count in session.execute(ended).all()})
        motions: Counter[Motion] = Counter()
        codes: Counter[ExceptionCode] = Counter()
        whose: Counter[Whose] = Counter()
        due: Counter[Lateness] = Counter()
        for motion, code, total, *sums in rows:
            motions[Motion(motion)] += total
            codes[ExceptionCode(code)] += total
            whose.update({Whose.ALL: total, **dict(zip(people, sums, strict=False))})
            due.update(dict(zip(Lateness, sums[len(people) :], strict=True)))
        states[ExceptionState.OPEN] = whose[Whose.ALL]
        return ExceptionFacets(
            states=dict(states), motions=dict(motions), codes=dict(codes), whose=dict(whose), due=dict(due)
        )

    def version(self) -> str:
        """Changes whenever one opens, ends, is claimed, given back or told on. Cheap enough to ask often."""
        row = ExceptionRow
        waiting = sa.select(
            sa.func.count(),
            sa.func.max(row.opened_at),
            sa.func.max(row.claimed_at),
            sa.func.sum(sa.case((col(row.claimed_by) != "", 1), else_=0)),
            sa.func.sum(sa.func.length(row.rung)),
        ).where(col(row.org_id) == self._org_id, col(row.state) == ExceptionState.OPEN.value)
        with self._database.session() as session:
            found = session.execute(waiting).one()
        return ".".join(_short(part) for part in found)

    def _conditions(self, wanted: ExceptionFilter, viewer: Viewer, now: Instant) -> list[sa.ColumnElement[bool]]:
        row = ExceptionRow
        made = [col(row.org_id) == self._org_id, col(row.state) == wanted.state.value]
        if wanted.state is ExceptionState.OPEN:
            made.append(accessible(viewer, now, denied=_COLUMNS.denied, access_at=_COLUMNS.access_at))
        if wanted.motion is not None:
            made.append(col(row.motion) == wanted.motion.value)
        if wanted.code is not None:
            made.append(col(row.code) == wanted.code.value)
        if wanted.whose is not Whose.ALL:
            made.append(_whose(wanted.whose, viewer))
        if wanted.due is not None:
            made.append(_due(wanted.due, now))
        return made + [col(row.search_text).contains(word, autoescape=True) for word in wanted.words()]


def _short(part: Any) -> str:
    return f"{part.timestamp():.6f}" if hasattr(part, "timestamp") else str(part or 0)


def _order(wanted: ExceptionFilter) -> Order:
    own = (_COLUMNS.case_id, _COLUMNS.number)
    match wanted.sort:
        case ExceptionSort.OLDEST:
            return Order("oldest", (_COLUMNS.opened_at, *own))
        case ExceptionSort.NEWEST:
            return Order("newest", (_COLUMNS.opened_at, *own), descending=True)
        case ExceptionSort.DUE:
            if wanted.state is not ExceptionState.OPEN:
                return Order("ended", (_COLUMNS.closed_at, *own), descending=True)
            return Order("due", (_COLUMNS.due_at, *own))
    assert_never(wanted.sort)


def _whose(whose: Whose, viewer: Viewer) -> sa.ColumnElement[bool]:
    match whose:
        case Whose.ALL:
            return sa.true()
        case Whose.UNCLAIMED:
            return col(ExceptionRow.claimed_by) == ""
        case Whose.MINE | Whose.TEAM:
            people = (viewer.login,) if whose is Whose.MINE else tuple({viewer.login, *viewer.team})
            return sa.or_(col(ExceptionRow.asked).in_(people), col(ExceptionRow.claimed_by).in_(people))
    assert_never(whose)


def _due(due: Lateness, now: Instant) -> sa.ColumnElement[bool]:
    match due:
        case Lateness.LATE:
            return col(ExceptionRow.due_at) < now
        case Lateness.SOON:
            return col(ExceptionRow.due_at) <= soon(now)
        case Lateness.TODAY:
            return col(ExceptionRow.due_at) < today(now)
    assert_never(due)
