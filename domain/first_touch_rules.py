"""What RevOps decides about the time between an assignment and the first human activity."""

from pydantic import Field, model_validator

from domain.durations import Seconds
from domain.model import Value


class FirstTouchRules(Value):
    """Durations count in the owner's business time."""

    watch: bool = True
    """False tells nobody and watches nothing."""
    look_at_percent: int = Field(default=50, ge=1, le=99)
    """At which share of the time the CRM is asked first whether somebody has worked on the lead."""
    at_least: Seconds = 900
    """Whoever is given a lead late, because its approval took long, has at least this long from then on."""
    reassign_after: Seconds = 7200
    """How long after the deadline another owner is proposed; 0 only reminds."""
    most_reassignments: int = Field(default=2, ge=0, le=5)
    """How often in a row another owner is proposed for one lead; after that a breach only reminds."""
    manager: str = ""
    """Login of the reviewer who hears of a breach where the owner has no manager in reviewers.yaml."""

    @model_validator(mode="after")
    def _gives_time(self) -> "FirstTouchRules":
        if self.watch and not self.at_least:
            raise ValueError("at_least must be more than 0, or the owner is late when told")
        return self
