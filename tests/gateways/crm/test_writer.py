"""Writing to a real server: what is sent, what is read back, what stops it, and what a second try finds."""

import json
from typing import Any

import pytest
from sqlalchemy import delete

from domain.errors import CrmError, ErrorCode, NotAuthorised, RefusalReason
from domain.model import Scalar
from domain.proposals import CreateLead, FieldChange, MergeRequest, Phase, UpdateFields
from domain.receipts import WriteOutcome, WriteOutcomeKind, WriteReceipt
from gateways.crm.client import CompositeAnswer, Part
from persistence.tables import ReceiptRow
from tests.fakes.races import at_once
from tests.gateways.crm.world import CASE, World


def written(outcome: WriteOutcome) -> WriteReceipt:
    assert outcome.kind is WriteOutcomeKind.WRITTEN, outcome
    assert outcome.receipt is not None
    return outcome.receipt


def in_between(world: World, monkeypatch: pytest.MonkeyPatch, act: Any, *, times: int = 1) -> None:
    """Do something right before each of the next atomic writes reaches the CRM: after the re-read."""
    send = world.session.composite
    left = [times]

    def meddled(parts: list[Part], *, all_or_none: bool) -> CompositeAnswer:
        if all_or_none and left[0] > 0:
            left[0] -= 1
            act()
        return send(parts, all_or_none=all_or_none)

    monkeypatch.setattr(world.session, "composite", meddled)


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
        with pytest.raises(NotAuthorised) as refused:
            world.writer.apply(order.model_copy(update={"attempt": 2}))
        assert refused.value.reason is RefusalReason.DIGEST_MISMATCH

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


