"""Which signed decision let writing go on after a stop."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("pause", sa.Column("decision_id", sa.String(), nullable=False, server_default=""))
    op.add_column("pause", sa.Column("released_all", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Switches on go from before signatures: without a row nothing is paused, as they said.
    op.execute(sa.text("DELETE FROM pause WHERE NOT paused"))


def downgrade() -> None:
    op.drop_column("pause", "released_all")
    op.drop_column("pause", "decision_id")
