"""Accounts: people, their setup links, roles and sessions; the tokens of systems."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "account",
        sa.Column("name", word, nullable=False),
        sa.Column("state", word, nullable=False),
        sa.Column("password", word),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", word, nullable=False),
        sa.PrimaryKeyConstraint("name", name="account_pk"),
    )
    op.create_table(
        "setup_link",
        sa.Column("digest", word, nullable=False),
        sa.Column("person", word, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="setup_link_pk"),
    )
    op.create_index("setup_link_by_person", "setup_link", ["person"])
    op.create_table(
        "person_grant",
        sa.Column("person", word, nullable=False),
        sa.Column("role", word, nullable=False),
        sa.Column("product", word, nullable=False),
        sa.PrimaryKeyConstraint("person", "role", "product", name="person_grant_pk"),
    )
    op.create_table(
        "sign_in",
        sa.Column("digest", word, nullable=False),
        sa.Column("person", word, nullable=False),
        sa.Column("method", word, nullable=False),
        sa.Column("signed_in_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="sign_in_pk"),
    )
    op.create_index("sign_in_by_person", "sign_in", ["person", "signed_in_at"])
    op.create_table(
        "api_token",
        sa.Column("id", word, nullable=False),
        sa.Column("digest", word, nullable=False),
        sa.Column("name", word, nullable=False),
        sa.Column("grants", sa.Text(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", word, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment),
        sa.Column("used_at", moment),
        sa.PrimaryKeyConstraint("id", name="api_token_pk"),
        sa.UniqueConstraint("digest", name="api_token_digest"),
    )


def downgrade() -> None:
    for table in ("api_token", "sign_in", "person_grant", "setup_link", "account"):
        op.drop_table(table)