class TestMeanwhile:
    def test_a_field_nobody_rests_on_may_change(self, world: World) -> None:
        order = world.approved(world.rating())
        world.edit(world.lead, by=world.tom, Phone="+44 1")
        written(world.writer.apply(order))
        lead = world.row(world.lead)
        assert (lead["Rating"], lead["Phone"]) == ("Hot", "+44 1")

    def test_a_touched_field_that_moved_is_a_conflict_and_nothing_is_written(self, world: World) -> None:
        order = world.approved(world.rating(), world.task())
        world.edit(world.lead, by=world.tom, Rating="Cold")
        outcome = world.writer.apply(order)
        assert outcome.kind is WriteOutcomeKind.CONFLICT
        assert [(m.field, m.expected, m.found) for m in outcome.moved] == [("Rating", None, "Cold")]
        assert world.ledger() == world.rows("SELECT Id FROM Task") == []

    def test_a_decisive_value_that_moved_is_a_conflict(self, world: World) -> None:
        order = world.approved(world.note(), expected=(world.decisive("OwnerId", world.queue),))
        world.edit(world.lead, by=world.tom, OwnerId=world.tom)
        outcome = world.writer.apply(order)
        assert [(m.field, m.found) for m in outcome.moved] == [("OwnerId", world.tom)]

    def test_an_unticked_field_is_no_reason_for_a_conflict(self, world: World) -> None:
        proposed = world.content(
            world.rating(),
            world.note(),
            expected=(world.decisive("Rating", None).model_copy(update={"decisive": False}),),
        )
        final = proposed.model_copy(update={"actions": (world.note(),), "inverses": proposed.inverses[1:]})
        world.propose(proposed)
        order = world.order(world.edited(proposed, final))
        world.edit(world.lead, by=world.tom, Rating="Cold")
        written(world.writer.apply(order))

    def test_a_deleted_lead(self, world: World) -> None:
        order = world.approved(world.rating())
        world.crm.client().Lead.delete(world.lead)
        assert world.writer.apply(order).kind is WriteOutcomeKind.DELETED
        assert world.ledger() == []

    def test_a_converted_lead(self, world: World) -> None:
        order = world.approved(world.rating())
        world.crm.control("POST", f"lead/{world.lead}/convert", {"user_id": world.tom})
        assert world.writer.apply(order).kind is WriteOutcomeKind.CONVERTED

    def test_a_merged_lead_names_its_survivor(self, world: World) -> None:
        order = world.approved(world.rating())
        survivor = world.add("Lead", LastName="Byron", Company="Analytical Engines")
        world.crm.control("POST", f"Lead/{world.lead}/merge_into/{survivor}", {"user_id": world.tom})
        outcome = world.writer.apply(order)
        assert (outcome.kind, outcome.survivor_id) == (WriteOutcomeKind.MERGED, survivor)

    @pytest.mark.parametrize("sends_mail", [True, False])
    def test_an_opt_out_stops_a_change_that_mails_and_no_other(self, world: World, sends_mail: bool) -> None:
        order = world.approved(world.rating(), *((world.mail(), world.contacted()) if sends_mail else ()))
        world.edit(world.lead, by=world.tom, HasOptedOutOfEmail=True)
        expected = WriteOutcomeKind.OPTED_OUT if sends_mail else WriteOutcomeKind.WRITTEN
        assert world.writer.apply(order).kind is expected

    def test_an_opt_out_that_is_kept_as_consent(self, world: World) -> None:
        person = world.add("Individual", LastName="Byron")
        world.edit(world.lead, IndividualId=person)
        world.crm.clock.forward(5)
        order = world.approved(world.mail())
        assert world.writer.apply(order).kind is WriteOutcomeKind.NOTHING_TO_WRITE
        world.add(
            "ContactPointTypeConsent",
            Name="E-mail",
            PartyId=person,
            ContactPointType="Email",
            PrivacyConsentStatus="OptOut",
            CaptureDate="2026-03-02T09:05:00.000+0000",
        )
        assert world.writer.apply(order).kind is WriteOutcomeKind.OPTED_OUT

    @pytest.mark.parametrize("flag", ["HasOptedOutSolicit", "HasOptedOutProcessing", "ShouldForget"])
    def test_an_opt_out_of_the_person(self, world: World, flag: str) -> None:
        person = world.add("Individual", LastName="Byron")
        world.crm.control("POST", f"Individual/{person}/edit", {"fields": {flag: True}})
        order = world.approved(world.mail())
        world.edit(world.lead, IndividualId=person)
        assert world.writer.apply(order).kind is WriteOutcomeKind.OPTED_OUT

    @pytest.mark.parametrize(
        ("object_name", "fields", "about"),
        [
            ("Task", {"Subject": "Called her", "Status": "Completed"}, "WhoId"),
            ("Event", {"Subject": "Demo", "StartDateTime": "2026-03-03T09:00:00Z", "DurationInMinutes": 30}, "WhoId"),
            ("EmailMessage", {"Subject": "Hello", "Incoming": True}, "RelatedToId"),
        ],
    )
    def test_somebody_worked_with_the_lead(
        self, world: World, object_name: str, fields: dict[str, Any], about: str
    ) -> None:
        order = world.approved(world.rating())
        world.add(object_name, by=world.tom, **{**fields, about: world.lead})
        assert world.writer.apply(order).kind is WriteOutcomeKind.HUMAN_TOUCH
        assert world.ledger() == []

    def test_work_that_the_snapshot_knew_is_no_touch(self, world: World) -> None:
        world.add("Task", by=world.tom, Subject="Called her", Status="Completed", WhoId=world.lead)
        order = world.approved(world.rating())
        written(world.writer.apply(order))

    def test_our_own_tasks_are_no_touch(self, world: World) -> None:
        written(world.writer.apply(world.approved(world.task())))
        second = world.content(world.note(), round=2)
        world.propose(second)
        order = world.order(world.record(world.envelope(second)), round=2, snapshot_slot="1")
        written(world.writer.apply(order))

    def test_our_own_earlier_write_is_nobodys_change(self, world: World) -> None:
        """The first step assigned the lead; what rests on the old owner still holds."""
        order = world.approved(
            world.assign(), world.mail(), world.contacted(), expected=(world.decisive("OwnerId", world.queue),)
        )
        written(world.writer.apply(order))
        written(world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL})))

    def test_what_was_mailed_is_recorded_whatever_happened_since(self, world: World) -> None:
        order = world.approved(
            world.rating(), world.mail(), world.contacted(), expected=(world.decisive("OwnerId", world.queue),)
        )
        written(world.writer.apply(order))
        world.edit(world.lead, by=world.tom, OwnerId=world.tom, HasOptedOutOfEmail=True)
        world.add("Task", by=world.tom, Subject="Called her", WhoId=world.lead)
        written(world.writer.apply(order.model_copy(update={"phase": Phase.AFTER_MAIL})))


