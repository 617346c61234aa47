"""Sign-in by a provider, idle sessions, and who is away."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("local_user", sa.Column("issuer", sa.String(), nullable=False, server_default=""))
    op.add_column("local_user", sa.Column("subject", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_local_user_subject", "local_user", ["issuer", "subject"])
    op.add_column("ui_session", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ui_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ui_session", sa.Column("upstream", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "absence",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_absence")),
    )


def downgrade() -> None:
    op.drop_table("absence")
    op.drop_column("ui_session", "upstream")
    op.drop_column("ui_session", "proved_at")
    op.drop_column("ui_session", "last_seen_at")
    op.drop_index("ix_local_user_subject", table_name="local_user")
    op.drop_column("local_user", "subject")
    op.drop_column("local_user", "issuer")
