"""Everything that Temporal keeps about a namespace, as text that can be searched."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client


@dataclass(frozen=True)
class KeptByEngine:
    """One workflow: its id, and every text found in its history and description, payloads decoded."""

    workflow_id: str
    texts: tuple[str, ...]

    def holds(self, term: str) -> bool:
        """Whether the term stands anywhere as a word of its own."""
        pattern = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")
        return any(pattern.search(text) for text in self.texts)


async def everything_kept(client: Client) -> list[KeptByEngine]:
    """All workflows of the namespace."""
    found = []
    async for execution in client.list_workflows():
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history()
        described = await handle.describe()
        texts = [execution.id, *_texts(json.loads(history.to_json()))]
        texts += _texts_of_message(described.raw_description)
        found.append(KeptByEngine(workflow_id=execution.id, texts=tuple(texts)))
    return found


def _texts_of_message(message: Any) -> list[str]:
    from google.protobuf.json_format import MessageToDict

    return list(_texts(MessageToDict(message)))


def _texts(node: Any) -> Iterator[str]:
    """Every string in a JSON tree; what is base64 of text is given decoded as well."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node
        decoded = _decoded(node)
        if decoded is not None:
            yield decoded
            try:
                # JSON escapes would hide é, quotes and line ends from a search.
                yield from _texts(json.loads(decoded))
            except ValueError:
                pass


def _decoded(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return None
