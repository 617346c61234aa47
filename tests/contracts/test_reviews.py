"""`Reviews`: one ending per case and round, whoever comes when."""

from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from domain.cases import LadderStep
from domain.decisions import DecisionEnvelope, Purpose, Recorded, RoundState, Verdict
from domain.errors import DomainError, ErrorCode
from domain.model import Instant
from domain.notices import NoticeKind
from persistence.database import Database
from persistence.notices import SqlNotices
from persistence.reviews import SqlReviews
from persistence.tables import ReviewEventRow, ReviewRow
from tests.fakes.clock import START
from tests.fakes.examples import EDITED, EXPIRY, decision, opening, unverified
from tests.fakes.races import at_once

SOON = START + timedelta(hours=1)


@pytest.fixture
def reviews(db: Database) -> SqlReviews:
    store = SqlReviews(db)
    store.open_round(opening())
    return store


def record(store: SqlReviews, envelope: DecisionEnvelope, now: Instant = SOON) -> Recorded:
    return store.record(unverified(envelope), envelope, now=now)


def test_a_round_comes_back_as_opened(reviews: SqlReviews) -> None:
    assert reviews.opening("c1", 1) == opening()
    assert reviews.opening("c1", 2) is None
    assert reviews.outcome("c1", 1).state is RoundState.OPEN
    assert reviews.outcome("c1", 1).decision_ids == ()


def test_opening_again_is_the_same_round_and_another_proposal_is_refused(reviews: SqlReviews) -> None:
    record(reviews, decision())
    reviews.open_round(opening())
    assert reviews.outcome("c1", 1).state is RoundState.DECIDED
    with pytest.raises(DomainError) as caught:
        reviews.open_round(opening(digest=EDITED))
    assert "round 1 of case c1" in caught.value.detail


def test_a_decision_may_ask_for_more_signatures_and_never_for_fewer(reviews: SqlReviews) -> None:
    first, second = decision(final=EDITED), decision("d2", reviewer="kim", final=EDITED)
    assert reviews.record(unverified(first), first, now=SOON, quorum=2) is Recorded.RECORDED_QUORUM_OPEN
    opened = reviews.opening("c1", 1)
    assert opened is not None
    assert opened.quorum == 2
    assert reviews.record(unverified(second), second, now=SOON, quorum=1) is Recorded.RECORDED


@pytest.mark.parametrize("verdict", list(Verdict))
def test_one_decision_ends_the_round(reviews: SqlReviews, verdict: Verdict) -> None:
    envelope = decision(verdict=verdict)
    assert record(reviews, envelope) is Recorded.RECORDED
    outcome = reviews.outcome("c1", 1)
    assert (outcome.state, outcome.verdict, outcome.decision_ids) == (RoundState.DECIDED, verdict, ("d1",))
    assert reviews.decision("d1") == unverified(envelope)
    assert reviews.decisions_of_round("c1", 1) == (unverified(envelope),)


def test_what_is_not_there(reviews: SqlReviews) -> None:
    assert reviews.decision("d9") is None
    assert reviews.decisions_of_round("c9", 1) == ()
    with pytest.raises(DomainError) as caught:
        reviews.outcome("c9", 1)
    assert caught.value.code is ErrorCode.CASE_UNKNOWN


@pytest.mark.parametrize(
    ("envelope", "answer"),
    [
        (decision(case_id="c9"), Recorded.UNKNOWN_ROUND),
        (decision(round=2), Recorded.UNKNOWN_ROUND),
        (decision(org_id="other"), Recorded.UNKNOWN_ROUND),
        (decision(proposed=EDITED), Recorded.DIGEST_MISMATCH),
        (decision(decided_at=EXPIRY + timedelta(seconds=1)), Recorded.LATE),
    ],
)
def test_what_does_not_fit_is_refused_and_not_kept(
    reviews: SqlReviews, envelope: DecisionEnvelope, answer: Recorded
) -> None:
    assert record(reviews, envelope) is answer
    assert reviews.outcome("c1", 1).state is RoundState.OPEN
    assert reviews.decision(envelope.decision_id) is None


