"""What RevOps decides about exceptions: who is asked about which, and by when."""

from pydantic import Field, model_validator

from domain.cases import ExceptionCode
from domain.durations import Seconds
from domain.model import Value


class ExceptionRules(Value):
    """Durations count from the opening in the owner's business time."""

    owners: dict[ExceptionCode, str] = Field(default_factory=dict)
    """Login of a reviewer, or a role; without one the fallback owner of the routing, else the first manager."""
    reminder: Seconds = 4 * 3600
    due: Seconds = 9 * 3600
    """The deadline: after it the owner's manager hears of it."""
    closes: Seconds = 27 * 3600
    """Then the case closes as unresolved."""

    @model_validator(mode="after")
    def _rises(self) -> "ExceptionRules":
        if not 0 < self.reminder < self.due < self.closes:
            raise ValueError("the steps must rise: reminder, due, closes")
        return self
