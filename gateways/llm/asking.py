"""Turns a draft request into messages for a model, and says by name what leaves the machine."""

import json

from domain.drafting import DraftRequest
from domain.evidence import Evidence, EvidenceSource
from domain.model import Value
from gateways.llm.completions import boundary_for
from gateways.llm.prompts import prompt


class Question(Value):
    """`sent_fields` names everything in `user` that came from a person, the CRM or a provider."""

    system: str
    user: str
    answer_schema: dict[str, object]
    sent_fields: tuple[str, ...]


def ask(request: DraftRequest, version: str) -> Question:
    """The messages for one draft. E-mail addresses and telephone numbers of the two people are never sent."""
    facts = (*_shown(request), *request.product_statements)
    untrusted = _data(request, facts)
    boundary = boundary_for(untrusted)
    system = prompt(f"draft.{version}").substitute(
        seller=request.seller,
        boundary=boundary,
        mail_task=" and a first e-mail to that person" if request.mail_allowed else "; no e-mail is allowed",
        mail_rules=_mail_rules(request, version) if request.mail_allowed else "",
        voice=f"Tone: {request.voice}" if request.voice else "",
    )
    user = f"<{boundary}>\n{untrusted}\n</{boundary}>"
    return Question(
        system=system.strip(),
        user=user,
        answer_schema=answer_schema(tuple(f.id for f in facts), with_mail=request.mail_allowed),
        sent_fields=_sent_fields(request, facts),
    )


def answer_schema(ids: tuple[str, ...], *, with_mail: bool) -> dict[str, object]:
    """JSON Schema of an answer. Evidence ids are limited to those offered; nothing else can be named at all."""
    identifier: dict[str, object] = {"type": "string", "enum": sorted(ids)} if ids else {"type": "string"}
    evidence: dict[str, object] = {"type": "array", "items": identifier}
    if not ids:
        evidence["maxItems"] = 0
    sentence = _object({"text": {"type": "string"}, "evidence": evidence})
    fields: dict[str, object] = {
        "summary": {"type": "string"},
        "talking_points": {"type": "array", "items": sentence},
        "task_subject": {"type": "string"},
        "task_description": {"type": "string"},
    }
    if with_mail:
        fields["subject"] = {"type": "string"}
        fields["paragraphs"] = {"type": "array", "items": {"type": "array", "items": sentence}}
    return _object(fields)


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _unless_withheld(request: DraftRequest, name: str, text: str) -> str:
    return "" if name in request.withheld else text


def _shown(request: DraftRequest) -> tuple[Evidence, ...]:
    """Where the message is withheld, its quotes are, too."""
    if "inquiry.message" not in request.withheld:
        return request.facts
    return tuple(f for f in request.facts if f.quote is None or f.source is not EvidenceSource.INQUIRY)


def _mail_rules(request: DraftRequest, version: str) -> str:
    times = " or ".join(request.meeting_offers)
    return prompt(f"mail.{version}").substitute(
        language=request.language or "en",
        next_step=f"the offer of a call, with these times exactly as they are: {times}"
        if times
        else "an offer to talk",
    )


def _data(request: DraftRequest, facts: tuple[Evidence, ...]) -> str:
    """All that others wrote, as JSON lines: nothing in it can pass for markup or for a line of ours."""
    lines: list[dict[str, object]] = [
        {
            "recipient": _unless_withheld(request, "recipient.name", request.recipient.name),
            "recipient_title": _unless_withheld(request, "recipient.title", request.recipient.title),
            "company": _unless_withheld(request, "company", request.company),
            "sender": request.sender.name,
            "sender_title": request.sender.title,
        },
    ]
    lines += [{"fact": f.id, "source": f.source.value, "field": f.field, "says": f.quote or f.value} for f in facts]
    lines.append({"inquiry_message": _unless_withheld(request, "inquiry.message", request.inquiry_message)})
    texts = (q.texts.get(request.language) or next(iter(q.texts.values())) for q in request.questions[:1])
    lines += [{"question_worth_asking": text} for text in texts]
    lines += [{"answered_already_so_never_ask": q.id.replace("_", " ")} for q in request.answered]
    if request.instructions:
        lines.append({"wish_of_a_reviewer": request.instructions})
    lines += [{"deleted_from_your_last_draft": finding} for finding in request.findings]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


def _sent_fields(request: DraftRequest, facts: tuple[Evidence, ...]) -> tuple[str, ...]:
    named = {
        "recipient.name": request.recipient.name,
        "recipient.title": request.recipient.title,
        "company": request.company,
        "sender.name": request.sender.name,
        "sender.title": request.sender.title,
        "inquiry.message": request.inquiry_message,
        "reviewer.instructions": request.instructions,
        "findings": request.findings,
    }
    fields = [name for name, content in named.items() if content and name not in request.withheld]
    fields += [f"{f.source.value}:{f.field}" for f in facts]
    return tuple(dict.fromkeys(fields))
