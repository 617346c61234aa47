"""The base of every value object: frozen, closed to unknown fields, compared by value."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

Scalar = str | int | float | bool | None
"""What one CRM field can hold. Dates travel as ISO 8601 text, as Salesforce sends them."""

Instant = AwareDatetime
"""A point in time with its zone; naive times are refused."""


class Value(BaseModel):
    """A frozen value object. Unknown fields are refused, so that a typo is an error and not a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(BaseModel):
    """Base of what travels in workflow history. Unknown fields are ignored: an older worker reads a newer message."""

    model_config = ConfigDict(frozen=True, extra="ignore")
