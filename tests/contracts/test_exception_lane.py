"""The lane of exceptions: its pages, counts and version, on every database."""

from datetime import timedelta

import pytest

from domain.cases import Act, ExceptionCode, LadderStep
from domain.exception_lane import ExceptionFilter, ExceptionSort, Lateness
from domain.leads import Motion
from domain.model import Instant
from domain.record_access import BELIEVED_FOR
from domain.resolutions import ExceptionState
from domain.review_queue import Place, Viewer, Whose, searchable
from persistence.database import Database
from persistence.documents import ERASED, SqlDocuments
from persistence.exception_lane import ExceptionLane
from persistence.exceptions import SqlExceptions
from persistence.record_access import SqlRecordAccess
from tests.fakes.clock import START, FakeClock
from tests.fakes.examples import ORG, stopped

SAM = Viewer(login="sam", team=("sam", "lee"))
HOUR = timedelta(hours=1)


@pytest.fixture
def exceptions(db: Database) -> SqlExceptions:
    return SqlExceptions(db)


@pytest.fixture
def lane(db: Database) -> ExceptionLane:
    return ExceptionLane(db, ORG)


def shown(
    lane: ExceptionLane, wanted: ExceptionFilter | None = None, viewer: Viewer = SAM, now: Instant = START
) -> list[str]:
    wanted = wanted or ExceptionFilter()
    found = [opened.opening.case_id for opened in lane.page(wanted, viewer, now).items]
    assert lane.count(wanted, viewer, now) == len(found)
    return found


def test_the_lane_goes_by_the_deadline(exceptions: SqlExceptions, lane: ExceptionLane) -> None:
    for case_id, due in (("b", 9), ("a", 12), ("c", 1)):
        exceptions.open(stopped(case_id, due=due))
    exceptions.open(stopped("elsewhere", org_id="others"))
    assert shown(lane) == ["c", "b", "a"]
    assert shown(lane, ExceptionFilter(sort=ExceptionSort.OLDEST)) == ["a", "b", "c"]
    assert shown(lane, ExceptionFilter(sort=ExceptionSort.NEWEST)) == ["c", "b", "a"]


def test_filters_show_what_the_counts_promise(exceptions: SqlExceptions, lane: ExceptionLane) -> None:
    exceptions.open(stopped("mine", due=1))
    exceptions.open(stopped("team", asked="lee", code=ExceptionCode.AMBIGUOUS_MATCH, due=10))
    exceptions.open(stopped("other", asked="kim", motion=Motion.HYGIENE, due=40))
    exceptions.claim("other", 1, "sam", now=START)
    now = START + 2 * HOUR
    facets = lane.facets(SAM, now)
    for whose, found in {
        Whose.ALL: ["mine", "team", "other"],
        Whose.MINE: ["mine", "other"],
        Whose.TEAM: ["mine", "team", "other"],
        Whose.UNCLAIMED: ["mine", "team"],
    }.items():
        assert shown(lane, ExceptionFilter(whose=whose), now=now) == found
        assert facets.whose[whose] == len(found)
    for due, found in {Lateness.LATE: ["mine"], Lateness.SOON: ["mine"], Lateness.TODAY: ["mine", "team"]}.items():
        assert shown(lane, ExceptionFilter(due=due), now=now) == found
        assert facets.due[due] == len(found)
    assert shown(lane, ExceptionFilter(code=ExceptionCode.AMBIGUOUS_MATCH)) == ["team"]
    assert shown(lane, ExceptionFilter(motion=Motion.HYGIENE)) == ["other"]
    assert facets.codes == {ExceptionCode.NO_OWNER: 2, ExceptionCode.AMBIGUOUS_MATCH: 1}
    assert facets.motions == {Motion.INBOUND: 2, Motion.HYGIENE: 1}


def test_what_ended_is_found_again_newest_first(exceptions: SqlExceptions, lane: ExceptionLane) -> None:
    for n, case_id in enumerate(("first", "second", "third")):
        exceptions.open(stopped(case_id))
        exceptions.resolve(case_id, 1, f"r{n}", Act.RETRY, "sam", now=START + n * HOUR)
    exceptions.open(stopped("late"))
    exceptions.end("late", 1, ExceptionState.UNRESOLVED, now=START)
    assert shown(lane) == []
    assert shown(lane, ExceptionFilter(state=ExceptionState.RESOLVED)) == ["third", "second", "first"]
    assert shown(lane, ExceptionFilter(state=ExceptionState.UNRESOLVED)) == ["late"]
    assert lane.facets(SAM, START).states == {
        ExceptionState.OPEN: 0,
        ExceptionState.RESOLVED: 3,
        ExceptionState.UNRESOLVED: 1,
    }


