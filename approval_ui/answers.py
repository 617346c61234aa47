"""What the API answers where it does not do what was asked, for its description in OpenAPI."""

from typing import Any

from pydantic import BaseModel


class Refusal(BaseModel):
    """Why, as a code and a sentence. `unsupported` lists sentences of an edit that no evidence supports."""

    code: str
    detail: str
    unsupported: str = ""


class Problem(BaseModel):
    """`detail` is a sentence, or a refusal with its code."""

    detail: str | Refusal
    code: str = ""


_WHY = {
    401: "No session, or one that is over",
    403: "The role, or the CRM, does not allow it",
    404: "There is no such thing, or its data was erased",
    409: "Somebody was quicker, or the round has ended",
    413: "The body is too large",
    422: "What was sent does not fit",
    429: "Too many attempts; Retry-After says when",
    503: "The database or the engine cannot be reached now; nothing was lost",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": why} for status, why in _WHY.items()
}
