"""One REST call and its answer, free of HTTP plumbing, so that composite can make calls of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from localcrm.errors import ApiError, MultipleMatches, NotModified

JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """`segments` follow `/services/data/vX.Y/`, decoded. Header names are lower-case. No body is None; CSV is text."""

    method: str
    segments: tuple[str, ...]
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def object_body(self) -> dict[str, Any]:
        if self.body is None:
            raise ApiError(
                400,
                "JSON_PARSER_ERROR",
                "The HTTP entity body is required, but this request has no entity body.",
            )
        if not isinstance(self.body, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object.")
        return self.body

    def flag(self, header: str, name: str, *, default: bool) -> bool:
        """One `name=true|false` out of a header such as `Sforce-Duplicate-Rule-Header`, or a bare true|false."""
        text = self.headers.get(header.lower())
        if text is None:
            return default
        for part in text.replace(",", ";").split(";"):
            key, equals, value = part.strip().partition("=")
            if not equals:
                key, value = name, key
            if key.strip().lower() == name.lower() and value.strip().lower() in ("true", "false"):
                return value.strip().lower() == "true"
        return default


@dataclass(frozen=True)
class Reply:
    """`media` other than JSON: the body is text, sent as it is."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = JSON


def refusal(error: ApiError | MultipleMatches | NotModified) -> Reply:
    match error:
        case ApiError():
            return Reply(error.status, error.body())
        case MultipleMatches():
            return Reply(300, error.urls)
        case NotModified():
            return Reply(304)


REFUSALS = (ApiError, MultipleMatches, NotModified)
