"""What people are asked, and what they decided."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from persistence.tables.base import Row, UtcDateTime, serial, unique_where


class ReviewRow(Row, table=True):
    __tablename__ = "review"
    __table_args__: ClassVar[Any] = (
        # One walk along each of these is one page of the queue.
        sa.Index(
            "ix_review_due", "org_id", "state", "motion", "group_at", "account_key", "next_at", "case_id", "round"
        ),
        sa.Index("ix_review_opened", "org_id", "state", "motion", "opened_at", "case_id", "round"),
        sa.Index("ix_review_closed", "org_id", "state", "motion", "closed_at", "case_id", "round"),
        sa.Index("ix_review_account", "org_id", "motion", "account_key", "state"),
        # Everything that is counted, so that counting reads no rows: those are long.
        sa.Index(
            "ix_review_counted",
            *("org_id", "state", "motion", "territory", "risk", "round", "snoozed_until", "next_at", "rung"),
            *("claimed_by", "assignee", "asked", "denied", "access_at"),
        ),
    )

    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    org_id: str
    motion: str
    workflow_id: str
    title: str
    subtitle: str = ""
    risk: str
    score: int | None = None
    band: str = ""
    owner_name: str = ""
    assignee: str = ""
    proposal_digest: str
    quorum: int = 1
    opened_at: datetime = Field(sa_type=UtcDateTime)
    reminder_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fallback_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    manager_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ladder: str
    """`domain.cases.Ladder` as JSON."""
    state: str
    verdict: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rung: str = ""
    """The last `LadderStep` that was taken."""
    claimed_by: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    """When the first step of the ladder comes that was not taken yet."""
    asked: str = ""
    """Whom the steps taken so far were told to, each login between line ends."""
    territory: str = ""
    respond_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    account_key: str
    """See `domain.cases.ReviewOpening`; the case's own id where the review stands alone."""
    group_at: datetime = Field(sa_type=UtcDateTime)
    """The earliest `next_at` among the open reviews of this account and motion: they stand together there."""
    denied: str = ""
    """Logins of reviewers whom the CRM keeps from the records, as `asked` holds them."""
    access_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the CRM was asked that last."""
    search_text: str = ""
    """Personal data: blanked with the title when the case is erased."""


class SavedViewRow(Row, table=True):
    """A filter that somebody gave a name. It holds no search, which would be a person's name."""

    __tablename__ = "saved_view"
    __table_args__: ClassVar[Any] = (sa.UniqueConstraint("org_id", "login", "name"),)

    view_id: str = Field(primary_key=True)
    org_id: str
    login: str
    name: str
    query: str
    """`domain.review_queue.QueueFilter` as an address spells it."""
    saved_at: datetime = Field(sa_type=UtcDateTime)


class DecisionRow(Row, table=True):
    """A signed decision as stored. `counts` is false where it ends no round: voided by an edit, or made to undo."""

    __tablename__ = "decision"
    __table_args__: ClassVar[Any] = (
        unique_where("uq_decision_position", "counts", "case_id", "round", "quorum_position"),
        unique_where("uq_decision_reviewer", "counts", "case_id", "round", "reviewer"),
        sa.Index("ix_decision_round", "case_id", "round"),
        sa.Index(
            "ix_decision_undelivered",
            "recorded_at",
            sqlite_where=sa.text("delivered_at IS NULL"),
            postgresql_where=sa.text("delivered_at IS NULL"),
        ),
        sa.Index(
            "ix_decision_undo",
            "org_id",
            "decision_id",
            sqlite_where=sa.text("purpose = 'countersign/undo/v1' AND group_id = ''"),
            postgresql_where=sa.text("purpose = 'countersign/undo/v1' AND group_id = ''"),
        ),
    )

    decision_id: str = Field(primary_key=True)
    org_id: str
    case_id: str
    round: int
    purpose: str
    quorum_position: int
    reviewer: str
    role: str
    verdict: str
    reason_code: str = ""
    final_digest: str
    envelope_bytes: bytes
    signature: bytes
    group_id: str = ""
    """Set where the signature is over a list, which `DecisionGroupRow` holds; `place` is this decision's in it."""
    place: int = 0
    counts: bool
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_attempts: int = 0
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """For an undo: when it was found that its workflow had been stopped."""


class DecisionGroupRow(Row, table=True):
    """The list that one signature covers, as signed."""

    __tablename__ = "decision_group"

    group_id: str = Field(primary_key=True)
    members: bytes


class ReviewEventRow(Row, table=True):
    """The timeline of a round: opening, ladder steps, claims, votes, ending. `key` makes each entry happen once."""

    __tablename__ = "review_event"
    __table_args__: ClassVar[Any] = (
        sa.UniqueConstraint("case_id", "round", "key"),
        sa.ForeignKeyConstraint(["case_id", "round"], ["review.case_id", "review.round"]),
    )

    seq: int | None = serial()
    case_id: str
    round: int
    key: str
    kind: str
    who: str = ""
    at: datetime = Field(sa_type=UtcDateTime)


class ExceptionRow(Row, table=True):
    """A case's question to a person, and who answered it. What was answered is a document of the case."""

    __tablename__ = "case_exception"
    __table_args__: ClassVar[Any] = (
        sa.UniqueConstraint("case_id", "key"),
        sa.Index("ix_case_exception_lane", "org_id", "state", "due_at"),
    )

    case_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    key: str
    org_id: str
    round: int
    motion: str
    workflow_id: str
    code: str
    title: str
    subtitle: str = ""
    owner: str
    asked: str = ""
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    ladder: str
    """`domain.cases.Ladder` as JSON."""
    state: str
    rung: str = ""
    claimed_by: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolution_id: str = ""
    act: str = ""
    resolved_by: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivery_attempts: int = 0
    search_text: str = ""
    """Lower case, without accents. It names people, so it goes when their data is erased."""
    denied: str = ""
    """Logins of reviewers whom the CRM keeps from the records, one a line with a line break on both sides."""
    access_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
