"""The model under its caps: asked only while they allow it, and every question on the books, failed ones too."""

from collections.abc import Sequence
from datetime import timedelta

from domain.bant import BantFindings, TranscriptReader
from domain.drafting import Draft, DraftRequest, ModelUsage
from domain.errors import ErrorCode, ModelError
from domain.model_budget import ModelCall, over_cap
from domain.playbook import Playbook
from domain.ports import Clock, DraftWriter, ModelCalls


class ModelMeter:
    """For one step of one case. Several workers may pass a cap together by one question each."""

    def __init__(
        self, calls: ModelCalls, playbook: Playbook, clock: Clock, *, case_id: str, agent_version: str, purpose: str
    ) -> None:
        self._calls = calls
        self._playbook = playbook
        self._clock = clock
        self._case_id = case_id
        self._agent_version = agent_version
        self._purpose = purpose

    def admit(self) -> None:
        """Raises `ModelError` (model_cap_reached) where a cap is reached."""
        now = self._clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        case = self._calls.spent(case_id=self._case_id)
        day = self._calls.spent(since=midnight, until=midnight + timedelta(days=1))
        if why := over_cap(self._playbook.model_caps, case, day):
            raise ModelError(why, code=ErrorCode.MODEL_CAP_REACHED)

    def book(self, usage: ModelUsage | None, ended: str) -> None:
        number = self._calls.spent(case_id=self._case_id).calls + 1
        now = self._clock.now()
        self._calls.record(
            ModelCall(
                call_id=f"{self._case_id}.{number}.{now.timestamp():.6f}",
                case_id=self._case_id,
                purpose=self._purpose,
                model=usage.model if usage is not None else "",
                agent_version=self._agent_version,
                at=now,
                ended=ended,
                input_tokens=usage.input_tokens if usage is not None else 0,
                output_tokens=usage.output_tokens if usage is not None else 0,
                cost_usd=usage.cost_usd if usage is not None else None,
                sent_fields=usage.sent_fields if usage is not None else (),
            )
        )


class MeteredWriter:
    """`DraftWriter`. Raises `ModelError`: model_cap_reached before a question, else what the writer raises."""

    def __init__(self, writer: DraftWriter, meter: ModelMeter) -> None:
        self.version = writer.version
        self._writer = writer
        self._meter = meter

    def draft(self, request: DraftRequest) -> Draft:
        self._meter.admit()
        try:
            draft = self._writer.draft(request)
        except ModelError as failed:
            self._meter.book(failed.usage, failed.code.value)
            raise
        for usage in draft.usage:
            self._meter.book(usage, "answered")
        return draft


class MeteredReader:
    """`TranscriptReader`. Raises as `MeteredWriter` does."""

    def __init__(self, reader: TranscriptReader, meter: ModelMeter) -> None:
        self._reader = reader
        self._meter = meter

    def read(self, text: str, *, language: str = "", seller: Sequence[str] = ()) -> BantFindings:
        self._meter.admit()
        try:
            findings = self._reader.read(text, language=language, seller=seller)
        except ModelError as failed:
            self._meter.book(failed.usage, failed.code.value)
            raise
        for usage in findings.usage:
            self._meter.book(usage, "answered")
        return findings
