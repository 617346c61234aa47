"""Cases whose workflow is gone: started, closed, or handed to a person who says whether they are finished."""

from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from activities.messages import (
    CloseInput,
    MailInput,
    ProposeInput,
    StraysHead,
)
from domain.cases import Act, CaseOutcome, ExceptionCode
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.leads import Motion
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind
from domain.strays import Remedy
from tests.workflows.driving import ORG, Desk, RunningCase
from tests.workflows.script import Script, applied
from tests.workflows.strays import approved, stray
from workflows.inbound import InboundLead
from workflows.messages import ReconcileResult, recovery_workflow_id, workflow_id
from workflows.review import DOCUMENTS_MISSING

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def described(desk: Desk, name: str) -> Any:
    return await desk.env.client.get_workflow_handle(name).describe()


async def test_one_that_was_never_started_is_started(desk: Desk, script: Script) -> None:
    desk.activities.play(script)
    found = StraysHead(looked_at=2, strays=(stray(script, Remedy.RESTART),))
    assert await desk.reconcile("restarting", found) == ReconcileResult(looked_at=2, restarted=1)
    handle = desk.env.client.get_workflow_handle_for(InboundLead.run, workflow_id(Motion.INBOUND, ORG, script.case_id))
    # An activity that is cut off would keep this engine from ever skipping time again.
    await RunningCase(script, handle).until_waiting()
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await handle.terminate("end of test")


async def test_one_that_ops_stopped_before_anything_was_approved_closes(desk: Desk, script: Script) -> None:
    desk.activities.play(script)
    result = await desk.reconcile("closing", StraysHead(looked_at=1, strays=(stray(script, Remedy.CLOSE),)))
    assert (result.closed, script.names()) == (1, ["cancel"])


async def test_one_with_writes_goes_to_a_recovery_once(real_desk: Desk, script: Script) -> None:
    """On the real server: the one that skips time stands still for good once a child could not be started."""
    script.survey.usual = approved(written=True)
    real_desk.activities.play(script)
    page = StraysHead(looked_at=1, strays=(stray(script, Remedy.RECOVER),))
    first = await real_desk.reconcile("recovering", page)
    await script.until_called("open_exception")
    second = await real_desk.reconcile("recovering", page)
    assert (first.recovering, second.recovering) == (1, 0)
    name = recovery_workflow_id(ORG, script.case_id)
    handle: Any = real_desk.env.client.get_workflow_handle(name)
    await RunningCase(script, handle).until_event(EventType.EVENT_TYPE_TIMER_STARTED)
    assert (await described(real_desk, name)).status is WorkflowExecutionStatus.RUNNING
    await handle.terminate("end of test")


async def test_pages_are_looked_at_to_the_last(desk: Desk, script: Script) -> None:
    pages = (StraysHead(looked_at=200, next_after="c2"), StraysHead(looked_at=3))
    assert (await desk.reconcile("pages", *pages)).looked_at == 203


