"""One structured question to any OpenAI-compatible endpoint: the call, its failures by name, and what it cost.

When do you need to touch this? When an endpoint wants to be asked differently. What is asked, and what an answer
must hold, is with the callers: `openai_writer.py` and `fact_reader.py`.
"""

import hashlib
import json
from typing import TypeVar

import openai
from genai_prices import Usage, calc_price
from openai import OpenAI
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ValidationError

from domain.drafting import ModelUsage
from domain.errors import ErrorCode, ModelError
from gateways.llm.failures import model_error

_SEED = 20_260_101
_OPTIONAL = frozenset({"temperature", "seed"})
_NOT_JSON = "the model server's answer is not JSON"

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class Completions:
    """`timeout_seconds` bounds the whole call; it never retries by itself. Safe to share between threads."""

    def __init__(
        self, *, api_key: str, model: str, base_url: str, timeout_seconds: float, max_output_tokens: int
    ) -> None:
        self._secret = api_key
        self._model = model
        self._max_output_tokens = max_output_tokens
        self._unsupported: frozenset[str] = frozenset()
        # A local server needs no key, but the client insists on one.
        self._client = OpenAI(
            api_key=api_key or "none", base_url=base_url or None, max_retries=0, timeout=timeout_seconds
        )

    def close(self) -> None:
        self._client.close()

    def ask(
        self,
        *,
        system: str,
        user: str,
        name: str,
        schema: dict[str, object],
        temperature: float,
        sent_fields: tuple[str, ...],
    ) -> ChatCompletion:
        """One completion held to `schema`. Raises `ModelError`, which says what was sent all the same."""
        try:
            return self._ask(system, user, name, schema, temperature)
        except ModelError as failed:
            failed.usage = ModelUsage(model=self._model, input_tokens=0, output_tokens=0, sent_fields=sent_fields)
            raise

    def _ask(self, system: str, user: str, name: str, schema: dict[str, object], temperature: float) -> ChatCompletion:

        def create() -> object:
            return self._client.chat.completions.create(
                model=self._model,
                messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": name, "strict": True, "schema": schema},
                },
                temperature=openai.omit if "temperature" in self._unsupported else temperature,
                seed=openai.omit if "seed" in self._unsupported else _SEED,
                max_completion_tokens=self._max_output_tokens,
            )

        try:
            try:
                completion = create()
            except openai.BadRequestError as refused:
                # Reasoning models take no temperature, some servers no seed. Neither was charged for.
                if refused.param not in _OPTIONAL - self._unsupported:
                    raise
                self._unsupported |= _OPTIONAL
                completion = create()
        except openai.OpenAIError as failure:
            # The cause holds the request and its Authorization header: it must not travel.
            raise model_error(failure, secret=self._secret) from None
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise ModelError(_NOT_JSON, code=ErrorCode.MODEL_MALFORMED) from None
        # A server that answers with something else than JSON reaches us as its bare text.
        if not isinstance(completion, ChatCompletion):
            raise ModelError(_NOT_JSON, code=ErrorCode.MODEL_MALFORMED)
        return completion

    def cost_of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
        """US dollars by the price list of the endpoint's address; None where that host or model is not in it.

        A model of the same name on another host has no price. `cached_tokens` are among `input_tokens`.
        """
        used = Usage(input_tokens=input_tokens, output_tokens=output_tokens, cache_read_tokens=cached_tokens)
        try:
            price = calc_price(used, model_ref=self._model, provider_api_url=str(self._client.base_url))
        except (LookupError, ValueError):
            return None
        return float(price.total_price)

    def usage_of(self, completion: ChatCompletion, sent_fields: tuple[str, ...]) -> ModelUsage:
        """What a completion used; zeros, and no price, where the server does not say."""
        usage = completion.usage
        if usage is None:
            return ModelUsage(model=self._model, input_tokens=0, output_tokens=0, sent_fields=sent_fields)
        cached = (usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0) or 0
        return ModelUsage(
            model=self._model,
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            cost_usd=self.cost_of(usage.prompt_tokens, usage.completion_tokens, cached),
            sent_fields=sent_fields,
        )


def answer_in(completion: ChatCompletion, form: type[AnswerT], declined: str, usage: ModelUsage) -> AnswerT:
    """The answer as `form`, or a `ModelError` that says what it is instead; `declined` words a refusal.

    The error carries what the answer cost.
    """
    try:
        return _answer_in(completion, form, declined)
    except ModelError as useless:
        useless.usage = usage
        raise


def _answer_in(completion: ChatCompletion, form: type[AnswerT], declined: str) -> AnswerT:
    if not completion.choices:
        raise ModelError("the model gave no answer", code=ErrorCode.MODEL_MALFORMED)
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ModelError(declined, code=ErrorCode.MODEL_REFUSED)
    if choice.finish_reason == "length":
        raise ModelError("the model's answer was cut off; allow more output tokens", code=ErrorCode.MODEL_MALFORMED)
    if not (choice.message.content or "").strip():
        raise ModelError("the model gave an empty answer", code=ErrorCode.MODEL_MALFORMED)
    try:
        return form.model_validate_json(choice.message.content or "")
    except ValidationError as broken:
        first = broken.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"]) or "the whole"
        raise ModelError(
            f"the model's answer does not fit the form: {place}: {first['msg'][:200]}", code=ErrorCode.MODEL_MALFORMED
        ) from None


def boundary_for(text: str) -> str:
    """A mark that the fenced text cannot hold: its own digest. The same text gives the same prompt."""
    mark = "data-" + hashlib.sha256(text.encode()).hexdigest()[:20]
    while mark in text:
        mark = "data-" + hashlib.sha256(mark.encode()).hexdigest()[:20]
    return mark
