"""What scores, and from how many points on a lead is how good: the playbook's `scoring.yaml` as values.

When do you need to touch this? When a rule is to ask about something that no condition here asks about.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.durations import Seconds
from domain.model import Value


class OnIntent(Value):
    kind: Literal["intent"]
    any_of: tuple[str, ...] = Field(min_length=1)


class OnFact(Value):
    """A BANT fact of a message or a call: budget, authority, need, timeline. The newest clear statement decides."""

    kind: Literal["fact"]
    any_of: tuple[str, ...] = Field(min_length=1)
    stance: tuple[Literal["stated", "denied", "uncertain"], ...] = Field(default=("stated",), min_length=1)


ScoredField = Literal["title", "company", "email", "phone", "website", "country", "product_interest"]
"""What of an inquiry may score. Names of people are not among them, and never will be."""


class OnField(Value):
    """A field of the inquiry or lead: present, missing, or containing one of these words."""

    kind: Literal["field"]
    name: ScoredField
    present: bool | None = None
    words: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "OnField":
        if (self.present is None) == (not self.words):
            raise ValueError("give either present: true/false or words: [...]")
        return self


class OnSignal(Value):
    """An enrichment signal: within a range, or one of these values."""

    kind: Literal["signal"]
    name: str
    at_least: float | None = None
    at_most: float | None = None
    any_of: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _asks_something(self) -> "OnSignal":
        if self.at_least is None and self.at_most is None and not self.any_of:
            raise ValueError("give at_least, at_most or any_of")
        return self


class OnHost(Value):
    """The kind of e-mail address."""

    kind: Literal["email_host"]
    any_of: tuple[Literal["business", "free", "disposable"], ...] = Field(min_length=1)


class OnCrm(Value):
    """What the CRM already knows: an open opportunity, a customer account, an earlier activity."""

    kind: Literal["crm"]
    any_of: tuple[Literal["open_opportunity", "customer_account", "recent_activity"], ...] = Field(min_length=1)


Condition = Annotated[OnIntent | OnFact | OnField | OnSignal | OnHost | OnCrm, Field(discriminator="kind")]


class ScoreRule(Value):
    """Of the rules that share a `group`, only the first that applies counts."""

    id: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    label: str
    points: int = Field(ge=-100, le=100)
    when: Condition
    group: str = ""
    half_life: Seconds = 0
    """For intents and facts: the points halve with each of these since it was said. 0 keeps them."""


class Disqualifier(Value):
    """A condition that no number of points makes up for. The rules propose, a person disqualifies."""

    id: str = Field(pattern=r"^[a-z0-9_]{1,60}$")
    label: str
    reason: str
    """A reject reason's code."""
    when: Condition


class Band(Value):
    name: str = Field(min_length=1, max_length=1)
    at_least: int = Field(ge=0, le=100)
    rating: Literal["Hot", "Warm", "Cold"]
    respond_within: Seconds
    """The SLA for the first human answer, in the owning team's business time."""
