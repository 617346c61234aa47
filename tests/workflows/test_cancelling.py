"""Ops cancel a case from Temporal Web: wherever it stands, its bookkeeping is done and nothing more goes out."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import CancelledError

from activities.messages import ApplyInput, MatchHead
from domain.cases import CaseOutcome
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.leads import MatchVerdict
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind
from tests.workflows.driving import Desk, RunningCase
from tests.workflows.script import Script, applied
from workflows.visibility import OUTCOME, STEP

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def ends_cancelled(case: RunningCase) -> None:
    with pytest.raises(WorkflowFailureError) as failed:
        await case.result()
    assert isinstance(failed.value.cause, CancelledError)
    assert case.script.names().count("cancel") == 1


async def test_while_a_step_runs(desk: Desk, script: Script) -> None:
    script.hold("fetch")
    case = await desk.open(script)
    await script.until_called("fetch")
    await case.handle.cancel()
    await script.until_called("cancel")
    script.release("fetch")
    await ends_cancelled(case)
    assert "enrich" not in script.names()


async def test_while_waiting_for_a_person(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.handle.cancel()
    await ends_cancelled(case)
    assert script.names()[-2:] == ["propose", "cancel"]


async def test_while_the_crm_is_being_written(desk: Desk, script: Script) -> None:
    """The write reports what it did, and is the last thing that leaves the house."""
    script.has_mail = True
    script.hold("apply_changes")
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("apply_changes")
    await case.handle.cancel()
    await case.until_cancelling()
    script.release("apply_changes")
    await ends_cancelled(case)
    assert "send_mail" not in script.names()
    assert script.names()[-3:] == ["apply_changes", "cancel", "stop_mail"]


async def test_during_the_undo_window(desk: Desk, script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    # The timer of the wait, and then the one of the undo window.
    await case.until_event(EventType.EVENT_TYPE_TIMER_STARTED, times=2)
    await case.handle.cancel()
    await ends_cancelled(case)
    assert "send_mail" not in script.names()
    assert script.names().count("apply_changes") == 1
    # So that no page says that it still waits.
    assert script.names()[-2:] == ["cancel", "stop_mail"]


async def test_between_two_attempts_of_a_write_whose_answer_was_lost(real_desk: Desk, script: Script) -> None:
    """It may stand in the CRM: the case closes at once, and its receipt is looked for as long as it takes.

    On the real server: the one that skips time never gets to the second attempt of a held step.
    """
    script.has_mail = True
    script.fail("apply_changes", ErrorCode.CRM_UNAVAILABLE, times=50)
    script.fail("find_commit", ErrorCode.CRM_UNAVAILABLE)
    script.committed = frozenset({Phase.CRM})
    case = await real_desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("apply_changes", 2)
    await case.handle.cancel()
    await ends_cancelled(case)
    decided = script.orders("apply_changes", ApplyInput)[0]
    filed = await real_desk.filed(decided)
    assert filed.receipt_id
    (asked, again) = script.orders("find_commit", ApplyInput)
    assert asked == again == decided


async def test_while_an_unreachable_mail_server_is_waited_for(real_desk: Desk, script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    script.undo_window_seconds = 0
    script.fail("send_mail", ErrorCode.MAIL_UNAVAILABLE, times=50)
    case = await real_desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("send_mail", 2)
    await case.handle.cancel()
    await ends_cancelled(case)
    assert script.names()[-2:] == ["cancel", "stop_mail"]
    assert script.names().count("apply_changes") == 1


async def test_ops_see_how_it_ended(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    await case.handle.cancel()
    await ends_cancelled(case)
    found = (await case.handle.describe()).typed_search_attributes
    assert (found[STEP], found[OUTCOME]) == ("closed", "cancelled_by_ops")


async def test_while_the_mail_is_being_sent(desk: Desk, script: Script) -> None:
    """Too late: sent is sent, so the fields that claim contact are written, and the case ends as what it is."""
    script.has_mail = script.has_after_mail = True
    script.undo_window_seconds = 0
    script.hold("send_mail")
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("send_mail")
    await case.handle.cancel()
    await case.until_cancelling()
    script.release("send_mail")
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, MailState.ACCEPTED)
    assert script.names()[-3:] == ["send_mail", "apply_changes", "close"]


async def test_while_a_write_meets_a_conflict(desk: Desk, script: Script) -> None:
    """Nobody is asked again about a case that ops have cancelled."""
    script.crm.usual = applied(WriteOutcomeKind.CONFLICT)
    script.hold("apply_changes")
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("apply_changes")
    await case.handle.cancel()
    await case.until_cancelling()
    script.release("apply_changes")
    await ends_cancelled(case)
    assert script.names().count("propose") == 1


async def test_while_the_lead_is_being_created(desk: Desk, script: Script) -> None:
    script.match.usual = MatchHead(verdict=MatchVerdict.NONE)
    script.hold("apply_changes")
    case = await desk.open(script)
    await script.until_called("apply_changes")
    await case.handle.cancel()
    await case.until_cancelling()
    script.release("apply_changes")
    await ends_cancelled(case)
    assert "fetch" not in script.names()


async def test_while_the_case_is_being_closed(desk: Desk, script: Script) -> None:
    script.hold("close")
    case = await desk.open(script)
    await case.decide(Verdict.REJECT)
    await script.until_called("close")
    await case.handle.cancel()
    await script.until_called("cancel")
    script.release("close")
    await ends_cancelled(case)


async def test_while_an_exception_is_being_opened(desk: Desk, script: Script) -> None:
    script.hold("open_exception")
    script.fail("fetch", ErrorCode.CRM_FORBIDDEN)
    case = await desk.open(script)
    await script.until_called("open_exception")
    await case.handle.cancel()
    await script.until_called("cancel")
    script.release("open_exception")
    await ends_cancelled(case)


async def test_twice(desk: Desk, script: Script) -> None:
    """The second cancel does not cut the bookkeeping of the first."""
    script.hold("cancel")
    case = await desk.open(script)
    await case.until_waiting()
    await case.handle.cancel()
    await script.until_called("cancel")
    await case.handle.cancel()
    script.release("cancel")
    await ends_cancelled(case)
    assert script.names()[-1] == "cancel"


async def test_while_a_decision_is_being_verified(desk: Desk, script: Script) -> None:
    """Whoever decided still gets an answer."""
    script.hold("verify_decision")
    case = await desk.open(script)
    await case.until_waiting()
    await case.signal(case.store(Verdict.APPROVE))
    await script.until_called("verify_decision")
    await case.handle.cancel()
    await script.until_called("cancel")
    script.release("verify_decision")
    await ends_cancelled(case)
    assert "apply_changes" not in script.names()
