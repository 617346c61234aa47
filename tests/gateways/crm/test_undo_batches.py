"""Many writes taken back: what the dry run foresees is what the undo then does, on a real server and real stores."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, cast

import pytest
from temporalio.testing import ActivityEnvironment

from activities.undo_messages import UndoBatchRef, UndoItemInput
from activities.undo_reports import carry_out
from activities.undoing import UndoBookActivities, UndoingActivities
from approval_ui.decision_requests import DecisionRefused, Reviewer
from approval_ui.undoing_many import UndoingMany
from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.errors import CrmError, ErrorCode, NotAuthorised, RefusalReason
from domain.leads import Motion
from domain.permissions import Role
from domain.ports import CrmWriter, UndoOrder
from domain.proposals import Action, CreateLead, FieldChange, UpdateFields
from domain.receipts import UndoOutcome, WriteReceipt
from domain.undo_batches import BatchItem, BatchState, Reach, UndoBatch, UndoSelection
from domain.undoing import UndoReason, UndoReport
from gateways.crm.forecast import UndoForecasts
from persistence.cases import SqlCases
from persistence.tables import CaseRow, UndoItemRow
from persistence.undo_batches import SqlUndoBatches
from runtime.keys import load_signer
from tests.approval_ui.world import OnePlaybook, shipped_playbook
from tests.fakes.races import at_once
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import CASE, ORG, START, VERSION, World

SAM = Reviewer(login="sam", name="Sam", role=Role.REVIEWER)
ALL = UndoSelection(agent_version=VERSION, since=START)


class Desk:
    """Where batches are asked for, signed and carried out, without an engine between."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.database.transaction() as session:
            session.add(
                CaseRow(
                    case_id=CASE,
                    org_id=ORG,
                    motion=Motion.INBOUND.value,
                    workflow_id="w",
                    state="open",
                    playbook_digest="p",
                    agent_version=VERSION,
                    person_key="k",
                    opened_at=START,
                )
            )
        self.batches = SqlUndoBatches(world.database)
        self.many = UndoingMany(
            org_id=ORG,
            batches=self.batches,
            receipts=world.receipts,
            cases=SqlCases(world.database, world.clock, b"k", lambda *_: "w"),
            documents=world.documents,
            audit=world.audit,
            signer=load_signer(world.keys, "ui-1"),
            playbooks=OnePlaybook(shipped_playbook()),
            clock=world.clock,
        )
        self.steps = UndoingActivities(
            batches=self.batches,
            receipts=world.receipts,
            documents=world.documents,
            forecaster=UndoForecasts(world.session, org_id=ORG, receipts=world.receipts),
            writer=world.writer,
        )
        self.book = UndoBookActivities(
            batches=self.batches, documents=world.documents, audit=world.audit, clock=world.clock
        )

    def write(self, *actions: Action, round: int = 1, **more: Any) -> WriteReceipt:
        receipt = written(self.world.writer.apply(self.world.approved(*actions, round=round, **more)))
        self.world.crm.clock.forward(60)
        return receipt

    def looked_at(self, selection: UndoSelection = ALL) -> UndoBatch:
        batch = self.many.open(selection, SAM)
        order = UndoBatchRef(batch_id=batch.batch_id, org_id=ORG, limit=1)
        while ActivityEnvironment().run(self.steps.look_at_undos, order).left:
            pass
        self.batches.move(batch.batch_id, BatchState.LOOKED)
        return batch

    def carried_out(self, batch: UndoBatch) -> tuple[BatchItem, ...]:
        """Sign, then what the workflow does."""
        assert self.many.sign(batch.batch_id, SAM) == 0
        order = UndoBatchRef(batch_id=batch.batch_id, org_id=ORG)
        for item in self.book.next_undos(order).items:
            ActivityEnvironment().run(self.steps.undo_item, item)
            self.world.crm.clock.forward(60)
        assert self.book.next_undos(order).items == ()
        return self.items(batch)

    def items(self, batch: UndoBatch) -> tuple[BatchItem, ...]:
        return self.batches.items(batch.batch_id)

    def order(self, item: BatchItem, batch: UndoBatch) -> UndoItemInput:
        return UndoItemInput(batch_id=batch.batch_id, org_id=ORG, case_id=CASE, number=item.number)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def reaches(items: tuple[BatchItem, ...]) -> list[tuple[Reach | None, Reach | None]]:
    return [(i.foreseen.reach if i.foreseen else None, i.result.reach if i.result else None) for i in items]


