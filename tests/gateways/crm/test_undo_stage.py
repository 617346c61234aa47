"""Taking a stage back: what the CRM set along with it belongs to it."""

from typing import Any

import pytest

from domain.errors import CrmError
from domain.permissions import Role
from domain.proposals import FieldChange, StageChange, UpdateFields
from domain.receipts import UndoOutcome, WriteOutcomeKind, WriteReceipt
from domain.undoing import UndoReason
from gateways.crm.atomic import AtomicWrite, Committed, CrmSaysNo
from gateways.crm.plan import Plan
from tests.gateways.crm.world import World

BY_HAND = {"StageName": "Prospecting", "Probability": 55.0, "ForecastCategoryName": "Commit"}
BY_STAGE = {"StageName": "Qualification", "Probability": 20.0, "ForecastCategoryName": "Pipeline"}


@pytest.fixture
def deal(world: World) -> str:
    """A deal of which a person thinks more than its stage says."""
    _, deal = world.deal()
    world.edit(deal, object_name="Opportunity", by=world.tom, Probability=55, ForecastCategoryName="Commit")
    world.crm.clock.forward(60)
    return deal


def found(world: World, deal: str) -> dict[str, Any]:
    row = world.row(deal, "Opportunity")
    return {name: row[name] for name in BY_HAND}


def stage(world: World, deal: str) -> StageChange:
    """One stage on, over what stands beside it now."""
    now = found(world, deal)
    action, _ = world.stage(deal, "")
    return StageChange.model_validate({**dict(action), "before_along": {k: now[k] for k in now if k != "StageName"}})


def moved(world: World, deal: str) -> WriteReceipt:
    """The stage goes one on, as approved, a minute ago."""
    outcome = world.writer.apply(world.approved(stage(world, deal), role=Role.MANAGER))
    assert outcome.receipt is not None, outcome
    assert found(world, deal) == BY_STAGE
    world.crm.clock.forward(60)
    return outcome.receipt


def undone(world: World, receipt: WriteReceipt) -> UndoOutcome:
    outcome = world.writer.undo(world.undo_order(receipt))
    world.crm.clock.forward(60)
    return outcome


def reasons(outcome: UndoOutcome) -> dict[str, str]:
    return {refusal.field: refusal.reason for refusal in outcome.refusals}


def test_what_a_person_had_put_beside_the_stage_comes_back_with_it(world: World, deal: str) -> None:
    receipt = moved(world, deal)
    assert receipt.side_effects == ()
    assert "set Probability back to 55.0" in world.ledger()[0]["How_To_Reverse__c"]
    first = undone(world, receipt)
    assert (first.refusals, found(world, deal)) == ((), BY_HAND)
    assert first.receipt is not None
    second = undone(world, first.receipt)
    assert (second.refusals, found(world, deal)) == ((), BY_STAGE)


def test_also_where_the_stage_happened_to_bring_the_same(world: World, deal: str) -> None:
    """Sent or not makes the difference: unsent, the CRM would set the old stage's own."""
    alike: dict[str, Any] = {"Probability": 20.0, "ForecastCategoryName": "Pipeline"}
    world.edit(deal, object_name="Opportunity", by=world.tom, **alike)
    world.crm.clock.forward(60)
    outcome = undone(world, moved(world, deal))
    assert (outcome.refusals, found(world, deal)) == ((), {**BY_HAND, **alike})


@pytest.mark.parametrize(
    ("since", "changed"),
    [({"Probability": 90}, {"Probability"}), ({"StageName": "Needs Analysis", "Probability": 20}, {"StageName"})],
)
def test_where_somebody_changed_one_of_them_all_stay(
    world: World, deal: str, since: dict[str, Any], changed: set[str]
) -> None:
    receipt = moved(world, deal)
    world.edit(deal, object_name="Opportunity", by=world.tom, **since)
    world.crm.clock.forward(60)
    now = found(world, deal)
    outcome = undone(world, receipt)
    assert found(world, deal) == now
    assert reasons(outcome) == {
        name: UndoReason.CHANGED_SINCE if name in changed else UndoReason.ONLY_TOGETHER for name in BY_HAND
    }