def test_a_decision_in_the_last_instant_counts_and_one_after_it_does_not(reviews: SqlReviews) -> None:
    reviews.open_round(opening("c2"))
    assert record(reviews, decision(decided_at=EXPIRY), EXPIRY) is Recorded.RECORDED
    backdated = decision("d2", case_id="c2", decided_at=SOON)
    assert record(reviews, backdated, EXPIRY + timedelta(microseconds=1)) is Recorded.LATE


def test_the_same_decision_again(reviews: SqlReviews) -> None:
    assert record(reviews, decision()) is Recorded.RECORDED
    assert record(reviews, decision()) is Recorded.SAME_AGAIN
    double_click = decision(decided_at=SOON + timedelta(seconds=1))
    assert record(reviews, double_click) is Recorded.SAME_AGAIN
    assert record(reviews, decision(verdict=Verdict.REJECT)) is Recorded.ALREADY_DECIDED
    assert reviews.decision("d1") == unverified(decision())


def test_a_second_decision_finds_the_round_decided(reviews: SqlReviews) -> None:
    record(reviews, decision())
    assert record(reviews, decision("d2", reviewer="kim")) is Recorded.ALREADY_DECIDED
    assert reviews.outcome("c1", 1).decision_ids == ("d1",)


def test_an_expired_round_takes_nothing(reviews: SqlReviews) -> None:
    assert reviews.expire("c1", 1, now=SOON).state is RoundState.EXPIRED
    assert record(reviews, decision()) is Recorded.ROUND_CLOSED
    assert reviews.expire("c1", 1, now=EXPIRY).state is RoundState.EXPIRED
    assert reviews.supersede("c1", 1, now=EXPIRY).state is RoundState.EXPIRED


def test_a_superseded_round_takes_nothing(reviews: SqlReviews) -> None:
    assert reviews.supersede("c1", 1, now=SOON).state is RoundState.SUPERSEDED
    assert record(reviews, decision()) is Recorded.ROUND_CLOSED


def test_a_decision_in_time_stands_against_a_later_expiry(reviews: SqlReviews) -> None:
    record(reviews, decision())
    for outcome in (
        reviews.expire("c1", 1, now=EXPIRY + timedelta(days=1)),
        reviews.supersede("c1", 1, now=EXPIRY + timedelta(days=1)),
    ):
        assert (outcome.state, outcome.decision_ids) == (RoundState.DECIDED, ("d1",))


def test_two_people_sign_one_change(reviews: SqlReviews) -> None:
    reviews.open_round(opening("c2", quorum=2))
    assert record(reviews, decision(case_id="c2")) is Recorded.RECORDED_QUORUM_OPEN
    assert reviews.outcome("c2", 1).state is RoundState.OPEN
    assert reviews.outcome("c2", 1).decision_ids == ("d1",)
    assert record(reviews, decision("d2", case_id="c2")) is Recorded.SAME_REVIEWER
    assert record(reviews, decision("d3", case_id="c2", reviewer="kim", position=2)) is Recorded.RECORDED
    outcome = reviews.outcome("c2", 1)
    assert (outcome.state, outcome.verdict) == (RoundState.DECIDED, Verdict.APPROVE)
    assert outcome.decision_ids == ("d1", "d3")


def test_two_who_both_signed_as_the_first_make_a_quorum(reviews: SqlReviews) -> None:
    reviews.open_round(opening("c2", quorum=2))
    answers = at_once(
        [partial(record, reviews, decision(f"d{n}", case_id="c2", reviewer=f"r{n}", position=1)) for n in range(2)]
    )
    assert set(answers) == {Recorded.RECORDED, Recorded.RECORDED_QUORUM_OPEN}
    assert len(reviews.outcome("c2", 1).decision_ids) == 2


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.RESPOND])
def test_one_rejection_ends_a_quorum(reviews: SqlReviews, verdict: Verdict) -> None:
    reviews.open_round(opening("c2", quorum=3))
    record(reviews, decision(case_id="c2"))
    assert record(reviews, decision("d2", case_id="c2", reviewer="kim", verdict=verdict)) is Recorded.RECORDED
    outcome = reviews.outcome("c2", 1)
    assert (outcome.verdict, outcome.decision_ids) == (verdict, ("d2",))


