"""Every kind of action: what it does to the CRM, how the ledger says to reverse it, and what its undo puts back."""

import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from domain.leads import RecordRef
from domain.permissions import Role
from domain.proposals import (
    Action,
    CreateLead,
    DeleteCreated,
    Disqualify,
    MergeRequest,
    NoInverse,
    RemoveCreated,
    RestoreFields,
    StageChange,
    inverse_of,
)
from domain.receipts import WriteOutcomeKind
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import World

PROPOSED = tuple(k for k in typing.get_args(typing.get_args(Action)[0]) if k is not DeleteCreated)
"""Every member of the union that somebody may propose."""


@dataclass(frozen=True)
class Kind:
    """`make` proposes it, `seen` is what the CRM shows of it: None before it and after its undo."""

    make: Callable[[World], Action]
    seen: Callable[[World], Any]
    reverse: str
    role: Role = Role.REVIEWER
    knows_lead: bool = True


def field(name: str) -> Callable[[World], Any]:
    return lambda world: world.row(world.lead)[name]


def tasks(world: World) -> list[tuple[str, str]]:
    return [(t["Subject"], t["Status"]) for t in world.rows("SELECT Subject, Status FROM Task ORDER BY Subject")]


def deal(world: World) -> RecordRef:
    found = world.rows("SELECT Id FROM Opportunity")
    if found:
        return RecordRef(object="Opportunity", id=found[0]["Id"])
    fields = {"Name": "Engines", "StageName": "Prospecting", "CloseDate": "2026-06-30"}
    made = RecordRef(object="Opportunity", id=world.add("Opportunity", **fields))
    world.crm.clock.forward(60)
    return made


def stage(world: World) -> StageChange:
    return StageChange(key="stage", record=deal(world), before_stage="Prospecting", after_stage="Qualification")


def merge(world: World) -> MergeRequest:
    twin = world.add("Lead", LastName="Byron", Company="Analytical Engines")
    return MergeRequest(
        key="merge",
        survivor=world.lead_ref,
        duplicate=RecordRef(object="Lead", id=twin),
        owner_id=world.ines,
        subject="Merge two leads",
    )


def disqualified(world: World) -> Disqualify:
    return Disqualify(
        key="closed",
        record=world.lead_ref,
        before_status="Open - Not Contacted",
        after_status="Closed - Not Converted",
        reason_code="spam",
    )


KINDS = {
    "create_lead": Kind(
        lambda w: CreateLead(key="lead", fields={"LastName": "Hopper", "Company": "Cobol Ltd"}, owner_id=w.queue),
        lambda w: w.rows("SELECT Company FROM Lead WHERE LastName = 'Hopper'"),
        "Lead with Agent_Write_Key__c",
        knows_lead=False,
    ),
    "update_fields": Kind(lambda w: w.rating(), field("Rating"), "set Rating back to null"),
    "assign_owner": Kind(lambda w: w.assign(), field("OwnerId"), "set OwnerId back to"),
    "create_task": Kind(lambda w: w.task(), tasks, "Task with Agent_Write_Key__c"),
    "add_note": Kind(lambda w: w.note(), tasks, "Task with Agent_Write_Key__c"),
    "disqualify": Kind(disqualified, field("Status"), 'set Status back to "Open - Not Contacted"', role=Role.MANAGER),
    "stage_change": Kind(
        stage,
        lambda w: [r["StageName"] for r in w.rows(f"SELECT StageName FROM Opportunity WHERE Id = '{deal(w).id}'")],
        'set StageName back to "Prospecting"',
        role=Role.MANAGER,
    ),
    "merge_request": Kind(merge, tasks, "Task with Agent_Write_Key__c"),
}


def test_each_proposable_kind_is_here_and_has_an_inverse_or_says_why_not(world: World) -> None:
    kinds = {k.model_fields["kind"].default for k in PROPOSED}
    # A task that is closed has to be made first: see the tests of exception tasks.
    assert kinds == KINDS.keys() | {"send_email", "close_task"}
    for name, kind in KINDS.items():
        assert isinstance(inverse_of(kind.make(world)), RestoreFields | RemoveCreated), name
    mail = inverse_of(world.mail())
    assert isinstance(mail, NoInverse)
    assert "cannot be called back" in mail.reason


