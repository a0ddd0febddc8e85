"""The ways in: dead letters, rates, reading processes, webhook sources and their secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "dead_letter",
        sa.Column("id", word, nullable=False),
        sa.Column("way", word, nullable=False),
        sa.Column("state", word, nullable=False),
        sa.Column("reason", word, nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("product", word),
        sa.Column("source", word),
        sa.Column("event_id", word),
        sa.Column("type", word),
        sa.Column("content_type", word),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", word, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("copy_of", word),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="dead_letter_pk"),
    )
    op.create_index("dead_letter_by_state", "dead_letter", ["state", "at", "id"])
    op.create_index("dead_letter_by_time", "dead_letter", ["at", "id"])
    op.create_index("dead_letter_by_product", "dead_letter", ["product", "at", "id"])
    op.create_index("dead_letter_by_event", "dead_letter", ["source", "event_id"])
    op.create_table(
        "intake_rate",
        sa.Column("at", moment, nullable=False),
        sa.Column("process", word, nullable=False),
        sa.Column("way", word, nullable=False),
        sa.Column("product", word, nullable=False),
        sa.Column("source", word, nullable=False),
        sa.Column("type", word, nullable=False),
        sa.Column("status", word, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "at", "process", "way", "product", "source", "type", "status", name="intake_rate_pk"
        ),
    )
    op.create_index("intake_rate_by_product", "intake_rate", ["product", "at"])
    op.create_table(
        "intake_process",
        sa.Column("process", word, nullable=False),
        sa.Column("way", word, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("beat_at", moment, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("process", name="intake_process_pk"),
    )
    op.create_table(
        "webhook_source",
        sa.Column("name", word, nullable=False),
        sa.Column("kind", word, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="webhook_source_pk"),
    )
    op.create_table(
        "webhook_secret",
        sa.Column("source", word, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("ends_at", moment),
        sa.PrimaryKeyConstraint("source", "number", name="webhook_secret_pk"),
        sa.ForeignKeyConstraint(["source"], ["webhook_source.name"], name="webhook_secret_source"),
    )


def downgrade() -> None:
    for table in ("webhook_secret", "webhook_source", "intake_process", "intake_rate", "dead_letter"):
        op.drop_table(table)
