"""Writing to a real server: what is sent, what is read back, what stops it, and what a second try finds."""

import json

import pytest
from sqlalchemy import delete, update

from domain.audit import AuditEvent, AuditKind
from domain.errors import CrmError, ErrorCode, NotAuthorised, RefusalReason
from domain.proposals import CreateLead, FieldChange, MergeRequest, Phase, UpdateFields
from domain.receipts import WriteOutcomeKind, WriteReceipt
from gateways.crm.writer import SalesforceWriter
from persistence.tables import ReceiptRow
from tests.fakes.races import at_once
from tests.gateways.crm.outcomes import in_between, written
from tests.gateways.crm.world import CASE, World


class TestWriting:
    def test_an_approved_change_is_written_once_with_its_ledger_row(self, world: World) -> None:
        order = world.approved(world.rating(), world.assign(), world.task(), world.note())
        receipt = written(world.writer.apply(order))
        lead = world.row(world.lead)
        assert (lead["Rating"], lead["OwnerId"]) == ("Hot", world.ines)
        tasks = world.rows("SELECT Subject, Status, WhoId, WhatId, Agent_Write_Key__c FROM Task ORDER BY Id")
        assert [(t["Subject"], t["Status"], t["WhoId"], t["WhatId"]) for t in tasks] == [
            ("Call Ada", "Not Started", world.lead, None),
            ("Brief", "Completed", world.lead, None),
        ]
        (row,) = world.ledger()
        assert (row["Kind__c"], row["Approver__c"], row["Target_Id__c"]) == ("write", "sam", world.lead)
        assert json.loads(row["Before__c"]) == {f"Lead/{world.lead}": {"Rating": None, "OwnerId": world.queue}}
        assert f'Lead {world.lead}: set OwnerId back to "{world.queue}"' in row["How_To_Reverse__c"]
        assert receipt.id == row["External_Key__c"]
        assert all(t["Agent_Write_Key__c"].startswith(receipt.id[:60]) for t in tasks)
        assert world.receipts.get(receipt.id) == receipt
        assert (receipt.side_effects, receipt.replayed, receipt.digest) == ((), False, row["Digest__c"])
        changed = next(image for image in receipt.records if not image.created)
        assert changed.before == {"Rating": None, "OwnerId": world.queue}
        assert changed.after == {"Rating": "Hot", "OwnerId": world.ines}
        events = [entry.event for entry in world.audit.export()]
        assert [(e.kind.value, e.actor, e.subject) for e in events] == [("written", "sam", receipt.id)]

    def test_from_fetch_to_written_takes_three_calls(self, world: World) -> None:
        """The snapshot's second call and the directory of owners aside: fetch, re-read, write."""
        order = world.approved(world.rating(), world.assign(), world.task(), world.note())
        written(world.writer.apply(order))
        assert world.calls() == 2

    def test_the_ledger_names_the_sources_of_each_value(self, world: World) -> None:
        change = FieldChange(field="Industry", before=None, after="Energy", evidence=("e2", "e7"))
        action = UpdateFields(key="fields", record=world.lead_ref, changes=(change,), evidence=("e1", "e2"))
        written(world.writer.apply(world.approved(action, world.note(evidence=("e3",)))))
        assert world.ledger()[0]["Sources__c"] == "e1, e2, e7, e3"

    def test_a_second_apply_finds_the_receipt_and_calls_nobody(self, world: World) -> None:
        order = world.approved(world.rating())
        first = written(world.writer.apply(order))
        world.reset_calls()
        assert written(world.writer.apply(order.model_copy(update={"attempt": 2}))) == first
        assert world.calls() == 0

    def test_what_a_reviewer_edited_is_written_and_not_what_was_proposed(self, world: World) -> None:
        proposed = world.content(world.rating("Hot"), world.task())
        final = world.content(world.rating("Warm"))
        world.propose(proposed)
        receipt = written(world.writer.apply(world.order(world.edited(proposed, final))))
        assert world.row(world.lead)["Rating"] == "Warm"
        assert world.rows("SELECT Id FROM Task") == []
        assert receipt.digest == world.ledger()[0]["Digest__c"] != world.reviews.opening(CASE, 1)

    def test_the_orgs_assignment_rule_does_not_take_the_lead(self, world: World) -> None:
        other = world.add("Group", Name="North America", Type="Queue")
        world.edit(world.lead, Country="Canada")
        world.edit(world.lead, OwnerId=world.queue)
        world.crm.clock.forward(5)
        receipt = written(world.writer.apply(world.approved(world.rating())))
        assert world.row(world.lead)["OwnerId"] == world.queue != other
        assert receipt.side_effects == ()

    def test_a_new_lead_carries_its_key_and_belongs_to_the_queue(self, world: World) -> None:
        action = CreateLead(
            key="lead",
            fields={"LastName": "Hopper", "Company": "Cobol Ltd", "Email": "grace@cobol.example"},
            owner_id=world.queue,
        )
        receipt = written(world.writer.apply(world.approved(action, knows_lead=False)))
        assert world.calls() == 1
        (image,) = receipt.records
        lead = world.row(image.record.id)
        assert image.created
        assert (lead["LastName"], lead["OwnerId"]) == ("Hopper", world.queue)
        assert lead["Agent_Write_Key__c"] == f"{receipt.id[:60]}.000"

    def test_a_merge_becomes_a_task_that_names_both(self, world: World) -> None:
        twin = world.add("Lead", LastName="Byron", Company="Analytical Engines")
        action = MergeRequest(
            key="merge",
            survivor=world.lead_ref,
            duplicate=world.lead_ref.model_copy(update={"id": twin}),
            owner_id=world.ines,
            subject="Merge two leads",
        )
        written(world.writer.apply(world.approved(action)))
        (task,) = world.rows("SELECT WhoId, Description FROM Task")
        assert task["WhoId"] == world.lead
        assert twin in task["Description"]
        assert world.lead in task["Description"]

    def test_what_the_orgs_own_rules_changed_is_told(self, world: World) -> None:
        rule = {
            "object": "Lead",
            "set": {"Industry": "Other", "Rating": "Cold"},
            "when_field": "Rating",
            "on": "update",
        }
        world.crm.control("POST", "automation", rule)
        receipt = written(world.writer.apply(world.approved(world.rating("Hot"))))
        told = {(e.field, e.sent, e.found) for e in receipt.side_effects}
        assert ("Rating", "Hot", "Cold") in told
        changed = next(image for image in receipt.records)
        assert changed.intended == {"Rating": "Hot"}
        assert changed.after == {"Rating": "Cold"}

    def test_fields_that_claim_contact_wait_for_their_phase(self, world: World) -> None:
        order = world.approved(world.rating(), world.mail(), world.contacted())
        first = written(world.writer.apply(order))
        assert world.row(world.lead)["Status"] == "Open - Not Contacted"
        later = written(world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL})))
        assert world.row(world.lead)["Status"] == "Working - Contacted"
        assert first.id != later.id
        assert [row["Kind__c"] for row in world.ledger()] == ["write", "write"]

    def test_nothing_in_a_phase_is_nothing_to_write(self, world: World) -> None:
        order = world.approved(world.rating())
        outcome = world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL}))
        assert outcome.kind is WriteOutcomeKind.NOTHING_TO_WRITE
        assert world.calls() == 0

    def test_two_at_once_write_once(self, world: World) -> None:
        order = world.approved(world.rating(), world.task())
        outcomes = at_once([lambda: world.new_writer().apply(order)] * 2)
        assert {written(outcome).id for outcome in outcomes} == {world.ledger()[0]["External_Key__c"]}
        assert len(world.ledger()) == 1
        assert len(world.rows("SELECT Id FROM Task")) == 1