@pytest.mark.parametrize(("refused", "stays"), [("Probability", {"Probability"}), ("StageName", set(BY_HAND))])
def test_where_the_crm_refuses_one_of_them(
    world: World, deal: str, monkeypatch: pytest.MonkeyPatch, refused: str, stays: set[str]
) -> None:
    """A probability may stay behind, to whatever its stage brings. It never goes ahead of its stage."""
    receipt = moved(world, deal)
    run = AtomicWrite.run

    def ruled(self: AtomicWrite, plan: Plan, *more: Any) -> Committed:
        for change in plan.changes:
            if refused in change.values:
                raise CrmSaysNo("a validation rule", (refused,), change.record)
        return run(self, plan, *more)

    monkeypatch.setattr(AtomicWrite, "run", ruled)
    outcome = undone(world, receipt)
    assert reasons(outcome) == dict.fromkeys(stays, UndoReason.REFUSED_BY_CRM)
    left = {"Probability": 10.0} if refused == "Probability" else BY_STAGE
    assert found(world, deal) == {**BY_HAND, **left}


def test_after_a_lost_answer_it_comes_back_the_same(world: World, deal: str) -> None:
    order = world.approved(stage(world, deal), role=Role.MANAGER)
    world.fault("timeout_after_commit", match="composite", contains="How_To_Reverse__c", delay=0)
    with pytest.raises(CrmError):
        world.writer.apply(order)
    world.crm.clock.forward(60)
    receipt = world.writer.apply(order.model_copy(update={"attempt": 2})).receipt
    assert receipt is not None
    assert receipt.replayed
    outcome = undone(world, receipt)
    assert (outcome.refusals, found(world, deal)) == ((), BY_HAND)


def test_a_proposal_that_does_not_say_what_stood_there_names_what_is_lost(world: World, deal: str) -> None:
    blind, _ = world.stage(deal, "")
    receipt = world.writer.apply(world.approved(blind, role=Role.MANAGER)).receipt
    assert receipt is not None
    world.crm.clock.forward(60)
    outcome = undone(world, receipt)
    assert {(e.field, e.sent) for e in outcome.side_effects_left} == {
        (name, value) for name, value in BY_HAND.items() if name != "StageName"
    }
    assert found(world, deal) == {**BY_STAGE, "StageName": "Prospecting", "Probability": 10.0}


def test_what_somebody_changes_beside_the_stage_while_it_waits_is_a_conflict(world: World, deal: str) -> None:
    order = world.approved(stage(world, deal), role=Role.MANAGER)
    world.edit(deal, object_name="Opportunity", by=world.tom, Probability=70)
    world.crm.clock.forward(60)
    outcome = world.writer.apply(order)
    assert outcome.kind is WriteOutcomeKind.CONFLICT
    assert [(m.field, m.expected, m.found) for m in outcome.moved] == [("Probability", 55.0, 70.0)]


def test_an_opt_out_that_a_write_set_stays(world: World) -> None:
    allowed = {**world.policy.allowed_fields, "Lead": world.policy.allowed_fields["Lead"] | {"HasOptedOutOfEmail"}}
    world.policy = world.policy.model_copy(update={"allowed_fields": allowed})
    opted_out = FieldChange(field="HasOptedOutOfEmail", before=False, after=True)
    action = UpdateFields(key="opted_out", record=world.lead_ref, changes=(opted_out,))
    receipt = world.writer.apply(world.approved(action, world.rating())).receipt
    assert receipt is not None
    world.crm.clock.forward(60)
    outcome = undone(world, receipt)
    lead = world.row(world.lead)
    assert (lead["HasOptedOutOfEmail"], lead["Rating"]) == (True, None)
    assert reasons(outcome) == {"HasOptedOutOfEmail": UndoReason.OPT_OUT_STAYS}
