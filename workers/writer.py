"""Who drafts: the model where one is configured, the template writer otherwise."""

from domain.ports import DraftWriter
from gateways.llm.openai_writer import OpenAiWriter
from gateways.llm.template_writer import TemplateWriter
from runtime.settings import ModelSettings


def draft_writer(settings: ModelSettings) -> DraftWriter:
    """The configured writer. A base URL without a key is a local server that asks for none."""
    if not settings.enabled:
        return TemplateWriter()
    return OpenAiWriter(
        api_key=settings.api_key.get_secret_value() or "not-needed",
        model=settings.model,
        base_url=settings.base_url,
    )
