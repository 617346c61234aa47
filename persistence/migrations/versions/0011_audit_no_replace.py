"""SQLite: REPLACE and UPSERT do not fire the triggers that refuse a deletion, so an entry's place is guarded itself."""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        """
        CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
        WHEN EXISTS (
          SELECT 1 FROM audit_entry WHERE seq = NEW.seq
             OR (org_id = NEW.org_id AND (position = NEW.position OR key = NEW.key))
        )
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
        """
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_replace")
