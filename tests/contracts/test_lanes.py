"""The queue's pages and counts, on every database."""

import random
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import pytest

from domain.cases import Deadline, Ladder, LadderStep, ReviewOpening
from domain.decisions import Verdict
from domain.leads import Motion
from domain.model import Instant
from domain.permissions import RiskCategory
from domain.review_queue import (
    Age,
    Due,
    Place,
    QueueFilter,
    QueueState,
    Sort,
    Viewer,
    Whose,
    account_key,
    searchable,
)
from persistence.claims import SqlClaims
from persistence.database import Database
from persistence.documents import ERASED, SqlDocuments
from persistence.lanes import ReviewLanes
from persistence.reviews import SqlReviews
from tests.fakes.clock import START, FakeClock
from tests.fakes.examples import ORG, decision, opening, unverified
from tests.fakes.races import at_once

SAM = Viewer(login="sam", team=("sam", "lee"))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def reviews(db: Database) -> SqlReviews:
    return SqlReviews(db)


@pytest.fixture
def lanes(db: Database) -> ReviewLanes:
    return ReviewLanes(db, ORG)


def waiting(case_id: str, *, due: int = 120, **changes: object) -> ReviewOpening:
    """Open since `START`; its first step comes after `due` minutes, the others an hour apart."""
    steps = ((LadderStep.REMINDER, 0, "sam"), (LadderStep.FALLBACK, 60, "kim"), (LadderStep.EXPIRY, 120, "kim"))
    ladder = Ladder(
        deadlines=tuple(Deadline(step=s, at=START + (due + more) * MINUTE, notify=who) for s, more, who in steps)
    )
    return opening(case_id).model_copy(update={"ladder": ladder, "title": case_id, **changes})


def put(reviews: SqlReviews, openings: Iterable[ReviewOpening]) -> None:
    for each in openings:
        reviews.open_round(each)


def shown(
    lanes: ReviewLanes, wanted: QueueFilter | None = None, viewer: Viewer = SAM, now: Instant = START
) -> list[str]:
    return [item.case_id for item in lanes.page(wanted or QueueFilter(), viewer, now).items]


def test_the_lane_goes_by_the_next_step_that_was_not_taken(reviews: SqlReviews, lanes: ReviewLanes) -> None:
    put(reviews, (waiting("b", due=20), waiting("a", due=30), waiting("c", due=10)))
    assert shown(lanes) == ["c", "b", "a"]
    reviews.note_step("c", 1, LadderStep.REMINDER, "sam", now=START + 10 * MINUTE)
    assert shown(lanes) == ["b", "a", "c"]
    item = lanes.page(QueueFilter(), SAM, START).items[-1]
    assert (item.rung, item.coming.step, item.next_at) == (
        LadderStep.REMINDER,
        LadderStep.FALLBACK,
        START + 70 * MINUTE,
    )


def test_lanes_do_not_mix(reviews: SqlReviews, lanes: ReviewLanes) -> None:
    put(reviews, (waiting("a"), waiting("h", due=1, motion=Motion.HYGIENE)))
    assert shown(lanes, QueueFilter(motion=Motion.INBOUND)) == ["a"]
    assert shown(lanes, QueueFilter(motion=Motion.HYGIENE)) == ["h"]
    assert shown(lanes) == ["h", "a"]
    assert lanes.facets(Motion.INBOUND, SAM, START).lanes == {Motion.INBOUND: 1, Motion.HYGIENE: 1}
    # All lanes at once go one after the other, too.
    put(reviews, (waiting("n", due=0, motion=Motion.NUDGE),))
    assert shown(lanes) == ["h", "a", "n"]


