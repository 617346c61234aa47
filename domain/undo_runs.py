"""Signed undos without an end, held against the engine: which were stopped, and which it has forgotten."""

from enum import StrEnum
from typing import Protocol

from domain.leads import Motion
from domain.model import Instant, Value
from domain.strays import RunState


class UndoRun(Value):
    """One that was handed to the engine: an undo by its `decision_id`, or a batch by its `batch_id`.

    Of a batch, `case_id`, `receipt_id` and `number` name the write that is next; they are empty for a dry run.
    """

    decision_id: str = ""
    batch_id: str = ""
    dry_run: bool = False
    case_id: str = ""
    motion: Motion = Motion.INBOUND
    receipt_id: str = ""
    number: int = -1
    stopped: bool = False


class UndoRemedy(StrEnum):
    NONE = "none"
    STOP = "stop"
    """Say that it was stopped; a person starts it again."""
    GOES_ON = "goes_on"
    """It runs after all."""
    START = "start"
    """The engine knows nothing of it: it is handed over once more."""


def undo_remedy(state: RunState, *, stopped: bool) -> UndoRemedy:
    """`stopped`: that it was stopped is known already."""
    match state:
        case RunState.RUNNING:
            return UndoRemedy.GOES_ON if stopped else UndoRemedy.NONE
        case RunState.ABSENT if not stopped:
            # Nobody meant it: its data was lost, or kept no longer.
            return UndoRemedy.START
        case RunState.STOPPED | RunState.BROKEN if not stopped:
            return UndoRemedy.STOP
        case _:
            return UndoRemedy.NONE


class UndoRuns(Protocol):
    """Where the store says how far undos are. Every method may be repeated."""

    def open_ones(self, org_id: str, *, after: str, limit: int) -> tuple[UndoRun, ...]:
        """Single undos that were handed over and have no end, by decision id from the one after `after` on."""
        ...

    def open_batches(self, org_id: str) -> tuple[UndoRun, ...]:
        """Batches whose dry run or undo was handed over and has no end."""
        ...

    def is_open(self, run: UndoRun) -> bool:
        """Whether it still has no end."""
        ...

    def stop(self, run: UndoRun, *, now: Instant) -> Instant | None:
        """Note that it was stopped, and when that was noted first; None where it has ended meanwhile."""
        ...

    def goes_on(self, run: UndoRun) -> None: ...

    def hand_over_again(self, run: UndoRun) -> None:
        """What delivers undos finds it undelivered."""
        ...
