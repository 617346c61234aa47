"""Open cases that nobody works on any more: what their workflow's end means for them."""

from enum import StrEnum
from typing import Protocol

from domain.cases import Case
from domain.model import Instant


class RunState(StrEnum):
    """What the engine says about the workflow of a case."""

    RUNNING = "running"
    STOPPED = "stopped"
    """Terminated or cancelled: somebody meant it."""
    BROKEN = "broken"
    """Failed, timed out, or ended although its case is open: nobody meant it."""
    ABSENT = "absent"
    """Never started, or forgotten by the engine."""


class Remedy(StrEnum):
    """What is done about a case whose workflow is gone."""

    NONE = "none"
    RESTART = "restart"
    """Nothing was done in it yet: its workflow is started."""
    CLOSE = "close"
    """Ops stopped it and nothing had been approved: it closes as cancelled."""
    RECOVER = "recover"
    """Something was approved or written, or it broke: a recovery workflow asks a person."""
    REDO_ROUND = "redo_round"
    """It runs, and what people are asked about is gone: the round is made anew."""


def remedy_for(state: RunState, *, begun: bool, bound: bool, round_lost: bool) -> Remedy:
    """`begun`: it has rounds or writes. `bound`: something was approved, written or handed to the mail server."""
    match state:
        case RunState.RUNNING:
            return Remedy.REDO_ROUND if round_lost else Remedy.NONE
        case RunState.ABSENT if not begun:
            return Remedy.RESTART
        case RunState.STOPPED if not bound:
            return Remedy.CLOSE
        case _:
            return Remedy.RECOVER


class OpenCases(Protocol):
    """Cases that are open, by id."""

    def open_ones(self, org_id: str, *, before: Instant, after: str, limit: int) -> tuple[Case, ...]:
        """Those opened before a moment whose inquiries were all delivered, from the id after `after` on."""
        ...


class Runs(Protocol):
    """What the engine knows of workflows."""

    async def state_of(self, workflow_id: str) -> RunState: ...
