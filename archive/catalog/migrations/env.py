"""Alembic's environment: the connection is handed in by ``archive.catalog.connect``."""

from alembic import context

from archive.catalog.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
