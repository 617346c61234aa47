"""The mark of an undo that was stopped, on both databases."""

from datetime import timedelta

from domain.cases import DocumentKind
from domain.decisions import DecisionEnvelope, Purpose, SignedDecision, Verdict
from domain.leads import Motion
from domain.permissions import Role
from domain.undo_batches import BatchItem, BatchState, ItemResult, Reach, UndoBatch, UndoSelection
from domain.undo_runs import UndoRun
from persistence.database import Database
from persistence.documents import SqlDocuments
from persistence.reviews import SqlReviews
from persistence.tables import CaseRow, DecisionRow
from persistence.undo_batches import SignedItem, SqlUndoBatches
from persistence.undo_runs import SqlUndoRuns
from tests.fakes.clock import START, FakeClock


def a_case(db: Database, case_id: str) -> None:
    with db.transaction() as session:
        session.add(
            CaseRow(
                case_id=case_id,
                org_id="acme",
                motion=Motion.INBOUND.value,
                workflow_id=f"w-{case_id}",
                state="open",
                playbook_digest="p",
                agent_version="v",
                person_key=case_id,
                opened_at=START,
            )
        )


def signed(decision_id: str, case_id: str) -> tuple[SignedDecision, DecisionEnvelope]:
    envelope = DecisionEnvelope(
        purpose=Purpose.UNDO,
        org_id="acme",
        decision_id=decision_id,
        case_id=case_id,
        round=1,
        proposal_digest="a" * 64,
        final_digest="b" * 64,
        verdict=Verdict.APPROVE,
        reviewer="sam",
        role=Role.REVIEWER,
        decided_at=START,
        expires_at=START + timedelta(days=1),
        key_id="ui-1",
    )
    return SignedDecision(envelope_bytes=envelope.to_bytes(), signature=b"s"), envelope


def test_single_undos_are_open_from_their_delivery_to_their_report(db: Database) -> None:
    runs, reviews = SqlUndoRuns(db), SqlReviews(db)
    for n in range(3):
        a_case(db, f"c{n}")
        reviews.record(*signed(f"u{n}", f"c{n}"), now=START)
    for n in range(2):
        reviews.delivered(f"u{n}", now=START)
    first = runs.open_ones("acme", after="", limit=1)
    assert [r.decision_id for r in (*first, *runs.open_ones("acme", after="u0", limit=9))] == ["u0", "u1"]
    assert runs.open_ones("other", after="", limit=9) == ()
    later = START + timedelta(minutes=5)
    assert (runs.stop(first[0], now=START), runs.stop(first[0], now=later)) == (START, START)
    (marked, _) = runs.open_ones("acme", after="", limit=9)
    assert marked.stopped
    runs.goes_on(marked)
    assert not runs.open_ones("acme", after="", limit=9)[0].stopped
    SqlDocuments(db, FakeClock()).put("c0", DocumentKind.UNDO, "u0", b"{}")
    assert [r.decision_id for r in runs.open_ones("acme", after="", limit=9)] == ["u1"]
    assert runs.stop(marked, now=START) is None
    runs.hand_over_again(UndoRun(decision_id="u1"))
    assert {d.decision_id for d in reviews.undelivered(9)} == {"u1", "u2"}


def test_a_batch_marks_what_is_left_of_it_and_forgets_it_when_it_is_started_again(db: Database) -> None:
    runs, batches = SqlUndoRuns(db), SqlUndoBatches(db)
    a_case(db, "c")
    batch = UndoBatch(
        batch_id="b",
        org_id="acme",
        selection=UndoSelection(case_id="c"),
        requested_by="sam",
        requested_at=START,
        total=2,
    )
    batches.open(batch, [BatchItem(number=n, receipt_id=f"r{n}", case_id="c", motion=Motion.INBOUND) for n in range(2)])
    assert runs.open_batches("acme") == ()
    batches.delivered("b", dry_run=True, now=START)
    assert runs.open_batches("acme") == (UndoRun(batch_id="b", dry_run=True),)
    for n in range(2):
        batches.foresee("b", n, ItemResult(reach=Reach.ALL))
    batches.move("b", BatchState.LOOKED)
    assert runs.open_batches("acme") == ()
    batches.sign("b", [SignedItem(n, *signed(f"d{n}", "c")) for n in range(2)], now=START)
    batches.delivered("b", dry_run=False, now=START)
    batches.finish("b", 0, ItemResult(reach=Reach.ALL))
    (run,) = runs.open_batches("acme")
    assert (run.number, run.receipt_id, run.decision_id) == (1, "r1", "d1")
    assert runs.stop(UndoRun(batch_id="b", dry_run=True), now=START) is None
    assert runs.stop(run, now=START) == START
    assert marks(db) == {"d0": False, "d1": True}
    batches.delivered("b", dry_run=False, now=START)
    assert marks(db) == {"d0": False, "d1": False}
    assert not runs.open_batches("acme")[0].stopped
    batches.move("b", BatchState.DONE)
    assert runs.stop(run, now=START) is None


def marks(db: Database) -> dict[str, bool]:
    with db.session() as session:
        found = (session.get_one(DecisionRow, name) for name in ("d0", "d1"))
        return {row.decision_id: row.stopped_at is not None for row in found}
