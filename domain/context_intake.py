"""What another system hands in about a person or company, as flat fields, made into a context event.

One shape for the webhook and for files: `kind, occurred_at, system, event_id`, whom it is about (`email`, `domain`
or `record_id`), what happened (`summary`, `text`) and plain facts (`facts`, or `fact.NAME` in a file).
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from domain.context import HANDED_IN, MAX_FACTS, TEXT_LIMIT, ContextEvent, ContextItem, ContextKind, ContextSubject
from domain.errors import InputError
from domain.model import Instant, Scalar, Value
from domain.naming import company_domain, mail_address, registrable_domain
from domain.texts import clean, clean_block

FACT_PREFIX = "fact."
_CLOCKS_DIFFER = timedelta(hours=1)
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _midnight(raw: object) -> object:
    """A plain date counts from its midnight in UTC; anything else must say its zone."""
    return f"{raw}T00:00:00Z" if isinstance(raw, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", raw) else raw


class _HandedIn(Value):
    kind: ContextKind
    occurred_at: Annotated[Instant, BeforeValidator(_midnight)]
    system: str = Field(min_length=1, max_length=80)
    event_id: str = Field(min_length=1, max_length=200)
    email: str = Field(default="", max_length=254)
    domain: str = Field(default="", max_length=255)
    record_id: str = Field(default="", pattern=r"^(?:[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?)?$")
    summary: str = Field(default="", max_length=2_000)
    text: str = Field(default="", max_length=TEXT_LIMIT)
    facts: dict[str, Scalar] = Field(default_factory=dict, max_length=MAX_FACTS)


FIELDS = tuple(_HandedIn.model_fields)


def event_from(fields: Mapping[str, Any], now: Instant) -> ContextEvent:
    """Raises `InputError` that names the field and what to send instead; it repeats no value."""
    known = {k: v.strip() if isinstance(v, str) and k != "text" else v for k, v in fields.items()}
    columns = {k.removeprefix(FACT_PREFIX): v for k, v in known.items() if k.startswith(FACT_PREFIX)}
    flat = {name: value for name, value in columns.items() if value not in ("", None)}
    rest = {k: v for k, v in known.items() if not k.startswith(FACT_PREFIX)}
    unknown = sorted(set(rest) - set(FIELDS))
    if unknown:
        raise InputError(f"unknown field {clean(', '.join(unknown), 120)}; known: {', '.join(FIELDS)}, fact.*")
    if flat:
        given = rest.get("facts") or {}
        rest["facts"] = {**(given if isinstance(given, Mapping) else {}), **flat}
    try:
        said = _HandedIn.model_validate(rest)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        raise InputError(f"{'.'.join(str(p) for p in first['loc'])}: {_told(first['type'], first['msg'])}") from None
    if said.kind not in HANDED_IN:
        raise InputError(f"kind: {said.kind.value} is read from the CRM itself; send one of {', '.join(HANDED_IN)}")
    if said.occurred_at > now + _CLOCKS_DIFFER:
        raise InputError("occurred_at: lies in the future; send when it happened, with its time zone")
    if bad := [name for name in said.facts if not _FACT_NAME.fullmatch(name)]:
        raise InputError(f"facts: {clean(bad[0], 60)} is no name; use lower case, digits and _")
    return ContextEvent(subject=_subject(said), item=_item(said))


def _told(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing; add it"
        case "timezone_aware":
            return "has no time zone; add Z or an offset such as +02:00"
        case "enum":
            return f"send one of {', '.join(HANDED_IN)}"
        case _:
            return message[:1].lower() + message[1:]


def _subject(said: _HandedIn) -> ContextSubject:
    email, domain = mail_address(said.email), registrable_domain(said.domain)
    if said.email and not email:
        raise InputError("email: not an address")
    if said.domain and not domain:
        raise InputError("domain: not a domain; send example.com or https://example.com/")
    if not (email or domain or said.record_id):
        raise InputError("nobody is named; send email, domain or record_id")
    record = (said.record_id,) if said.record_id else ()
    return ContextSubject(email=email, company=company_domain("", domain) or company_domain(email, ""), records=record)


def _item(said: _HandedIn) -> ContextItem:
    facts = {name: clean(v, 255) if isinstance(v, str) else v for name, v in said.facts.items()}
    summary = clean(said.summary, 400)
    text = clean_block(said.text, TEXT_LIMIT)
    if not (summary or text.strip() or facts):
        raise InputError("nothing is said; send summary, text or facts")
    return ContextItem(
        kind=said.kind,
        occurred_at=said.occurred_at,
        summary=summary,
        quote=text,
        system=clean(said.system, 80) or "unnamed",
        record=clean(said.event_id, 200) or "unnamed",
        facts=facts,
    )