def test_proposals_for_one_account_stand_together(reviews: SqlReviews, lanes: ReviewLanes) -> None:
    account = account_key("001000000000001AAA", "")
    put(
        reviews,
        (
            waiting("early", due=10),
            waiting("one", due=20, account_key=account),
            waiting("between", due=30),
            waiting("other", due=40, account_key=account),
            waiting("same account, other lane", due=35, account_key=account, motion=Motion.HYGIENE),
        ),
    )
    inbound = QueueFilter(motion=Motion.INBOUND)
    assert shown(lanes, inbound) == ["early", "one", "other", "between"]
    envelope = decision(case_id="one", verdict=Verdict.REJECT, decided_at=START + MINUTE)
    reviews.record(unverified(envelope), envelope, now=START + MINUTE)
    assert shown(lanes, inbound) == ["early", "between", "other"]
    reviews.expire("other", 1, now=START)
    put(reviews, (waiting("third", due=5, account_key=account),))
    assert shown(lanes, inbound) == ["third", "early", "between"]


def test_an_account_that_moves_at_once_on_all_its_rounds_ends_up_together(
    reviews: SqlReviews, lanes: ReviewLanes
) -> None:
    cases = [f"c{n}" for n in range(8)]
    at_once([partial(reviews.open_round, waiting(c, due=10 + n, account_key="crm:1")) for n, c in enumerate(cases)])
    at_once(
        [partial(reviews.note_step, c, 1, LadderStep.REMINDER, "sam", now=START) for c in cases[:4]]
        + [partial(reviews.expire, c, 1, now=START) for c in cases[4:6]]
    )
    put(reviews, (waiting("beside", due=15, account_key="crm:2"),))
    assert shown(lanes) == ["beside", "c6", "c7", "c0", "c1", "c2", "c3"]


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("motion", [Motion.INBOUND, None])
def test_paging_shows_everything_once_while_others_work(
    reviews: SqlReviews, lanes: ReviewLanes, sort: Sort, motion: Motion | None
) -> None:
    chance = random.Random(sort)
    for n in range(40):
        reviews.open_round(
            waiting(
                f"c{n:02}",
                due=chance.choice((5, 10, 15)),
                score=chance.choice((None, 10, 90)),
                risk=chance.choice((RiskCategory.LOW, RiskCategory.HIGH)),
                account_key=chance.choice(("", "crm:1", "crm:2")),
                opened_at=START - chance.randrange(3) * MINUTE,
            )
        )
    wanted = QueueFilter(motion=motion, sort=sort)
    whole = [i.case_id for i in lanes.page(wanted, SAM, START, limit=100).items]
    seen: list[str] = []
    place: Place | None = None
    while True:
        page = lanes.page(wanted, SAM, START, behind=place, limit=7)
        seen += [i.case_id for i in page.items]
        if page.following is None:
            break
        # A place survives its way through an address, and what ends behind the reader moves nothing.
        place = Place.read(page.following.token())
        assert place is not None
        assert lanes.fits(wanted, place)
        if sort is not Sort.DUE:
            reviews.expire(seen[-1], 1, now=START)
    assert seen == whole
    assert len(set(whole)) == 40


def test_neighbours_are_those_of_the_list(reviews: SqlReviews, lanes: ReviewLanes) -> None:
    put(reviews, (waiting(f"c{n}", due=10 + n) for n in range(9)))
    found = lanes.neighbours(QueueFilter(), SAM, START, ("c4", 1), before=2, after=3)
    assert found.position == 5
    assert [i.case_id for i in found.before] == ["c2", "c3"]
    assert [i.case_id for i in found.following] == ["c5", "c6", "c7"]
    ended = lanes.neighbours(QueueFilter(state=QueueState.DECIDED), SAM, START, ("c4", 1), before=2, after=3)
    assert (ended.position, ended.before, ended.following) == (0, (), ())


