"""The organisation: its CRM, its rules, and whose turn it is."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from persistence.tables.base import Row, UtcDateTime, serial


class OrganisationRow(Row, table=True):
    """What the org last said about itself."""

    __tablename__ = "organisation"

    org_id: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    body: bytes
    """`domain.organisation.Organisation` as JSON."""


class ReadinessRow(Row, table=True):
    """One readiness audit of an org."""

    __tablename__ = "readiness_report"

    seq: int | None = serial()
    org_id: str = Field(index=True)
    measured_at: datetime = Field(sa_type=UtcDateTime)
    score: int
    body: bytes
    """`domain.readiness_report.ReadinessReport` as JSON."""


class BaselineRow(Row, table=True):
    """How an org's leads were worked before the agent."""

    __tablename__ = "baseline"

    seq: int | None = serial()
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
