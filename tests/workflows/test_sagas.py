"""The steps of a writeback and what breaks them; docs/sagas.md is the table that these and others fill."""

from datetime import timedelta

import pytest

from activities.messages import MailInput
from domain.cases import Act, CaseOutcome, ExceptionCode
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.receipts import MailState, WriteOutcomeKind
from tests.workflows.driving import Desk
from tests.workflows.script import Script, applied

pytestmark = pytest.mark.asyncio(loop_scope="session")

A_DAY_OF_TRIES = 1450
"""One a minute after the first few."""

STEPS = [("apply_changes", 0), ("send_mail", 0), ("apply_changes", 1)]
"""The steps in their order; the second `apply_changes` is the claim."""


def fails_at(script: Script, step: str, nth: int, code: ErrorCode, times: int) -> None:
    """Let the nth call of a step, and its retries, fail that often."""
    script.has_mail = script.has_after_mail = True
    if nth == 0:
        script.fail(step, code, times=times)
    else:
        script.before["send_mail"] = lambda: script.fail(step, code, times=times)


@pytest.mark.parametrize(("step", "nth"), STEPS, ids=["crm", "mail", "claim"])
async def test_a_day_without_an_answer_ends_in_the_write(desk: Desk, script: Script, step: str, nth: int) -> None:
    away = ErrorCode.MAIL_UNAVAILABLE if step == "send_mail" else ErrorCode.CRM_UNAVAILABLE
    fails_at(script, step, nth, away, A_DAY_OF_TRIES)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, MailState.ACCEPTED)
    assert len(ended.receipts) == 2
    tries = [c.at for c in script.calls if c.name == step]
    assert tries[-1] - tries[0] >= timedelta(hours=23)


@pytest.mark.parametrize(("step", "nth"), STEPS[1:], ids=["mail", "claim"])
async def test_an_error_for_good_after_the_first_write_is_an_exception(
    desk: Desk, script: Script, step: str, nth: int
) -> None:
    fails_at(script, step, nth, ErrorCode.CRM_FORBIDDEN, 1)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    # Nobody answered the exception: it closes as what it is, and says what stands in the CRM.
    assert (ended.outcome, ended.exception) == (CaseOutcome.PARTLY_WRITTEN, ExceptionCode.STEP_FAILED)
    assert len(ended.receipts) == 1
    done = script.names().count("apply_changes")
    # Nothing after the step that failed, and nothing is taken back.
    assert (done, script.names().count("send_mail")) == ((1, 1) if step == "send_mail" else (2, 1))
    assert "undo" not in script.names()
    # An e-mail that did not leave is ended for good; one that was accepted is not touched.
    assert script.names().count("stop_mail") == (1 if step == "send_mail" else 0)
    assert ended.mail is (MailState.STOPPED if step == "send_mail" else None)


async def test_where_a_new_card_follows_the_earlier_mail_is_stopped_first(desk: Desk, script: Script) -> None:
    """The approval lapsed while the mail server was away: somebody approves anew, and one e-mail goes out."""
    fails_at(script, "send_mail", 0, ErrorCode.NOT_AUTHORISED, 1)
    script.undo_window_seconds = 0
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.resolve(Act.RETRY)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, MailState.ACCEPTED)
    stopped, sent = script.orders("stop_mail", MailInput), script.orders("send_mail", MailInput)
    assert [m.decision_id for m in stopped] == [sent[0].decision_id]
    assert sent[-1].decision_id != sent[0].decision_id
    assert script.names().index("stop_mail") < script.names().index("apply_changes", script.names().index("stop_mail"))


async def test_a_claim_that_is_refused_leaves_the_case_partly_written(desk: Desk, script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    script.after_mail.usual = applied(WriteOutcomeKind.REFUSED_BY_CRM)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.PARTLY_WRITTEN, MailState.ACCEPTED)
    assert "undo" not in script.names()
