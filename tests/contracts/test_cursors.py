"""`Cursors`."""

from datetime import timedelta
from functools import partial

from domain.polling import ChangedPage, PollCursor, advanced
from domain.ports import Cursors
from persistence.cursors import SqlCursors
from persistence.database import Database
from tests.fakes.clock import START
from tests.fakes.examples import ORG
from tests.fakes.races import at_once

BEGUN = PollCursor.starting(START)
MOVED = advanced(BEGUN, ChangedPage(read_at=START + timedelta(hours=1)))


def test_a_cursor_comes_back_as_it_was_put_last(db: Database) -> None:
    cursors: Cursors = SqlCursors(db)
    assert cursors.get(ORG) is None
    for cursor in (BEGUN, MOVED):
        cursors.put(ORG, cursor, now=START)
        assert SqlCursors(db).get(ORG) == cursor


def test_each_org_has_its_own(db: Database) -> None:
    cursors = SqlCursors(db)
    cursors.put(ORG, BEGUN, now=START)
    cursors.put("other", MOVED, now=START)
    assert (cursors.get(ORG), cursors.get("other")) == (BEGUN, MOVED)


def test_putting_the_first_one_at_the_same_time_leaves_one_of_them(db: Database) -> None:
    cursors = SqlCursors(db)
    at_once([partial(cursors.put, ORG, cursor, now=START) for cursor in (BEGUN, MOVED) * 3])
    assert cursors.get(ORG) in (BEGUN, MOVED)
