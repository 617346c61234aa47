"""From an assignment to the first human activity: who is told, when it is looked, and what comes of silence."""

from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.service import RPCError, RPCStatusCode

from activities.messages import ExceptionInput, FetchHead, FetchInput, Gate
from activities.owner_messages import BreachHead, LookHead, LookOrder, NoticeOrder, ReassignOrder, WatchOrder
from domain.cases import CaseOutcome, ExceptionCode
from domain.decisions import RoundState, Verdict
from domain.errors import ErrorCode
from domain.first_touch import Standing
from domain.owner_notices import NoticeKind
from domain.receipts import WriteOutcomeKind
from tests.workflows.driving import ORG, Desk
from tests.workflows.script import LEAD, Script, applied, assigned
from workflows.messages import UndoInput, WatchOutcome, watch_workflow_id

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNTOUCHED = LookHead(standing=Standing.UNTOUCHED)
TOUCHED = LookHead(standing=Standing.TOUCHED, minutes=17)
PAST_REASSIGN = timedelta(hours=6, minutes=5)


def told(script: Script) -> list[NoticeKind]:
    return [order.notice for order in script.orders("notify_owner", NoticeOrder)]


def looks(script: Script) -> int:
    return script.names().count("look_for_touch")


# The case starts it


# On the development server: the one that skips time stands still once a workflow has a child.


@pytest.mark.server
async def test_an_assignment_is_watched_and_the_case_does_not_wait_for_it(real_desk: Desk, script: Script) -> None:
    script.crm.usual = assigned()
    case = await real_desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    assert ended.outcome is CaseOutcome.WRITTEN
    watch = real_desk.watch_of(script, ended.receipts[0])
    await script.until_called("notify_owner")
    assert "look_for_touch" not in script.names(), "the case ended long before the first look"
    script.look.usual = LookHead(standing=Standing.UNDONE)
    order = UndoInput(case_id=script.case_id, org_id=ORG, receipt_id=ended.receipts[0], decision_id="u-child")
    await real_desk.undo(script, order)
    assert (await watch.result()).outcome is WatchOutcome.UNDONE


@pytest.mark.server
async def test_a_first_assignment_by_policy_is_watched_while_the_rest_waits(real_desk: Desk, script: Script) -> None:
    script.route.usual = script.route.usual.model_copy(update={"assign_first": True})
    script.crm.first(assigned())
    case = await real_desk.open(script)
    await case.until_waiting(2)
    await script.until_called("notify_owner")
    order = script.orders("begin_watch", WatchOrder)[0]
    assert (order.round, order.number) == (1, 0)
    real_desk.watch_of(script, order.receipt_id)
    await case.decide(Verdict.REJECT, round=2)
    assert (await case.result()).outcome is CaseOutcome.REJECTED


@pytest.mark.server
async def test_the_owner_after_a_silent_one_is_watched_as_well(real_desk: Desk, script: Script) -> None:
    script.crm.usual = assigned()
    script.deadlines = (timedelta(0), timedelta(0), timedelta(0))
    watch = await real_desk.watch(script)
    await watch.decide(Verdict.APPROVE)
    assert (await watch.result()).outcome is WatchOutcome.REASSIGNED
    await script.until_called("begin_watch", 2)
    following = script.orders("begin_watch", WatchOrder)[1]
    assert (following.round, following.number) == (2, 1)
    real_desk.watch_of(script, following.receipt_id)


