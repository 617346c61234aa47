"""Footnotes for the sources that the rules use, so that each rule names them the same way."""

from domain.enrichment import Signal
from domain.evidence import EvidenceBook, EvidenceSource
from domain.leads import CrmRecord, Inquiry
from domain.model import Instant
from domain.resolutions import StatedInquiry
from domain.texts import clean, clean_block

VALUE_LIMIT = 255


def cite_field(book: EvidenceBook, record: CrmRecord, field: str) -> str:
    """A field of a CRM record as it was read."""
    return book.cite(
        EvidenceSource.CRM,
        "Salesforce",
        f"{record.object}/{record.id}",
        field,
        observed_at=record.modified_at,
        value=clean(record.text(field), VALUE_LIMIT) or None,
    )


def cite_inquiry(book: EvidenceBook, inquiry: Inquiry, field: str, *, quote: str | None = None) -> str:
    """A field of an inquiry, or an exact span of it; the person of ours who stated it, where one did."""
    if isinstance(inquiry, StatedInquiry) and field in inquiry.stated:
        return book.cite(
            EvidenceSource.REVIEWER,
            inquiry.stated[field],
            inquiry.event_id,
            field,
            observed_at=inquiry.received_at,
            value=clean(str(getattr(inquiry, field)), VALUE_LIMIT),
        )
    return book.cite(
        EvidenceSource.INQUIRY,
        inquiry.source.value,
        inquiry.event_id,
        field,
        observed_at=inquiry.received_at,
        value=None if quote is not None else clean(str(getattr(inquiry, field)), VALUE_LIMIT),
        quote=clean_block(quote, 400) if quote is not None else None,
    )


def cite_signal(book: EvidenceBook, signal: Signal) -> str:
    """What an enrichment provider said."""
    return book.cite(
        EvidenceSource.ENRICHMENT,
        signal.system,
        signal.record,
        signal.field,
        observed_at=signal.observed_at,
        value=None if signal.value is None else clean(str(signal.value), VALUE_LIMIT),
        confidence=signal.confidence,
    )


def cite_playbook(book: EvidenceBook, part: str, name: str, says: str, *, now: Instant) -> str:
    """A rule of the playbook."""
    return book.cite(EvidenceSource.PLAYBOOK, "playbook", part, name, observed_at=now, value=clean(says, VALUE_LIMIT))