def test_writes_over_writes_come_off_newest_first_as_foreseen(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"), world.assign())
    desk.write(world.rating("Warm", before="Hot"), world.task(), round=2)
    batch = desk.looked_at()
    assert reaches(desk.items(batch)) == [(Reach.ALL, None), (Reach.ALL, None)]
    assert (world.row(world.lead)["Rating"], len(world.ledger())) == ("Warm", 2)
    done = desk.carried_out(batch)
    assert reaches(done) == [(Reach.ALL, Reach.ALL)] * 2
    lead = world.row(world.lead)
    assert (lead["Rating"], lead["OwnerId"]) == (None, world.queue)
    assert world.rows("SELECT Id FROM Task") == []
    assert [row["Kind__c"] for row in world.ledger()] == ["write", "write", "undo", "undo"]
    kinds = [e.event.kind for e in world.audit.export()]
    assert kinds.count(AuditKind.DECISION_RECORDED) == kinds.count(AuditKind.UNDONE) == 2
    assert kinds.count(AuditKind.UNDO_BATCH_SIGNED) == 1
    assert world.audit.verify() == []


def test_what_others_changed_since_is_refused_by_name_before_and_after(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"), world.assign())
    desk.write(world.note(), round=2)
    world.edit(world.lead, by=world.tom, Rating="Cold")
    world.crm.clock.forward(5)
    batch = desk.looked_at()
    note, lead = desk.items(batch)
    assert lead.foreseen is not None
    named = [(r.record, r.field, r.reason) for r in lead.foreseen.refusals]
    assert named == [(world.lead_ref, "Rating", UndoReason.CHANGED_SINCE)]
    assert reaches((note, lead)) == [(Reach.ALL, None), (Reach.IN_PART, None)]
    _, after = desk.carried_out(batch)
    assert after.result is not None
    assert [(r.record, r.field, r.reason) for r in after.result.refusals] == named
    assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == ("Cold", world.queue)


def test_what_stayed_of_a_write_is_taken_back_by_the_next_batch(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"), world.assign(), world.task())
    world.edit(world.lead, by=world.tom, Rating="Cold")
    world.crm.clock.forward(5)
    assert reaches(desk.carried_out(desk.looked_at())) == [(Reach.IN_PART, Reach.IN_PART)]
    still = desk.looked_at()
    assert reaches(desk.carried_out(still)) == [(Reach.NOTHING, None)]
    world.edit(world.lead, by=world.tom, Rating="Hot")
    world.crm.clock.forward(60)
    (item,) = desk.carried_out(desk.looked_at())
    assert item.result is not None
    assert [(t.record, t.fields) for t in item.result.taken_back] == [(world.lead_ref, ("Rating",))]
    assert {r.reason for r in item.result.refusals} == {UndoReason.TAKEN_BACK_ALREADY}
    assert world.row(world.lead)["Rating"] is None
    with pytest.raises(DecisionRefused, match="invalid"):
        desk.looked_at()


def test_where_nothing_can_be_taken_back_nothing_is_signed(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"))
    world.edit(world.lead, by=world.tom, Rating="Cold")
    world.crm.clock.forward(5)
    batch = desk.looked_at()
    (item,) = desk.carried_out(batch)
    assert reaches((item,)) == [(Reach.NOTHING, None)]
    assert item.decision_id == ""
    assert world.row(world.lead)["Rating"] == "Cold"


def test_a_lead_that_only_this_product_touched_goes_with_everything_on_it(world: World, desk: Desk) -> None:
    new = CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=world.queue)
    created = desk.write(new, knows_lead=False)
    ref = created.records[0].record
    change = FieldChange(field="Rating", before=None, after="Hot")
    desk.write(UpdateFields(key="rating", record=ref, changes=(change,)), world.task(who_id=ref.id), round=2)
    batch = desk.looked_at()
    assert reaches(desk.carried_out(batch)) == [(Reach.ALL, Reach.ALL)] * 2
    assert world.rows("SELECT Id FROM Lead WHERE LastName = 'Hopper'") == []


def test_a_lead_that_somebody_touched_between_two_of_our_writes_stays(world: World, desk: Desk) -> None:
    new = CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=world.queue)
    ref = desk.write(new, knows_lead=False).records[0].record
    world.edit(ref.id, by=world.tom, Phone="+44 1")
    world.crm.clock.forward(5)
    change = FieldChange(field="Rating", before=None, after="Hot")
    desk.write(UpdateFields(key="rating", record=ref, changes=(change,)), round=2)
    batch = desk.looked_at()
    assert reaches(desk.carried_out(batch)) == [(Reach.ALL, Reach.ALL), (Reach.NOTHING, None)]
    (kept,) = world.rows("SELECT Phone, Rating FROM Lead WHERE LastName = 'Hopper'")
    assert (kept["Phone"], kept["Rating"]) == ("+44 1", None)


def test_the_undo_of_a_batch_can_be_undone_and_then_the_writes_once_more(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"))
    desk.write(world.rating("Warm", before="Hot"), round=2)
    first = desk.looked_at()
    desk.carried_out(first)
    back = desk.looked_at(UndoSelection(batch_id=first.batch_id))
    assert reaches(desk.carried_out(back)) == [(Reach.ALL, Reach.ALL)] * 2
    assert world.row(world.lead)["Rating"] == "Warm"
    again = desk.looked_at()
    assert reaches(desk.carried_out(again)) == [(Reach.ALL, Reach.ALL)] * 2
    assert world.row(world.lead)["Rating"] is None
    with pytest.raises(DecisionRefused) as nothing:
        desk.many.open(ALL, SAM)
    assert nothing.value.sentence == "All of these writes were already taken back."


def test_it_works_after_a_demotion_and_while_the_playbook_allows_nothing(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"), world.task())
    batch = desk.looked_at()
    world.policy = world.policy.model_copy(update={"levels": {}, "allowed_fields": {}})
    assert reaches(desk.carried_out(batch)) == [(Reach.ALL, Reach.ALL)]
    assert world.row(world.lead)["Rating"] is None


def test_two_batches_over_the_same_writes_take_each_back_once_and_the_second_says_so(world: World, desk: Desk) -> None:
    """Both were looked at and signed while the writes still stood; they are carried out write by write, in turns."""
    desk.write(world.rating("Hot"), world.assign())
    desk.write(world.task(), round=2)
    first, second = desk.looked_at(), desk.looked_at()
    for batch in (first, second):
        assert desk.many.sign(batch.batch_id, SAM) == 0
    for number in (0, 1):
        for batch in (first, second):
            ActivityEnvironment().run(desk.steps.undo_item, desk.order(desk.items(batch)[number], batch))
            world.crm.clock.forward(60)
    assert [r for _, r in reaches(desk.items(first))] == [Reach.ALL, Reach.ALL]
    assert [r for _, r in reaches(desk.items(second))] == [Reach.NOTHING, Reach.NOTHING]
    reasons = {r.reason for item in desk.items(second) if item.result is not None for r in item.result.refusals}
    assert reasons == {UndoReason.TAKEN_BACK_ALREADY}
    assert [row["Kind__c"] for row in world.ledger()] == ["write", "write", "undo", "undo"]
    assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == (None, world.queue)


def test_two_batches_at_the_very_same_moment_take_each_write_back_once(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"), world.task())
    batches = [desk.looked_at() for _ in range(2)]
    for batch in batches:
        desk.many.sign(batch.batch_id, SAM)
    orders = [desk.order(desk.items(batch)[0], batch) for batch in batches]
    heads = at_once([partial(ActivityEnvironment().run, desk.steps.undo_item, order) for order in orders])
    assert sorted(head.reach for head in heads) == [Reach.ALL, Reach.NOTHING]
    assert [row["Kind__c"] for row in world.ledger()] == ["write", "undo"]
    (kept,) = (item.result for batch in batches for item in desk.items(batch) if item.result and item.result.refusals)
    assert {r.reason for r in kept.refusals} == {UndoReason.TAKEN_BACK_ALREADY}


def test_only_that_version_and_that_time(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"))
    between = world.crm.clock.now
    second = desk.write(world.note(), round=2)
    assert [i.receipt_id for i in desk.items(desk.many.open(ALL.model_copy(update={"since": between}), SAM))] == [
        second.id
    ]
    for wanted in (
        ALL.model_copy(update={"agent_version": "0.0.9/playbook-1/template"}),
        ALL.model_copy(update={"until": START}),
    ):
        with pytest.raises(DecisionRefused) as nothing:
            desk.many.open(wanted, SAM)
        assert "wrote nothing in that time" in nothing.value.sentence
    assert VERSION in _refusal(lambda: desk.many.open(ALL.model_copy(update={"agent_version": "other"}), SAM))
    late = ALL.model_copy(update={"until": START - timedelta(days=1)})
    assert "before its start" in _refusal(lambda: desk.many.open(late, SAM))


def test_what_came_of_each_is_kept_with_its_case(world: World, desk: Desk) -> None:
    """So the case's own page says it too, not only the list of batches."""
    desk.write(world.rating("Hot"), world.assign())
    world.edit(world.lead, by=world.tom, Rating="Cold")
    world.crm.clock.forward(5)
    (item,) = desk.carried_out(desk.looked_at())
    kept = world.documents.find(CASE, DocumentKind.UNDO, item.decision_id)
    assert kept is not None
    report = UndoReport.model_validate_json(kept)
    assert item.result is not None
    assert (report.receipt_id, report.new_receipt_id) == (item.receipt_id, item.result.receipt_id)
    assert [(r.field, r.reason) for r in report.refusals] == [("Rating", UndoReason.CHANGED_SINCE)]


def test_a_refusal_for_good_is_kept_and_an_outage_is_not(world: World, desk: Desk) -> None:
    receipt = desk.write(world.rating("Hot"))
    order = world.undo_order(receipt)
    world.fault("503", match="composite")
    with pytest.raises(CrmError):
        carry_out(world.writer, world.documents, order)
    assert world.documents.find(CASE, DocumentKind.UNDO, order.decision_id) is None
    wrong = order.model_copy(update={"receipt_id": "none"})
    with pytest.raises(NotAuthorised):
        carry_out(world.writer, world.documents, wrong)
    kept = world.documents.find(CASE, DocumentKind.UNDO, order.decision_id)
    assert kept is not None
    assert UndoReport.model_validate_json(kept).code == RefusalReason.WRONG_CASE


def test_after_an_erasure_an_undo_that_was_signed_before_ends_all_the_same(world: World) -> None:
    receipt = written(world.writer.apply(world.approved(world.rating("Hot"))))
    world.crm.clock.forward(60)
    order = world.undo_order(receipt)
    writer = world.writer

    class ErasedMeanwhile:
        def undo(self, order: UndoOrder) -> UndoOutcome:
            outcome = writer.undo(order)
            world.documents.erase(CASE)
            return outcome

    outcome = carry_out(cast("CrmWriter", ErasedMeanwhile()), world.documents, order)
    assert outcome.receipt is not None
    assert world.row(world.lead)["Rating"] is None


def test_an_attempt_that_lost_its_answer_is_found(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"), world.task())
    batch = desk.looked_at()
    desk.many.sign(batch.batch_id, SAM)
    (item,) = desk.items(batch)
    world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
    with pytest.raises(CrmError) as lost:
        ActivityEnvironment().run(desk.steps.undo_item, desk.order(item, batch))
    assert lost.value.code is ErrorCode.CRM_UNAVAILABLE
    world.crm.clock.forward(5)
    head = ActivityEnvironment().run(desk.steps.undo_item, desk.order(item, batch))
    assert head.reach is Reach.ALL
    assert [row["Kind__c"] for row in world.ledger()] == ["write", "undo"]


def test_a_signature_is_good_for_its_own_write_alone(world: World, desk: Desk) -> None:
    """Somebody who can write our database gives one item the signature of another."""
    desk.write(world.rating("Hot"))
    desk.write(world.note(), round=2)
    batch = desk.looked_at()
    desk.many.sign(batch.batch_id, SAM)
    newest, oldest = desk.items(batch)
    with world.database.transaction() as session:
        row = session.get_one(UndoItemRow, (batch.batch_id, oldest.number))
        row.decision_id = newest.decision_id
        session.add(row)
    with pytest.raises(NotAuthorised) as refused:
        ActivityEnvironment().run(desk.steps.undo_item, desk.order(oldest, batch))
    assert refused.value.reason is RefusalReason.WRONG_ROUND
    assert world.row(world.lead)["Rating"] == "Hot"


def test_who_may_not_undo_neither_asks_nor_signs(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"))
    vera = Reviewer(login="vera", name="Vera", role=Role.VIEWER)
    batch = desk.looked_at()
    assert "cannot undo" in _refusal(lambda: desk.many.open(ALL, vera))
    assert "cannot undo" in _refusal(lambda: desk.many.sign(batch.batch_id, vera))


def test_nothing_is_signed_before_the_dry_run_is_done(world: World, desk: Desk) -> None:
    desk.write(world.rating("Hot"))
    batch = desk.many.open(ALL, SAM)
    assert "look at it first" in _refusal(lambda: desk.many.sign(batch.batch_id, SAM))


def _refusal(asked: Callable[[], object]) -> str:
    with pytest.raises(DecisionRefused) as refused:
        asked()
    return refused.value.sentence
