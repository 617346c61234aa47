"""What the queue is filtered, ordered and searched by, and filters that people gave a name."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# A table with rows takes a column that may not be empty only with a default; the rows get their values below.
_LONG_AGO = "1970-01-01 00:00:00"
_TEXTS = ("asked", "territory", "account_key", "search_text")
_TIMES = ("next_at", "group_at")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("review", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in _TIMES:
        op.add_column("review", sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=_LONG_AGO))
    op.add_column("review", sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE review SET
          account_key = case_id,
          search_text = lower(title || ' ' || subtitle),
          next_at = CASE rung
            WHEN '' THEN coalesce(reminder_at, fallback_at, manager_at, expires_at)
            WHEN 'reminder' THEN coalesce(fallback_at, manager_at, expires_at)
            WHEN 'fallback' THEN coalesce(manager_at, expires_at)
            ELSE expires_at END
        """
    )
    op.execute("UPDATE review SET group_at = next_at")
    if op.get_bind().dialect.name == "postgresql":
        for name in (*_TEXTS, *_TIMES):
            op.alter_column("review", name, server_default=None)
    op.drop_index("ix_review_queue", table_name="review")
    op.create_index(
        "ix_review_due",
        "review",
        ["org_id", "state", "motion", "group_at", "account_key", "next_at", "case_id", "round"],
        unique=False,
    )
    op.create_index(
        "ix_review_opened", "review", ["org_id", "state", "motion", "opened_at", "case_id", "round"], unique=False
    )
    op.create_index(
        "ix_review_closed", "review", ["org_id", "state", "motion", "closed_at", "case_id", "round"], unique=False
    )
    op.create_index("ix_review_account", "review", ["org_id", "motion", "account_key", "state"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("org_id", "login", "name", name=op.f("uq_saved_view_org_id_login_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_view")
    for name in ("ix_review_account", "ix_review_closed", "ix_review_opened", "ix_review_due"):
        op.drop_index(name, table_name="review")
    op.create_index("ix_review_queue", "review", ["state", "expires_at"], unique=False)
    for name in (*_TEXTS, *_TIMES, "respond_by"):
        op.drop_column("review", name)
