"""Taking writes back: what is restored, what is left alone and why, and taking that back again."""

from typing import Any

import pytest

from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.decisions import Purpose, Verdict
from domain.errors import CrmError, NotAuthorised, Paused, RefusalReason
from domain.leads import Motion
from domain.permissions import Role
from domain.ports import UndoOrder
from domain.proposals import Action, CreateLead, FieldChange, UpdateFields, digest_of
from domain.receipts import UndoOutcome, WriteReceipt
from domain.undo_batches import in_force
from domain.undoing import UndoReason, undo_content
from runtime.keys import load_signer
from tests.gateways.crm.forging import store_by_force
from tests.gateways.crm.outcomes import in_between, while_reading
from tests.gateways.crm.world import CASE, ORG, World


def write(world: World, *actions: Action, **more: Any) -> WriteReceipt:
    """Approved, written, and a minute ago."""
    outcome = world.writer.apply(world.approved(*actions, **more))
    assert outcome.receipt is not None, outcome
    world.crm.clock.forward(60)
    return outcome.receipt


def undo(world: World, receipt: WriteReceipt) -> UndoOutcome:
    outcome = world.writer.undo(world.undo_order(receipt))
    world.crm.clock.forward(60)
    return outcome


def reasons(outcome: UndoOutcome) -> set[tuple[str, str]]:
    return {(refusal.field, refusal.reason) for refusal in outcome.refusals}


class TestRestoring:
    def test_old_values_come_back_and_created_tasks_go(self, world: World) -> None:
        receipt = write(world, world.rating(), world.assign(), world.task(), world.note())
        outcome = undo(world, receipt)
        lead = world.row(world.lead)
        assert (lead["Rating"], lead["OwnerId"]) == (None, world.queue)
        assert world.rows("SELECT Id FROM Task") == []
        assert outcome.refusals == ()
        assert len(outcome.restored) == 3
        undone = outcome.receipt
        assert undone is not None
        assert (undone.undoes, undone.purpose) == (receipt.id, Purpose.UNDO)
        assert world.receipts.get(undone.id) == undone
        written, taken_back = world.ledger()
        assert (written["Kind__c"], taken_back["Kind__c"]) == ("write", "undo")
        assert [e.event.kind for e in world.audit.export()][-1] is AuditKind.UNDONE

    def test_it_takes_two_calls(self, world: World) -> None:
        order = world.undo_order(write(world, world.rating(), world.task()))
        world.writer.undo(order)
        assert world.calls() == 2

    def test_an_undo_can_be_undone(self, world: World) -> None:
        receipt = write(world, world.rating(), world.assign())
        first = undo(world, receipt).receipt
        assert first is not None
        second = undo(world, first)
        assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == ("Hot", world.ines)
        assert second.receipt is not None
        third = undo(world, second.receipt)
        assert third.refusals == ()
        assert world.row(world.lead)["Rating"] is None

    def test_a_deleted_task_is_not_brought_back(self, world: World) -> None:
        first = undo(world, write(world, world.rating(), world.task())).receipt
        assert first is not None
        again = undo(world, first)
        assert world.row(world.lead)["Rating"] == "Hot"
        assert reasons(again) == {("", UndoReason.CANNOT_UNDELETE)}

    def test_an_undo_that_only_deleted_has_nothing_to_take_back(self, world: World) -> None:
        first = undo(world, write(world, world.task())).receipt
        assert first is not None
        with pytest.raises(ValueError, match="nothing"):
            undo_content(first, org_id=ORG, motion=Motion.INBOUND)

    def test_a_created_lead_goes_to_the_bin(self, world: World) -> None:
        action = CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=world.queue)
        receipt = write(world, action, knows_lead=False)
        assert undo(world, receipt).refusals == ()
        assert world.rows("SELECT Id FROM Lead WHERE LastName = 'Hopper'") == []

    def test_it_works_after_the_level_was_lowered_and_the_decision_expired(self, world: World) -> None:
        receipt = write(world, world.rating())
        order = world.undo_order(receipt)
        world.policy = world.policy.model_copy(update={"levels": {}, "allowed_fields": {}})
        world.crm.clock.forward(30 * 86_400)
        assert world.writer.undo(order).refusals == ()
        assert world.row(world.lead)["Rating"] is None

    def test_what_the_orgs_rules_changed_is_listed_and_left(self, world: World) -> None:
        rule = {"object": "Lead", "set": {"Industry": "Other"}, "when_field": "Rating", "on": "update"}
        world.crm.control("POST", "automation", rule)
        receipt = write(world, world.rating())
        world.crm.control("DELETE", "automation")
        outcome = undo(world, receipt)
        assert [(e.field, e.found) for e in outcome.side_effects_left] == [("Industry", "Other")]
        assert (world.row(world.lead)["Rating"], world.row(world.lead)["Industry"]) == (None, "Other")


