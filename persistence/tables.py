"""Every table of the application database, and nothing else.

Codes are stored as the text of their StrEnum, so that a new code needs no migration. Times are UTC. Rows are
for the adapters of this room and for read-only pages; whoever changes something calls an adapter.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone, so it is dropped there on the way in and put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts up by itself only in a column declared INTEGER.
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """Own metadata: other users of SQLModel in the same process keep their tables to themselves."""

    metadata: ClassVar[sa.MetaData] = metadata


def _unique_where(name: str, condition: str, *columns: str) -> sa.Index:
    clause = sa.text(condition)
    return sa.Index(name, *columns, unique=True, sqlite_where=clause, postgresql_where=clause)


def _serial() -> Any:
    return Field(default=None, sa_column=sa.Column(_SERIAL, primary_key=True, autoincrement=True))


class CaseRow(Row, table=True):
    __tablename__ = "sales_case"
    __table_args__: ClassVar[Any] = (
        _unique_where("uq_sales_case_open_person", "state = 'open'", "org_id", "motion", "person_key"),
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

    seq: int | None = _serial()
    document_id: str = Field(unique=True)
    case_id: str
    kind: str
    slot: str
    digest: str
    """SHA-256 over the case's salt and the bytes, hex."""
    body: bytes | None = None
    stored_at: datetime = Field(sa_type=UtcDateTime)


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
        _unique_where("uq_decision_position", "counts", "case_id", "round", "quorum_position"),
        _unique_where("uq_decision_reviewer", "counts", "case_id", "round", "reviewer"),
        sa.Index("ix_decision_round", "case_id", "round"),
        sa.Index(
            "ix_decision_undelivered",
            "recorded_at",
            sqlite_where=sa.text("delivered_at IS NULL"),
            postgresql_where=sa.text("delivered_at IS NULL"),
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

    seq: int | None = _serial()
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

    seq: int | None = _serial()
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


class ReadinessRow(Row, table=True):
    """One readiness audit of an org."""

    __tablename__ = "readiness_report"

    seq: int | None = _serial()
    org_id: str = Field(index=True)
    measured_at: datetime = Field(sa_type=UtcDateTime)
    score: int
    body: bytes
    """`domain.readiness_report.ReadinessReport` as JSON."""


class OrganisationRow(Row, table=True):
    """What the org last said about itself."""

    __tablename__ = "organisation"

    org_id: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    body: bytes
    """`domain.organisation.Organisation` as JSON."""


class BaselineRow(Row, table=True):
    """How an org's leads were worked before the agent."""

    __tablename__ = "baseline"

    seq: int | None = _serial()
    org_id: str = Field(index=True)
    measured_at: datetime = Field(sa_type=UtcDateTime)
    body: bytes
    """`domain.organisation.Baseline` as JSON."""


class PollCursorRow(Row, table=True):
    """How far an org's leads were read."""

    __tablename__ = "poll_cursor"

    org_id: str = Field(primary_key=True)
    body: bytes
    """`domain.polling.PollCursor` as JSON."""
    moved_at: datetime = Field(sa_type=UtcDateTime)


class UserRow(Row, table=True):
    """Who may sign in. `password_hash` is argon2, made and checked in the approval UI; empty where a provider does.

    `issuer` and `subject` are the provider's name for the person, once they signed in there.
    """

    __tablename__ = "local_user"
    __table_args__: ClassVar[Any] = (sa.Index("ix_local_user_subject", "issuer", "subject"),)

    login: str = Field(primary_key=True)
    display_name: str
    role: str
    password_hash: str
    crm_user_id: str = ""
    team: str = ""
    active: bool = True
    issuer: str = Field(default="", sa_column_kwargs={"server_default": ""})
    subject: str = Field(default="", sa_column_kwargs={"server_default": ""})


class AbsenceRow(Row, table=True):
    """Somebody said that they are away until then, over what the playbook's calendar says."""

    __tablename__ = "absence"

    login: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UtcDateTime)
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class PreferenceRow(Row, table=True):
    """One choice of a person about their pages."""

    __tablename__ = "ui_preference"

    login: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class SessionRow(Row, table=True):
    """A signed-in browser. Only the digest of its token is kept."""

    __tablename__ = "ui_session"

    token_digest: str = Field(primary_key=True)
    login: str = Field(index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the provider last vouched for this session; None for a local password."""
    upstream: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The provider's refresh token, encrypted by the approval UI."""


class PlaybookRow(Row, table=True):
    """A playbook that cases were started with, by digest."""

    __tablename__ = "playbook"

    digest: str = Field(primary_key=True)
    body: bytes
    stored_at: datetime = Field(sa_type=UtcDateTime)


class RotationSeatRow(Row, table=True):
    """What a member of a pool has saved up for their next turn, see `domain.round_robin`."""

    __tablename__ = "rotation_seat"

    org_id: str = Field(primary_key=True)
    pool: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    credit: int = 0
    turns: int = 0


class RotationTurnRow(Row, table=True):
    """Whom a case was given to in a round. A round that keeps the member of an earlier one takes no turn."""

    __tablename__ = "rotation_turn"
    __table_args__: ClassVar[Any] = (sa.Index("ix_rotation_turn_member", "org_id", "member"),)

    org_id: str = Field(primary_key=True)
    pool: str = Field(primary_key=True)
    case_id: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    member: str
    taken_at: datetime = Field(sa_type=UtcDateTime)


class EnrichmentAnswerRow(Row, table=True):
    """What an outside provider said about a company. Nothing here is about a person."""

    __tablename__ = "enrichment_answer"

    provider: str = Field(primary_key=True)
    company: str = Field(primary_key=True)
    """The registrable domain."""
    body: bytes
    """The signals as JSON."""
    answered_at: datetime = Field(sa_type=UtcDateTime)


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


class NoticeRow(Row, table=True):
    """Something that people are to be told. Until `spread_at` is set, nobody knows whom."""

    __tablename__ = "notice"
    __table_args__: ClassVar[Any] = (
        sa.Index(
            "ix_notice_unspread",
            "seq",
            sqlite_where=sa.text("spread_at IS NULL"),
            postgresql_where=sa.text("spread_at IS NULL"),
        ),
    )

    seq: int | None = _serial()
    key: str = Field(unique=True)
    body: str
    """`domain.notices.Notice` as JSON."""
    spread_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NotificationRow(Row, table=True):
    """One notice for one person through one channel; its id is made of the three, so nothing is told twice."""

    __tablename__ = "notification"
    __table_args__: ClassVar[Any] = (
        sa.Index("ix_notification_due", "state", "due_at"),
        sa.Index("ix_notification_round", "case_id", "round"),
    )

    notification_id: str = Field(primary_key=True)
    org_id: str
    case_id: str
    round: int
    kind: str
    login: str = ""
    channel: str
    grouped: bool
    updates: str = ""
    state: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    code: str = ""
    reference: str = ""
    moved_at: datetime = Field(sa_type=UtcDateTime)
    notice: str
    """`domain.notices.Notice` as JSON."""


class ChannelHealthRow(Row, table=True):
    """Whether a configured channel works."""

    __tablename__ = "notice_channel"

    channel: str = Field(primary_key=True)
    code: str = ""
    since: datetime = Field(sa_type=UtcDateTime)
    checked_at: datetime = Field(sa_type=UtcDateTime)


class NoticePreferenceRow(Row, table=True):
    """How somebody wants to be told."""

    __tablename__ = "notice_preference"

    login: str = Field(primary_key=True)
    body: str
    """`domain.notices.Preferences` as JSON."""
    changed_at: datetime = Field(sa_type=UtcDateTime)


class SlackLinkRow(Row, table=True):
    """Which Slack user an account is. One account per Slack user and the other way round."""

    __tablename__ = "slack_link"

    login: str = Field(primary_key=True)
    slack_user: str = Field(unique=True)
    """`TEAM/USER`."""
    linked_at: datetime = Field(sa_type=UtcDateTime)


class SlackCodeRow(Row, table=True):
    """A code that links a Slack user to an account once. Only its keyed digest is kept."""

    __tablename__ = "slack_code"

    code_digest: str = Field(primary_key=True)
    login: str
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SlackRequestRow(Row, table=True):
    """A signed request that was taken in, so that the same bytes do nothing twice."""

    __tablename__ = "slack_request"

    signature: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime, index=True)


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
