"""What left the machine, question by question: which fields, sorted by where they come from, as people call them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from approval_ui.views.wording import field_label
from domain.model_budget import ModelCall

_ORIGINS = {
    "recipient": "Recipient",
    "company": "Recipient",
    "inquiry": "Inquiry",
    "crm": "Salesforce",
    "enrichment": "Enrichment",
    "context": "Calls and contact",
    "transcript": "Calls and contact",
    "playbook": "Playbook",
    "sender": "Sender",
    "reviewer": "Reviewer",
    "findings": "Our check",
}
_TALK = re.compile(r"(?:call_transcript|voice_call|event|task)\.\w+")
"""Words of a call or of its notes, whatever part of the product sent them."""
_PURPOSES = {"calls": "Reading calls", "draft": "Drafting"}


@dataclass(frozen=True)
class Origin:
    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class SentQuestion:
    """One question to a model. `failed` says how it ended where it was not answered."""

    purpose: str
    model: str
    failed: str
    tokens: int
    cost: str
    origins: tuple[Origin, ...]


def sent_questions(asked: Sequence[ModelCall]) -> tuple[SentQuestion, ...]:
    """Oldest first."""
    return tuple(
        SentQuestion(
            purpose=_PURPOSES.get(call.purpose, call.purpose.capitalize()),
            model=call.model,
            failed="" if call.ended == "answered" else call.ended.replace("_", " "),
            tokens=call.input_tokens + call.output_tokens,
            cost="" if call.cost_usd is None else f"${call.cost_usd:.4f}",
            origins=_origins(call.sent_fields),
        )
        for call in asked
    )


def _origins(fields: Sequence[str]) -> tuple[Origin, ...]:
    sorted_in: dict[str, list[str]] = {}
    for sent in fields:
        origin, name = _origin_of(sent)
        names = sorted_in.setdefault(origin, [])
        if name not in names:
            names.append(name)
    order = list(dict.fromkeys(_ORIGINS.values()))
    known = sorted(sorted_in.items(), key=lambda kv: order.index(kv[0]) if kv[0] in order else len(order))
    return tuple(Origin(name=origin, fields=tuple(names)) for origin, names in known)


def _origin_of(sent: str) -> tuple[str, str]:
    """`crm:NumberOfEmployees` is Salesforce's Employees."""
    if _TALK.fullmatch(sent.partition(":")[2] or sent):
        return _ORIGINS["context"], "words of the call"
    head, _, name = sent.replace(":", ".", 1).partition(".")
    words = {"transcript": "words of the call", "findings": "what it struck"}
    label = words.get(sent) or field_label(name or head).replace("_", " ")
    return _ORIGINS.get(head, "Other"), label[:1].lower() + label[1:] if not label.isupper() else label
