"""Turns in a team are fair and exact, whoever asks at the same time."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from activities.turns import TurnsOfCase
from domain.cases import CaseOutcome
from domain.evidence import EvidenceBook
from domain.leads import Motion
from domain.ports import Rotation
from domain.reading import read
from domain.round_robin import Seat, Turn
from domain.routing import route
from domain.scoring import qualify
from persistence.assignments import CRM_COUNTS_AFTER, SqlRotation
from persistence.cases import SqlCases
from persistence.database import Database
from tests.domain import scenes
from tests.fakes.clock import START, FakeClock
from tests.fakes.databases import Postgres
from tests.fakes.examples import ORG, inquiry
from tests.fakes.races import at_once

WORKERS = 50


def seats(**weights: int) -> list[Seat]:
    return [Seat(member=name, weight=weight, room=10_000) for name, weight in weights.items()]


def turn(case_id: str, round: int = 1, pool: str = "emea") -> Turn:
    return Turn(org_id=ORG, pool=pool, case_id=case_id, round=round)


@pytest.fixture
def rotation(db: Database) -> SqlRotation:
    return SqlRotation(db)


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture
def workers(postgres_url: str) -> Iterator[list[SqlRotation]]:
    """Fifty workers, each with connections of its own."""
    databases = [Database(postgres_url) for _ in range(WORKERS)]
    yield [SqlRotation(db) for db in databases]
    for db in databases:
        db.close()


@pytest.mark.postgres
def test_fifty_workers_at_once_skip_and_double_nobody(workers: list[SqlRotation]) -> None:
    team = seats(ada=3, ben=1, cid=4, dee=2)

    def ten_turns(number: int, rotation: Rotation) -> list[str]:
        return [rotation.take(turn(f"case-{number}-{n}"), team, now=START) for n in range(10)]

    taken = at_once([partial(ten_turns, n, rotation) for n, rotation in enumerate(workers)])
    counts = Counter(member for turns in taken for member in turns)
    assert counts == {"ada": 150, "ben": 50, "cid": 200, "dee": 100}
    assert workers[0].turns_taken(ORG, "emea") == counts


@pytest.mark.postgres
def test_fifty_workers_with_one_turn_each_serve_everybody_once(workers: list[SqlRotation]) -> None:
    team = seats(**{f"member-{n:02}": 100 for n in range(WORKERS)})
    calls: list[Callable[[], str]] = [
        partial(rotation.take, turn(f"case-{n}"), team, now=START) for n, rotation in enumerate(workers)
    ]
    assert sorted(at_once(calls)) == sorted(s.member for s in team)


@pytest.mark.postgres
def test_fifty_attempts_at_one_turn_take_it_once(workers: list[SqlRotation]) -> None:
    team = seats(ada=1, ben=1, cid=1)
    calls = [partial(rotation.take, turn("case-1"), team, now=START) for rotation in workers]
    assert len(set(at_once(calls))) == 1
    assert sum(workers[0].turns_taken(ORG, "emea").values()) == 1


@pytest.mark.postgres
def test_a_member_is_never_filled_beyond_their_room_by_workers_at_once(workers: list[SqlRotation]) -> None:
    db = Database(workers[0]._db.url.render_as_string(hide_password=False))
    cases = [open_case(db, n) for n in range(WORKERS)]
    team = [Seat(member="ada", weight=1, room=7), Seat(member="ben", weight=1, room=9)]
    calls = [partial(rotation.take, turn(case), team, now=START) for case, rotation in zip(cases, workers, strict=True)]
    assert Counter(at_once(calls)) == {"ada": 7, "ben": 9, "": WORKERS - 16}
    db.close()


def open_case(db: Database, number: int) -> str:
    cases = SqlCases(db, FakeClock(), b"secret", lambda motion, org, case_id: f"{motion.value}/{org}/{case_id}")
    said = inquiry(f"evt-{number}", email=f"person{number}@example.org", last_name=f"Person{number}")
    taken = cases.take_in(said, org_id=ORG, motion=Motion.INBOUND, playbook_digest="p", agent_version="v", now=START)
    return taken.case.case_id


def test_a_repeated_attempt_takes_no_second_turn(rotation: SqlRotation) -> None:
    team = seats(ada=1, ben=1)
    first = rotation.take(turn("case-1"), team, now=START)
    assert {rotation.take(turn("case-1"), team, now=START) for _ in range(5)} == {first}
    assert rotation.take(turn("case-2"), team, now=START) != first


def test_another_round_stays_with_its_member_while_they_can(rotation: SqlRotation) -> None:
    team = seats(ada=1, ben=1, cid=1)
    first = rotation.take(turn("case-1"), team, now=START)
    assert rotation.take(turn("case-1", round=2), team, now=START) == first
    others = [s for s in team if s.member != first]
    second = rotation.take(turn("case-1", round=3), others, now=START)
    assert second != first
    assert rotation.take(turn("case-1", round=4), team, now=START) == second
    assert sum(rotation.turns_taken(ORG, "emea").values()) == 2


def test_an_attempt_whose_member_has_left_meanwhile_gets_somebody_else(rotation: SqlRotation) -> None:
    first = rotation.take(turn("case-1"), seats(ada=1, ben=1), now=START)
    others = [s for s in seats(ada=1, ben=1) if s.member != first]
    assert rotation.take(turn("case-1"), others, now=START) == others[0].member


def test_teams_and_orgs_count_for_themselves(rotation: SqlRotation) -> None:
    team = seats(ada=1, ben=1)
    first = rotation.take(turn("case-1"), team, now=START)
    assert rotation.take(turn("case-2", pool="partner_desk"), team, now=START) == first
    other = Turn(org_id="other", pool="emea", case_id="case-3", round=1)
    assert rotation.take(other, team, now=START) == first


def test_leads_that_wait_for_approval_count_until_the_crm_counts_them(db: Database, rotation: SqlRotation) -> None:
    team = [Seat(member="ada", weight=1, room=1)]
    first, second, third = (open_case(db, n) for n in range(3))
    assert rotation.take(turn(first), team, now=START) == "ada"
    assert rotation.take(turn(second), team, now=START) == ""
    cases = SqlCases(db, FakeClock(), b"secret", lambda motion, org, case_id: f"{motion.value}/{org}/{case_id}")
    assert cases.close(first, CaseOutcome.REJECTED, seen_inquiries=1, now=START)
    assert rotation.take(turn(third), team, now=START) == ""
    assert rotation.take(turn(third), team, now=START + CRM_COUNTS_AFTER + timedelta(seconds=1)) == "ada"


def test_nobody_to_choose_from_is_nobody(rotation: SqlRotation) -> None:
    assert rotation.take(turn("case-1"), [], now=START) == ""


def test_a_retried_step_routes_to_the_same_person_and_takes_no_second_turn(rotation: SqlRotation) -> None:
    said, snap, rules = (scenes.inquiry(),), scenes.snapshot(), scenes.playbook()
    score = qualify(said, snap, scenes.COMPANY, read(said, rules), rules, EvidenceBook(), now=scenes.NOW)

    def attempt(case_id: str, round: int = 1) -> str:
        turns = TurnsOfCase(rotation, ORG, case_id, round, now=scenes.NOW)
        return route(said, snap, scenes.COMPANY, score, rules, EvidenceBook(), now=scenes.NOW, turns=turns).owner_id

    first = attempt("case-1")
    assert [attempt("case-1"), attempt("case-1", round=2)] == [first, first]
    second = attempt("case-2")
    assert {first, second} == {scenes.IRENE.id, scenes.TOMAS.id}
    assert rotation.turns_taken(ORG, "emea") == {first: 1, second: 1}
