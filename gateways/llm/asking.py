"""Turns a draft request into messages for a model, and says by name what leaves the machine."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from domain.drafting import DraftRequest, Matter, Meeting, SpokenLine
from domain.evidence import Evidence, EvidenceSource
from domain.model import Value
from gateways.llm.blanking import blanked
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
    facts = (*_shown(request), *request.product_statements, *_allowed_out(request, request.recalled))
    account = _allowed_out(request, request.account_facts)
    meetings = tuple(m for m in request.meetings if _allowed_out(request, tuple(line.evidence for line in m.lines)))
    untrusted = _data(request, facts, account, meetings)
    boundary = boundary_for(untrusted)
    system = prompt(f"draft.{version}").substitute(
        seller=request.seller,
        boundary=boundary,
        mail_task=_mail_task(request),
        mail_rules=_mail_rules(request, version) if request.mail_allowed else "",
        brief_rules=_brief_rules(bool(account), bool(meetings), version),
        voice=f"Tone: {request.voice}" if request.voice else "",
    )
    user = f"<{boundary}>\n{untrusted}\n</{boundary}>"
    return Question(
        system=system.strip(),
        user=user,
        answer_schema=answer_schema(
            tuple(f.id for f in facts),
            with_mail=request.mail_allowed,
            account=tuple(f.id for f in account),
            meetings={m.key: tuple(line.evidence.id for line in m.lines) for m in meetings},
        ),
        sent_fields=_sent_fields(request, facts, account, meetings),
    )


def answer_schema(
    ids: tuple[str, ...],
    *,
    with_mail: bool,
    account: tuple[str, ...] = (),
    meetings: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, object]:
    """JSON Schema of an answer. Evidence ids are limited to those offered for that part; nothing else can be named at
    all. An account and meetings that were not shown have no place in it."""
    sentence = _sentence(ids)
    fields: dict[str, object] = {
        "summary": {"type": "string"},
        "talking_points": {"type": "array", "items": sentence},
        "task_subject": {"type": "string"},
        "task_description": {"type": "string"},
    }
    if account:
        fields["account_brief"] = {"type": "array", "items": _sentence(account)}
    if meetings:
        fields["meetings"] = _object({key: _meeting(lines) for key, lines in meetings.items()})
    if with_mail:
        fields["subject"] = {"type": "string"}
        fields["paragraphs"] = {"type": "array", "items": {"type": "array", "items": sentence}}
    return _object(fields)


def _sentence(ids: tuple[str, ...]) -> dict[str, object]:
    identifier: dict[str, object] = {"type": "string", "enum": sorted(ids)} if ids else {"type": "string"}
    evidence: dict[str, object] = {"type": "array", "items": identifier}
    if not ids:
        evidence["maxItems"] = 0
    return _object({"text": {"type": "string"}, "evidence": evidence})


def _meeting(lines: tuple[str, ...]) -> dict[str, object]:
    said = {"type": "array", "items": _sentence(lines)}
    return _object({matter.value: said for matter in Matter})


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _unless_withheld(request: DraftRequest, name: str, text: str) -> str:
    return "" if name in request.withheld else text


def _shown(request: DraftRequest) -> tuple[Evidence, ...]:
    """Where the message is withheld, its quotes are, too."""
    if "inquiry.message" not in request.withheld:
        return request.facts
    return tuple(f for f in request.facts if f.quote is None or f.source is not EvidenceSource.INQUIRY)


def _allowed_out(request: DraftRequest, facts: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(f for f in facts if f.id not in request.kept_here)


def _mail_task(request: DraftRequest) -> str:
    if not request.mail_allowed:
        return "; no e-mail is allowed"
    return " and a first e-mail to that person" if request.earlier is None else " and a follow-up e-mail to that person"


def _brief_rules(account: bool, meetings: bool, version: str) -> str:
    names = [name for name, shown in (("account", account), ("meetings", meetings)) if shown]
    return "\n".join(prompt(f"{name}.{version}").template.strip() for name in names)


def _mail_rules(request: DraftRequest, version: str) -> str:
    name = "mail" if request.earlier is None else "follow_up"
    times = " or ".join(request.meeting_offers)
    return prompt(f"{name}.{version}").substitute(
        language=request.language or "en",
        next_step=f"the offer of a call, with these times exactly as they are: {times}"
        if times
        else "an offer to talk",
    )


def _data(
    request: DraftRequest, facts: tuple[Evidence, ...], account: tuple[Evidence, ...], meetings: tuple[Meeting, ...]
) -> str:
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
    lines += [{"fact": f.id, "source": f.source.value, "field": f.field, "says": _says(f)} for f in facts]
    lines += [{"account_fact": f.id, "of": f.record, "field": f.field, "says": f.quote or f.value} for f in account]
    for meeting in meetings:
        lines.append({"meeting": meeting.key, "kind": meeting.kind, "day": meeting.day})
        lines += [_spoken(meeting, line) for line in meeting.lines]
    lines.append({"inquiry_message": _unless_withheld(request, "inquiry.message", request.inquiry_message)})
    texts = (q.texts.get(request.language) or next(iter(q.texts.values())) for q in request.questions[:1])
    lines += [{"question_worth_asking": text} for text in texts]
    lines += [{"answered_already_so_never_ask": q.id.replace("_", " ")} for q in request.answered]
    if request.instructions:
        lines.append({"wish_of_a_reviewer": request.instructions})
    lines += [{"deleted_from_your_last_draft": finding} for finding in request.findings]
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


def _says(fact: Evidence) -> str | None:
    """Words from a call, which nobody wrote down for us, go out blanked."""
    if fact.quote and fact.source is EvidenceSource.CONTEXT:
        return blanked(fact.quote)
    return fact.quote or fact.value


def _spoken(meeting: Meeting, line: SpokenLine) -> dict[str, object]:
    """Who spoke is told by side, never by name, and what can be dialled or written to is blanked."""
    said = blanked(line.evidence.quote or "")
    under = {"under": line.heading} if line.heading else {}
    return {"said_in": meeting.key, "line": line.evidence.id, "by": line.side.value, **under, "says": said}


def _sent_fields(
    request: DraftRequest, facts: tuple[Evidence, ...], account: tuple[Evidence, ...], meetings: tuple[Meeting, ...]
) -> tuple[str, ...]:
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
    fields += [f"{f.source.value}:{f.field}" for f in (*facts, *account)]
    fields += [f"{m.kind}.text" for m in meetings]
    return tuple(dict.fromkeys(fields))