async def test_a_round_whose_documents_are_gone_is_made_anew(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    result = await desk.reconcile("redoing", StraysHead(looked_at=1, strays=(stray(script, Remedy.REDO_ROUND),)))
    assert result.redone == 1
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    again = script.orders("propose", ProposeInput)[1]
    assert (again.reopened_because, again.keeps_ladder_of_round) == (DOCUMENTS_MISSING, 1)


async def resolve(case: RunningCase, act: Act) -> None:
    """Answered in the store; the recovery asks it before it gives up waiting."""
    await case.until_event(EventType.EVENT_TYPE_TIMER_STARTED)
    case.resolve_in_store(act)


async def test_what_was_approved_is_finished_under_its_own_signature(desk: Desk, script: Script) -> None:
    script.survey.usual = approved(mail=True)
    case = await desk.recover(script)
    await resolve(case, Act.RETRY)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.WRITTEN
    about = ("open_exception", "remind_of_exception", "end_exception", "take_resolution")
    names = [n for n in script.names() if n not in about]
    assert names == [
        "survey_case",
        "find_commit",
        "find_commit",
        "apply_changes",
        "send_mail",
        "apply_changes",
        "close",
    ]
    (mail,) = script.orders("send_mail", MailInput)
    assert (mail.decision_id, mail.message_id) == ("d9", "<d9@seller.example>")


async def test_nothing_is_written_or_sent_until_somebody_answers(desk: Desk, script: Script) -> None:
    script.survey.usual = approved(mail=True)
    case = await desk.recover(script)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.CANCELLED
    assert {"apply_changes", "send_mail"} & set(script.names()) == set()
    assert "stop_mail" in script.names()


async def test_a_write_that_nobody_filed_is_found_and_the_case_says_so(desk: Desk, script: Script) -> None:
    script.survey.usual = approved()
    script.committed = frozenset({Phase.CRM})
    case = await desk.recover(script)
    await resolve(case, Act.CLOSE)
    ended = await case.result()
    assert (ended.outcome, ended.receipts) == (CaseOutcome.PARTLY_WRITTEN, ("r-d9-crm",))
    assert "apply_changes" not in script.names()


async def test_a_case_whose_signed_words_were_erased_is_asked_about_all_the_same(desk: Desk, script: Script) -> None:
    script.survey.usual = approved(written=True)
    script.fail("find_commit", ErrorCode.DOCUMENT_MISSING)
    case = await desk.recover(script)
    await resolve(case, Act.CLOSE)
    ended = await case.result()
    assert (ended.outcome, ended.receipts) == (CaseOutcome.PARTLY_WRITTEN, ())
    assert [q.order.code for q in script.questions.asked] == [ExceptionCode.WRITE_UNFINISHED]


@pytest.mark.parametrize("written", [True, False])
async def test_an_erased_case_about_which_nobody_can_be_asked_closes_as_it_is(
    desk: Desk, script: Script, written: bool
) -> None:
    script.survey.usual = approved(written=written)
    for step in ("find_commit", "open_exception"):
        script.fail(step, ErrorCode.DOCUMENT_MISSING)
    case = await desk.recover(script)
    ended = await case.result()
    assert ended.outcome is (CaseOutcome.PARTLY_WRITTEN if written else CaseOutcome.CANCELLED)
    assert "apply_changes" not in script.names()


async def test_a_mail_that_an_attempt_took_along_is_not_left_as_being_sent(desk: Desk, script: Script) -> None:
    """The step that stops it calls that one unknown: nobody looks at it again."""
    script.survey.usual = approved(mail=True, state=MailState.SENDING, written=True)
    case = await desk.recover(script)
    await resolve(case, Act.CLOSE)
    assert (await case.result()).outcome is CaseOutcome.PARTLY_WRITTEN
    assert script.names().count("stop_mail") == 1


@pytest.mark.parametrize("state", [MailState.ACCEPTED, MailState.UNKNOWN, MailState.REFUSED])
async def test_a_mail_that_has_ended_is_not_touched(desk: Desk, script: Script, state: MailState) -> None:
    script.survey.usual = approved(mail=True, state=state, written=True)
    case = await desk.recover(script)
    await resolve(case, Act.CLOSE)
    assert (await case.result()).outcome is CaseOutcome.PARTLY_WRITTEN
    assert "stop_mail" not in script.names()


async def test_what_no_longer_fits_is_left_as_it_is(desk: Desk, script: Script) -> None:
    script.survey.usual = approved(written=True)
    script.crm.usual = applied(WriteOutcomeKind.CONFLICT)
    case = await desk.recover(script)
    await resolve(case, Act.RETRY)
    assert (await case.result()).outcome is CaseOutcome.PARTLY_WRITTEN


async def test_what_may_no_longer_be_written_is_left_as_it_is(desk: Desk, script: Script) -> None:
    script.survey.usual = approved()
    script.fail("apply_changes", ErrorCode.NOT_AUTHORISED)
    case = await desk.recover(script)
    await resolve(case, Act.RETRY)
    assert (await case.result()).outcome is CaseOutcome.CANCELLED


async def test_where_nothing_approved_is_left_a_person_hears_of_it(desk: Desk, script: Script) -> None:
    script.survey.usual = script.survey.usual.model_copy(update={"written": True})
    case = await desk.recover(script)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.PARTLY_WRITTEN
    assert "find_commit" not in script.names()
    assert [q.order.code for q in script.questions.asked] == [ExceptionCode.BROKEN_OFF]


async def test_an_inquiry_that_joined_meanwhile_does_not_keep_it_open(desk: Desk, script: Script) -> None:
    script.inquiries = 3
    case = await desk.recover(script)
    await case.result()
    assert [o.seen_inquiries for o in script.orders("close", CloseInput)] == [1, 3]
