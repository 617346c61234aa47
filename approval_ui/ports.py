"""What the pages need from the workflow engine. The adapter over Temporal is wired in `approval_ui/main.py`."""

from typing import Protocol

from domain.cases import Case
from domain.model import Value


class EngineUnavailable(Exception):
    """The workflow engine cannot be reached now. Nothing is lost: what is stored is delivered later."""


class Delivery(Value):
    """The engine's answer to a decision. `reason` is a refusal code when it was not taken."""

    accepted: bool
    reason: str = ""


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

    async def start_undo(self, case_id: str, receipt_id: str, decision_id: str) -> str:
        """Start the undo of one receipt and return its workflow id."""
        ...

    async def stop_mail(self, case: Case) -> None:
        """Ask the workflow not to send the e-mail whose undo window is still open."""
        ...
