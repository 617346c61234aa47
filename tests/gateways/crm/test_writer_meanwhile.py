"""What happened between the proposal and the write, and what the CRM refuses: nothing is written then."""

import json
from typing import Any

import pytest

from domain.errors import Paused
from domain.model import Scalar
from domain.permissions import Role
from domain.proposals import CreateLead, FieldChange, Phase, UpdateFields
from domain.receipts import WriteOutcomeKind
from gateways.crm.fields import ReadFields
from tests.gateways.crm.outcomes import in_between, while_reading, written
from tests.gateways.crm.world import World


class TestStopped:
    def test_while_the_record_is_read(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A CRM that takes its time to answer holds up no stop; afterwards the same approval is written."""
        order = world.approved(world.rating(), world.task())
        at = world.crm.clock.now
        while_reading(world, monkeypatch, lambda: world.pause.set(None, True, by="kim", now=at))
        with pytest.raises(Paused):
            world.writer.apply(order)
        assert world.ledger() == world.rows("SELECT Id FROM Task") == []
        world.pause.set(None, False, by="kim", now=at)
        written(world.writer.apply(order.model_copy(update={"attempt": 2})))
        assert (world.row(world.lead)["Rating"], len(world.ledger())) == ("Hot", 1)

    def test_while_it_is_asked_whether_the_mail_may_go(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        order = world.approved(world.rating(), world.mail())
        written(world.writer.apply(order))
        order = order.model_copy(update={"phase": Phase.MAIL})
        at = world.crm.clock.now
        while_reading(world, monkeypatch, lambda: world.pause.set(None, True, by="kim", now=at))
        with pytest.raises(Paused):
            world.mail_guard.authorised_mail(order)
        world.pause.set(None, False, by="kim", now=at)
        assert world.mail_guard.authorised_mail(order) == world.mail()


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
        order = world.approved(world.note(), expected=(world.decisive("Status", "Open - Not Contacted"),))
        world.edit(world.lead, by=world.tom, Status="Working - Contacted")
        outcome = world.writer.apply(order)
        assert outcome.kind is WriteOutcomeKind.CONFLICT
        assert [(m.field, m.found) for m in outcome.moved] == [("Status", "Working - Contacted")]

    @pytest.mark.parametrize("touches_owner", [True, False])
    def test_a_lead_that_somebody_gave_to_another_owner(self, world: World, touches_owner: bool) -> None:
        action = world.assign() if touches_owner else world.note()
        order = world.approved(action, expected=(world.decisive("OwnerId", world.queue),))
        world.edit(world.lead, by=world.tom, OwnerId=world.tom, Rating="Cold")
        outcome = world.writer.apply(order)
        assert outcome.kind is WriteOutcomeKind.REASSIGNED
        assert [(m.field, m.expected, m.found) for m in outcome.moved] == [("OwnerId", world.queue, world.tom)]
        assert (world.row(world.lead)["OwnerId"], world.ledger()) == (world.tom, [])

    def test_an_owner_who_was_given_it_since_our_own_assignment_and_is_known_to_the_next_round(
        self, world: World
    ) -> None:
        """The card was made anew over what somebody chose: our earlier write is no longer what to expect."""
        written(world.writer.apply(world.approved(world.assign())))
        world.crm.clock.forward(60)
        world.edit(world.lead, by=world.tom, OwnerId=world.tom)
        world.crm.clock.forward(60)
        order = world.approved(world.note(), expected=(world.decisive("OwnerId", world.tom),), round=2)
        written(world.writer.apply(order))

    def test_our_own_assignment_since_the_snapshot_is_nobody_elses(self, world: World) -> None:
        later = world.content(world.note(), round=2, expected=(world.decisive("OwnerId", world.queue),))
        world.propose(later)
        written(world.writer.apply(world.approved(world.assign(), round=-1)))
        world.crm.clock.forward(60)
        written(world.writer.apply(world.order(world.record(world.envelope(later)), round=2)))

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

    @pytest.mark.parametrize("channel", [{"ContactPointType": "Email"}, {}])
    def test_an_opt_out_that_is_kept_as_consent(self, world: World, channel: dict[str, str]) -> None:
        person = world.add("Individual", LastName="Byron")
        world.edit(world.lead, IndividualId=person)
        world.crm.clock.forward(5)
        order = world.approved(world.mail())
        assert world.writer.apply(order).kind is WriteOutcomeKind.NOTHING_TO_WRITE
        world.add(
            "ContactPointTypeConsent",
            Name="E-mail",
            PartyId=person,
            **channel,
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
        ],
    )
    def test_somebody_worked_with_the_lead(
        self, world: World, object_name: str, fields: dict[str, Any], about: str
    ) -> None:
        order = world.approved(world.rating())
        world.add(object_name, by=world.tom, **{**fields, about: world.lead})
        assert world.writer.apply(order).kind is WriteOutcomeKind.HUMAN_TOUCH
        assert world.ledger() == []

    def test_an_e_mail_came_from_the_lead(self, world: World) -> None:
        order = world.approved(world.rating())
        world.email(by=world.tom, Subject="Hello", Incoming=True)
        assert world.writer.apply(order).kind is WriteOutcomeKind.HUMAN_TOUCH

    def test_an_org_that_keeps_no_e_mails_is_written_to_all_the_same(self, world: World) -> None:
        closed = ReadFields(by_object={**ReadFields().by_object, "EmailMessage": ("NoSuchField__c",)})
        order = world.approved(world.rating())
        called = world.add("Task", by=world.tom, Subject="Called her", Status="Completed", WhoId=world.lead)
        assert world.new_writer(fields=closed).apply(order).kind is WriteOutcomeKind.HUMAN_TOUCH
        world.crm.client().Task.delete(called)
        written(world.new_writer(fields=closed).apply(order))

    @pytest.mark.parametrize("named", [True, False])
    def test_somebody_worked_on_the_deal_that_the_change_is_about(self, world: World, named: bool) -> None:
        """A call is logged on the deal, with the person's name or without it."""
        contact, deal = world.deal()
        order = world.approved(*world.stage(deal, contact), knows_lead=False, role=Role.MANAGER)
        about = {"WhoId": contact} if named else {}
        world.add("Task", by=world.tom, Subject="Called them", Status="Completed", WhatId=deal, **about)
        assert world.writer.apply(order).kind is WriteOutcomeKind.HUMAN_TOUCH
        assert world.ledger() == []

    def test_work_on_another_deal_of_the_account_is_no_touch(self, world: World) -> None:
        contact, deal = world.deal()
        _, other = world.deal()
        order = world.approved(*world.stage(deal, contact), knows_lead=False, role=Role.MANAGER)
        world.add("Task", by=world.tom, Subject="Called them", Status="Completed", WhatId=other)
        written(world.writer.apply(order))
        assert world.row(deal, "Opportunity")["StageName"] == "Qualification"

    def test_a_deal_that_somebody_deleted_is_a_conflict(self, world: World) -> None:
        contact, deal = world.deal()
        order = world.approved(*world.stage(deal, contact), knows_lead=False, role=Role.MANAGER)
        world.crm.client().Opportunity.delete(deal)
        outcome = world.writer.apply(order)
        assert (outcome.kind, [m.field for m in outcome.moved]) == (WriteOutcomeKind.CONFLICT, ["IsDeleted"])

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
            ("Product_Interest__c", None, "Route planning;Fleet tracking"),
            ("NumberOfEmployees", None, "a dozen"),
            ("AnnualRevenue", None, True),
            ("LastName", "Byron", None),
            ("Company", "Analytical Engines", "  "),
            ("Email", "ada@engines.example", "no address"),
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

    def test_what_the_crm_takes_in_another_spelling_is_taken(self, world: World) -> None:
        allowed = {**world.policy.allowed_fields, "Lead": frozenset({"NumberOfEmployees", "Lead_Summary__c", "Rating"})}
        world.policy = world.policy.model_copy(update={"allowed_fields": allowed})
        changes = (
            FieldChange(field="NumberOfEmployees", before=None, after=" 12 "),
            FieldChange(field="Lead_Summary__c", before=None, after="  "),
            FieldChange(field="Rating", before=None, after="A rating of their own"),
        )
        written(world.writer.apply(world.approved(UpdateFields(key="f", record=world.lead_ref, changes=changes))))
        lead = world.row(world.lead)
        found = (lead["NumberOfEmployees"], lead["Lead_Summary__c"], lead["Rating"])
        assert found == (12, None, "A rating of their own")

    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [("Email", "ada@engines.example", "ada@engines.1"), ("Agent_Score__c", None, 1e16)],
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
