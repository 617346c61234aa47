"""What is stored reaches its workflow: now, or when the engine is back."""

from approval_ui.app import create_app
from approval_ui.delivery import DeliveryState
from approval_ui.ports import Delivery
from approval_ui.site import build_site
from domain.audit import AuditEvent, AuditKind
from domain.cases import CaseOutcome
from domain.errors import RefusalReason
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import inquiry
from tests.approval_ui.world import World


async def test_signed_while_the_engine_is_away_and_delivered_when_it_is_back(world: World, door: Door) -> None:
    made = world.seed()
    world.engine.down = True
    browser = door.browser()
    answer = browser.decide(made)

    assert answer.status_code == 303
    page = browser.get(f"/reviews/{made.opening.case_id}/1").text
    assert "Already decided: Oriol Puig approved" in page
    assert "will be delivered" in page
    assert "1 signed decision waits" in page

    deliveries = build_site(world.deps).deliveries
    assert await deliveries.sweep() == 0
    world.engine.down = False
    assert await deliveries.sweep() == 1
    assert await deliveries.sweep() == 0
    assert [case_id for case_id, _, _ in world.engine.decisions] == [made.opening.case_id]
    assert "will be delivered" not in browser.get(f"/reviews/{made.opening.case_id}/1").text


async def test_inquiries_start_and_join_in_order(world: World) -> None:
    deps = world.deps
    world.engine.down = True
    taken = [
        deps.cases.take_in(
            inquiry(event, world.now),
            org_id=deps.config.org_id,
            motion=made.motion,
            playbook_digest="p",
            agent_version="v",
            now=world.now,
        )
        for event in ("first", "second")
        for made in (world.seed().opening,)
    ]
    deliveries = build_site(deps).deliveries
    assert await deliveries.sweep() == 0
    world.engine.down = False
    assert await deliveries.sweep() == len(taken)
    assert [number for _, number in world.engine.joined] == [t.inquiry_number for t in taken]


async def test_a_workflow_between_two_steps_is_asked_again(world: World, door: Door) -> None:
    made = world.seed()
    world.engine.answer = Delivery(accepted=False, reason=RefusalReason.NOT_WAITING.value)
    script = door.script()
    assert script.decide(made).json()["delivery"] == DeliveryState.LATER.value

    world.deps.cases.close(made.opening.case_id, CaseOutcome.CANCELLED, seen_inquiries=1, now=world.now)
    deliveries = build_site(world.deps).deliveries
    # The case is over: there is nobody left to tell.
    assert await deliveries.sweep() == 1
    assert world.deps.reviews.undelivered(10) == ()


def test_what_the_workflow_refuses_is_shown_and_not_repeated(world: World, door: Door) -> None:
    made = world.seed()
    world.engine.answer = Delivery(accepted=False, reason=RefusalReason.ROLE_TOO_LOW.value)
    browser = door.browser()
    target = browser.decide(made).headers["location"]
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    world.deps.audit.append(
        AuditEvent(
            key="refused",
            kind=AuditKind.DECISION_REFUSED,
            org_id=world.deps.config.org_id,
            case_id=made.opening.case_id,
            subject=decision.decision_id,
            code=RefusalReason.ROLE_TOO_LOW.value,
            at=world.now,
        )
    )
    assert "The workflow refused it: a manager must sign this" in browser.get(target).text
    assert world.deps.reviews.undelivered(10) == ()


def test_the_running_application_delivers_by_itself(world: World, door: Door) -> None:
    """The task in the application's lifespan sweeps at once when the process starts."""
    made = world.seed()
    world.engine.down = True
    door.browser().decide(made)
    world.engine.down = False

    told = world.engine.told
    with door.running(create_app(world.deps)):
        assert told.wait(timeout=20)
    assert [case_id for case_id, _, _ in world.engine.decisions] == [made.opening.case_id]
