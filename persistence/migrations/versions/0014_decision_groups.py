"""One signature over a list of decisions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "decision_group",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_decision_group")),
    )
    op.add_column("decision", sa.Column("group_id", sa.String(), nullable=False, server_default=""))
    op.add_column("decision", sa.Column("place", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("decision", "place")
    op.drop_column("decision", "group_id")
    op.drop_table("decision_group")
