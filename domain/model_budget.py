"""What the language model may cost, per case and per day, and what it has cost. Pure."""

from pydantic import Field

from domain.model import Instant, Value


class ModelCaps(Value):
    """Over a cap the template writer and the rules go on, and the card says so. 0 forbids the model."""

    case_calls: int = Field(default=20, ge=0)
    case_tokens: int = Field(default=150_000, ge=0)
    day_tokens: int = Field(default=5_000_000, ge=0)
    day_usd: float = Field(default=25.0, ge=0)
    """Counts what has a price; a model of one's own has none and is held by its tokens."""


class ModelCall(Value):
    """One question to a model. `ended` is `answered` or the code of the failure, which may have cost something, too."""

    call_id: str
    case_id: str
    purpose: str
    model: str
    agent_version: str
    at: Instant
    ended: str = "answered"
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    sent_fields: tuple[str, ...] = ()
    """What left the machine, by field name."""


class ModelSpend(Value):
    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0


class ClaimCount(Value):
    """How many statements the first answers of a model made, and how many of them no evidence bore out."""

    claims: int = 0
    unsupported: int = 0

    @property
    def rate(self) -> float:
        return self.unsupported / self.claims if self.claims else 0.0


def over_cap(caps: ModelCaps, case: ModelSpend, day: ModelSpend) -> str:
    """Which cap is reached, in words for a reviewer; empty where the model may be asked."""
    if case.calls >= caps.case_calls:
        return f"this case has asked the model {case.calls} times, and {caps.case_calls} are allowed"
    if case.tokens >= caps.case_tokens:
        return f"this case has used {case.tokens:,} tokens, and {caps.case_tokens:,} are allowed"
    if day.tokens >= caps.day_tokens:
        return f"today's {caps.day_tokens:,} tokens are used up"
    if day.cost_usd >= caps.day_usd:
        return f"today's budget of ${caps.day_usd:.2f} for the model is used up"
    return ""
