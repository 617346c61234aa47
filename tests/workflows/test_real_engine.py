"""What only the real server shows: what it keeps in history, and what ops see."""

import pytest
from temporalio.api.enums.v1 import EventType

from domain.cases import CaseOutcome
from domain.decisions import Verdict
from domain.errors import RefusalReason
from tests.workflows.driving import Desk
from tests.workflows.script import Script
from workflows.inbound import InboundLead
from workflows.messages import DecisionRef
from workflows.visibility import BAND, OUTCOME, RISK, STEP

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.server]


async def test_what_the_validator_refuses_leaves_no_event(real_desk: Desk, script: Script) -> None:
    case = await real_desk.open(script)
    await case.until_waiting()
    before = [event.event_id for event in await case.history()]
    assert await case.refused(DecisionRef(decision_id="", round=1)) == RefusalReason.UNKNOWN_DECISION
    for round in (0, 2, 7):
        assert await case.refused(DecisionRef(decision_id="d", round=round)) == RefusalReason.NOT_WAITING
    assert [event.event_id for event in await case.history()] == before
    await case.decide(Verdict.REJECT)
    assert (await case.result()).outcome is CaseOutcome.REJECTED


async def test_an_update_sent_again_under_its_id_is_answered_from_the_first(real_desk: Desk, script: Script) -> None:
    """The page does not know whether its first attempt arrived, so it repeats it under the decision's id."""
    script.hold("apply_changes")
    case = await real_desk.open(script)
    await case.until_waiting()
    ref = case.store(Verdict.APPROVE)
    first = await case.handle.execute_update(InboundLead.decide, ref, id=ref.decision_id)
    again = await case.handle.execute_update(InboundLead.decide, ref, id=ref.decision_id)
    script.release("apply_changes")
    assert first == again
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert script.names().count("verify_decision") == 1
    assert await case.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) == 1


async def test_ops_find_a_case_by_its_search_attributes(real_desk: Desk, script: Script) -> None:
    case = await real_desk.open(script)
    await case.decide(Verdict.REJECT)
    await case.result()
    found = (await case.handle.describe()).typed_search_attributes
    assert [found[key] for key in (STEP, RISK, BAND, OUTCOME)] == ["closed", "medium", "B", "rejected"]
