"""Run migrations on the connection, and in the transaction, that ``activities.ledger.migrate`` hands in."""

from alembic import context

from activities.ledger import tables_accounts, tables_intake
from activities.ledger.tables import metadata

DECLARED = (tables_accounts, tables_intake)  # importing them adds their tables

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