class TestRacing:
    def test_a_change_between_reading_and_writing_is_judged_anew(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = world.approved(world.rating(), world.task())

        def meddle() -> None:
            world.crm.clock.forward(1)
            world.edit(world.lead, by=world.tom, Rating="Cold")

        in_between(world, monkeypatch, meddle)
        outcome = world.writer.apply(order)
        assert outcome.kind is WriteOutcomeKind.CONFLICT
        assert [m.field for m in outcome.moved] == ["Rating"]
        assert world.ledger() == world.rows("SELECT Id FROM Task") == []

    def test_a_harmless_change_in_between_costs_one_more_round(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = world.approved(world.rating())

        def meddle() -> None:
            world.crm.clock.forward(1)
            world.edit(world.lead, by=world.tom, Phone="+44 1")
            world.crm.clock.forward(1)

        in_between(world, monkeypatch, meddle)
        written(world.writer.apply(order))
        assert world.row(world.lead)["Phone"] == "+44 1"

    def test_a_record_that_never_rests_is_a_conflict(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        order = world.approved(world.rating())
        numbers = iter(range(10))

        def meddle() -> None:
            world.crm.clock.forward(1)
            world.edit(world.lead, by=world.tom, Phone=f"+44 {next(numbers)}")
            world.crm.clock.forward(1)

        in_between(world, monkeypatch, meddle, times=9)
        assert world.writer.apply(order).kind is WriteOutcomeKind.CONFLICT
        assert world.ledger() == []

    def test_a_lead_deleted_in_between(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        order = world.approved(world.rating())
        in_between(world, monkeypatch, lambda: world.crm.client().Lead.delete(world.lead))
        assert world.writer.apply(order).kind is WriteOutcomeKind.DELETED

    def test_a_change_within_the_second_of_the_read_is_seen(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The header has whole seconds: without waiting, the second edit of one second would be overwritten."""
        order = world.approved(world.rating())
        world.edit(world.lead, by=world.tom, Phone="+44 1")
        in_between(world, monkeypatch, lambda: world.edit(world.lead, by=world.tom, Rating="Cold"))
        assert world.writer.apply(order).kind is WriteOutcomeKind.CONFLICT
        assert world.row(world.lead)["Rating"] == "Cold"


class TestRefusedByTheCrm:
    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [
            ("Status", "Open - Not Contacted", "Sleeping"),
            ("FirstName", "Ada", "A" * 41),
            ("LastActivityDate", None, "2026-03-02"),
            ("Shoe_Size__c", None, 38),
        ],
    )
    def test_what_describe_forbids_costs_no_call(self, world: World, field: str, before: Scalar, after: Scalar) -> None:
        world.policy = world.policy.model_copy(
            update={"allowed_fields": {**world.policy.allowed_fields, "Lead": frozenset({field})}}
        )
        change = FieldChange(field=field, before=before, after=after)
        action = UpdateFields(key="field", record=world.lead_ref, changes=(change,))
        outcome = world.writer.apply(world.approved(action))
        assert (outcome.kind, outcome.refused_fields) == (WriteOutcomeKind.REFUSED_BY_CRM, (field,))
        assert field in outcome.message
        assert world.calls() == 0

    @pytest.mark.parametrize(
        ("field", "before", "after"), [("Email", "ada@engines.example", "no address"), ("LastName", "Byron", None)]
    )
    def test_a_value_that_only_the_crm_can_judge(self, world: World, field: str, before: Scalar, after: Scalar) -> None:
        change = FieldChange(field=field, before=before, after=after)
        action = UpdateFields(key="field", record=world.lead_ref, changes=(change,))
        outcome = world.writer.apply(world.approved(action, world.task()))
        assert (outcome.kind, outcome.refused_fields) == (WriteOutcomeKind.REFUSED_BY_CRM, (field,))
        assert outcome.message
        assert world.ledger() == world.rows("SELECT Id FROM Task") == []

    def test_the_duplicate_rule(self, world: World) -> None:
        action = CreateLead(
            key="lead",
            fields={"LastName": "Byron", "Company": "Engines", "Email": "ada@engines.example"},
            owner_id=world.queue,
        )
        outcome = world.writer.apply(world.approved(action))
        assert outcome.kind is WriteOutcomeKind.REFUSED_BY_CRM
        assert outcome.message

    def test_an_owner_who_left(self, world: World) -> None:
        world.edit(world.tom, object_name="User", IsActive=False)
        outcome = world.writer.apply(world.approved(world.assign(world.tom)))
        assert (outcome.kind, outcome.refused_fields) == (WriteOutcomeKind.REFUSED_BY_CRM, ("OwnerId",))

    def test_text_that_the_crm_would_read_as_a_reference(self, world: World) -> None:
        armed = world.content(world.task()).model_copy(update={"actions": (world.task(description="@{ledger.id}"),)})
        world.propose(armed)
        outcome = world.writer.apply(world.order(world.record(world.envelope(armed))))
        assert (outcome.kind, outcome.refused_fields) == (WriteOutcomeKind.REFUSED_BY_CRM, ("Description",))
        assert world.rows("SELECT Id FROM Task") == []

    def test_such_text_in_what_was_there_before_does_no_harm(self, world: World) -> None:
        world.edit(world.lead, Lead_Summary__c="was @{ledger.id}")
        world.crm.clock.forward(5)
        change = FieldChange(field="Lead_Summary__c", before="was @{ledger.id}", after="plain")
        order = world.approved(UpdateFields(key="summary", record=world.lead_ref, changes=(change,)))
        receipt = written(world.writer.apply(order))
        assert receipt.records[0].before == {"Lead_Summary__c": "was @{ledger.id}"}
        assert json.loads(world.ledger()[0]["Before__c"])[f"Lead/{world.lead}"] == receipt.records[0].before

    def test_more_than_one_call_can_hold(self, world: World) -> None:
        outcome = world.writer.apply(world.approved(*(world.task(key=f"t{i}") for i in range(13))))
        assert outcome.kind is WriteOutcomeKind.REFUSED_BY_CRM
        assert "25" in outcome.message