def test_an_edit_voids_the_signatures_before_it(reviews: SqlReviews) -> None:
    reviews.open_round(opening("c2", quorum=2))
    edited = decision("d2", case_id="c2", reviewer="kim", verdict=Verdict.APPROVE_EDITED, final=EDITED, position=2)
    record(reviews, decision(case_id="c2"))
    assert record(reviews, edited) is Recorded.RECORDED_QUORUM_OPEN
    assert reviews.decisions_of_round("c2", 1) == (unverified(edited),)
    assert reviews.decision("d1") is not None
    agreed = decision("d3", case_id="c2", final=EDITED, position=2)
    assert record(reviews, agreed) is Recorded.RECORDED
    outcome = reviews.outcome("c2", 1)
    assert (outcome.verdict, outcome.decision_ids) == (Verdict.APPROVE_EDITED, ("d2", "d3"))


def test_an_expired_quorum_leaves_no_deciders(reviews: SqlReviews) -> None:
    reviews.open_round(opening("c2", quorum=2))
    record(reviews, decision(case_id="c2"))
    outcome = reviews.expire("c2", 1, now=EXPIRY)
    assert (outcome.state, outcome.decision_ids, outcome.verdict) == (RoundState.EXPIRED, (), None)


@pytest.mark.parametrize("purpose", [Purpose.UNDO, Purpose.RESUME])
def test_undo_and_resume_stand_beside_the_round(reviews: SqlReviews, purpose: Purpose) -> None:
    record(reviews, decision())
    beside = decision("d2", purpose=purpose, proposed=EDITED)
    assert record(reviews, beside) is Recorded.RECORDED
    assert record(reviews, beside) is Recorded.SAME_AGAIN
    assert reviews.decision("d2") == unverified(beside)
    assert reviews.decisions_of_round("c1", 1) == (unverified(decision()),)
    assert record(reviews, decision("d3", purpose=purpose), SOON + timedelta(days=2)) is Recorded.LATE


def test_policy_decides_a_round_that_nobody_reviews(reviews: SqlReviews) -> None:
    policy = decision("p1", round=0, purpose=Purpose.POLICY_WRITE, reviewer="policy")
    assert record(reviews, policy) is Recorded.RECORDED
    assert record(reviews, policy) is Recorded.SAME_AGAIN
    other = decision("p2", round=0, purpose=Purpose.POLICY_WRITE, reviewer="policy")
    assert record(reviews, other) is Recorded.ALREADY_DECIDED
    outcome = reviews.outcome("c1", 0)
    assert (outcome.state, outcome.decision_ids) == (RoundState.DECIDED, ("p1",))


def test_the_timeline_of_a_round(reviews: SqlReviews, db: Database) -> None:
    for _ in range(2):
        reviews.note_step("c1", 1, LadderStep.REMINDER, "sam", now=SOON)
    record(reviews, decision())
    record(reviews, decision())
    reviews.open_round(opening())
    with db.session() as session:
        events = session.exec(select(ReviewEventRow).order_by(col(ReviewEventRow.seq))).all()
        row = session.get(ReviewRow, ("c1", 1))
    assert [(e.kind, e.who) for e in events] == [("opened", "sam"), ("reminder", "sam"), ("approve", "sam")]
    assert row is not None
    assert row.rung == LadderStep.REMINDER
    with pytest.raises(DomainError, match="case_unknown"):
        reviews.note_step("c9", 1, LadderStep.REMINDER, "sam", now=SOON)


