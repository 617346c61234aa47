"""Cases, what came in for them, and what was found out and written about them."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from persistence.tables.base import Row, UtcDateTime, serial, unique_where


class CaseRow(Row, table=True):
    __tablename__ = "sales_case"
    __table_args__: ClassVar[Any] = (
        unique_where("uq_sales_case_open_person", "state = 'open'", "org_id", "motion", "person_key"),
        sa.Index("ix_sales_case_lead", "org_id", "motion", "lead_id"),
    )

    case_id: str = Field(primary_key=True)
    org_id: str
    motion: str
    workflow_id: str = Field(unique=True)
    state: str
    outcome: str | None = None
    playbook_digest: str
    agent_version: str
    lead_id: str = ""
    person_key: str
    """Keyed digest, see `domain.cases.person_key`."""
    inquiry_count: int = 1
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InquiryRow(Row, table=True):
    """A delivery that was taken in. Until `delivered_at` is set, its workflow has not been told."""

    __tablename__ = "inquiry"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "ix_inquiry_undelivered",
            "recorded_at",
            sqlite_where=sa.text("delivered_at IS NULL"),
            postgresql_where=sa.text("delivered_at IS NULL"),
        ),
    )

    case_id: str = Field(primary_key=True, foreign_key="sales_case.case_id")
    number: int = Field(primary_key=True)
    event_key: str = Field(unique=True)
    """Keyed digest of org, source and the sender's event id, which may be an address."""
    kind: str
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CaseSaltRow(Row, table=True):
    """The salt of a case's digests. After erasure the row stays without salt, and the case takes no more documents."""

    __tablename__ = "case_salt"

    case_id: str = Field(primary_key=True)
    salt: bytes | None = None
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DocumentRow(Row, table=True):
    __tablename__ = "case_document"
    __table_args__: ClassVar[Any] = (sa.UniqueConstraint("case_id", "kind", "slot"),)

    seq: int | None = serial()
    document_id: str = Field(unique=True)
    case_id: str
    kind: str
    slot: str
    digest: str
    """SHA-256 over the case's salt and the bytes, hex."""
    body: bytes | None = None
    stored_at: datetime = Field(sa_type=UtcDateTime)


class ContextEventRow(Row, table=True):
    """What another system said happened with a person or company: a call, usage, a bill, a ticket, a visit."""

    __tablename__ = "context_event"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_context_event_person", "person", "occurred_at"),
        sa.Index("ix_context_event_company", "company", "occurred_at"),
        sa.Index("ix_context_event_record", "crm_record", "occurred_at"),
    )

    event_key: str = Field(primary_key=True)
    """Digest of the sending system and its own id of the event."""
    kind: str
    person: str = ""
    """Keyed digest of the e-mail address."""
    company: str = ""
    """The registrable domain; empty for free-mail addresses."""
    crm_record: str = ""
    """The first 15 characters of a CRM id, which are enough, where the sender knew one."""
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    body: bytes
    """`domain.context.ContextItem` as JSON."""


class EnrichmentAnswerRow(Row, table=True):
    """What an outside provider said about a company. Nothing here is about a person."""

    __tablename__ = "enrichment_answer"

    provider: str = Field(primary_key=True)
    company: str = Field(primary_key=True)
    """The registrable domain."""
    body: bytes
    """The signals as JSON."""
    answered_at: datetime = Field(sa_type=UtcDateTime)


class ModelCallRow(Row, table=True):
    """One question to the language model. Counts and codes only."""

    __tablename__ = "model_call"

    call_id: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    purpose: str
    model: str
    agent_version: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended: str
    input_tokens: int
    output_tokens: int
    cost_usd: float | None = None
    sent: str
    """Names of fields, comma-separated."""


class ClaimCheckRow(Row, table=True):
    """How many statements of one round's first answer were checked, and how many nothing bore out."""

    __tablename__ = "claim_check"

    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    agent_version: str
    claims: int
    unsupported: int
    at: datetime = Field(sa_type=UtcDateTime)
