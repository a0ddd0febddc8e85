"""Entries of the ledger by who is behind them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("entry_by_actor", "entry", ["product", "actor", "seq"])


def downgrade() -> None:
    op.drop_index("entry_by_actor", "entry")
