"""What people are told, and through what."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from persistence.tables.base import Row, UtcDateTime, serial


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

    seq: int | None = serial()
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
