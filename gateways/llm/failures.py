"""What went wrong at a model server, as a `ModelError`. Never repeats a key or a header."""

import email.utils
from datetime import UTC, datetime

import openai

from domain.errors import ErrorCode, ModelError

_LONGEST_WAIT = 3600.0
_HOPELESS_LIMITS = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


def model_error(failure: openai.OpenAIError, *, secret: str, now: datetime | None = None) -> ModelError:
    """Timeouts, broken connections and 5xx may be tried again; 429 after its own time; the other 4xx are final."""
    match failure:
        case openai.APITimeoutError():
            return ModelError("the model server did not answer in time", code=ErrorCode.MODEL_UNAVAILABLE)
        case openai.APIConnectionError():
            return ModelError("the model server cannot be reached", code=ErrorCode.MODEL_UNAVAILABLE)
        case openai.APIStatusError():
            return _by_status(failure, secret, now or datetime.now(UTC))
        case openai.APIResponseValidationError():
            return ModelError("the model server's answer is not in its protocol", code=ErrorCode.MODEL_MALFORMED)
        case _:
            return ModelError(_safe(str(failure), secret), code=ErrorCode.MODEL_UNAVAILABLE)


def _by_status(failure: openai.APIStatusError, secret: str, now: datetime) -> ModelError:
    status = failure.status_code
    if status == 429 and failure.code in _HOPELESS_LIMITS:
        return ModelError("the account at the model server has no credit left; top it up", code=ErrorCode.MODEL_REFUSED)
    if status == 429:
        wait = _retry_after(failure.response.headers.get("retry-after", ""), now)
        return ModelError(
            "the model server limits the rate", code=ErrorCode.MODEL_RATE_LIMITED, retry_after_seconds=wait
        )
    if status in {401, 403}:
        # Its text often repeats part of the key.
        return ModelError(f"the model server refuses the key (HTTP {status})", code=ErrorCode.MODEL_REFUSED)
    if status >= 500 or status in {408, 409}:
        wait = _retry_after(failure.response.headers.get("retry-after", ""), now)
        return ModelError(
            f"the model server failed (HTTP {status})", code=ErrorCode.MODEL_UNAVAILABLE, retry_after_seconds=wait
        )
    message = _safe(failure.message, secret)
    return ModelError(f"the model server refuses the request (HTTP {status}): {message}", code=ErrorCode.MODEL_REFUSED)


def _retry_after(header: str, now: datetime) -> float | None:
    """Seconds from a `Retry-After` header in either of its forms, at most an hour."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (email.utils.parsedate_to_datetime(header) - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else None


def _safe(message: str, secret: str) -> str:
    hidden = message.replace(secret, "(key)") if secret else message
    return " ".join(hidden.split())[:300]
