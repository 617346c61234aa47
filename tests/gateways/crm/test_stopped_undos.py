"""Undos that ops stopped, on real stores and a real server: said, found in the ledger, and started again once."""

import asyncio
from dataclasses import dataclass, field

import pytest
from temporalio.testing import ActivityEnvironment

from activities.messages import StraysOrder
from activities.stopped_undos import StoppedUndoActivities
from activities.undo_messages import StoppedUndo, UndoItemFailed
from approval_ui.undo_states import UndoStates
from domain.audit import AuditKind
from domain.errors import CrmError
from domain.leads import Motion
from domain.ports import UndoOrder
from domain.receipts import WriteReceipt
from domain.strays import RunState
from domain.undo_batches import BatchState, Reach
from domain.undo_runs import UndoRun
from domain.undoing import UndoStage, UndoState
from persistence.queue import ReviewQueue
from persistence.undo_runs import SqlUndoRuns
from tests.gateways.crm.test_undo_batches import ALL, SAM, Desk
from tests.gateways.crm.world import CASE, ORG, World


@dataclass
class Engine:
    """What the engine says of each undo; it runs where nothing else was said."""

    states: dict[str, RunState] = field(default_factory=dict)

    async def state_of(self, workflow_id: str) -> RunState:
        return self.states.get(workflow_id, RunState.RUNNING)


