"""What the pages need from the workflow engine. The adapter over Temporal is wired in `approval_ui/main.py`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Protocol

from domain.cases import Case
from domain.model import Instant, Value
from domain.undo_batches import Reach


class EngineUnavailable(Exception):
    """The workflow engine cannot be reached now. Nothing is lost: what is stored is delivered later."""


class Delivery(Value):
    """The engine's answer to a decision. `reason` is a refusal code when it was not taken."""

    accepted: bool
    reason: str = ""


class AuditState(StrEnum):
    """Where the last readiness audit that the page started stands."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class AuditRun(Value):
    """`code` says why it failed: an error code, never a sentence of the CRM."""

    state: AuditState = AuditState.NONE
    started_at: Instant | None = None
    code: str = ""


class SlackDoor(Protocol):
    """What proves that a request came from Slack, and opens a modal there."""

    def genuine(self, body: bytes, timestamp: str, signature: str) -> bool:
        """Whether Slack signed these bytes within the last five minutes."""
        ...

    def code_digest(self, code: str) -> str:
        """Keyed digest of a linking code, so that a row in the database alone links nobody."""
        ...

    def open_modal(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Raises `NotifyError`."""
        ...


class TemporalGateway(Protocol):
    """Every method is safe to repeat, and raises `EngineUnavailable` when the engine is out of reach."""

    async def start_case(self, case: Case) -> None:
        """Start the case's workflow; already started is success."""
        ...

    async def join_case(self, case: Case, inquiry_number: int) -> None:
        """Tell the open workflow of a further inquiry by the same person."""
        ...

    async def deliver_decision(self, case: Case, round: int, decision_id: str) -> Delivery:
        """Hand the id of a stored, signed decision to the waiting workflow."""
        ...

    async def deliver_resolution(self, workflow_id: str, number: int, resolution_id: str) -> Delivery:
        """Hand the id of a stored resolution to the workflow that waits for it."""
        ...

    async def start_undo(self, case: Case, receipt_id: str, decision_id: str, *, agent_version: str) -> str:
        """Start the undo of one receipt and return its workflow id; one that was stopped is started again."""
        ...

    async def start_undo_batch(
        self, batch_id: str, *, total: int, dry_run: bool, agent_version: str, so_far: Mapping[Reach, int]
    ) -> None:
        """Start the dry run of a batch, or what takes it back; one that runs already is success.

        `so_far` is what a run that was stopped had done, so that the engine's pages count on.
        """
        ...

    async def start_audit(self) -> None:
        """Start a readiness audit of the org; one that runs already is success."""
        ...

    async def audit_run(self) -> AuditRun:
        """The last readiness audit that was started here."""
        ...

    async def stop_mail(self, case: Case) -> None:
        """Ask the workflow not to send the e-mail whose undo window is still open."""
        ...
