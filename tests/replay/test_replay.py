"""Every committed history is replayed by today's workflows, and holds what its name says.

A failure here means that cases which are waiting now would break on the next deploy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from domain.cases import CaseOutcome
from domain.receipts import MailState
from runtime.engine import DATA_CONVERTER
from tests.replay.changed import ReorderedInboundLead
from tests.replay.record import HISTORIES
from tests.replay.scenarios import CASES, Other
from tests.runtime.history_text import texts_of
from workers.roles import SANDBOX, WORKFLOWS
from workflows.messages import (
    AuditResult,
    CaseResult,
    ExceptionTaskResult,
    OwnerCheckResult,
    PollResult,
    ReconcileResult,
    TellResult,
    UndoProgress,
    UndoResult,
    WatchOutcome,
    WatchResult,
)

NAMES = sorted(path.stem for path in HISTORIES.glob("*.json"))
DECIDING = ["propose", "verify_decision"]


def load(name: str) -> WorkflowHistory:
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")
    known: dict[str, str] = {
        Other.EXCEPTION_TASK: "exception/acme/history-exception-task/1",
        Other.UNDO: "undo/acme/u1",
        Other.UNDO_CANCELLED: "undo/acme/u2",
        Other.UNDO_MANY: "undo-batch/acme/history-undo-many",
        Other.POLL: "poll/acme",
        Other.OWNERS: "owners/acme",
        Other.TOUCHED: "watch/acme/history-watch-touched/r-history-watch-",
        Other.REASSIGNED: "watch/acme/history-watch-reassigned/r-history-watch-",
        Other.AUDIT: "readiness/acme",
        Other.TELL: "tell/acme",
        Other.RECOVER: "recovery/acme/history-recover",
        Other.RECONCILE: "reconcile/history-reconcile",
    }
    return WorkflowHistory.from_json(known.get(name, f"inbound/acme/history-{name.replace('_', '-')}"), text)


def steps(history: WorkflowHistory) -> list[str]:
    """The activities in the order in which they were scheduled."""
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]


def count(history: WorkflowHistory, kind: EventType.ValueType) -> int:
    return sum(event.event_type == kind for event in history.events)


async def result_of(history: WorkflowHistory, kind: type) -> object:
    payloads = history.events[-1].workflow_execution_completed_event_attributes.result.payloads
    (result,) = await DATA_CONVERTER.decode(payloads, [kind])
    return result


@dataclass(frozen=True)
class Told:
    """What a history has to show."""

    outcome: CaseOutcome
    last_steps: list[str]
    rounds: int = 1
    updates: int = 1
    signals: int = 0
    mail: MailState | None = None


TOLD = {
    "approve": Told(
        CaseOutcome.WRITTEN,
        [*DECIDING, "apply_changes", "send_mail", "apply_changes", "close"],
        mail=MailState.ACCEPTED,
    ),
    "approve_edited": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"]),
    # One update with a decision that nobody stored is refused; the rejection comes by signal.
    "reject": Told(CaseOutcome.REJECTED, [*DECIDING, "verify_decision", "note_rejection", "close"], signals=1),
    "expire": Told(
        CaseOutcome.EXPIRED,
        ["expire_round", "open_exception", "remind_of_exception", "remind_of_exception", "end_exception", "close"],
        updates=0,
    ),
    "conflict": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"], rounds=2, updates=2),
    "redraft": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"], rounds=2, updates=2),
    "joined": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"], rounds=2, signals=1),
    "owner_unfit": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"], rounds=2, signals=1),
    "new_lead": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"]),
    "assigned": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"]),
    "resolved": Told(CaseOutcome.WRITTEN, [*DECIDING, "apply_changes", "close"], rounds=2, updates=2),
    "retried_write": Told(
        CaseOutcome.WRITTEN,
        ["apply_changes", "open_exception", "take_resolution", "apply_changes", "close"],
        updates=2,
    ),
    "mail_stopped": Told(
        CaseOutcome.PARTLY_WRITTEN,
        [*DECIDING, "apply_changes", "stop_mail", "close"],
        signals=1,
        mail=MailState.STOPPED,
    ),
}


def test_every_scenario_has_its_history_and_its_claim() -> None:
    assert sorted([*(scenario.name for scenario in CASES), *Other]) == NAMES
    assert sorted([*TOLD, *Other]) == NAMES


@pytest.mark.parametrize("name", NAMES)
async def test_replays(name: str) -> None:
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER, workflow_runner=SANDBOX)
    replayed = await replayer.replay_workflow(load(name))
    assert replayed.replay_failure is None


@pytest.mark.parametrize("name", sorted(TOLD))
async def test_holds_what_its_name_says(name: str) -> None:
    history, told = load(name), TOLD[name]
    ended = await result_of(history, CaseResult)
    assert isinstance(ended, CaseResult)
    assert (ended.outcome, ended.rounds, ended.mail) == (told.outcome, told.rounds, told.mail)
    assert steps(history)[-len(told.last_steps) :] == told.last_steps
    assert count(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED) == told.updates
    assert count(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED) == told.updates
    assert count(history, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == told.signals


@pytest.mark.parametrize("name", ["reject", "expire"])
def test_what_was_not_approved_was_not_written(name: str) -> None:
    assert "apply_changes" not in steps(load(name))


def test_conflict_is_proposed_and_written_anew() -> None:
    assert (steps(load("conflict")).count("propose"), steps(load("conflict")).count("apply_changes")) == (2, 2)


def test_redraft_drafts_twice_and_writes_once() -> None:
    assert (steps(load("redraft")).count("draft"), steps(load("redraft")).count("apply_changes")) == (2, 1)


def test_joined_voids_its_first_round() -> None:
    assert steps(load("joined")).count("supersede_round") == 1


def test_new_lead_is_signed_by_policy_and_created_first() -> None:
    assert steps(load("new_lead"))[:5] == ["match", "propose_lead", "sign_by_policy", "apply_changes", "fetch"]


async def test_the_history_of_many_undos_goes_past_one_that_failed() -> None:
    history = load(Other.UNDO_MANY)
    assert steps(history) == [
        "next_undos",
        "undo_item",
        "undo_item",
        "give_up_undo",
        "undo_item",
        "next_undos",
        "end_undos",
    ]
    ended = await result_of(history, UndoProgress)
    assert ended == UndoProgress(total=3, done=3, whole=1, nothing=1, failed=1)


async def test_undo_takes_a_write_back() -> None:
    history = load(Other.UNDO)
    undone = await result_of(history, UndoResult)
    assert steps(history) == ["undo"]
    assert isinstance(undone, UndoResult)
    assert (undone.new_receipt_id, undone.restored) == ("r-undo", 2)


async def test_a_poll_says_how_many() -> None:
    history = load(Other.POLL)
    assert steps(history) == ["poll_crm"]
    assert await result_of(history, PollResult) == PollResult(new=2, joined=1)


def test_an_assignment_starts_a_watch() -> None:
    assert count(load("assigned"), EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 1
    assert count(load("approve"), EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 0


async def test_a_watch_ends_with_the_first_touch() -> None:
    history = load(Other.TOUCHED)
    ended = await result_of(history, WatchResult)
    assert ended == WatchResult(outcome=WatchOutcome.TOUCHED, minutes=17)
    assert steps(history) == ["begin_watch", "notify_owner", "look_for_touch", "look_for_touch"]


async def test_a_breach_proposes_until_somebody_takes_the_lead() -> None:
    history = load(Other.REASSIGNED)
    assert await result_of(history, WatchResult) == WatchResult(outcome=WatchOutcome.REASSIGNED, breached=True)
    assert steps(history).count("propose_reassignment") == 2
    assert steps(history).count("notify_owner") == 2
    assert count(history, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 1


async def test_a_task_that_was_taken_up_gets_a_note() -> None:
    history = load(Other.EXCEPTION_TASK)
    assert await result_of(history, ExceptionTaskResult) == ExceptionTaskResult(made=True, noted=True)
    written = ["sign_by_policy", "apply_changes"]
    proposed = ("propose_exception_task", "propose_closing_task", "propose_ending_note")
    assert steps(history) == [step for first in proposed for step in (first, *written)]


async def test_a_look_at_owners_tells_who_still_listens() -> None:
    history = load(Other.OWNERS)
    assert steps(history) == ["find_unfit_owners"]
    assert await result_of(history, OwnerCheckResult) == OwnerCheckResult(looked_at=3, told=1, gone=1)


def test_an_unfit_owner_voids_its_round_and_routes_anew() -> None:
    assert (steps(load("owner_unfit")).count("supersede_round"), steps(load("owner_unfit")).count("route")) == (1, 2)


async def test_an_audit_says_its_score() -> None:
    history = load(Other.AUDIT)
    assert steps(history) == ["audit_readiness"]
    assert await result_of(history, AuditResult) == AuditResult(score=64, copilot_only=True)


async def test_a_round_of_telling_says_how_many() -> None:
    history = load(Other.TELL)
    assert steps(history) == ["tell_people"]
    assert await result_of(history, TellResult) == TellResult(delivered=2, waiting=1)


async def test_a_recovery_looks_first_asks_and_then_finishes_once() -> None:
    history = load(Other.RECOVER)
    ended = await result_of(history, CaseResult)
    assert isinstance(ended, CaseResult)
    # Only the first step was found in the CRM.
    assert (ended.outcome, ended.receipts) == (CaseOutcome.WRITTEN, ("r-d1-history-recover-crm",))
    done = steps(history)
    assert done[:3] == ["survey_case", "find_commit", "find_commit"]
    assert done[-4:] == ["apply_changes", "send_mail", "apply_changes", "close"]
    assert done.index("open_exception") < done.index("take_resolution") < done.index("apply_changes")


async def test_a_look_at_open_cases_gives_each_its_remedy() -> None:
    history = load(Other.RECONCILE)
    assert await result_of(history, ReconcileResult) == ReconcileResult(
        looked_at=203, restarted=1, redone=1, closed=1, recovering=1, stopped_undos=1
    )
    assert steps(history) == ["find_strays", "cancel", "find_strays", "find_stopped_undos", "note_stopped_undo"]
    assert count(history, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 3
    assert count(history, EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED) == 1


def test_a_cancelled_case_stops_its_mail_and_writes_nothing_more() -> None:
    history = load(Other.CANCELLED)
    assert steps(history)[-4:] == ["verify_decision", "apply_changes", "cancel", "stop_mail"]
    assert history.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED


def test_a_cancelled_undo_says_so_and_has_the_ledger_asked() -> None:
    history = load(Other.UNDO_CANCELLED)
    assert steps(history) == ["undo", "note_stopped_undo"]
    assert count(history, EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 1
    assert history.events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED


@pytest.mark.parametrize("name", sorted(TOLD))
async def test_a_changed_order_of_steps_fails(name: str) -> None:
    """So that the replay above is known to be able to fail."""
    replayer = Replayer(workflows=[ReorderedInboundLead], data_converter=DATA_CONVERTER, workflow_runner=SANDBOX)
    with pytest.raises(NondeterminismError):
        await replayer.replay_workflow(load(name))


@pytest.mark.parametrize("name", NAMES)
def test_names_nobody_and_no_machine(name: str) -> None:
    said = list(texts_of(load(name)))
    assert said
    assert not [text for text in said if Path.home().as_posix() in text]
    assert set(_addresses(said)) <= {f"d1-history-{name.replace('_', '-')}@seller.example"}


def _addresses(texts: list[str]) -> Iterator[str]:
    for text in texts:
        yield from re.findall(r"[\w.+-]+@[\w.-]+", text)
