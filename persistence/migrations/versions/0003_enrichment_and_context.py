"""answers of enrichment providers, and context events."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enrichment_answer",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "company", name=op.f("pk_enrichment_answer")),
    )
    op.create_table(
        "context_event",
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("crm_record", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_context_event")),
    )
    op.create_index("ix_context_event_person", "context_event", ["person", "occurred_at"], unique=False)
    op.create_index("ix_context_event_company", "context_event", ["company", "occurred_at"], unique=False)
    op.create_index("ix_context_event_record", "context_event", ["crm_record", "occurred_at"], unique=False)