async def test_a_write_that_assigns_nobody_is_not_watched(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    ended = await case.result()
    with pytest.raises(RPCError) as missing:
        await desk.env.client.get_workflow_handle(watch_workflow_id(ORG, script.case_id, ended.receipts[0])).describe()
    assert missing.value.status is RPCStatusCode.NOT_FOUND


async def test_a_playbook_that_wants_no_watch_gets_none(desk: Desk, script: Script) -> None:
    script.watched = False
    watch = await desk.watch(script)
    assert (await watch.result()).outcome is WatchOutcome.NOT_WATCHED
    assert script.names() == ["begin_watch"]


# Touched


async def test_touched_before_the_first_look(desk: Desk, script: Script) -> None:
    script.look.usual = TOUCHED
    ended = await (await desk.watch(script)).result()
    assert (ended.outcome, ended.breached, ended.minutes) == (WatchOutcome.TOUCHED, False, 17)
    assert (told(script), looks(script)) == ([NoticeKind.ASSIGNED], 1)


async def test_touched_between_the_first_look_and_the_deadline(desk: Desk, script: Script) -> None:
    script.look.first(UNTOUCHED, TOUCHED)
    ended = await (await desk.watch(script)).result()
    assert (ended.outcome, ended.breached) == (WatchOutcome.TOUCHED, False)
    assert (told(script), looks(script)) == ([NoticeKind.ASSIGNED], 2)


async def test_touched_after_the_reminder(desk: Desk, script: Script) -> None:
    script.look.first(UNTOUCHED, UNTOUCHED, TOUCHED)
    ended = await (await desk.watch(script)).result()
    assert (ended.outcome, ended.breached) == (WatchOutcome.TOUCHED, True)
    assert told(script) == [NoticeKind.ASSIGNED, NoticeKind.BREACHED]
    assert "place_reassignment" not in script.names()


async def test_each_look_comes_at_its_deadline(desk: Desk, script: Script) -> None:
    """In the engine's time; nothing of it passes on the wall."""
    script.look.first(UNTOUCHED, UNTOUCHED, TOUCHED)
    await (await desk.watch(script)).result()
    began = next(call.at for call in script.calls if call.name == "begin_watch")
    at = [call.at - began for call in script.calls if call.name == "look_for_touch"]
    assert [round(a / timedelta(hours=1)) for a in at] == [2, 4, 6]


@pytest.mark.parametrize(
    ("standing", "outcome"),
    [
        (Standing.OWNER_CHANGED, WatchOutcome.OWNER_CHANGED),
        (Standing.UNDONE, WatchOutcome.UNDONE),
        (Standing.GONE, WatchOutcome.GONE),
    ],
)
async def test_what_is_settled_otherwise_ends_it(
    desk: Desk, script: Script, standing: Standing, outcome: WatchOutcome
) -> None:
    script.look.usual = LookHead(standing=standing)
    assert (await (await desk.watch(script)).result()).outcome is outcome
    assert told(script) == [NoticeKind.ASSIGNED]


async def test_a_merged_lead_is_watched_in_the_record_that_survived(desk: Desk, script: Script) -> None:
    script.look.first(LookHead(standing=Standing.MERGED, survivor_id="00Qother"), UNTOUCHED, TOUCHED)
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.TOUCHED
    assert [o.lead_id for o in script.orders("look_for_touch", LookOrder)] == [LEAD, "00Qother", "00Qother"]


# Taken back, stopped, broken


async def test_an_undo_ends_it_at_once(desk: Desk, script: Script) -> None:
    watch = await desk.watch(script)
    await script.until_called("notify_owner")
    script.look.usual = LookHead(standing=Standing.UNDONE)
    await desk.undo(
        script, UndoInput(case_id=script.case_id, org_id=ORG, receipt_id=watch.receipt_id, decision_id="u-watch")
    )
    await script.until_called("look_for_touch")
    assert (await watch.result()).outcome is WatchOutcome.UNDONE
    began = next(call.at for call in script.calls if call.name == "begin_watch")
    looked = next(call.at for call in script.calls if call.name == "look_for_touch")
    assert looked - began < timedelta(hours=1), "long before the first look"


async def test_an_undo_of_another_write_changes_nothing(desk: Desk, script: Script) -> None:
    watch = await desk.watch(script)
    await script.until_called("notify_owner")
    await desk.undo(script, UndoInput(case_id=script.case_id, org_id=ORG, receipt_id="other", decision_id="u-other"))
    script.look.usual = TOUCHED
    assert (await watch.result()).outcome is WatchOutcome.TOUCHED
    assert looks(script) == 1


async def test_while_the_motion_is_paused_nobody_is_told_and_nothing_is_lost(desk: Desk, script: Script) -> None:
    script.fail("notify_owner", ErrorCode.PAUSED, times=3)
    script.look.usual = TOUCHED
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.TOUCHED
    assert [c.attempt for c in script.calls if c.name == "notify_owner"] == [1, 2, 3, 4]


async def test_a_step_that_fails_for_good_names_a_person(desk: Desk, script: Script) -> None:
    script.fail("look_for_touch", ErrorCode.CRM_FORBIDDEN)
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.FAILED
    assert [o.code for o in script.orders("open_exception", ExceptionInput)] == [ExceptionCode.STEP_FAILED]


# Another owner


async def test_silence_proposes_another_owner(desk: Desk, script: Script) -> None:
    watch = await desk.watch(script)
    await desk.skip(PAST_REASSIGN)
    await watch.decide(Verdict.APPROVE)
    ended = await watch.result()
    assert (ended.outcome, ended.breached) == (WatchOutcome.REASSIGNED, True)
    order = script.orders("propose_reassignment", ReassignOrder)[0]
    assert (order.round, order.review_round, order.workflow_id) == (1, 2, watch.handle.id)
    assert script.orders("fetch", FetchInput)[0].round == 2


async def test_where_none_is_to_be_proposed_it_only_reminds(desk: Desk, script: Script) -> None:
    script.deadlines = (timedelta(hours=1), timedelta(hours=2), None)
    ended = await (await desk.watch(script, number=2)).result()
    assert (ended.outcome, ended.breached) == (WatchOutcome.BREACHED, True)
    assert told(script) == [NoticeKind.ASSIGNED, NoticeKind.BREACHED]
    assert "place_reassignment" not in script.names()


async def test_a_reviewer_may_leave_the_lead_where_it_is(desk: Desk, script: Script) -> None:
    watch = await desk.watch(script)
    await desk.skip(PAST_REASSIGN)
    await watch.decide(Verdict.REJECT)
    assert (await watch.result()).outcome is WatchOutcome.KEPT
    assert "apply_changes" not in script.names()


async def test_nobody_decides_about_the_other_owner(desk: Desk, script: Script) -> None:
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.EXPIRED
    assert "apply_changes" not in script.names()
    assert [o.code for o in script.orders("open_exception", ExceptionInput)] == [ExceptionCode.REVIEW_EXPIRED]


async def test_nobody_else_can_take_it(desk: Desk, script: Script) -> None:
    script.reassign_gate.usual = Gate.FORBIDDEN
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.NOBODY_ELSE
    assert [o.code for o in script.orders("open_exception", ExceptionInput)] == [ExceptionCode.NO_OWNER]


async def test_a_touch_while_people_are_asked_takes_the_card_away(desk: Desk, script: Script) -> None:
    script.look.first(UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED, TOUCHED, TOUCHED)
    ended = await (await desk.watch(script)).result()
    assert ended.outcome is WatchOutcome.TOUCHED
    assert script.arbiter.rounds[2].state is RoundState.SUPERSEDED
    assert "escalate" not in script.names(), "nobody was bothered for a day first"


async def test_the_other_owner_drops_out_too(desk: Desk, script: Script) -> None:
    script.place.first(BreachHead(next_round=2), BreachHead(next_round=3))
    watch = await desk.watch(script)
    await desk.skip(PAST_REASSIGN)
    await script.until_called("propose_reassignment")
    await watch.drop_owner(2)
    await script.until_called("propose_reassignment", 2)
    await watch.decide(Verdict.REJECT, round=3)
    assert (await watch.result()).outcome is WatchOutcome.KEPT
    assert [o.keeps_ladder_of_round for o in script.orders("propose_reassignment", ReassignOrder)] == [None, 2]


async def test_somebody_answers_just_before_it_is_written(desk: Desk, script: Script) -> None:
    script.crm.usual = applied(WriteOutcomeKind.HUMAN_TOUCH)

    def answered() -> None:
        script.look.usual = TOUCHED

    script.before["apply_changes"] = answered
    watch = await desk.watch(script)
    await desk.skip(PAST_REASSIGN)
    await watch.decide(Verdict.APPROVE)
    assert (await watch.result()).outcome is WatchOutcome.TOUCHED


async def test_a_record_that_keeps_changing_is_for_people(desk: Desk, script: Script) -> None:
    script.place.usual = BreachHead(next_round=2)
    script.fetch.usual = FetchHead(found=True, survivor_id="00Qother")
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.NOBODY_ELSE
    assert [o.code for o in script.orders("open_exception", ExceptionInput)] == [ExceptionCode.CONFLICT_REPEATED]


async def test_a_case_that_is_still_open_routes_its_own_proposal_anew(desk: Desk, script: Script) -> None:
    case = await desk.open(script)
    await case.until_waiting()
    script.place.usual = BreachHead(case_open=True, case_workflow_id=case.handle.id, open_round=1)
    watch = await desk.watch(script)
    await desk.skip(PAST_REASSIGN)
    assert (await watch.result()).outcome is WatchOutcome.HANDED_TO_CASE
    await case.decide(Verdict.APPROVE, round=2)
    assert (await case.result()).outcome is CaseOutcome.WRITTEN
    assert script.names().count("route") == 2


async def test_a_case_that_closes_meanwhile_is_given_a_review_of_its_own(desk: Desk, script: Script) -> None:
    script.place.first(
        BreachHead(case_open=True, case_workflow_id="inbound/acme/gone", open_round=1),
        BreachHead(case_open=True, case_workflow_id="inbound/acme/gone"),
        BreachHead(next_round=4),
    )
    assert (await (await desk.watch(script)).result()).outcome is WatchOutcome.EXPIRED
    assert [o.review_round for o in script.orders("propose_reassignment", ReassignOrder)] == [4]


# Replays


async def test_it_survives_a_replay_at_every_task(forgetful_desk: Desk, script: Script) -> None:
    watch = await forgetful_desk.watch(script)
    await forgetful_desk.skip(PAST_REASSIGN)
    await watch.decide(Verdict.APPROVE)
    assert (await watch.result()).outcome is WatchOutcome.REASSIGNED
    failed = [e for e in (await watch.handle.fetch_history()).events if e.event_type == _TASK_FAILED]
    assert failed == []


_TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
