"""What was said and done around a case, each item with its source and time: the CRM's activities, and what other
systems handed in (call transcripts, product usage, billing, support, web visits).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Scalar, Value
from domain.naming import company_domain, mail_address
from domain.texts import clean, clean_block

SUMMARY_LIMIT = 400
TEXT_LIMIT = 200_000
"""Characters of a transcript or message: two hours of talk."""
MAX_FACTS = 40
CONTEXT_REACH = timedelta(days=730)
"""How far back it is read; what is older describes another company by now."""


class ContextKind(StrEnum):
    TASK = "task"
    EVENT = "event"
    EMAIL = "email"
    VOICE_CALL = "voice_call"
    CASE = "case"
    TRANSCRIPT = "call_transcript"
    USAGE = "product_usage"
    BILLING = "billing"
    SUPPORT = "support"
    WEB_VISIT = "web_visit"


HANDED_IN = (
    *(ContextKind.TRANSCRIPT, ContextKind.USAGE, ContextKind.BILLING, ContextKind.SUPPORT, ContextKind.WEB_VISIT),
)
"""What other systems may send; the rest is read from the CRM."""


class ContextItem(Value):
    """One thing that happened. `quote` is the text as it stands in the source, `summary` a line about it.

    Both are other people's words: data, never instructions.
    """

    kind: ContextKind
    occurred_at: Instant
    summary: str = Field(default="", max_length=SUMMARY_LIMIT)
    quote: str = Field(default="", max_length=TEXT_LIMIT)
    system: str = Field(min_length=1, max_length=80)
    record: str = Field(min_length=1, max_length=200)
    """The record's id in that system."""
    facts: dict[str, Scalar] = Field(default_factory=dict, max_length=MAX_FACTS)
    """What the source states in so many words: `fleet_size: 120`. Names as in the playbook."""


class ContextSubject(Value):
    """Whom to read about; what is empty is not asked by. Any one of them is enough for an item to belong."""

    email: str = ""
    company: str = ""
    """A registrable domain."""
    records: tuple[str, ...] = ()
    """CRM ids of the person, the company and their cases."""


class ContextEvent(Value):
    """An item with whom it is about, as another system hands it in."""

    subject: ContextSubject
    item: ContextItem


class CaseContext(Value):
    """All that is known to have happened around one case, newest first. Kept as its document."""

    items: tuple[ContextItem, ...] = ()

    def of_kind(self, *kinds: ContextKind) -> tuple[ContextItem, ...]:
        return tuple(i for i in self.items if i.kind in kinds)


NOTHING_BEFORE = CaseContext()


class ContextReader(Protocol):
    def about(self, subject: ContextSubject, *, since: Instant, limit: int = 50) -> tuple[ContextItem, ...]:
        """Newest first. Raises `StoreError`."""
        ...


class ContextStore(ContextReader, Protocol):
    def add(self, event: ContextEvent, *, now: Instant) -> bool:
        """Keep the event; False where the same system handed in the same record before. Raises `StoreError`."""
        ...


def subject_of(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> ContextSubject:
    """Whom a case is about: the address of the newest inquiry or the record, its company, and the CRM's ids."""
    newest, lead, account, contact = inquiries[-1], snapshot.lead, snapshot.account, snapshot.contact
    address = newest.email or next((r.text("Email") for r in (lead, contact) if r is not None), "")
    websites = (newest.website, *(r.text("Website") for r in (lead, account) if r is not None))
    return ContextSubject(
        email=mail_address(address),
        company=company_domain(address, next((w for w in websites if w), "")),
        records=tuple(r.id for r in (lead, contact, account) if r is not None),
    )


def crm_items(snapshot: CrmSnapshot) -> tuple[ContextItem, ...]:
    """The CRM's own activities as context, newest first."""
    found = [item for record in (*snapshot.activities, *snapshot.conversations) for item in _item_of(record)]
    return tuple(sorted(found, key=lambda i: (i.occurred_at, i.record), reverse=True))


def newest_first(items: Iterable[ContextItem]) -> tuple[ContextItem, ...]:
    return tuple(sorted(items, key=lambda i: (i.occurred_at, i.system, i.record), reverse=True))


_TEXTS = {
    "Task": (ContextKind.TASK, "Description"),
    "Event": (ContextKind.EVENT, "Description"),
    "EmailMessage": (ContextKind.EMAIL, "TextBody"),
    "VoiceCall": (ContextKind.VOICE_CALL, ""),
    "Case": (ContextKind.CASE, "Description"),
}
_TIMES = {
    "Task": ("ActivityDate", "CreatedDate"),
    "Event": ("StartDateTime", "ActivityDate"),
    "EmailMessage": ("MessageDate", "CreatedDate"),
    "VoiceCall": ("CallStartDateTime", "CreatedDate"),
    "Case": ("CreatedDate",),
}


def _item_of(record: CrmRecord) -> Iterator[ContextItem]:
    if record.object not in _TEXTS:
        return
    kind, text_field = _TEXTS[record.object]
    yield ContextItem(
        kind=kind,
        occurred_at=moment_of(record),
        summary=clean(_headline(record), SUMMARY_LIMIT),
        quote=clean_block(record.text(text_field), TEXT_LIMIT) if text_field else "",
        system="Salesforce",
        record=f"{record.object}/{record.id}",
    )


def _headline(record: CrmRecord) -> str:
    if record.object == "VoiceCall":
        seconds = record.fields.get("CallDurationInSeconds")
        length = f", {int(seconds) // 60} min" if isinstance(seconds, int | float) else ""
        return f"{record.text('CallType') or 'Call'}{length}"
    return " · ".join(part for part in (record.text("Subject"), record.text("Status")) if part)


def moment_of(record: CrmRecord) -> Instant:
    """When it happened, as far as the record says: a plain date counts from its midnight in UTC."""
    for field in _TIMES[record.object]:
        try:
            said = _Moment.model_validate({"at": _spelled(record.text(field))}).at
        except ValueError:
            continue
        return min(said, record.modified_at) if record.object == "Task" else said
    return record.modified_at


class _Moment(Value):
    at: Instant


def _spelled(text: str) -> str:
    return f"{text}T00:00:00Z" if len(text) == 10 else text
