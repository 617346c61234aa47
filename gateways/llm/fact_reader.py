"""BANT from a call by a language model, held to exact quotes: what the model cannot quote, nobody sees.

When do you need to touch this? When the prompt, the form of the answer or its checks change.
"""

import json
import re
from collections.abc import Iterator, Sequence

from openai.types.chat import ChatCompletion
from pydantic import Field

from domain.bant import BantFinding, BantFindings, Stance, read_transcript
from domain.bant_speakers import Side
from domain.bant_turns import Turn, turns_of
from domain.bant_words import BantKind
from domain.model import Value
from gateways.llm.blanking import blanked
from gateways.llm.completions import Completions, answer_in, boundary_for
from gateways.llm.prompts import prompt

PROMPT_VERSION = "v1"
LONGEST = 120_000
"""Characters of a transcript that are sent; a call of three hours has fewer."""
_CONFIDENCE = 0.8


class _Said(Value):
    kind: BantKind
    stance: Stance
    quote: str = Field(max_length=2_000)
    question: str = Field(default="", max_length=2_000)
    value: str = Field(default="", max_length=300)


class _Answer(Value):
    findings: tuple[_Said, ...] = Field(default=(), max_length=100)


class OpenAiTranscriptReader:
    """Implements `domain.bant.TranscriptReader`; the same output as the rules.

    A finding stands only where its quote is in the source and in no turn of the seller. Where the rules hear a denial
    in the same words, the model's `stated` becomes `uncertain`. Mail addresses and telephone numbers are blanked before
    anything is sent. Raises `ModelError` as the writer does; the caller may take the rules instead.
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
        self.version = f"{model}/bant.{prompt_version}"
        self._prompt_version = prompt_version
        self._completions = Completions(
            api_key=api_key,
            model=model,
            base_url=base_url,
            timeout_seconds=timeout_seconds,
            max_output_tokens=max_output_tokens,
        )

    def read(self, text: str, *, language: str = "", seller: Sequence[str] = ()) -> BantFindings:
        by_rules = read_transcript(text, language=language, seller=seller)
        transcript = turns_of(text)
        if not transcript.turns:
            return by_rules
        shown = blanked(text[:LONGEST])
        completion = self._ask(shown, by_rules)
        usage = self._completions.usage_of(completion, ("transcript",))
        answer = answer_in(completion, _Answer, "the model declined to read this call", usage)
        findings = tuple(_verified(answer, text, shown, transcript.turns, by_rules))
        return BantFindings(
            findings=findings,
            language=by_rules.language,
            layout=transcript.layout,
            speakers=by_rules.speakers,
            reader=self.version,
            note="only the first part was read: the transcript is too long" if len(text) > LONGEST else "",
            usage=(usage,),
        )

    def close(self) -> None:
        self._completions.close()

    def _ask(self, shown: str, known: BantFindings) -> ChatCompletion:
        boundary = boundary_for(shown)
        sides = [s for s, side in known.speakers.items() if side is Side.SELLER]
        told = f"The seller's side: {json.dumps(sides, ensure_ascii=False)}\n" if sides else ""
        return self._completions.ask(
            system=prompt(f"bant.{self._prompt_version}").substitute(boundary=boundary),
            user=f"<{boundary}>\n{told}{shown}\n</{boundary}>",
            name="bant",
            schema=answer_schema(),
            temperature=0.0,
            sent_fields=("transcript",),
        )


def answer_schema() -> dict[str, object]:
    """JSON Schema of an answer: four matters, three stances, text; nothing else can be named."""
    text = {"type": "string"}
    said: dict[str, object] = {
        "kind": {"type": "string", "enum": [k.value for k in BantKind]},
        "stance": {"type": "string", "enum": [s.value for s in Stance if s is not Stance.UNKNOWN]},
        "quote": text,
        "question": text,
        "value": text,
    }
    item = {"type": "object", "properties": said, "required": list(said), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {"findings": {"type": "array", "items": item}},
        "required": ["findings"],
        "additionalProperties": False,
    }


def _verified(
    answer: _Answer, text: str, shown: str, turns: Sequence[Turn], by_rules: BantFindings
) -> Iterator[BantFinding]:
    """The findings whose words stand in the source, said by somebody who is not the seller; each once."""
    seen: set[tuple[BantKind, int]] = set()
    for said in answer.findings:
        span = _find(said.quote, shown)
        if span is None or said.stance is Stance.UNKNOWN or (said.kind, span[0]) in seen:
            continue
        speaker = _speaker_at(span, turns)
        if speaker is None or by_rules.speakers.get(speaker) is Side.SELLER:
            continue
        question = _find(said.question, shown)
        asked = text[question[0] : question[1]] if question is not None else ""
        quote = text[span[0] : span[1]]
        seen.add((said.kind, span[0]))
        yield BantFinding(
            kind=said.kind,
            stance=_checked(said, span, by_rules),
            quote=quote,
            start=span[0],
            end=span[1],
            speaker=speaker,
            value=said.value.strip() if said.value.strip() and said.value.strip() in f"{quote}\n{asked}" else "",
            question=asked,
            confidence=_CONFIDENCE,
            language=by_rules.language,
        )


def _checked(said: _Said, span: tuple[int, int], by_rules: BantFindings) -> Stance:
    denied = any(
        f.kind is said.kind and f.stance is Stance.DENIED and f.start < span[1] and span[0] < f.end
        for f in by_rules.findings
    )
    return Stance.UNCERTAIN if denied and said.stance is Stance.STATED else said.stance


def _find(quote: str, source: str) -> tuple[int, int] | None:
    """Where a quote stands in the source, word by word; only the space between words may differ."""
    words = quote.split()
    if not words or len(quote) > 2_000:
        return None
    found = re.search(r"\s+".join(re.escape(w) for w in words), source)
    return found.span() if found is not None else None


def _speaker_at(span: tuple[int, int], turns: Sequence[Turn]) -> str | None:
    """Who says all of it; None where nobody does, or two do."""
    for turn in turns:
        if turn.places and turn.places[0] <= span[0] and span[1] <= turn.places[-1] + 1:
            return turn.speaker
    return None
