"""Forged, stale, understated and half-signed: each is refused by name, audited, and costs no CRM call."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.decisions import KeyUse, Purpose, Verdict
from domain.errors import DomainError, ErrorCode, NotAuthorised, Paused, RefusalReason
from domain.leads import Motion, RecordRef
from domain.model import Scalar
from domain.permissions import Level, RiskCategory, Role
from domain.proposals import CreateLead, DeleteCreated, Disqualify, FieldChange, StageChange, UpdateFields, digest_of
from domain.receipts import WriteOutcomeKind
from persistence.tables import DecisionRow, DocumentRow
from runtime.keys import generate_key, load_signer, revoke_key
from tests.gateways.crm.forging import refused, signed_over, store_by_force
from tests.gateways.crm.world import CASE, ORG, World


class TestForgery:
    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"org_id": "other"}, RefusalReason.WRONG_ORG),
            ({"case_id": "c2"}, RefusalReason.WRONG_CASE),
            ({"round": 2}, RefusalReason.WRONG_ROUND),
            ({"purpose": Purpose.UNDO}, RefusalReason.WRONG_PURPOSE),
            ({"purpose": Purpose.RESUME}, RefusalReason.WRONG_PURPOSE),
            ({"purpose": Purpose.POLICY_WRITE}, RefusalReason.WRONG_PURPOSE),
            ({"key_id": "policy-1"}, RefusalReason.WRONG_PURPOSE),
            ({"proposal_digest": "0" * 64}, RefusalReason.DIGEST_MISMATCH),
            ({"verdict": Verdict.REJECT}, RefusalReason.NOT_AN_APPROVAL),
            ({"verdict": Verdict.RESPOND}, RefusalReason.NOT_AN_APPROVAL),
            ({"role": Role.VIEWER}, RefusalReason.ROLE_TOO_LOW),
            ({"role": Role.OPS}, RefusalReason.ROLE_TOO_LOW),
            ({"role": Role.ADMIN}, RefusalReason.ROLE_TOO_LOW),
        ],
    )
    def test_a_decision_that_says_something_else(
        self, world: World, said: dict[str, Any], reason: RefusalReason
    ) -> None:
        refused(world, signed_over(world, **said), reason)

    def test_a_key_that_nobody_configured(self, world: World) -> None:
        elsewhere = world.keys / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        generate_key(elsewhere, "rogue", KeyUse.HUMAN, now=world.crm.clock.now)
        content = world.content(world.rating())
        world.propose(content)
        envelope = world.envelope(content, key_id="rogue")
        store_by_force(
            world, "d1", load_signer(elsewhere, "rogue").sign(envelope.model_copy(update={"decision_id": "d1"}))
        )
        refused(world, world.order("d1"), RefusalReason.UNKNOWN_KEY)

    def test_another_key_under_a_known_name(self, world: World) -> None:
        elsewhere = world.keys / "elsewhere"
        elsewhere.mkdir(mode=0o700)
        generate_key(elsewhere, "ui-1", KeyUse.HUMAN, now=world.crm.clock.now)
        content = world.content(world.rating())
        world.propose(content)
        envelope = world.envelope(content)
        store_by_force(world, envelope.decision_id, load_signer(elsewhere, "ui-1").sign(envelope))
        refused(world, world.order(envelope.decision_id), RefusalReason.BAD_SIGNATURE)

    def test_a_revoked_key(self, world: World) -> None:
        order = world.approved(world.rating())
        revoke_key(world.keys / "keyring.json", "ui-1")
        refused(world, order, RefusalReason.REVOKED_KEY)

    def test_an_envelope_changed_after_signing(self, world: World) -> None:
        order = world.approved(world.rating())
        with world.database.transaction() as session:
            row = session.get(DecisionRow, order.decision_id)
            assert row is not None
            row.envelope_bytes = row.envelope_bytes.replace(b'"reviewer":"sam"', b'"reviewer":"bob"')
        refused(world, order, RefusalReason.BAD_SIGNATURE)

    def test_a_signature_stored_under_another_decisions_id(self, world: World) -> None:
        content = world.content(world.rating())
        world.propose(content)
        envelope = world.envelope(content, decision_id="honest")
        store_by_force(world, "other", load_signer(world.keys, "ui-1").sign(envelope))
        refused(world, world.order("other"), RefusalReason.UNKNOWN_DECISION)

    def test_an_envelope_of_another_version(self, world: World) -> None:
        """A later release may mean something else by the same names."""
        refused(world, signed_over(world, version=2), RefusalReason.BAD_SIGNATURE)

    def test_no_decision_at_all(self, world: World) -> None:
        world.propose(world.content(world.rating()))
        refused(world, world.order("nobody"), RefusalReason.UNKNOWN_DECISION)

    @pytest.mark.parametrize("kind", [DocumentKind.PROPOSAL, DocumentKind.FINAL])
    def test_content_edited_after_signing(self, world: World, kind: DocumentKind) -> None:
        proposed, final = world.content(world.rating("Hot")), world.content(world.rating("Warm"))
        world.propose(proposed)
        decision_id = (
            world.edited(proposed, final) if kind is DocumentKind.FINAL else world.record(world.envelope(proposed))
        )
        swapped = world.content(world.rating("Cold")).to_bytes()
        with world.database.transaction() as session:
            session.connection().execute(
                update(DocumentRow).where(DocumentRow.kind == kind.value).values(body=swapped)  # type: ignore[arg-type]
            )
        refused(world, world.order(decision_id), RefusalReason.DIGEST_MISMATCH)

    def test_content_of_another_org_signed_here(self, world: World) -> None:
        refused(world, signed_over(world, world.content(world.rating(), org_id="other")), RefusalReason.WRONG_ORG)

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"org_id": "other"}, RefusalReason.WRONG_ORG),
            ({"motion": Motion.HYGIENE}, RefusalReason.WRONG_CASE),
        ],
    )
    def test_an_order_that_says_something_else(self, world: World, said: dict[str, Any], reason: RefusalReason) -> None:
        refused(world, world.approved(world.rating()).model_copy(update=said), reason)

    def test_signed_bytes_that_are_gone_are_named(self, world: World) -> None:
        order = world.approved(world.rating())
        world.documents.erase(CASE)
        with pytest.raises(DomainError) as missing:
            world.writer.apply(order)
        assert missing.value.code is ErrorCode.DOCUMENT_MISSING


class TestTimeAndPause:
    def test_an_expired_decision(self, world: World) -> None:
        order = world.approved(world.rating())
        world.crm.clock.forward(86_401)
        refused(world, order, RefusalReason.EXPIRED)

    def test_a_round_that_ended_otherwise(self, world: World) -> None:
        content = world.content(world.rating())
        world.propose(content)
        world.reviews.supersede(CASE, 1, now=world.crm.clock.now)
        envelope = world.envelope(content)
        store_by_force(world, envelope.decision_id, load_signer(world.keys, "ui-1").sign(envelope))
        refused(world, world.order(envelope.decision_id), RefusalReason.ROUND_CLOSED)

    def test_a_round_that_expired(self, world: World) -> None:
        """The decision says that it came in time; the store, which is the arbiter, did not have it by then."""
        content = world.content(world.rating())
        world.propose(content)
        world.crm.clock.forward(10 * 3_600)
        world.reviews.expire(CASE, 1, now=world.crm.clock.now)
        envelope = world.envelope(content, decided_at=world.crm.clock.now - timedelta(hours=5))
        store_by_force(world, envelope.decision_id, load_signer(world.keys, "ui-1").sign(envelope))
        refused(world, world.order(envelope.decision_id), RefusalReason.ROUND_CLOSED)

    def test_an_approval_is_worth_nothing_once_people_were_asked_again(self, world: World) -> None:
        """The write met a conflict, the review reopened, and they said no. Then the conflict is gone, and an attempt
        wakes up that had slept through all of it."""
        order = world.approved(world.rating(), expected=(world.decisive("Status", "Open - Not Contacted"),))
        world.edit(world.lead, Status="Working - Contacted")
        world.crm.clock.forward(5)
        assert world.writer.apply(order).kind is WriteOutcomeKind.CONFLICT
        again = world.content(world.rating(), round=2)
        world.propose(again)
        world.record(world.envelope(again, verdict=Verdict.REJECT))
        world.edit(world.lead, Status="Open - Not Contacted")
        world.crm.clock.forward(5)
        refused(world, order, RefusalReason.ROUND_CLOSED)
        with pytest.raises(NotAuthorised):
            world.writer.apply(order.model_copy(update={"attempt": 3}))
        assert world.row(world.lead)["Rating"] is None

    def test_no_signature_lasts_longer_than_the_playbook_lets_it(self, world: World) -> None:
        """A retired key that somebody has found could sign in the past, and for as long as it likes."""
        world.policy = world.policy.model_copy(update={"authorisation_hours": 2})
        long = world.crm.clock.now + timedelta(days=365)
        order = world.approved(world.rating(), expires_at=long)
        world.crm.clock.forward(2 * 3_600)
        held = world.policy
        world.crm.clock.forward(1)
        refused(world, order, RefusalReason.EXPIRED)
        world.policy = held.model_copy(update={"authorisation_hours": 3})
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    @pytest.mark.parametrize("motion", [Motion.INBOUND, None])
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_pause_stops_a_write_before_any_call_and_resume_lets_it_go_on(
        self, world: World, motion: Motion | None, attempt: int
    ) -> None:
        order = world.approved(world.rating()).model_copy(update={"attempt": attempt})
        world.pause.set(motion, True, by="kim", now=world.crm.clock.now)
        with pytest.raises(Paused):
            world.writer.apply(order)
        assert world.calls() == 0
        assert [(e.event.kind, e.event.code) for e in world.audit.export()] == [(AuditKind.WRITE_REFUSED, "paused")]
        world.pause.set(motion, False, by="kim", now=world.crm.clock.now)
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    def test_pausing_another_motion_stops_nothing_here(self, world: World) -> None:
        order = world.approved(world.rating())
        world.pause.set(Motion.NUDGE, True, by="kim", now=world.crm.clock.now)
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    @pytest.mark.parametrize("level", [Level.READ_ONLY, Level.DRAFT])
    def test_a_level_that_does_not_write(self, world: World, level: Level) -> None:
        order = world.approved(world.rating())
        world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: level}})
        refused(world, order, RefusalReason.LEVEL_TOO_LOW)

    def test_a_motion_without_a_level_does_not_write(self, world: World) -> None:
        order = world.approved(world.rating())
        world.policy = world.policy.model_copy(update={"levels": {}})
        refused(world, order, RefusalReason.LEVEL_TOO_LOW)

    def test_a_playbook_of_another_org(self, world: World) -> None:
        order = world.approved(world.rating())
        world.policy = world.policy.model_copy(update={"org_id": "other"})
        refused(world, order, RefusalReason.WRONG_ORG)


HIGH_RISK: list[Callable[[World], Any]] = [
    lambda w: Disqualify(
        key="no", record=w.lead_ref, before_status="Open - Not Contacted", after_status="Closed", reason_code="student"
    ),
    lambda w: w.assign(strategic=True),
    lambda w: w.assign(w.tom),
]


class TestRisk:
    @pytest.mark.parametrize("action", HIGH_RISK)
    def test_high_risk_needs_a_manager(self, world: World, action: Callable[[World], Any]) -> None:
        """The strategic owner is known from the playbook, whatever the action claims about itself."""
        world.policy = world.policy.model_copy(update={"strategic_owner_ids": frozenset({world.tom})})
        refused(world, signed_over(world, world.content(action(world))), RefusalReason.ROLE_TOO_LOW)

    def test_a_manager_may(self, world: World) -> None:
        order = world.approved(world.assign(strategic=True), role=Role.MANAGER)
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    def test_one_risky_action_raises_all(self, world: World) -> None:
        content = world.content(world.note(), world.assign(strategic=True))
        refused(world, signed_over(world, content), RefusalReason.ROLE_TOO_LOW)

    def test_what_comes_after_the_e_mail_counts_before_the_first_write(self, world: World) -> None:
        """Each step would ask for less than the whole."""
        last = Disqualify(
            key="no",
            record=world.lead_ref,
            before_status="Open - Not Contacted",
            after_status="Closed",
            reason_code="student",
            after_mail=True,
        )
        refused(
            world, signed_over(world, world.content(world.rating(), world.mail(), last)), RefusalReason.ROLE_TOO_LOW
        )

    def test_a_lead_that_policy_moves_from_one_queue_to_another(self, world: World) -> None:
        """It has no owner after that, so it was no first assignment, whatever the action claims."""
        other = world.add("Group", Name="Other", DeveloperName="Other", Type="Queue")
        world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: Level.LIMITED_AUTOMATION}})
        content = world.content(world.assign(other))
        world.propose(content)
        envelope = world.envelope(content, purpose=Purpose.POLICY_WRITE, key_id="policy-1", reviewer="policy")
        store_by_force(world, envelope.decision_id, load_signer(world.keys, "policy-1").sign(envelope))
        refused(world, world.order(envelope.decision_id), RefusalReason.POLICY_KEY_NOT_ALLOWED)

    def test_half_a_quorum(self, world: World) -> None:
        world.policy = world.policy.model_copy(update={"quorum": {RiskCategory.MEDIUM: 2}})
        content = world.content(world.rating())
        world.propose(content, quorum=2)
        refused(world, world.order(world.record(world.envelope(content))), RefusalReason.QUORUM_INCOMPLETE)

    def test_one_person_is_not_two(self, world: World) -> None:
        world.policy = world.policy.model_copy(update={"quorum": {RiskCategory.MEDIUM: 2}})
        content = world.content(world.rating())
        world.propose(content, quorum=2)
        for position in (1, 2):
            envelope = world.envelope(content, decision_id=f"d{position}", quorum_position=position)
            store_by_force(world, f"d{position}", load_signer(world.keys, "ui-1").sign(envelope), position=position)
        refused(world, world.order("d2"), RefusalReason.QUORUM_INCOMPLETE)

    def test_a_full_quorum_writes_and_both_are_named(self, world: World) -> None:
        world.policy = world.policy.model_copy(update={"quorum": {RiskCategory.MEDIUM: 2}})
        content = world.content(world.rating())
        world.propose(content, quorum=2)
        world.record(world.envelope(content))
        last = world.record(world.envelope(content, reviewer="kim", quorum_position=2))
        assert world.writer.apply(world.order(last)).kind is WriteOutcomeKind.WRITTEN
        assert world.ledger()[0]["Approver__c"] == "sam, kim"

    def test_a_rejection_beside_an_approval(self, world: World) -> None:
        content = world.content(world.rating())
        world.propose(content)
        for position, verdict in ((1, Verdict.APPROVE), (2, Verdict.REJECT)):
            envelope = world.envelope(
                content,
                decision_id=f"d{position}",
                verdict=verdict,
                reviewer=f"r{position}",
                quorum_position=position,
            )
            store_by_force(world, f"d{position}", load_signer(world.keys, "ui-1").sign(envelope), position=position)
        refused(world, world.order("d1"), RefusalReason.NOT_AN_APPROVAL)


class TestFields:
    @pytest.mark.parametrize(
        "field", ["Phone", "OwnerId", "HasOptedOutOfEmail", "StageName", "Agent_Write_Key__c", "rating"]
    )
    def test_a_field_that_is_not_allowed(self, world: World, field: str) -> None:
        change = FieldChange(field=field, before=None, after="x")
        action = UpdateFields(key="field", record=world.lead_ref, changes=(change,))
        refused(world, signed_over(world, world.content(action)), RefusalReason.FIELD_NOT_ALLOWED)

    @pytest.mark.parametrize("removed", ["OwnerId", "WhoId"])
    def test_typed_actions_ask_the_list_as_well(self, world: World, removed: str) -> None:
        allowed = {name: fields - {removed} for name, fields in world.policy.allowed_fields.items()}
        world.policy = world.policy.model_copy(update={"allowed_fields": allowed})
        content = world.content(world.assign(), world.task())
        refused(world, signed_over(world, content), RefusalReason.FIELD_NOT_ALLOWED)

    def test_a_field_that_would_only_be_written_after_the_e_mail(self, world: World) -> None:
        change = FieldChange(field="Phone", before=None, after="+44 1")
        last = UpdateFields(key="phone", record=world.lead_ref, changes=(change,), after_mail=True)
        content = world.content(world.rating(), world.mail(), last)
        refused(world, signed_over(world, content), RefusalReason.FIELD_NOT_ALLOWED)

    def test_a_draft_is_written_only_by_an_action_that_was_ticked(self, world: World) -> None:
        world.policy = world.policy.model_copy(update={"drafted_fields": {"Lead": frozenset({"Rating"})}})
        refused(world, signed_over(world, world.content(world.rating("Hot"))), RefusalReason.FIELD_NOT_ALLOWED)

    def test_a_draft_that_was_ticked_is_written(self, world: World) -> None:
        world.policy = world.policy.model_copy(update={"drafted_fields": {"Lead": frozenset({"Rating"})}})
        order = world.approved(world.rating("Hot").model_copy(update={"opt_in": True}))
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    def test_an_opt_out_may_be_set(self, world: World) -> None:
        change = FieldChange(field="HasOptedOutOfEmail", before=False, after=True)
        order = world.approved(UpdateFields(key="field", record=world.lead_ref, changes=(change,)))
        assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN

    @pytest.mark.parametrize("field", ["OwnerId", "HasOptedOutOfEmail"])
    def test_a_playbook_cannot_allow_these(self, world: World, field: str) -> None:
        world.policy = world.policy.model_copy(update={"allowed_fields": {"Lead": frozenset({field})}})
        change = FieldChange(field=field, before=None, after=world.tom)
        action = UpdateFields(key="field", record=world.lead_ref, changes=(change,))
        refused(world, signed_over(world, world.content(action)), RefusalReason.FIELD_NOT_ALLOWED)

    def test_an_object_that_is_not_listed(self, world: World) -> None:
        change = FieldChange(field="Rating", before=None, after="Hot")
        record = RecordRef(object="Account", id="001000000000001AAA")
        action = UpdateFields(key="field", record=record, changes=(change,))
        refused(world, signed_over(world, world.content(action)), RefusalReason.FIELD_NOT_ALLOWED)

    def test_a_new_lead_takes_no_field_that_nobody_sent(self, world: World) -> None:
        fields: dict[str, Scalar] = {"LastName": "Hopper", "Company": "Cobol Ltd", "HasOptedOutOfEmail": False}
        action = CreateLead(key="lead", fields=fields, owner_id=world.queue)
        refused(world, signed_over(world, world.content(action)), RefusalReason.FIELD_NOT_ALLOWED)

    def test_a_stage_of_something_else_than_an_opportunity(self, world: World) -> None:
        action = StageChange(key="stage", record=world.lead_ref, before_stage="a", after_stage="b")
        order = signed_over(world, world.content(action), role=Role.MANAGER)
        refused(world, order, RefusalReason.FIELD_NOT_ALLOWED)

    def test_deleting_is_for_undo_alone(self, world: World) -> None:
        action = DeleteCreated(key="gone", record=world.lead_ref)
        refused(world, signed_over(world, world.content(action)), RefusalReason.FORBIDDEN_ACTION)

    def test_two_values_for_one_field(self, world: World) -> None:
        content = world.content(world.rating("Hot"), world.rating("Cold", key="again"))
        world.propose(content)
        refused(world, world.order(world.record(world.envelope(content))), RefusalReason.FORBIDDEN_ACTION)


def test_a_digest_made_before_a_field_was_added_still_verifies(world: World) -> None:
    """The stored bytes are what was signed; a later release parses them with a default for what it added."""
    content = world.content(world.rating())
    old = content.to_bytes().replace(b'"after_mail":false,', b"")
    assert old != content.to_bytes()
    digest = digest_of(old)
    world.propose(content)
    world.documents.put(CASE, DocumentKind.FINAL, digest, old)
    decision = world.record(world.envelope(content, final_digest=digest, verdict=Verdict.APPROVE_EDITED))
    assert world.writer.apply(world.order(decision)).kind is WriteOutcomeKind.WRITTEN
    assert world.ledger()[0]["Digest__c"] == digest


def test_the_decision_lasts_to_its_last_second(world: World) -> None:
    content = world.content(world.rating())
    world.propose(content)
    until = world.crm.clock.now + timedelta(seconds=30)
    order = world.order(world.record(world.envelope(content, expires_at=until)))
    world.crm.clock.forward(30)
    assert world.writer.apply(order).kind is WriteOutcomeKind.WRITTEN
    assert order.org_id == ORG