def test_what_ended_comes_newest_first(reviews: SqlReviews, lanes: ReviewLanes) -> None:
    put(reviews, (waiting(f"c{n}") for n in range(4)))
    for n in (2, 0, 3):
        reviews.expire(f"c{n}", 1, now=START + n * MINUTE)
    wanted = QueueFilter(state=QueueState.EXPIRED)
    assert shown(lanes, wanted) == ["c3", "c2", "c0"]
    page = lanes.page(wanted, SAM, START, limit=2)
    assert [i.case_id for i in lanes.page(wanted, SAM, START, behind=page.following).items] == ["c0"]


def test_each_filter_shows_what_its_count_says(reviews: SqlReviews, lanes: ReviewLanes, db: Database) -> None:
    now = START + timedelta(hours=2)
    put(
        reviews,
        (
            waiting("mine", due=130, territory="Iberia"),
            waiting("lees", due=1_800, assignee="lee", risk=RiskCategory.HIGH, territory="Iberia"),
            waiting("kims", due=200, assignee="kim", opened_at=START - timedelta(days=2)),
            waiting("asleep", due=130),
        ),
    )
    claims = SqlClaims(db)
    claims.claim("kims", 1, "pat", now=START)
    claims.snooze("asleep", 1, now + MINUTE, "sam", now=START)
    reviews.note_step("lees", 1, LadderStep.FALLBACK, "max", now=START)
    for wanted, names in (
        (QueueFilter(), ["mine", "kims", "lees"]),
        (QueueFilter(whose=Whose.MINE), ["mine"]),
        (QueueFilter(whose=Whose.TEAM), ["mine", "lees"]),
        (QueueFilter(whose=Whose.UNCLAIMED), ["mine", "lees"]),
        (QueueFilter(risk=(RiskCategory.HIGH,)), ["lees"]),
        (QueueFilter(risk=(RiskCategory.HIGH, RiskCategory.MEDIUM)), ["mine", "kims", "lees"]),
        (QueueFilter(due=Due.SOON), ["mine"]),
        (QueueFilter(due=Due.TODAY), ["mine", "kims"]),
        (QueueFilter(due=Due.ESCALATED), ["lees"]),
        (QueueFilter(age=Age.DAY), ["kims"]),
        (QueueFilter(territory="Iberia"), ["mine", "lees"]),
        (QueueFilter(territory="Iberia' OR 1=1 --"), []),
        (QueueFilter(state=QueueState.SNOOZED), ["asleep"]),
        (QueueFilter(whose=Whose.MINE, risk=(RiskCategory.HIGH,)), []),
    ):
        assert shown(lanes, wanted, now=now) == names, wanted
        assert lanes.count(wanted, SAM, now) == len(names)
    facets = lanes.facets(Motion.INBOUND, SAM, now)
    assert facets.whose == {Whose.ALL: 3, Whose.MINE: 1, Whose.TEAM: 2, Whose.UNCLAIMED: 2}
    assert facets.risks == {RiskCategory.MEDIUM: 2, RiskCategory.HIGH: 1}
    assert facets.due == {Due.SOON: 1, Due.TODAY: 2, Due.ESCALATED: 1}
    assert facets.territories == {"Iberia": 2}
    assert (facets.states[QueueState.OPEN], facets.states[QueueState.SNOOZED]) == (3, 1)
    assert shown(lanes, viewer=Viewer(login="max"), wanted=QueueFilter(whose=Whose.MINE), now=now) == ["lees"]
    assert shown(lanes, viewer=Viewer(login="pat"), wanted=QueueFilter(whose=Whose.MINE), now=now) == ["kims"]
    # Part of a login is nobody's login, and a wildcard is a letter.
    for other in ("ma", "%", "m_x"):
        assert shown(lanes, viewer=Viewer(login=other), wanted=QueueFilter(whose=Whose.MINE), now=now) == []
    assert shown(lanes, now=now + 2 * MINUTE) == ["asleep", "mine", "kims", "lees"]