def test_people_companies_and_addresses_are_searched_without_accents(
    exceptions: SqlExceptions, lane: ExceptionLane
) -> None:
    exceptions.open(stopped("a", search_text=searchable("Logística Núñez", "Marta", "m@nunez.example")))
    exceptions.open(stopped("b"))
    for search in ("NUNEZ logística", "m@nunez", "mar"):
        assert shown(lane, ExceptionFilter(search=search)) == ["a"]
    for search in ("%", "_", "nobody"):
        assert shown(lane, ExceptionFilter(search=search)) == []


@pytest.mark.parametrize("sort", ExceptionSort)
def test_pages_hold_everything_once_while_others_work(
    exceptions: SqlExceptions, lane: ExceptionLane, sort: ExceptionSort
) -> None:
    names = [f"c{n}" for n in range(23)]
    for n, case_id in enumerate(names):
        exceptions.open(stopped(case_id, due=1 + n % 4))
    wanted, seen, behind = ExceptionFilter(sort=sort), list[str](), None
    while True:
        page = lane.page(wanted, SAM, START, behind=behind, limit=5)
        seen += [opened.opening.case_id for opened in page.items]
        if page.following is None:
            break
        # Whoever is at it resolves what was seen first meanwhile.
        exceptions.resolve(seen[0], 1, "r", Act.RETRY, "sam", now=START)
        behind = Place.read(page.following.token())
        assert behind is not None
        assert lane.fits(wanted, behind)
        assert not lane.fits(ExceptionFilter(state=ExceptionState.RESOLVED), behind) or sort is not ExceptionSort.DUE
    assert sorted(seen) == sorted(names)


def test_what_the_crm_closes_to_its_user_is_neither_listed_nor_counted(
    exceptions: SqlExceptions, lane: ExceptionLane, db: Database
) -> None:
    exceptions.open(stopped("a"))
    exceptions.open(stopped("b"))
    access = SqlRecordAccess(db)
    assert access.due_exceptions(ORG, now=START, limit=9) == (("a", 1), ("b", 1))
    access.keep_exception("a", 1, ["sam"], now=START)
    mapped = SAM.model_copy(update={"crm_user": True})
    assert shown(lane) == ["a", "b"]
    assert shown(lane, viewer=mapped) == ["b"]
    assert lane.facets(mapped, START).states == {ExceptionState.OPEN: 1}
    assert shown(lane, viewer=mapped, now=START + BELIEVED_FOR) == ["a", "b"]
    assert access.due_exceptions(ORG, now=START, limit=9) == (("b", 1),)


def test_the_version_tells_whatever_happens(exceptions: SqlExceptions, lane: ExceptionLane) -> None:
    seen = [lane.version()]

    def moved() -> bool:
        seen.append(lane.version())
        return seen.count(seen[-1]) == 1

    exceptions.open(stopped("a"))
    assert moved()
    exceptions.claim("a", 1, "sam", now=START)
    assert moved()
    exceptions.release("a", 1, "sam")
    assert seen[1] == lane.version(), "as it was before the claim, and so unlike what was seen last"
    exceptions.note_step("a", 1, LadderStep.REMINDER)
    assert moved()
    exceptions.resolve("a", 1, "r", Act.RETRY, "sam", now=START)
    exceptions.open(stopped("b", now=START + HOUR))
    assert moved()
    assert lane.version() == seen[-1]


def test_erasure_takes_the_person_out_of_the_lane(
    exceptions: SqlExceptions, lane: ExceptionLane, db: Database, clock: FakeClock
) -> None:
    exceptions.open(stopped("a"))
    SqlDocuments(db, clock).erase("a")
    (opened,) = lane.page(ExceptionFilter(), SAM, START).items
    assert (opened.opening.title, opened.opening.subtitle, opened.opening.search_text) == (ERASED, "", "")
    assert shown(lane, ExceptionFilter(search="ada")) == []
