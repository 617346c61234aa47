"""Many writes taken back at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNDELIVERED = sa.text("delivered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "undo_batch",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("selection", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_undo_batch")),
    )
    op.create_index(
        "ix_undo_batch_undelivered",
        "undo_batch",
        ["requested_at"],
        sqlite_where=_UNDELIVERED,
        postgresql_where=_UNDELIVERED,
    )
    op.create_table(
        "undo_item",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("motion", sa.String(), nullable=False),
        sa.Column("records", sa.String(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("foreseen", sa.String(), nullable=False),
        sa.Column("forecast", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["undo_batch.batch_id"], name=op.f("fk_undo_item_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_undo_item")),
    )


def downgrade() -> None:
    op.drop_table("undo_item")
    op.drop_index("ix_undo_batch_undelivered", table_name="undo_batch")
    op.drop_table("undo_batch")
