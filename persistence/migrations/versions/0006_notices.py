"""Whom to tell what: notices, notifications, preferences, and accounts linked to Slack users."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("seq", _SERIAL, autoincrement=True, nullable=False),
        _text("key"),
        _text("body"),
        _time("spread_at", nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    unspread = sa.text("spread_at IS NULL")
    op.create_index("ix_notice_unspread", "notice", ["seq"], sqlite_where=unspread, postgresql_where=unspread)
    op.create_table(
        "notification",
        _text("notification_id"),
        _text("org_id"),
        _text("case_id"),
        sa.Column("round", sa.Integer(), nullable=False),
        _text("kind"),
        _text("login"),
        _text("channel"),
        sa.Column("grouped", sa.Boolean(), nullable=False),
        _text("updates"),
        _text("state"),
        _time("due_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("code"),
        _text("reference"),
        _time("moved_at"),
        _text("notice"),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_notification")),
    )
    op.create_index("ix_notification_due", "notification", ["state", "due_at"])
    op.create_index("ix_notification_round", "notification", ["case_id", "round"])
    op.create_table(
        "notice_channel",
        _text("channel"),
        _text("code"),
        _time("since"),
        _time("checked_at"),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_notice_channel")),
    )
    op.create_table(
        "notice_preference",
        _text("login"),
        _text("body"),
        _time("changed_at"),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_notice_preference")),
    )
    op.create_table(
        "slack_link",
        _text("login"),
        _text("slack_user"),
        _time("linked_at"),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_slack_link")),
        sa.UniqueConstraint("slack_user", name=op.f("uq_slack_link_slack_user")),
    )
    op.create_table(
        "slack_code",
        _text("code_digest"),
        _text("login"),
        _time("expires_at"),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("pk_slack_code")),
    )
    op.create_table(
        "slack_request",
        _text("signature"),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_slack_request")),
    )
    op.create_index(op.f("ix_slack_request_seen_at"), "slack_request", ["seen_at"])


def downgrade() -> None:
    for name in (
        "slack_request",
        "slack_code",
        "slack_link",
        "notice_preference",
        "notice_channel",
        "notification",
        "notice",
    ):
        op.drop_table(name)
