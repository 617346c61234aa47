"""Record the histories that the tests replay: `make histories`.

Run it after a change of the workflows that is meant to change their commands, and commit what it writes. Where
cases of the old shape may still be running, keep their histories too, and put the change behind `workflow.patched`.
"""

import asyncio
import contextlib
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowHistory

from activities.messages import (
    AuditHead,
    PollHead,
    StraysHead,
    TellHead,
)
from activities.owner_messages import BreachHead, LookHead, OwnerCheckHead, UnfitOwner
from activities.undo_messages import StoppedUndo, StoppedUndos
from domain.cases import Act
from domain.decisions import Verdict
from domain.errors import ErrorCode
from domain.first_touch import Standing
from domain.leads import Motion
from domain.proposals import Phase
from domain.receipts import WriteOutcomeKind
from domain.strays import Remedy
from domain.undo_batches import Reach
from tests.replay.scenarios import CASES, Other, Scenario
from tests.workflows.batches import ScriptedBatch
from tests.workflows.driving import ORG, Desk, workers_of
from tests.workflows.engines import development_server
from tests.workflows.script import Script, applied, assigned
from tests.workflows.scripted import ScriptedActivities
from tests.workflows.strays import approved, stray
from workflows.messages import (
    AuditInput,
    ExceptionTaskInput,
    OwnerCheckInput,
    PollInput,
    TaskQueue,
    TellInput,
    UndoInput,
    audit_workflow_id,
    exception_task_workflow_id,
    owner_check_workflow_id,
    poll_workflow_id,
    reconcile_workflow_id,
    recovery_workflow_id,
    tell_workflow_id,
    undo_workflow_id,
    workflow_id,
)
from workflows.mirroring import ExceptionTask
from workflows.owner_check import CheckOwners
from workflows.polling import PollCrm
from workflows.readiness import AuditReadiness
from workflows.reconciling import RecoverCase
from workflows.telling import TellPeople

HISTORIES = Path(__file__).with_name("histories")


async def record(folder: Path) -> list[Path]:
    """Play every scenario on a real server and write its history to the folder."""
    activities = ScriptedActivities()
    async with development_server(identity="recorder") as env, workers_of(env.client, activities):
        desk = Desk(env, activities)
        written = [_write(folder, scenario.name, await _play(desk, scenario)) for scenario in CASES]
        others = {
            Other.EXCEPTION_TASK: _exception_task,
            Other.UNDO: _undo,
            Other.UNDO_MANY: _undo_many,
            Other.CANCELLED: _cancelled,
            Other.UNDO_CANCELLED: _undo_cancelled,
            Other.POLL: _poll,
            Other.OWNERS: _owners,
            Other.AUDIT: _audit,
            Other.TELL: _tell,
            Other.TOUCHED: _touched,
            Other.REASSIGNED: _reassigned,
            Other.RECOVER: _recover,
            Other.RECONCILE: _reconcile,
        }
        written += [_write(folder, name, await play(desk)) for name, play in others.items()]
    return written


async def _play(desk: Desk, scenario: Scenario) -> WorkflowHistory:
    script = Script(case_id=f"history-{scenario.name.replace('_', '-')}")
    scenario.prepare(script)
    case = await desk.open(script)
    await scenario.play(case)
    await case.result()
    return await case.handle.fetch_history()


async def _exception_task(desk: Desk) -> WorkflowHistory:
    """Somebody has taken the task up when the exception ends: a note is left instead."""
    script = Script(case_id="history-exception-task")
    script.crm.first(applied(WriteOutcomeKind.WRITTEN), applied(WriteOutcomeKind.CONFLICT))
    desk.activities.play(script)
    handle = await desk.env.client.start_workflow(
        ExceptionTask.run,
        ExceptionTaskInput(case_id=script.case_id, org_id=ORG, motion=Motion.INBOUND, number=1, agent_version="v"),
        id=exception_task_workflow_id(ORG, script.case_id, 1),
        task_queue=TaskQueue.CASES,
    )
    await script.until_called("apply_changes")
    await handle.signal(ExceptionTask.exception_ended)
    await handle.result()
    return await handle.fetch_history()


