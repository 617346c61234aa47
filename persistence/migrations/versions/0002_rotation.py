"""whose turn it is in each team."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "rotation_seat",
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "pool", "member", name=op.f("pk_rotation_seat")),
    )
    op.create_table(
        "rotation_turn",
        sa.Column("org_id", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "pool", "case_id", "round", name=op.f("pk_rotation_turn")),
    )
    op.create_index("ix_rotation_turn_member", "rotation_turn", ["org_id", "member"], unique=False)
