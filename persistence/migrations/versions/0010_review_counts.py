"""What the queue counts, in one index."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = (
    *("org_id", "state", "motion", "territory", "risk", "round", "snoozed_until", "next_at", "rung"),
    *("claimed_by", "assignee", "asked"),
)


def upgrade() -> None:
    op.create_index("ix_review_counted", "review", list(_COLUMNS), unique=False)


def downgrade() -> None:
    op.drop_index("ix_review_counted", table_name="review")
