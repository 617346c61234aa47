"""Everything that a workflow history says, payloads decoded, to be searched."""

import base64
import binascii
import json
from collections.abc import Iterator

from temporalio.client import WorkflowHistory


def texts_of(history: WorkflowHistory) -> Iterator[str]:
    """Every string of the history, and what each payload holds once its encoding is taken off."""
    for text in _strings(json.loads(history.to_json())):
        yield text
        try:
            decoded = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        yield decoded
        try:
            # Escapes such as \\u0040 would hide an address from a search of the raw bytes.
            yield from _strings(json.loads(decoded))
        except json.JSONDecodeError:
            continue


def _strings(node: object) -> Iterator[str]:
    match node:
        case str():
            yield node
        case list():
            for item in node:
                yield from _strings(item)
        case dict():
            for key, value in node.items():
                yield str(key)
                yield from _strings(value)
        case _:
            return
