"""Who drafts and who reads calls: the model where one is configured, template and rules otherwise."""

from domain.bant import RulesReader, TranscriptReader
from domain.ports import DraftWriter
from gateways.llm.fact_reader import OpenAiTranscriptReader
from gateways.llm.openai_writer import OpenAiWriter
from gateways.llm.template_writer import TemplateWriter
from runtime.settings import ModelSettings

READING_TIMEOUT = 50.0
"""Seconds for one call: as many as a step reads (`MAX_BY_MODEL`) must fit the step's time."""


def draft_writer(settings: ModelSettings) -> DraftWriter:
    """The configured writer. A base URL without a key is a local server that asks for none."""
    if not settings.enabled:
        return TemplateWriter()
    return OpenAiWriter(
        api_key=settings.api_key.get_secret_value() or "not-needed",
        model=settings.model,
        base_url=settings.base_url,
        timeout_seconds=settings.timeout_seconds,
    )


def transcript_reader(settings: ModelSettings) -> TranscriptReader:
    """The configured reader of calls and call notes."""
    if not settings.enabled:
        return RulesReader()
    return OpenAiTranscriptReader(
        api_key=settings.api_key.get_secret_value() or "not-needed",
        model=settings.model,
        base_url=settings.base_url,
        timeout_seconds=READING_TIMEOUT,
    )
