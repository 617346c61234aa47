"""What was written, sent, taken back and held, and the audit chain."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from persistence.tables.base import Row, UtcDateTime, serial


class ReceiptRow(Row, table=True):
    __tablename__ = "receipt"

    receipt_id: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    decision_id: str
    phase: str
    undoes: str = ""
    written_at: datetime = Field(sa_type=UtcDateTime, index=True)
    body: str
    """`domain.receipts.WriteReceipt` as JSON."""


class MailRow(Row, table=True):
    __tablename__ = "mail"

    message_id: str = Field(primary_key=True)
    case_id: str = Field(index=True)
    decision_id: str
    state: str
    begun_at: datetime = Field(sa_type=UtcDateTime)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class PauseRow(Row, table=True):
    __tablename__ = "pause"

    motion: str = Field(primary_key=True)
    """A `Motion`, or `*` for every one."""
    paused: bool
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
    decision_id: str = ""
    """The signed decision that released it; empty while it is pressed."""
    released_all: bool = False
    """Whether it was released together with all others."""


class AuditRow(Row, table=True):
    """One link of an org's chain. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "audit_entry"
    __table_args__: ClassVar[Any] = (
        sa.UniqueConstraint("org_id", "position"),
        sa.UniqueConstraint("org_id", "key"),
    )

    seq: int | None = serial()
    org_id: str
    position: int
    """Counts from 1 within the org."""
    key: str
    kind: str
    case_id: str = Field(default="", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    body: bytes
    """Canonical JSON of the event, as hashed."""
    prev_hash: str
    entry_hash: str


class UndoBatchRow(Row, table=True):
    """Many writes that somebody wants taken back. Until `delivered_at` is set, its workflow has not been started.

    That is for the dry run, and once more when all is signed.
    """

    __tablename__ = "undo_batch"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "ix_undo_batch_undelivered",
            "requested_at",
            sqlite_where=sa.text("delivered_at IS NULL"),
            postgresql_where=sa.text("delivered_at IS NULL"),
        ),
    )

    batch_id: str = Field(primary_key=True)
    org_id: str
    selection: str
    """`domain.undo_batches.UndoSelection` as JSON."""
    requested_by: str
    requested_at: datetime = Field(sa_type=UtcDateTime)
    state: str
    total: int
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UndoItemRow(Row, table=True):
    """One write of a batch. Record ids, field names and reasons only: the values stand in the receipts."""

    __tablename__ = "undo_item"

    batch_id: str = Field(primary_key=True, foreign_key="undo_batch.batch_id")
    number: int = Field(primary_key=True)
    receipt_id: str
    case_id: str
    motion: str
    records: str = ""
    """Record ids, each between line ends."""
    decision_id: str = ""
    foreseen: str = ""
    """`domain.undo_batches.Reach`, empty before the dry run looked at it."""
    forecast: str = ""
    """`domain.undo_batches.ItemResult` as JSON, like `result`."""
    outcome: str = ""
    result: str = ""