class Ops:
    """The reconcile schedule's look at undos, without the schedule."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.engine = Engine()
        self.desk = Desk(world)
        self.steps = StoppedUndoActivities(
            undos=SqlUndoRuns(world.database),
            runs=self.engine,
            workflow_of=name_of,
            audit=world.audit,
            clock=world.clock,
        )
        self.states = UndoStates(
            org_id=ORG, reviews=world.reviews, documents=world.documents, queue=ReviewQueue(world.database, ORG)
        )

    def look(self) -> tuple[StoppedUndo, ...]:
        found = asyncio.run(self.steps.find_stopped_undos(StraysOrder(org_id=ORG, limit=1))).stopped
        for each in found:
            ActivityEnvironment().run(self.steps.note_stopped_undo, each)
        return found

    def file(self, found: StoppedUndo) -> str:
        return ActivityEnvironment().run(self.desk.steps.find_undone, found).new_receipt_id

    def state(self, receipt: WriteReceipt) -> UndoState:
        return self.states.of(receipt, Motion.INBOUND, self.world.receipts.of_case(CASE))

    def handed_over(self, receipt: WriteReceipt) -> UndoOrder:
        order = self.world.undo_order(receipt)
        self.world.reviews.delivered(order.decision_id, now=self.world.clock.now())
        return order


def name_of(_org_id: str, run: UndoRun) -> str:
    return run.batch_id or run.decision_id


@pytest.fixture
def ops(world: World) -> Ops:
    return Ops(world)


def test_one_that_was_terminated_says_so_until_it_is_started_again(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"))
    order = ops.handed_over(receipt)
    assert (ops.look(), ops.state(receipt).stage) == ((), UndoStage.UNDERWAY)
    ops.engine.states[order.decision_id] = RunState.STOPPED
    (found,) = ops.look()
    assert (found.decision_id, found.receipt_id, found.case_id) == (order.decision_id, receipt.id, CASE)
    assert ops.state(receipt).stage is UndoStage.STOPPED
    assert ops.look() == ()
    assert [e.event.subject for e in world.audit.export() if e.event.kind is AuditKind.UNDO_STOPPED] == [
        order.decision_id
    ]
    world.reviews.delivered(order.decision_id, now=world.clock.now())
    ops.engine.states.clear()
    assert ops.state(receipt).stage is UndoStage.UNDERWAY
    world.writer.undo(order)
    assert (ops.look(), ops.state(receipt).stage) == ((), UndoStage.DONE)


def test_one_that_was_started_again_elsewhere_is_not_called_stopped(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"))
    order = ops.handed_over(receipt)
    ops.engine.states[order.decision_id] = RunState.STOPPED
    ops.look()
    ops.engine.states.clear()
    assert (ops.look(), ops.state(receipt).stage) == ((), UndoStage.UNDERWAY)


def test_what_ended_meanwhile_is_not_called_stopped(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"))
    order = ops.handed_over(receipt)
    found = StoppedUndo(org_id=ORG, decision_id=order.decision_id, case_id=CASE, receipt_id=receipt.id)
    world.writer.undo(order)
    ActivityEnvironment().run(ops.steps.note_stopped_undo, found)
    assert ops.state(receipt).stage is UndoStage.DONE
    assert not [e for e in world.audit.export() if e.event.kind is AuditKind.UNDO_STOPPED]


def test_one_that_the_engine_has_forgotten_is_handed_over_again(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"))
    order = ops.handed_over(receipt)
    ops.engine.states[order.decision_id] = RunState.ABSENT
    assert (ops.look(), ops.state(receipt).stage) == ((), UndoStage.WAITING)
    assert order.decision_id in [d.decision_id for d in world.reviews.undelivered(9)]


def test_a_commit_whose_answer_died_with_its_workflow_is_filed_and_not_done_twice(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"), world.task())
    order = ops.handed_over(receipt)
    world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
    with pytest.raises(CrmError):
        world.writer.undo(order)
    ops.engine.states[order.decision_id] = RunState.STOPPED
    (found,) = ops.look()
    assert ops.state(receipt).stage is UndoStage.STOPPED
    made = ops.file(found)
    state = ops.state(receipt)
    assert (state.stage, state.new_receipt_id) == (UndoStage.DONE, made)
    assert [row["Kind__c"] for row in world.ledger()] == ["write", "undo"]
    # Somebody presses the button all the same.
    world.writer.undo(order)
    assert len(world.ledger()) == 2


def test_where_the_ledger_holds_nothing_it_stays_stopped(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"))
    order = ops.handed_over(receipt)
    ops.engine.states[order.decision_id] = RunState.BROKEN
    (found,) = ops.look()
    assert (ops.file(found), ops.state(receipt).stage) == ("", UndoStage.STOPPED)


def test_a_batch_that_was_terminated_says_so_with_what_is_left_of_it(world: World, ops: Ops) -> None:
    older = ops.desk.write(world.rating("Hot"))
    newer = ops.desk.write(world.rating("Warm", before="Hot"), round=2)
    batch = ops.desk.looked_at()
    ops.desk.many.sign(batch.batch_id, SAM)
    ops.desk.batches.delivered(batch.batch_id, dry_run=False, now=world.clock.now())
    first, second = ops.desk.items(batch)
    world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
    with pytest.raises(CrmError):
        ActivityEnvironment().run(ops.desk.steps.undo_item, ops.desk.order(first, batch))
    ops.engine.states[batch.batch_id] = RunState.STOPPED
    (found,) = ops.look()
    assert (found.batch_id, found.number, found.receipt_id, found.decision_id) == (
        batch.batch_id,
        0,
        newer.id,
        first.decision_id,
    )
    stopped = ops.desk.batches.get(batch.batch_id)
    assert stopped is not None
    assert (stopped.state, stopped.stopped_at) == (BatchState.UNDOING, world.clock.now())
    assert {ops.state(r).stage for r in (older, newer)} == {UndoStage.STOPPED}
    ops.file(found)
    counts = ops.desk.batches.counts(batch.batch_id)
    assert counts.results == {Reach.ALL: 1}
    assert (ops.state(newer).stage, ops.state(older).stage) == (UndoStage.DONE, UndoStage.STOPPED)
    # Started again it goes on with the other one.
    ops.desk.batches.delivered(batch.batch_id, dry_run=False, now=world.clock.now())
    world.crm.clock.forward(60)
    assert ops.state(older).stage is UndoStage.UNDERWAY
    ActivityEnvironment().run(ops.desk.steps.undo_item, ops.desk.order(second, batch))
    assert world.row(world.lead)["Rating"] is None
    assert [row["Kind__c"] for row in world.ledger()] == ["write", "write", "undo", "undo"]


def test_a_dry_run_that_was_terminated_says_so_and_goes_on_with_what_nobody_looked_at(world: World, ops: Ops) -> None:
    ops.desk.write(world.rating("Hot"))
    batch = ops.desk.many.open(ALL, SAM)
    ops.desk.batches.delivered(batch.batch_id, dry_run=True, now=world.clock.now())
    ops.engine.states[batch.batch_id] = RunState.STOPPED
    (found,) = ops.look()
    assert (found.batch_id, found.dry_run, found.receipt_id) == (batch.batch_id, True, "")
    stopped = ops.desk.batches.get(batch.batch_id)
    assert stopped is not None
    assert (stopped.state, stopped.stopped_at is None) == (BatchState.LOOKING, False)
    ops.desk.batches.delivered(batch.batch_id, dry_run=True, now=world.clock.now())
    again = ops.desk.batches.get(batch.batch_id)
    assert again is not None
    assert again.stopped_at is None


def test_one_that_is_given_up_says_why_on_its_own_page_too(world: World, ops: Ops) -> None:
    receipt = ops.desk.write(world.rating("Hot"))
    batch = ops.desk.looked_at()
    ops.desk.many.sign(batch.batch_id, SAM)
    ActivityEnvironment().run(
        ops.desk.book.give_up_undo,
        UndoItemFailed(batch_id=batch.batch_id, org_id=ORG, case_id=CASE, number=0, code="crm_forbidden"),
    )
    state = ops.state(receipt)
    assert (state.stage, state.code) == (UndoStage.REFUSED, "crm_forbidden")