def test_another_organisation_is_not_seen(reviews: SqlReviews, db: Database) -> None:
    put(reviews, (waiting("a"),))
    other = ReviewLanes(db, "other")
    assert shown(other) == []
    assert other.facets(None, SAM, START).lanes == {}
    assert other.neighbours(QueueFilter(), SAM, START, ("a", 1), before=1, after=1).position == 0


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("muller", ["mueller"]),
        ("MÜLLER gmbh", ["mueller"]),
        ("ana@mueller.example", ["mueller"]),
        ("gmbh müller ana", ["mueller"]),
        ("shchukin", ["shchukin"]),
        ("Щукин", ["shchukin"]),
        ("%", ["percent"]),
        ("100%_", []),
        ("0%", ["percent"]),
        ("a_c", ["percent"]),
        ("o'neil", ["oneil"]),
        ('"; DROP TABLE review; --', []),
        ("\\", []),
        ("   ", ["mueller", "oneil", "percent", "shchukin"]),
    ],
)
def test_search_takes_what_is_typed_literally(
    reviews: SqlReviews, lanes: ReviewLanes, search: str, found: list[str]
) -> None:
    for case_id, said in (
        ("mueller", ("Müller GmbH", "Ana Núñez", "ana@mueller.example")),
        ("oneil", ("O'Neil & Sons", "Pat O’Neil")),
        ("percent", ("100% a_c Ltd",)),
        ("shchukin", ("Щукин", "Abc Ltd")),
    ):
        reviews.open_round(waiting(case_id, search_text=searchable(*said)))
    assert shown(lanes, QueueFilter(search=search)) == found


def test_who_was_erased_is_not_found_and_not_named(
    reviews: SqlReviews, lanes: ReviewLanes, db: Database, clock: FakeClock
) -> None:
    named = searchable("Ana Núñez", "ana@example.org")
    put(reviews, (waiting("a", title="Reply to Ana", search_text=named, account_key="crm:1"), waiting("b")))
    SqlDocuments(db, clock).erase("a")
    assert shown(lanes, QueueFilter(search="ana")) == []
    (item,) = [i for i in lanes.page(QueueFilter(), SAM, START).items if i.case_id == "a"]
    assert (item.title, item.subtitle, item.account_key) == (ERASED, "", "a")


def test_the_version_tells_that_something_happened(reviews: SqlReviews, lanes: ReviewLanes, db: Database) -> None:
    versions = [lanes.version()]
    put(reviews, (waiting("a"),))
    versions.append(lanes.version())
    SqlClaims(db).claim("a", 1, "sam", now=START)
    versions.append(lanes.version())
    reviews.expire("a", 1, now=START)
    versions.append(lanes.version())
    assert len(set(versions)) == 4
    assert lanes.version() == versions[-1]


def test_a_place_of_another_order_or_made_up_begins_at_the_top(reviews: SqlReviews, lanes: ReviewLanes) -> None:
    put(reviews, (waiting(f"c{n}", due=10 + n) for n in range(3)))
    place = lanes.page(QueueFilter(), SAM, START, limit=1).following
    assert place is not None
    assert not lanes.fits(QueueFilter(sort=Sort.SCORE), place)
    newest = ("2026-11-22T00:00:00+00:00", "c1", 1)
    for made_up in (
        Place(sort="oldest", key=()),
        Place(sort="oldest", key=("yesterday", "c1", 1)),
        Place(sort="oldest", key=("2026-11-22T00:00:00", "c1", 1)),
        Place(sort="oldest", key=("0001-01-01T00:00:00+14:00", "c1", 1)),
        Place(sort="oldest", key=(newest[0], "c\x001", 1)),
        Place(sort="oldest", key=(newest[0], "c1", 10**30)),
        Place(sort="oldest", key=(newest[0], 1, "c1")),
    ):
        page = lanes.page(QueueFilter(sort=Sort.OLDEST), SAM, START, behind=made_up)
        assert [i.case_id for i in page.items] == ["c0", "c1", "c2"]
    assert lanes.fits(QueueFilter(sort=Sort.OLDEST), Place(sort="oldest", key=newest))
