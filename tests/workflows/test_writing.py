"""What a write comes to: done, in part, or not at all because the world has moved."""

from datetime import timedelta

import pytest

from activities.messages import ApplyInput, FetchHead, FetchInput, MailInput, ProposeInput
from domain.cases import CaseOutcome, ExceptionCode
from domain.decisions import Verdict
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind
from tests.workflows.driving import Desk
from tests.workflows.script import LEAD, Script, applied
from workflows.motion import MAX_REOPENINGS

pytestmark = pytest.mark.asyncio(loop_scope="session")

SURVIVOR = "00Q000000000002AAA"


def phases(script: Script) -> list[Phase]:
    return [order.phase for order in script.orders("apply_changes", ApplyInput)]


@pytest.mark.parametrize(
    "kind",
    [
        WriteOutcomeKind.CONFLICT,
        WriteOutcomeKind.REASSIGNED,
        WriteOutcomeKind.HUMAN_TOUCH,
        WriteOutcomeKind.OPTED_OUT,
        WriteOutcomeKind.REFUSED_BY_CRM,
    ],
)
async def test_a_record_that_moved_reopens_the_review_in_its_place(
    desk: Desk, script: Script, kind: WriteOutcomeKind
) -> None:
    script.crm.first(applied(kind))
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.decide(Verdict.APPROVE, round=2)
    ended = await case.result()
    assert (ended.outcome, ended.rounds) == (CaseOutcome.WRITTEN, 2)
    assert ended.receipts == (f"r-d2-{script.case_id}-crm",)
    again = script.orders("propose", ProposeInput)[1]
    assert (again.reopened_because, again.keeps_ladder_of_round) == (kind.value, 1)
    assert script.arbiter.rounds[2].rungs == script.arbiter.rounds[1].rungs


async def test_a_record_that_keeps_moving_is_an_exception(desk: Desk, script: Script) -> None:
    script.crm.usual = applied(WriteOutcomeKind.CONFLICT)
    case = await desk.open(script)
    for round in range(1, MAX_REOPENINGS + 2):
        await case.decide(Verdict.APPROVE, round)
    ended = await case.result()
    assert (ended.outcome, ended.exception) == (CaseOutcome.EXCEPTION, ExceptionCode.CONFLICT_REPEATED)
    assert script.names().count("apply_changes") == MAX_REOPENINGS + 1
    kept = [order.keeps_ladder_of_round for order in script.orders("propose", ProposeInput)]
    assert kept == [None, *[1] * MAX_REOPENINGS]


async def test_after_a_redraft_a_conflict_keeps_the_ladder_of_the_redraft(desk: Desk, script: Script) -> None:
    script.crm.first(applied(WriteOutcomeKind.CONFLICT))
    case = await desk.open(script)
    await case.decide(Verdict.RESPOND)
    await case.decide(Verdict.APPROVE, round=2)
    await case.decide(Verdict.APPROVE, round=3)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert [order.keeps_ladder_of_round for order in script.orders("propose", ProposeInput)] == [None, None, 2]


async def test_a_record_merged_at_the_write_is_followed(desk: Desk, script: Script) -> None:
    script.crm.first(applied(WriteOutcomeKind.MERGED, survivor_id=SURVIVOR))
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert [order.lead_id for order in script.orders("fetch", FetchInput)] == [LEAD, SURVIVOR]


async def test_a_record_merged_before_is_followed_at_once(desk: Desk, script: Script) -> None:
    script.fetch.first(FetchHead(found=True, deleted=True, survivor_id=SURVIVOR))
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert [(o.lead_id, o.round) for o in script.orders("fetch", FetchInput)] == [(LEAD, 1), (SURVIVOR, 2)]
    assert script.names().count("propose") == 1


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (WriteOutcomeKind.CONVERTED, CaseOutcome.CONVERTED),
        (WriteOutcomeKind.DELETED, CaseOutcome.DELETED),
    ],
)
async def test_a_record_that_somebody_finished_closes_by_name(
    desk: Desk, script: Script, kind: WriteOutcomeKind, outcome: CaseOutcome
) -> None:
    script.has_mail = True
    script.crm.first(applied(kind))
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.receipts) == (outcome, ())
    assert "send_mail" not in script.names()


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        (FetchHead(found=True, converted=True), CaseOutcome.CONVERTED),
        (FetchHead(found=True, deleted=True), CaseOutcome.DELETED),
    ],
)
async def test_a_record_finished_before_the_proposal_closes_by_name(
    desk: Desk, script: Script, head: FetchHead, outcome: CaseOutcome
) -> None:
    script.fetch.usual = head
    case = await desk.open(script)
    assert (await case.result()).outcome is outcome
    assert "propose" not in script.names()


async def test_mail_goes_out_after_its_undo_window_and_then_contact_is_claimed(desk: Desk, script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, MailState.ACCEPTED)
    assert ended.receipts == (f"r-d1-{script.case_id}-crm", f"r-d1-{script.case_id}-after_mail")
    assert script.names()[-4:] == ["apply_changes", "send_mail", "apply_changes", "close"]
    written, sent = (next(c.at for c in script.calls if c.name == name) for name in ("apply_changes", "send_mail"))
    assert sent - written >= timedelta(seconds=script.undo_window_seconds)
    order = script.orders("send_mail", MailInput)[0]
    assert order.message_id == f"<d1-{script.case_id}@seller.example>"


async def test_an_accepted_mail_without_such_fields_needs_no_second_write(desk: Desk, script: Script) -> None:
    script.has_mail = True
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.WRITTEN, MailState.ACCEPTED)
    assert phases(script) == [Phase.CRM]


@pytest.mark.parametrize("state", [MailState.REFUSED, MailState.UNKNOWN])
async def test_without_an_accepted_mail_no_contact_is_claimed(desk: Desk, script: Script, state: MailState) -> None:
    script.has_mail = script.has_after_mail = True
    script.mail.usual = state
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.PARTLY_WRITTEN, state)
    assert phases(script) == [Phase.CRM]
    assert script.names().count("send_mail") == 1


async def test_mail_is_stopped_within_its_undo_window(desk: Desk, script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await script.until_called("apply_changes")
    await case.stop_mail()
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.PARTLY_WRITTEN, MailState.STOPPED)
    assert "send_mail" not in script.names()
    assert phases(script) == [Phase.CRM]


async def test_without_mail_there_is_no_undo_window(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.result()
    written, closed = (next(c.at for c in script.calls if c.name == name) for name in ("apply_changes", "close"))
    assert closed - written < timedelta(seconds=script.undo_window_seconds)


async def test_a_claim_of_contact_that_the_crm_refuses_is_shown_as_partly_written(desk: Desk, script: Script) -> None:
    script.has_mail = script.has_after_mail = True
    script.after_mail.usual = applied(WriteOutcomeKind.CONFLICT)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.mail) == (CaseOutcome.PARTLY_WRITTEN, MailState.ACCEPTED)
    assert ended.receipts == (f"r-d1-{script.case_id}-crm",)


async def test_nothing_to_write_still_sends_the_mail(desk: Desk, script: Script) -> None:
    script.has_mail = True
    script.crm.usual = applied(WriteOutcomeKind.NOTHING_TO_WRITE)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert (ended.outcome, ended.receipts, ended.mail) == (CaseOutcome.WRITTEN, (), MailState.ACCEPTED)
