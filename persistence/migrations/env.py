"""Alembic's entry point. `persistence.database.upgrade` brings the connection, its lock and its transaction."""

from alembic import context

from persistence.tables import metadata

connection = context.config.attributes["connection"]
# Constraints cannot be altered in SQLite; batch mode rebuilds the table instead.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