class TestRetrying:
    def test_a_crash_between_receipt_and_audit_is_made_good(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = world.approved(world.rating())

        def die(event: AuditEvent) -> None:
            raise OSError(event.key)

        with monkeypatch.context() as crashing:
            crashing.setattr(world.audit, "append", die)
            with pytest.raises(OSError, match="written"):
                world.writer.apply(order)
        (receipt,) = world.receipts.of_case(CASE)
        world.writer.apply(order)
        assert [e.event.subject for e in world.audit.export()] == [receipt.id]

    def test_a_receipt_about_another_change_is_not_believed(self, world: World) -> None:
        """Somebody altered its row: the ledger of the CRM says what was written."""
        order = world.approved(world.rating())
        receipt = written(world.writer.apply(order))
        altered = receipt.model_copy(update={"digest": "0" * 64})
        with world.database.transaction() as session:
            session.connection().execute(update(ReceiptRow).values(body=altered.model_dump_json()))
        assert written(world.writer.apply(order.model_copy(update={"attempt": 2}))).digest == receipt.digest
        assert len(world.ledger()) == 1

    def test_an_overlapping_attempt_takes_what_the_other_wrote_for_its_own(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = world.approved(world.rating(), world.task())

        def die(receipt: WriteReceipt) -> None:
            raise OSError(f"no receipt for {receipt.id}")

        with monkeypatch.context() as crashing:
            crashing.setattr(world.receipts, "put", die)
            with pytest.raises(OSError, match="no receipt"):
                world.writer.apply(order)
        # Attempt 1 still: a worker that is slow, not one that was started again.
        receipt = written(world.new_writer().apply(order))
        assert receipt.replayed
        assert len(world.ledger()) == len(world.rows("SELECT Id FROM Task")) == 1

    def test_a_commit_whose_answer_was_lost_is_found_and_not_repeated(self, world: World) -> None:
        order = world.approved(world.rating(), world.task(), world.note())
        world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError) as lost:
            world.writer.apply(order)
        assert lost.value.code is ErrorCode.CRM_UNAVAILABLE
        assert world.receipts.of_case(CASE) == ()
        world.crm.clock.forward(5)
        world.reset_calls()
        receipt = written(world.writer.apply(order.model_copy(update={"attempt": 2})))
        assert world.calls() == 1
        assert receipt.replayed
        assert len(world.ledger()) == 1
        tasks = world.rows("SELECT Id, Subject FROM Task ORDER BY Id")
        assert [i.record.id for i in receipt.records if i.created] == [t["Id"] for t in tasks]
        changed = next(image for image in receipt.records if not image.created)
        assert (changed.before, changed.after) == ({"Rating": None}, {"Rating": "Hot"})

    def test_an_expired_decision_does_not_hide_a_committed_write(self, world: World) -> None:
        order = world.approved(world.rating())
        world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError):
            world.writer.apply(order)
        world.crm.clock.forward(3 * 86_400)
        assert written(world.writer.apply(order.model_copy(update={"attempt": 2}))).replayed

    def test_somebodys_later_value_is_not_taken_for_ours(self, world: World) -> None:
        order = world.approved(world.rating("Hot"))
        world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError):
            world.writer.apply(order)
        world.crm.clock.forward(5)
        world.edit(world.lead, Rating="Cold")
        receipt = written(world.writer.apply(order.model_copy(update={"attempt": 2})))
        assert receipt.records[0].after == {"Rating": "Hot"}

    def test_a_call_that_never_arrived_is_made_again(self, world: World) -> None:
        order = world.approved(world.rating(), world.task())
        world.fault("drop_before_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError):
            world.writer.apply(order)
        assert world.ledger() == []
        assert not written(world.writer.apply(order.model_copy(update={"attempt": 2}))).replayed
        assert len(world.rows("SELECT Id FROM Task")) == 1

    def test_a_first_attempt_that_meets_its_own_ledger_row_is_a_replay(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = world.approved(world.rating(), world.task())
        twin = world.new_writer(world.new_session("writer"))
        in_between(world, monkeypatch, lambda: twin.apply(order))
        written(world.writer.apply(order))
        assert len(world.ledger()) == 1

    def test_a_ledger_row_about_another_change_is_refused(self, world: World) -> None:
        order = world.approved(world.rating())
        written(world.writer.apply(order))
        (row,) = world.ledger()
        world.edit(row["Id"], object_name="Agent_Write__c", Digest__c="0" * 64)
        forget_receipts(world)
        for attempt in (1, 2, 3):
            with pytest.raises(NotAuthorised) as refused:
                world.writer.apply(order.model_copy(update={"attempt": attempt}))
            assert refused.value.reason is RefusalReason.DIGEST_MISMATCH
        with pytest.raises(NotAuthorised):
            world.writer.find_written(order)
        events = [e.event for e in world.audit.export() if e.event.kind is AuditKind.WRITE_REFUSED]
        assert [(e.subject, e.code) for e in events] == [(order.decision_id, "digest_mismatch")]

    def test_a_ledger_row_that_somebody_deleted_does_not_let_it_be_written_twice(self, world: World) -> None:
        """Nor is it called written: what stands there is for a person to look at."""
        order = world.approved(world.task(), world.note())
        written(world.writer.apply(order))
        (row,) = world.ledger()
        world.crm.client().Agent_Write__c.delete(row["Id"])
        forget_receipts(world)
        outcome = world.writer.apply(order.model_copy(update={"attempt": 2}))
        assert outcome.kind is WriteOutcomeKind.CONFLICT
        assert "deleted its ledger row" in outcome.message
        assert world.writer.find_written(order) is None
        assert len(world.rows("SELECT Id FROM Task")) == 2
        assert (world.ledger(), world.receipts.of_case(CASE)) == ([], ())

    def test_a_change_whose_ledger_row_somebody_deleted_is_a_conflict(self, world: World) -> None:
        order = world.approved(world.rating())
        written(world.writer.apply(order))
        (row,) = world.ledger()
        world.crm.client().Agent_Write__c.delete(row["Id"])
        forget_receipts(world)
        world.crm.clock.forward(5)
        outcome = world.writer.apply(order.model_copy(update={"attempt": 2}))
        assert outcome.kind is WriteOutcomeKind.CONFLICT

    def test_somebodys_value_of_the_same_second_is_not_taken_for_ours(self, world: World) -> None:
        order = world.approved(world.rating("Hot"))
        world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError):
            world.writer.apply(order)
        world.edit(world.lead, by=world.tom, Rating="Cold")
        receipt = written(world.writer.apply(order.model_copy(update={"attempt": 2})))
        assert receipt.records[0].after == {"Rating": "Hot"}
        world.crm.clock.forward(60)
        (refusal,) = world.writer.undo(world.undo_order(receipt)).refusals
        assert (refusal.field, world.row(world.lead)["Rating"]) == ("Rating", "Cold")

    def test_a_long_text_that_the_ledger_could_not_hold_comes_back_whole(self, world: World) -> None:
        """The answer was lost, so its receipt is made from the ledger row; then it is taken back."""
        names = ("Lead_Summary__c", "Description", "Street")
        long = {"Lead_Summary__c": '"' * 32_000, "Description": "é\x01" * 16_000, "Street": "x" * 255}
        world.policy = world.policy.model_copy(update={"allowed_fields": {"Lead": frozenset(names)}})
        world.edit(world.lead, **long)
        world.crm.clock.forward(5)
        held = {name: world.row(world.lead)[name] for name in names}
        changes = tuple(FieldChange(field=name, before=held[name], after="short") for name in names)
        order = world.approved(UpdateFields(key="texts", record=world.lead_ref, changes=changes))
        world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", after=1, delay=0)
        with pytest.raises(CrmError):
            world.writer.apply(order)
        world.crm.clock.forward(60)
        receipt = written(world.writer.apply(order.model_copy(update={"attempt": 2})))
        (row,) = world.ledger()
        assert set(json.loads(row["Before__c"])["cut"]) == {f"Lead/{world.lead}.{name}" for name in names[:2]}
        assert receipt.records[0].before == held
        assert world.writer.undo(world.undo_order(receipt)).refusals == ()
        assert {name: world.row(world.lead)[name] for name in names} == held

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("503", ErrorCode.CRM_UNAVAILABLE),
            ("500", ErrorCode.CRM_UNAVAILABLE),
            ("429", ErrorCode.CRM_RATE_LIMITED),
            ("limit", ErrorCode.CRM_RATE_LIMITED),
            ("lock", ErrorCode.CRM_LOCKED),
        ],
    )
    def test_a_busy_crm_is_named_and_tried_again(self, world: World, kind: str, code: ErrorCode) -> None:
        order = world.approved(world.rating())
        world.fault(kind, match="composite", contains="PATCH")
        with pytest.raises(CrmError) as busy:
            world.writer.apply(order)
        assert busy.value.code is code
        assert world.row(world.lead)["Rating"] is None
        written(world.writer.apply(order.model_copy(update={"attempt": 2})))


