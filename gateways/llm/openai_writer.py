"""Writes with a language model behind any OpenAI-compatible endpoint. One call per draft; no retry of its own."""

import re

from pydantic import Field

from domain.drafting import Draft, DraftOrigin, DraftRequest, DraftSentence, Matter, Meeting, MeetingSummary
from domain.meetings import MAX_MEETINGS, summary_of
from domain.model import Value
from gateways.llm.asking import ask
from gateways.llm.completions import Completions, answer_in

PROMPT_VERSION = "v2"
_TEMPERATURE = 0.2
_LONGEST_SUBJECT = 200


class _Sentence(Value):
    text: str = Field(max_length=1_000)
    evidence: tuple[str, ...] = Field(default=(), max_length=20)


class _Summed(Value):
    agreed: tuple[_Sentence, ...] = Field(default=(), max_length=20)
    open_questions: tuple[_Sentence, ...] = Field(default=(), max_length=20)
    next_steps: tuple[_Sentence, ...] = Field(default=(), max_length=20)


class _Answer(Value):
    """What the schema asks for; servers that do not enforce it are held to it here."""

    summary: str = Field(max_length=4_000)
    talking_points: tuple[_Sentence, ...] = Field(default=(), max_length=20)
    task_subject: str = Field(default="", max_length=1_000)
    task_description: str = Field(default="", max_length=8_000)
    account_brief: tuple[_Sentence, ...] = Field(default=(), max_length=20)
    meetings: dict[str, _Summed] = Field(default_factory=dict, max_length=MAX_MEETINGS)
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
        self._prompt_version = prompt_version
        self._completions = Completions(
            api_key=api_key,
            model=model,
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            max_output_tokens=max_output_tokens,
        )

    def draft(self, request: DraftRequest) -> Draft:
        question = ask(request, self._prompt_version)
        completion = self._completions.ask(
            system=question.system,
            user=question.user,
            name="draft",
            schema=question.answer_schema,
            temperature=_TEMPERATURE,
            sent_fields=question.sent_fields,
        )
        usage = self._completions.usage_of(completion, question.sent_fields)
        answer = answer_in(completion, _Answer, "the model declined to write this draft", usage)
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
            account_brief=_sentences(answer.account_brief),
            meetings=tuple(_summed(m, answer.meetings[m.key]) for m in request.meetings if m.key in answer.meetings),
            usage=(usage,),
        )

    def close(self) -> None:
        self._completions.close()

    def cost_of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
        """US dollars, or None where the price list does not know the endpoint or the model."""
        return self._completions.cost_of(input_tokens, output_tokens, cached_tokens)


def _sentences(answers: tuple[_Sentence, ...]) -> tuple[DraftSentence, ...]:
    kept = ((_clean(a.text), tuple(dict.fromkeys(a.evidence))) for a in answers)
    return tuple(DraftSentence(text=text, evidence=evidence) for text, evidence in kept if text)


def _summed(meeting: Meeting, said: _Summed) -> MeetingSummary:
    return summary_of(
        meeting,
        {
            Matter.AGREED: _sentences(said.agreed),
            Matter.OPEN: _sentences(said.open_questions),
            Matter.NEXT: _sentences(said.next_steps),
        },
    )


def _clean(text: str) -> str:
    """Without control and direction characters, which could show a reviewer something else than is sent."""
    return re.sub(
        r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", " ", text
    ).strip()
