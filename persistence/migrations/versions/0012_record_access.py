"""Whom the CRM keeps from the records of a review, and when it was asked; counted from the same index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTED = (
    *("org_id", "state", "motion", "territory", "risk", "round", "snoozed_until", "next_at", "rung"),
    *("claimed_by", "assignee", "asked"),
)
_ACCESS = ("denied", "access_at")


def upgrade() -> None:
    op.add_column("review", sa.Column("denied", sa.String(), nullable=False, server_default=""))
    op.add_column("review", sa.Column("access_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("review", "denied", server_default=None)
    op.drop_index("ix_review_counted", table_name="review")
    op.create_index("ix_review_counted", "review", [*_COUNTED, *_ACCESS], unique=False)


def downgrade() -> None:
    op.drop_index("ix_review_counted", table_name="review")
    op.create_index("ix_review_counted", "review", list(_COUNTED), unique=False)
    for name in _ACCESS:
        op.drop_column("review", name)