@pytest.mark.parametrize("name", KINDS)
def test_written_ledgered_undone_and_that_undone(world: World, name: str) -> None:
    kind = KINDS[name]
    world.policy = world.policy.model_copy(
        update={"allowed_fields": {**world.policy.allowed_fields, "Opportunity": frozenset({"StageName"})}}
    )
    action = kind.make(world)
    world.crm.clock.forward(5)
    before = kind.seen(world)
    receipt = written(world.writer.apply(world.approved(action, role=kind.role, knows_lead=kind.knows_lead)))
    after = kind.seen(world)
    assert after != before
    (row,) = world.ledger()
    assert kind.reverse in row["How_To_Reverse__c"]
    assert (row["Kind__c"], row["Digest__c"], row["Approver__c"]) == ("write", receipt.digest, "sam")
    world.crm.clock.forward(60)

    outcome = world.writer.undo(world.undo_order(receipt))
    assert (outcome.refusals, kind.seen(world)) == ((), before)
    assert [r["Kind__c"] for r in world.ledger()] == ["write", "undo"]
    undone = outcome.receipt
    assert undone is not None
    world.crm.clock.forward(60)
    if any(image.deleted for image in undone.records):
        # The recycle bin is the CRM's own; what lies there is restored there.
        assert "restore it from the recycle bin" in world.ledger()[-1]["How_To_Reverse__c"]
    else:
        world.writer.undo(world.undo_order(undone))
        assert kind.seen(world) == after


@pytest.mark.parametrize("which", ["survivor", "duplicate"])
@pytest.mark.parametrize("how", ["deleted", "merged"])
def test_a_merge_that_somebody_made_or_that_lost_a_record_is_not_asked_for(world: World, which: str, how: str) -> None:
    action = merge(world)
    world.crm.clock.forward(5)
    order = world.approved(action)
    gone, other = (action.survivor, action.duplicate) if which == "survivor" else (action.duplicate, action.survivor)
    if how == "merged":
        world.crm.control("POST", f"Lead/{gone.id}/merge_into/{other.id}", {"user_id": world.tom})
    else:
        world.crm.client().Lead.delete(gone.id)
    outcome = world.writer.apply(order)
    expected = WriteOutcomeKind.MERGED if how == "merged" else WriteOutcomeKind.DELETED
    assert (outcome.kind, outcome.survivor_id) == (expected, other.id if how == "merged" else "")
    assert tasks(world) == []


def test_two_accounts_of_which_one_is_gone_are_not_asked_to_be_merged(world: World) -> None:
    accounts = [RecordRef(object="Account", id=world.add("Account", Name=f"Engines {n}")) for n in range(2)]
    action = MergeRequest(
        key="merge", survivor=accounts[0], duplicate=accounts[1], owner_id=world.ines, subject="Merge two accounts"
    )
    world.crm.clock.forward(5)
    order = world.approved(action)
    world.crm.client().Account.delete(accounts[1].id)
    outcome = world.writer.apply(order)
    assert outcome.kind is WriteOutcomeKind.CONFLICT
    assert [(m.record, m.field) for m in outcome.moved] == [(accounts[1], "IsDeleted")]


@pytest.mark.parametrize(("how", "moved"), [("moved", "StageName"), ("deleted", "IsDeleted")])
def test_a_deal_that_moved_or_went_while_its_stage_waited(world: World, how: str, moved: str) -> None:
    world.policy = world.policy.model_copy(
        update={"allowed_fields": {**world.policy.allowed_fields, "Opportunity": frozenset({"StageName"})}}
    )
    action = stage(world)
    order = world.approved(action, role=Role.MANAGER)
    if how == "moved":
        world.edit(action.record.id, object_name="Opportunity", by=world.tom, StageName="Closed Lost")
    else:
        world.crm.client().Opportunity.delete(action.record.id)
    outcome = world.writer.apply(order)
    assert outcome.kind is WriteOutcomeKind.CONFLICT
    assert [m.field for m in outcome.moved] == [moved]
    assert world.ledger() == []