async def _undo(desk: Desk) -> WorkflowHistory:
    order = UndoInput(case_id="history-undo", org_id=ORG, receipt_id="r-1", decision_id="u1", agent_version="v")
    await desk.undo(Script(case_id=order.case_id), order)
    handle = desk.env.client.get_workflow_handle(undo_workflow_id(order.org_id, order.decision_id))
    return await handle.fetch_history()


async def _undo_many(desk: Desk) -> WorkflowHistory:
    """One write cannot be taken back; the others can."""
    batch = ScriptedBatch([Reach.ALL, ErrorCode.NOT_AUTHORISED, Reach.NOTHING])
    handle = await desk.undo_many(batch, "history-undo-many")
    await handle.result()
    return await handle.fetch_history()


async def _cancelled(desk: Desk) -> WorkflowHistory:
    """Ops cancel a case while its approved e-mail waits in the undo window."""
    script = Script(case_id="history-cancelled", has_mail=True)
    case = await desk.open(script)
    await case.decide(Verdict.APPROVE)
    await case.until_event(EventType.EVENT_TYPE_TIMER_STARTED, times=2)
    await case.handle.cancel()
    return await _ended_badly(case.handle)


async def _undo_cancelled(desk: Desk) -> WorkflowHistory:
    """Ops cancel an undo while it waits for the CRM."""
    order = UndoInput(case_id="history-undo-cancelled", org_id=ORG, receipt_id="r-2", decision_id="u2")
    script = Script(case_id=order.case_id)
    script.fail("undo", ErrorCode.CRM_UNAVAILABLE, times=50)
    handle = await desk.begin_undo(script, order)
    await script.until_called("undo", 2)
    await handle.cancel()
    history = await _ended_badly(handle)
    await desk.filed_undo(order.decision_id)
    return history


async def _ended_badly(handle: WorkflowHandle[Any, Any]) -> WorkflowHistory:
    with contextlib.suppress(WorkflowFailureError):
        await handle.result()
    return await handle.fetch_history()


async def _poll(desk: Desk) -> WorkflowHistory:
    desk.activities.polls[ORG] = [PollHead(new=2, joined=1)]
    handle = await desk.env.client.start_workflow(
        PollCrm.run, PollInput(org_id=ORG), id=poll_workflow_id(ORG), task_queue=TaskQueue.CASES
    )
    await handle.result()
    return await handle.fetch_history()


async def _owners(desk: Desk) -> WorkflowHistory:
    """One case is told, another has ended before."""
    case = await desk.open(Script(case_id="history-owners-told"))
    await case.until_waiting()
    told = UnfitOwner(workflow_id=case.handle.id, case_id=case.script.case_id, round=1, reason="full")
    gone = UnfitOwner(workflow_id="inbound/acme/gone", case_id="gone", round=1, reason="inactive")
    desk.activities.unfit[ORG] = [OwnerCheckHead(looked_at=3, unfit=(told, gone))]
    handle = await desk.env.client.start_workflow(
        CheckOwners.run, OwnerCheckInput(org_id=ORG), id=owner_check_workflow_id(ORG), task_queue=TaskQueue.CASES
    )
    await handle.result()
    await desk.clear()
    return await handle.fetch_history()


async def _audit(desk: Desk) -> WorkflowHistory:
    desk.activities.audits[ORG] = [AuditHead(score=64, copilot_only=True)]
    handle = await desk.env.client.start_workflow(
        AuditReadiness.run, AuditInput(org_id=ORG), id=audit_workflow_id(ORG), task_queue=TaskQueue.CASES
    )
    await handle.result()
    return await handle.fetch_history()


async def _tell(desk: Desk) -> WorkflowHistory:
    desk.activities.rounds[ORG] = [TellHead(delivered=2, waiting=1)]
    handle = await desk.env.client.start_workflow(
        TellPeople.run, TellInput(org_id=ORG), id=tell_workflow_id(ORG), task_queue=TaskQueue.CASES
    )
    await handle.result()
    return await handle.fetch_history()