def test_the_delivery_list_holds_ended_rounds_and_undo_requests(reviews: SqlReviews) -> None:
    reviews.open_round(opening("c2", quorum=2))
    record(reviews, decision("q1", case_id="c2"))
    assert reviews.undelivered(10) == ()
    record(reviews, decision("d1"))
    record(reviews, decision("u1", purpose=Purpose.UNDO))
    record(reviews, decision("p1", round=0, purpose=Purpose.POLICY_WRITE))
    record(reviews, decision("q2", case_id="c2", reviewer="kim"))
    assert {u.decision_id for u in reviews.undelivered(10)} == {"d1", "u1", "q1", "q2"}
    assert {u.workflow_id for u in reviews.undelivered(10)} == {"inbound/acme/c1", "inbound/acme/c2"}
    for each in ("d1", "q1", "q2"):
        reviews.delivery_tried(each)
    assert [(u.decision_id, u.attempts) for u in reviews.undelivered(1)] == [("u1", 0)]
    reviews.delivered("q2", now=EXPIRY)
    reviews.delivered("u1", now=EXPIRY)
    reviews.delivered("unknown", now=EXPIRY)
    assert [(u.decision_id, u.attempts) for u in reviews.undelivered(10)] == [("d1", 1)]


def test_decisions_and_rounds_are_counted(reviews: SqlReviews) -> None:
    assert reviews.last_round("c9") == 0
    reviews.open_round(opening(round=2, quorum=2))
    assert reviews.last_round("c1") == 2
    record(reviews, decision())
    record(reviews, decision("d2", round=2))
    record(reviews, decision("d3", round=2, reviewer="kim", verdict=Verdict.APPROVE_EDITED, final=EDITED))
    assert reviews.count_decisions("sam", since=START) == 2
    assert reviews.count_decisions("sam", since=SOON + timedelta(seconds=1)) == 0


def test_racing_decisions_have_one_winner(reviews: SqlReviews) -> None:
    answers = at_once([partial(record, reviews, decision(f"d{n}", reviewer=f"r{n}")) for n in range(8)])
    assert sorted(answers) == [Recorded.ALREADY_DECIDED] * 7 + [Recorded.RECORDED]
    assert reviews.outcome("c1", 1).decision_ids == (f"d{answers.index(Recorded.RECORDED)}",)


@pytest.mark.parametrize("number", range(4))
def test_expiry_and_decision_race_to_one_ending(reviews: SqlReviews, number: int) -> None:
    case_id = f"race-{number}"
    reviews.open_round(opening(case_id))
    answer, seen = at_once(
        [
            lambda: record(reviews, decision(case_id=case_id)),
            lambda: reviews.expire(case_id, 1, now=SOON).state,
        ]
    )
    assert (answer, seen) in {
        (Recorded.RECORDED, RoundState.DECIDED),
        (Recorded.ROUND_CLOSED, RoundState.EXPIRED),
    }
    assert reviews.outcome(case_id, 1).state is seen


def test_what_waits_comes_page_by_page(reviews: SqlReviews) -> None:
    for case_id, round in (("c1", 2), ("c2", 1), ("c3", 1)):
        reviews.open_round(opening(case_id, round))
    reviews.supersede("c2", 1, now=SOON)
    org_id = opening().org_id
    first = reviews.waiting(org_id, after=None, limit=2)
    assert [(o.case_id, o.round) for o in first] == [("c1", 1), ("c1", 2)]
    assert reviews.waiting(org_id, after=("c1", 2), limit=2) == (opening("c3", 1),)
    assert reviews.waiting("00D000000000000AAA", after=None, limit=2) == ()


def test_of_a_quorum_that_lacks_a_signature_the_others_on_the_ladder_are_told(db: Database) -> None:
    reviews, outbox = SqlReviews(db), SqlNotices(db)
    reviews.open_round(opening("c2", quorum=2))
    for signer, to in (("sam", ("kim", "queue")), ("kim", ())):
        envelope = decision(f"d-{signer}", case_id="c2", reviewer=signer, decided_at=START + timedelta(hours=1))
        reviews.record(unverified(envelope), envelope, now=START + timedelta(hours=1))
        told = [n for n in outbox.unspread(10) if n.kind is NoticeKind.SECOND_SIGNATURE and n.by == signer]
        assert [n.to for n in told] == ([to] if to else [])
