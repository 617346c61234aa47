"""Everything that can go wrong on the way, in any order: each approved change is in the CRM exactly once."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import CrmError
from domain.receipts import WriteReceipt
from tests.gateways.crm.world import START, World

FAULTS = ("503", "500", "429", "limit", "lock", "session", "timeout_after_commit", "drop_before_commit", "")
ATTEMPTS = 12


def until_written(world: World, order_number: int, faults: list[str]) -> WriteReceipt:
    """Try as Temporal would, a fault before each attempt while there are any."""
    order = world.approved(
        world.task(subject=f"Task {order_number}"), world.note(subject=f"Note {order_number}"), round=order_number
    )
    for attempt in range(1, ATTEMPTS):
        if faults:
            kind = faults.pop()
            if kind:
                # The write itself, or whatever is asked before it.
                world.fault(kind, match="composite", after=attempt % 2, delay=0)
        try:
            outcome = world.writer.apply(order.model_copy(update={"attempt": attempt}))
        except CrmError:
            world.crm.clock.forward(5)
            continue
        finally:
            world.crm.control("DELETE", "faults")
        assert outcome.receipt is not None, outcome
        return outcome.receipt
    raise AssertionError("never written")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.lists(st.lists(st.sampled_from(FAULTS), max_size=5), min_size=1, max_size=3))
def test_whatever_fails_each_change_is_there_once(world: World, faults: list[list[str]]) -> None:
    first = len(world.ledger()) + 1
    receipts = [until_written(world, first + number, list(some)) for number, some in enumerate(faults)]
    world.crm.clock.forward(60)
    ledger = {row["External_Key__c"] for row in world.ledger()}
    assert {receipt.id for receipt in receipts} <= ledger
    assert len(ledger) == first - 1 + len(receipts)
    subjects = [row["Subject"] for row in world.rows("SELECT Subject FROM Task")]
    assert len(subjects) == len(set(subjects)) == 2 * len(ledger)
    created = [image.record.id for receipt in receipts for image in receipt.records]
    assert len(created) == len(set(created)) == 2 * len(receipts)
    assert world.crm.clock.now > START