async def _touched(desk: Desk) -> WorkflowHistory:
    """Somebody answers between the first look and the deadline."""
    script = Script(case_id="history-watch-touched", deadlines=(timedelta(0), timedelta(0), timedelta(hours=1)))
    script.look.first(LookHead(standing=Standing.UNTOUCHED))
    script.look.usual = LookHead(standing=Standing.TOUCHED, minutes=17)
    watch = await desk.watch(script)
    await watch.result()
    return await watch.handle.fetch_history()


async def _reassigned(desk: Desk) -> WorkflowHistory:
    """Nobody answers; the first other owner is full, the second is approved and watched in turn."""
    script = Script(case_id="history-watch-reassigned", deadlines=(timedelta(0), timedelta(0), timedelta(0)))
    script.place.first(BreachHead(next_round=2), BreachHead(next_round=3))
    script.crm.usual = assigned()
    watch = await desk.watch(script)
    await script.until_called("propose_reassignment")
    await watch.drop_owner(2)
    await watch.decide(Verdict.APPROVE, round=3)
    await watch.result()
    history = await watch.handle.fetch_history()
    desk.watch_of(script, f"r-w3-{script.case_id}-crm")
    await desk.clear()
    return history


async def _recover(desk: Desk) -> WorkflowHistory:
    """The workflow was terminated after the CRM write; somebody says that it is to be finished, the e-mail too."""
    script = Script(case_id="history-recover")
    script.committed = frozenset({Phase.CRM})
    script.survey.usual = approved(decision_id="d1-history-recover", mail=True)
    case = await desk.recover(script)
    await case.until_event(EventType.EVENT_TYPE_TIMER_STARTED)
    ref = case.resolve_in_store(Act.RETRY)
    await case.handle.execute_update(RecoverCase.resolve, ref)
    await case.handle.result()
    return await case.handle.fetch_history()


async def _reconcile(desk: Desk) -> WorkflowHistory:
    """An undo that was stopped, and one case of each kind.

    Never started; begun and stopped; written and stopped; a round without documents.
    """
    running = await desk.open(Script(case_id="history-reconcile-redone"))
    await running.until_waiting()
    started, recovered = Script(case_id="history-reconcile-started"), Script(case_id="history-reconcile-recovered")
    closed = Script(case_id="history-reconcile-closed")
    for script in (started, closed, recovered):
        desk.activities.play(script)
    remedies = (
        (started, Remedy.RESTART),
        (closed, Remedy.CLOSE),
        (recovered, Remedy.RECOVER),
        (running.script, Remedy.REDO_ROUND),
    )
    strays = tuple(stray(script, remedy) for script, remedy in remedies)
    first, second = StraysHead(looked_at=200, strays=strays, next_after="c2"), StraysHead(looked_at=3)
    undone = Script(case_id="history-reconcile-undo")
    desk.activities.play(undone)
    stopped = StoppedUndo(org_id=ORG, decision_id="u3", case_id=undone.case_id, receipt_id="r-3")
    desk.activities.stopped_undos["history-reconcile"] = [StoppedUndos(stopped=(stopped,))]
    await desk.reconcile("history-reconcile", first, second)
    handle = desk.env.client.get_workflow_handle(reconcile_workflow_id("history-reconcile"))
    history = await handle.fetch_history()
    for name in (workflow_id(Motion.INBOUND, ORG, started.case_id), recovery_workflow_id(ORG, recovered.case_id)):
        await desk.env.client.get_workflow_handle(name).terminate("recorded")
    await desk.clear()
    return history


def _write(folder: Path, name: str, history: WorkflowHistory) -> Path:
    # One value a line: a history recorded anew shows in a review what has changed.
    text = json.dumps(json.loads(history.to_json()), indent=1, sort_keys=True)
    path = folder / f"{name}.json"
    path.write_text(text + "\n", encoding="utf-8")
    return path


def main() -> None:
    for path in asyncio.run(record(HISTORIES)):
        sys.stdout.write(f"{path.name}\n")
    sys.stdout.flush()
    # The SDK's native threads may crash an interpreter that is shutting down, after all work is done.
    os._exit(0)


if __name__ == "__main__":
    main()
