"""Run migrations on the connection, and in the transaction, that ``activities.ledger.migrate`` hands in."""

from alembic import context

from activities.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