class TestLeftAlone:
    def test_what_somebody_changed_since_stays_and_the_rest_comes_back(self, world: World) -> None:
        receipt = write(world, world.rating(), world.assign())
        world.edit(world.lead, by=world.tom, Rating="Cold")
        world.crm.clock.forward(5)
        outcome = undo(world, receipt)
        assert reasons(outcome) == {("Rating", UndoReason.CHANGED_SINCE)}
        assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == ("Cold", world.queue)

    def test_where_everything_changed_nothing_is_written(self, world: World) -> None:
        receipt = write(world, world.rating())
        world.edit(world.lead, by=world.tom, Rating="Cold")
        outcome = undo(world, receipt)
        assert outcome.receipt is None
        assert len(world.ledger()) == 1

    def test_a_task_that_somebody_worked_on_stays(self, world: World) -> None:
        receipt = write(world, world.rating(), world.task())
        (task,) = world.rows("SELECT Id FROM Task")
        world.edit(task["Id"], object_name="Task", by=world.ines, Status="Completed")
        outcome = undo(world, receipt)
        assert reasons(outcome) == {("", UndoReason.CHANGED_SINCE)}
        assert len(world.rows("SELECT Id FROM Task")) == 1
        assert world.row(world.lead)["Rating"] is None

    def test_a_created_lead_that_somebody_worked_with_stays(self, world: World) -> None:
        action = CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=world.queue)
        receipt = write(world, action, knows_lead=False)
        world.add(
            "Event",
            by=world.tom,
            Subject="Demo",
            StartDateTime="2026-03-03T09:00:00Z",
            DurationInMinutes=30,
            WhoId=receipt.records[0].record.id,
        )
        (refusal,) = undo(world, receipt).refusals
        assert refusal.reason in (UndoReason.USED_SINCE, UndoReason.CHANGED_SINCE)

    def test_a_created_lead_whom_somebody_wrote_to_stays(self, world: World) -> None:
        """An e-mail is tied to a lead by a row of its own; neither it nor the lead says so itself."""
        action = CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=world.queue)
        receipt = write(world, action, knows_lead=False)
        made = receipt.records[0].record.id
        world.email(about=made, by=world.tom, Subject="Welcome", MessageDate="2026-03-02T09:03:00Z")
        assert reasons(undo(world, receipt)) == {("", UndoReason.USED_SINCE)}

    def test_a_deleted_lead(self, world: World) -> None:
        receipt = write(world, world.rating())
        world.crm.client().Lead.delete(world.lead)
        assert reasons(undo(world, receipt)) == {("Rating", UndoReason.RECORD_DELETED)}

    def test_a_deleted_task(self, world: World) -> None:
        receipt = write(world, world.rating(), world.task())
        (task,) = world.rows("SELECT Id FROM Task")
        world.crm.client().Task.delete(task["Id"])
        assert reasons(undo(world, receipt)) == {("", UndoReason.RECORD_DELETED)}
        assert world.row(world.lead)["Rating"] is None

    def test_a_lead_that_was_merged_into_another(self, world: World) -> None:
        """Nothing is put back into the survivor: what it holds, somebody chose."""
        receipt = write(world, world.rating())
        survivor = world.add("Lead", LastName="Byron", Company="Analytical Engines", Rating="Cold")
        world.crm.control("POST", f"Lead/{world.lead}/merge_into/{survivor}", {"user_id": world.tom})
        assert reasons(undo(world, receipt)) == {("Rating", UndoReason.RECORD_MERGED)}
        assert world.row(survivor)["Rating"] == "Cold"

    def test_a_lead_that_this_product_made_and_somebody_merged(self, world: World) -> None:
        new = CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=world.queue)
        receipt = write(world, new, knows_lead=False)
        made = receipt.records[0].record.id
        world.crm.control("POST", f"Lead/{made}/merge_into/{world.lead}", {"user_id": world.tom})
        assert reasons(undo(world, receipt)) == {("", UndoReason.RECORD_MERGED)}

    def test_a_converted_lead(self, world: World) -> None:
        receipt = write(world, world.rating())
        world.crm.control("POST", f"lead/{world.lead}/convert", {"user_id": world.tom})
        assert reasons(undo(world, receipt)) == {("Rating", UndoReason.RECORD_CONVERTED)}

    def test_an_old_value_that_the_crm_no_longer_takes(self, world: World) -> None:
        world.edit(world.lead, OwnerId=world.tom)
        world.crm.clock.forward(5)
        action = world.assign().model_copy(update={"before_owner_id": world.tom, "first_assignment": False})
        receipt = write(world, action)
        world.edit(world.tom, object_name="User", IsActive=False)
        assert {reason for _, reason in reasons(undo(world, receipt))} == {UndoReason.REFUSED_BY_CRM}
        assert world.row(world.lead)["OwnerId"] == world.ines

    def test_where_the_crm_refuses_one_old_value_the_rest_comes_back(self, world: World) -> None:
        world.edit(world.lead, OwnerId=world.tom)
        world.crm.clock.forward(5)
        action = world.assign().model_copy(update={"before_owner_id": world.tom, "first_assignment": False})
        receipt = write(world, action, world.rating(), world.task())
        world.edit(world.tom, object_name="User", IsActive=False)
        outcome = undo(world, receipt)
        assert reasons(outcome) == {("OwnerId", UndoReason.REFUSED_BY_CRM)}
        assert (world.row(world.lead)["OwnerId"], world.row(world.lead)["Rating"]) == (world.ines, None)
        assert world.rows("SELECT Id FROM Task") == []
        assert len(world.ledger()) == 2

    def test_what_another_undo_took_back_is_not_called_somebodys_change(self, world: World) -> None:
        """Two people ask for it in two ways, as one by its receipt and one by its agent version."""
        receipt = write(world, world.rating(), world.task())
        second = world.undo_order(receipt)
        undo(world, receipt)
        outcome = world.writer.undo(second)
        assert outcome.receipt is None
        assert reasons(outcome) == {
            ("Rating", UndoReason.TAKEN_BACK_ALREADY),
            ("", UndoReason.TAKEN_BACK_ALREADY),
        }
        assert len(world.ledger()) == 2

    def test_a_change_between_reading_and_restoring(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        receipt = write(world, world.rating(), world.assign())

        def meddle() -> None:
            world.crm.clock.forward(1)
            world.edit(world.lead, by=world.tom, Rating="Cold")
            world.crm.clock.forward(1)

        order = world.undo_order(receipt)
        in_between(world, monkeypatch, meddle)
        assert reasons(world.writer.undo(order)) == {("Rating", UndoReason.CHANGED_SINCE)}
        assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == ("Cold", world.queue)

    def test_a_task_that_somebody_works_on_while_it_is_taken_back(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The CRM takes no condition for a deletion."""
        receipt = write(world, world.rating(), world.task())
        (task,) = world.rows("SELECT Id FROM Task")

        def meddle() -> None:
            world.crm.clock.forward(1)
            world.edit(task["Id"], object_name="Task", by=world.ines, Description="She buys")
            world.crm.clock.forward(1)

        order = world.undo_order(receipt)
        in_between(world, monkeypatch, meddle)
        assert reasons(world.writer.undo(order)) == {("", UndoReason.CHANGED_SINCE)}
        assert [t["Description"] for t in world.rows("SELECT Description FROM Task")] == ["She buys"]
        assert world.row(world.lead)["Rating"] is None

    def test_a_task_that_somebody_deletes_while_it_is_taken_back(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receipt = write(world, world.rating(), world.task())
        (task,) = world.rows("SELECT Id FROM Task")
        order = world.undo_order(receipt)
        in_between(world, monkeypatch, lambda: world.crm.client().Task.delete(task["Id"]))
        assert reasons(world.writer.undo(order)) == {("", UndoReason.RECORD_DELETED)}
        assert world.row(world.lead)["Rating"] is None

    def test_an_old_value_that_no_composite_call_can_carry(self, world: World) -> None:
        """`@{` would be resolved there: what was signed spells it apart, and that is not what stood there."""
        old = "was @{ledger.id}"
        world.edit(world.lead, Lead_Summary__c=old)
        world.crm.clock.forward(5)
        change = FieldChange(field="Lead_Summary__c", before=old, after="plain")
        receipt = write(world, UpdateFields(key="u", record=world.lead_ref, changes=(change,)), world.rating())
        assert reasons(undo(world, receipt)) == {("Lead_Summary__c", UndoReason.REFUSED_BY_CRM)}
        assert (world.row(world.lead)["Lead_Summary__c"], world.row(world.lead)["Rating"]) == ("plain", None)


class TestTheRest:
    def test_what_stayed_comes_back_once_nothing_stands_against_it(self, world: World) -> None:
        receipt = write(world, world.rating("Hot"), world.assign())
        world.edit(world.lead, by=world.tom, Rating="Cold")
        assert reasons(undo(world, receipt)) == {("Rating", UndoReason.CHANGED_SINCE)}
        world.edit(world.lead, by=world.tom, Rating="Hot")
        world.crm.clock.forward(60)
        again = undo(world, receipt)
        assert reasons(again) == {("OwnerId", UndoReason.TAKEN_BACK_ALREADY)}
        assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == (None, world.queue)
        assert again.receipt is not None
        assert undo(world, again.receipt).refusals == ()
        assert (world.row(world.lead)["Rating"], world.row(world.lead)["OwnerId"]) == ("Hot", world.queue)

    def test_whichever_of_two_undos_was_undone_the_write_stands_by_that(self, world: World) -> None:
        receipt = write(world, world.rating("Hot"), world.assign())
        world.edit(world.lead, by=world.tom, Rating="Cold")
        first = undo(world, receipt).receipt
        world.edit(world.lead, by=world.tom, Rating="Hot")
        world.crm.clock.forward(60)
        assert undo(world, receipt).receipt is not None
        assert in_force([receipt], world.receipts.of_case(CASE)) == ()
        assert first is not None
        again = undo(world, first).receipt
        assert in_force([receipt], world.receipts.of_case(CASE)) == (again,)


class TestRetrying:
    def test_an_undo_whose_answer_was_lost_is_found(self, world: World) -> None:
        receipt = write(world, world.rating(), world.assign(), world.task())
        world.edit(world.lead, by=world.tom, Rating="Cold")
        world.crm.clock.forward(5)
        order = world.undo_order(receipt)
        world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError):
            world.writer.undo(order)
        world.crm.clock.forward(5)
        outcome = world.writer.undo(order.model_copy(update={"attempt": 2}))
        assert outcome.receipt is not None
        assert outcome.receipt.replayed
        assert reasons(outcome) == {("Rating", UndoReason.CHANGED_SINCE)}
        restored = {image.record.object: image for image in outcome.receipt.records}
        assert restored["Lead"].after == {"OwnerId": world.queue}
        assert restored["Task"].deleted
        assert len(world.ledger()) == 2

    def test_the_same_undo_again_finds_its_receipt(self, world: World) -> None:
        order = world.undo_order(write(world, world.rating()))
        first = world.writer.undo(order)
        world.reset_calls()
        assert world.writer.undo(order) == first
        assert world.calls() == 0


def refused(world: World, order: UndoOrder, reason: RefusalReason) -> None:
    with pytest.raises(NotAuthorised) as caught:
        world.writer.undo(order)
    assert caught.value.reason is reason
    assert world.calls() == 0


class TestAuthority:
    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"purpose": Purpose.WRITE, "round": 7}, RefusalReason.WRONG_PURPOSE),
            ({"org_id": "other"}, RefusalReason.WRONG_ORG),
            ({"proposal_digest": "0" * 64}, RefusalReason.DIGEST_MISMATCH),
            ({"role": Role.VIEWER}, RefusalReason.ROLE_TOO_LOW),
            ({"role": Role.OPS}, RefusalReason.ROLE_TOO_LOW),
            ({"verdict": Verdict.REJECT}, RefusalReason.NOT_AN_APPROVAL),
            ({"key_id": "policy-1"}, RefusalReason.WRONG_PURPOSE),
        ],
    )
    def test_a_signature_that_says_something_else(
        self, world: World, said: dict[str, Any], reason: RefusalReason
    ) -> None:
        receipt = write(world, world.rating())
        order = world.undo_order(receipt)
        content = undo_content(receipt, org_id=ORG, motion=Motion.INBOUND)
        good = world.envelope(
            content,
            purpose=Purpose.UNDO,
            proposal_digest=receipt.digest,
            final_digest=digest_of(content.to_bytes()),
            decision_id="forged",
        )
        forged = good.model_copy(update=said)
        store_by_force(world, "forged", load_signer(world.keys, forged.key_id).sign(forged), position=9)
        refused(world, order.model_copy(update={"decision_id": "forged"}), reason)

    def test_the_signed_undo_of_another_receipt(self, world: World) -> None:
        first = write(world, world.rating("Hot"))
        second = write(world, world.note(), round=2)
        order = world.undo_order(second)
        refused(world, order.model_copy(update={"receipt_id": first.id}), RefusalReason.WRONG_ROUND)

    def test_a_signed_undo_that_does_something_else(self, world: World) -> None:
        """Allow-list and level are not asked of an undo: what it does has to follow from its receipt alone."""
        receipt = write(world, world.rating())
        order = world.undo_order(receipt)
        change = FieldChange(field="OwnerId", before=world.queue, after=world.tom)
        stored = world.content(UpdateFields(key="undo_1", record=world.lead_ref, changes=(change,))).to_bytes()
        digest = digest_of(stored)
        world.documents.put(CASE, DocumentKind.FINAL, digest, stored)
        envelope = world.envelope(
            undo_content(receipt, org_id=ORG, motion=Motion.INBOUND),
            purpose=Purpose.UNDO,
            proposal_digest=receipt.digest,
            final_digest=digest,
        )
        store_by_force(world, envelope.decision_id, load_signer(world.keys, "ui-1").sign(envelope), position=9)
        world.reset_calls()
        refused(world, order.model_copy(update={"decision_id": envelope.decision_id}), RefusalReason.DIGEST_MISMATCH)
        assert world.row(world.lead)["OwnerId"] == world.queue

    def test_an_approval_to_write_undoes_nothing(self, world: World) -> None:
        receipt = write(world, world.rating())
        order = world.undo_order(receipt).model_copy(update={"decision_id": receipt.decision_id})
        refused(world, order, RefusalReason.WRONG_PURPOSE)

    def test_a_receipt_that_does_not_exist(self, world: World) -> None:
        order = world.undo_order(write(world, world.rating()))
        refused(world, order.model_copy(update={"receipt_id": "none"}), RefusalReason.WRONG_CASE)

    def test_an_undo_is_a_write_and_waits_while_paused(self, world: World) -> None:
        order = world.undo_order(write(world, world.rating()))
        world.pause.set(None, True, by="kim", now=world.crm.clock.now)
        with pytest.raises(Paused):
            world.writer.undo(order)
        assert world.calls() == 0
        assert len(world.receipts.of_case(CASE)) == 1

    def test_stopping_holds_an_undo_that_is_reading(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        order = world.undo_order(write(world, world.rating()))
        while_reading(world, monkeypatch, lambda: world.pause.set(None, True, by="kim", now=world.crm.clock.now))
        with pytest.raises(Paused):
            world.writer.undo(order)
        assert (world.row(world.lead)["Rating"], len(world.ledger())) == ("Hot", 1)
