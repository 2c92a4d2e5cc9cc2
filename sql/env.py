"""Alembic's environment: runs the migrations on the connection that app.storage.migrate hands over."""

from alembic import context

from app.storage.migrate import VERSION_TABLE
from app.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
