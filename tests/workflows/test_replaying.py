"""The main paths on a worker that caches nothing: every workflow task replays the history from its start."""

from datetime import timedelta

import pytest

from activities.messages import MatchHead
from domain.cases import CaseOutcome
from domain.decisions import Verdict
from domain.leads import MatchVerdict
from domain.receipts import MailState, WriteOutcomeKind
from tests.workflows.driving import Desk
from tests.workflows.script import Script, applied
from workflows.messages import DecisionRef

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_new_lead_with_mail(forgetful_desk: Desk, script: Script) -> None:
    script.match.usual = MatchHead(verdict=MatchVerdict.NONE)
    script.has_mail = script.has_after_mail = True
    case = await forgetful_desk.open(script)
    await case.decide(Verdict.APPROVE_EDITED)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, MailState.ACCEPTED)
    assert len(ended.receipts) == 3


async def test_refused_then_redrafted_then_in_conflict_then_joined(forgetful_desk: Desk, script: Script) -> None:
    script.crm.first(applied(WriteOutcomeKind.CONFLICT))
    case = await forgetful_desk.open(script)
    await case.until_waiting()
    await case.deliver(DecisionRef(decision_id="invented", round=1))
    await case.decide(Verdict.RESPOND)
    await case.decide(Verdict.APPROVE, round=2)
    await case.until_waiting(3)
    await case.join(2)
    await case.decide(Verdict.APPROVE, round=4)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 4)


async def test_reminded_then_rejected_by_signal(forgetful_desk: Desk, script: Script) -> None:
    case = await forgetful_desk.open(script)
    await case.until_waiting()
    await forgetful_desk.skip(timedelta(hours=25))
    await script.until_called("escalate")
    await case.signal(case.store(Verdict.REJECT))
    assert (await case.result()).outcome is CaseOutcome.REJECTED


async def test_expired(forgetful_desk: Desk, script: Script) -> None:
    case = await forgetful_desk.open(script)
    assert (await case.result()).outcome is CaseOutcome.EXPIRED


async def test_mail_stopped(forgetful_desk: Desk, script: Script) -> None:
    script.has_mail = True
    case = await forgetful_desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("apply_changes")
    await case.stop_mail()
    assert (await case.result()).mail is MailState.STOPPED
