"""That ops ended the workflow of an undo, where the pages find it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SINGLE = "purpose = 'countersign/undo/v1' AND group_id = ''"


def upgrade() -> None:
    for table in ("decision", "undo_batch"):
        op.add_column(table, sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_decision_undo",
        "decision",
        ["org_id", "decision_id"],
        sqlite_where=sa.text(_SINGLE),
        postgresql_where=sa.text(_SINGLE),
    )


def downgrade() -> None:
    op.drop_index("ix_decision_undo", "decision")
    for table in ("undo_batch", "decision"):
        op.drop_column(table, "stopped_at")