def forget_receipts(world: World) -> None:
    """As after a crash between the CRM's commit and ours."""
    with world.database.transaction() as session:
        session.connection().execute(delete(ReceiptRow))


class TestAnOwnerWhoNoLongerFits:
    def writer(self, world: World, problem: str) -> SalesforceWriter:
        return SalesforceWriter(
            world.session,
            world.guard,
            documents=world.documents,
            receipts=world.receipts,
            audit=world.audit,
            clock=world.clock,
            rules=world.rules,
            wait=world.crm.clock.forward,
            owner_problem=lambda order, owner_id: problem if owner_id == world.ines and order.case_id == CASE else "",
        )

    def test_the_review_reopens_and_nothing_is_written(self, world: World) -> None:
        order = world.approved(world.rating(), world.assign())
        outcome = self.writer(world, "absent until 2026-03-09").apply(order)
        assert (outcome.kind, outcome.message) == (WriteOutcomeKind.CONFLICT, "absent until 2026-03-09")
        assert world.row(world.lead)["OwnerId"] == world.queue
        assert world.ledger() == []

    def test_it_is_asked_about_new_owners_only(self, world: World) -> None:
        written(self.writer(world, "absent").apply(world.approved(world.rating())))

    def test_after_our_own_commit_it_is_not_asked_again(self, world: World) -> None:
        order = world.approved(world.rating(), world.assign())
        first = written(world.writer.apply(order))
        with world.database.transaction() as session:
            session.execute(delete(ReceiptRow))
        again = self.writer(world, "absent").apply(order.model_copy(update={"attempt": 2}))
        assert written(again).id == first.id
