"""Writes with a language model behind any OpenAI-compatible endpoint. One call per draft; no retry of its own."""

import json
import re

import openai
from genai_prices import Usage, calc_price
from openai import OpenAI
from openai.types.chat import ChatCompletion
from openai.types.completion_usage import CompletionUsage
from pydantic import Field, ValidationError

from domain.drafting import Draft, DraftOrigin, DraftRequest, DraftSentence, ModelUsage
from domain.errors import ErrorCode, ModelError
from domain.model import Value
from gateways.llm.asking import Question, ask
from gateways.llm.failures import model_error

PROMPT_VERSION = "v1"
_TEMPERATURE = 0.2
_SEED = 20_260_101
_LONGEST_SUBJECT = 200
_OPTIONAL = frozenset({"temperature", "seed"})
_NOT_JSON = "the model server's answer is not JSON"


class _Sentence(Value):
    text: str = Field(max_length=1_000)
    evidence: tuple[str, ...] = Field(default=(), max_length=20)


class _Answer(Value):
    """What the schema asks for; servers that do not enforce it are held to it here."""

    summary: str = Field(max_length=4_000)
    talking_points: tuple[_Sentence, ...] = Field(default=(), max_length=20)
    task_subject: str = Field(default="", max_length=1_000)
    task_description: str = Field(default="", max_length=8_000)
    subject: str = Field(default="", max_length=1_000)
    paragraphs: tuple[tuple[_Sentence, ...], ...] = Field(default=(), max_length=20)


class OpenAiWriter:
    """Implements `domain.ports.DraftWriter`.

    `base_url` empty means OpenAI's own. `timeout_seconds` bounds the whole call. Use one per worker; safe to
    share between threads. Raises `ModelError`: `model_unavailable` and `model_rate_limited` (with its wait) may
    be tried again, `model_malformed` once or twice, `model_refused` is final.
    """

    def __init__(
        self,
        *,
        api_key: str,
        model: str,
        base_url: str = "",
        timeout_seconds: float = 60.0,
        max_output_tokens: int = 4_000,
        prompt_version: str = PROMPT_VERSION,
    ) -> None:
        self.version = f"{model}/draft.{prompt_version}"
        self._secret = api_key
        self._model = model
        self._prompt_version = prompt_version
        self._max_output_tokens = max_output_tokens
        self._unsupported: frozenset[str] = frozenset()
        # A local server needs no key, but the client insists on one.
        self._client = OpenAI(
            api_key=api_key or "none", base_url=base_url or None, max_retries=0, timeout=timeout_seconds
        )

    def draft(self, request: DraftRequest) -> Draft:
        question = ask(request, self._prompt_version)
        completion = self._call(question)
        answer = _parse(completion)
        return Draft(
            origin=DraftOrigin.MODEL,
            writer_version=self.version,
            language=request.language,
            summary=_clean(answer.summary),
            talking_points=_sentences(answer.talking_points),
            subject=" ".join(_clean(answer.subject).split())[:_LONGEST_SUBJECT] if request.mail_allowed else "",
            paragraphs=tuple(p for p in map(_sentences, answer.paragraphs) if p) if request.mail_allowed else (),
            task_subject=" ".join(_clean(answer.task_subject).split())[:_LONGEST_SUBJECT],
            task_description=_clean(answer.task_description),
            usage=(self._usage(completion.usage, question.sent_fields),),
        )

    def close(self) -> None:
        self._client.close()

    def _call(self, question: Question) -> ChatCompletion:
        try:
            try:
                completion = self._create(question)
            except openai.BadRequestError as refused:
                # Reasoning models take no temperature, some servers no seed. Neither was charged for.
                if refused.param not in _OPTIONAL - self._unsupported:
                    raise
                self._unsupported |= _OPTIONAL
                completion = self._create(question)
        except openai.OpenAIError as failure:
            # The cause holds the request and its Authorization header: it must not travel.
            raise model_error(failure, secret=self._secret) from None
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise ModelError(_NOT_JSON, code=ErrorCode.MODEL_MALFORMED) from None
        return completion

    def _create(self, question: Question) -> ChatCompletion:
        completion: object = self._client.chat.completions.create(
            model=self._model,
            messages=[
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "draft", "strict": True, "schema": question.answer_schema},
            },
            temperature=openai.omit if "temperature" in self._unsupported else _TEMPERATURE,
            seed=openai.omit if "seed" in self._unsupported else _SEED,
            max_completion_tokens=self._max_output_tokens,
        )
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

    def _usage(self, usage: CompletionUsage | None, sent_fields: tuple[str, ...]) -> ModelUsage:
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


def _parse(completion: ChatCompletion) -> _Answer:
    """The answer, or a `ModelError` that says what it is instead."""
    if not completion.choices:
        raise ModelError("the model gave no answer", code=ErrorCode.MODEL_MALFORMED)
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise ModelError("the model declined to write this draft", code=ErrorCode.MODEL_REFUSED)
    if choice.finish_reason == "length":
        raise ModelError("the model's answer was cut off; allow more output tokens", code=ErrorCode.MODEL_MALFORMED)
    if not (choice.message.content or "").strip():
        raise ModelError("the model gave an empty answer", code=ErrorCode.MODEL_MALFORMED)
    try:
        return _Answer.model_validate_json(choice.message.content or "")
    except ValidationError as broken:
        first = broken.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"]) or "the whole"
        raise ModelError(
            f"the model's answer does not fit the form: {place}: {first['msg'][:200]}", code=ErrorCode.MODEL_MALFORMED
        ) from None


def _sentences(answers: tuple[_Sentence, ...]) -> tuple[DraftSentence, ...]:
    kept = ((_clean(a.text), tuple(dict.fromkeys(a.evidence))) for a in answers)
    return tuple(DraftSentence(text=text, evidence=evidence) for text, evidence in kept if text)


def _clean(text: str) -> str:
    """Without control and direction characters, which could show a reviewer something else than is sent."""
    return re.sub(
        r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", " ", text
    ).strip()
