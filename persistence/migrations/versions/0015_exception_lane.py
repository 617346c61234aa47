"""What the lane of exceptions is searched and closed by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TEXTS = ("search_text", "denied")


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("case_exception", sa.Column(name, sa.String(), nullable=False, server_default=""))
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column("case_exception", name, server_default=None)
    op.add_column("case_exception", sa.Column("access_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE case_exception SET search_text = lower(title || ' ' || subtitle)")


def downgrade() -> None:
    for name in (*_TEXTS, "access_at"):
        op.drop_column("case_exception", name)
