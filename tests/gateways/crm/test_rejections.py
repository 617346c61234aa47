"""A rejection leaves its row in the CRM's own trail: who said no to what. Nothing else is written."""

from typing import Any

import pytest

from domain.audit import AuditKind
from domain.decisions import Purpose, Verdict
from domain.errors import CrmError, ErrorCode, NotAuthorised, Paused, RefusalReason
from domain.leads import Motion
from domain.permissions import Level, Role
from domain.ports import WriteOrder
from tests.gateways.crm.forging import signed_over
from tests.gateways.crm.world import CASE, VERSION, World


def rejected(world: World, **more: Any) -> WriteOrder:
    content = world.content(world.rating(), world.task(evidence=("e1", "e2")))
    world.propose(content)
    said = {"verdict": Verdict.REJECT, "reason_code": "competitor", **more}
    order = world.order(world.record(world.envelope(content, **said)))
    world.reset_calls()
    return order


def test_the_row_says_who_rejected_what_and_that_nothing_was_written(world: World) -> None:
    order = rejected(world)
    assert world.writer.note_rejection(order)
    assert world.calls() == 1
    fields = "Kind__c, Approver__c, Target_Id__c, Agent_Version__c, Sources__c, Case_Id__c, Decision_Id__c"
    (row,) = world.rows(f"SELECT {fields}, Digest__c, How_To_Reverse__c, Before__c, After__c FROM Agent_Write__c")
    assert (row["Kind__c"], row["Approver__c"], row["Target_Id__c"]) == ("rejection", "sam", world.lead)
    assert (row["Agent_Version__c"], row["Sources__c"]) == (VERSION, "e1, e2")
    assert (row["Case_Id__c"], row["Decision_Id__c"]) == (CASE, order.decision_id)
    assert row["How_To_Reverse__c"] == "Nothing was written: rejected as competitor."
    assert (row["Before__c"], row["After__c"]) == ("{}", "{}")
    assert world.row(world.lead)["Rating"] is None
    assert world.rows("SELECT Id FROM Task") == []
    (event,) = [e.event for e in world.audit.export()]
    assert (event.kind, event.actor, event.digest) == (AuditKind.REJECTION_NOTED, "sam", row["Digest__c"])


def test_an_answer_that_was_lost_leaves_one_row(world: World) -> None:
    order = rejected(world)
    world.fault("timeout_after_commit", match="composite", contains="Agent_Write__c/", delay=0)
    with pytest.raises(CrmError) as lost:
        world.writer.note_rejection(order)
    assert lost.value.code is ErrorCode.CRM_UNAVAILABLE
    assert world.writer.note_rejection(order.model_copy(update={"attempt": 2}))
    assert len(world.ledger()) == 1


@pytest.mark.parametrize("level", [Level.READ_ONLY, Level.DRAFT])
def test_below_the_level_that_writes_the_crm_hears_nothing(world: World, level: Level) -> None:
    order = rejected(world)
    world.policy = world.policy.model_copy(update={"levels": {Motion.INBOUND: level}})
    assert not world.writer.note_rejection(order)
    assert world.calls() == 0
    assert list(world.audit.export()) == []


def test_while_paused_it_waits(world: World) -> None:
    order = rejected(world)
    world.pause.set(None, True, by="kim", now=world.crm.clock.now)
    with pytest.raises(Paused):
        world.writer.note_rejection(order)
    assert world.calls() == 0


def test_an_approval_is_no_rejection(world: World) -> None:
    order = world.approved(world.rating())
    refused(world, order, RefusalReason.NOT_A_REJECTION)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"role": Role.VIEWER}, RefusalReason.ROLE_TOO_LOW),
        ({"purpose": Purpose.UNDO}, RefusalReason.WRONG_PURPOSE),
        ({"org_id": "other"}, RefusalReason.WRONG_ORG),
        ({"proposal_digest": "0" * 64}, RefusalReason.DIGEST_MISMATCH),
        ({"key_id": "policy-1"}, RefusalReason.WRONG_PURPOSE),
    ],
)
def test_a_forged_rejection_writes_no_row(world: World, said: dict[str, Any], reason: RefusalReason) -> None:
    order = signed_over(world, verdict=Verdict.REJECT, **said)
    refused(world, order, reason)


def test_a_rejection_that_did_not_end_its_round_writes_no_row(world: World) -> None:
    order = signed_over(world, verdict=Verdict.REJECT)
    refused(world, order, RefusalReason.ROUND_CLOSED)


def refused(world: World, order: WriteOrder, reason: RefusalReason) -> None:
    world.reset_calls()
    with pytest.raises(NotAuthorised) as caught:
        world.writer.note_rejection(order)
    assert caught.value.reason is reason
    assert world.calls() == 0
    assert world.ledger() == []
