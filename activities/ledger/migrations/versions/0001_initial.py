"""The ledger: entries, their index by thing, heads, view rows, documents, allotments; keys of texts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEPT = ("entry", "entry_about", "document")  # rows are added, never changed, never removed


def upgrade() -> None:
    word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "entry",
        sa.Column("product", word, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("key", word, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("clock_at", moment, nullable=False),
        sa.Column("kind", word, nullable=False),
        sa.Column("cause", word),
        sa.Column("actor", word, nullable=False),
        sa.Column("identity", word, nullable=False),
        sa.Column("workflow", word, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("event_source", word),
        sa.Column("event_id", word),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("policy_hash", word),
        sa.Column("prev_hash", word, nullable=False),
        sa.Column("hash", word, nullable=False),
        sa.PrimaryKeyConstraint("product", "seq", name="entry_pk"),
        sa.UniqueConstraint("product", "key", name="entry_key"),
        sa.UniqueConstraint("product", "event_source", "event_id", name="entry_event"),
    )
    op.create_index("entry_by_kind", "entry", ["product", "kind", "seq"])
    op.create_index("entry_by_cause", "entry", ["product", "cause", "seq"])
    op.create_index("entry_by_workflow", "entry", ["workflow", "product", "seq"])
    op.create_index("entry_by_event", "entry", ["event_source", "event_id", "product"])
    op.create_index("entry_by_time", "entry", ["at", "product", "seq"])
    op.create_table(
        "entry_about",
        sa.Column("product", word, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("thing", word, nullable=False),
        sa.PrimaryKeyConstraint("product", "seq", "thing", name="entry_about_pk"),
        sa.ForeignKeyConstraint(["product", "seq"], ["entry.product", "entry.seq"], name="entry_about_entry"),
    )
    op.create_index("entry_about_by_thing", "entry_about", ["thing", "product", "seq"])
    op.create_table(
        "head",
        sa.Column("product", word, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", word, nullable=False),
        sa.PrimaryKeyConstraint("product", name="head_pk"),
    )
    op.create_table(
        "view_row",
        sa.Column("kind", word, nullable=False),
        sa.Column("id", word, nullable=False),
        sa.Column("product", word, nullable=False),
        sa.Column("state", word, nullable=False),
        sa.Column("role", word),
        sa.Column("due", moment),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name="view_row_pk"),
    )
    op.create_index("view_row_by_product", "view_row", ["kind", "product", "id"])
    op.create_index("view_row_by_state", "view_row", ["kind", "state", "id"])
    op.create_table(
        "document",
        sa.Column("hash", word, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="document_pk"),
    )
    op.create_table(
        "allotment",
        sa.Column("team", word, nullable=False),
        sa.Column("product", word, nullable=False),
        sa.Column("allotment", sa.Float(), nullable=False),
        sa.Column("person_days", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "product", name="allotment_pk"),
    )
    op.create_table(
        "product_key",
        sa.Column("product", word, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("product", name="product_key_pk"),
    )
    op.create_table(
        "text_key",
        sa.Column("product", word, nullable=False),
        sa.Column("source", word, nullable=False),
        sa.Column("event_id", word, nullable=False),
        sa.Column("wrapped", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("product", "source", "event_id", name="text_key_pk"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _protect_postgresql()
    else:
        _protect_sqlite()


def _protect_sqlite() -> None:
    for table in KEPT:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    # INSERT OR REPLACE deletes without firing delete triggers
    for table, same in (
        ("entry", "product = NEW.product AND (seq = NEW.seq OR key = NEW.key)"),
        ("document", "hash = NEW.hash"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER head_no_delete BEFORE DELETE ON head "
        "BEGIN SELECT RAISE(ABORT, 'a stream of the ledger has no end'); END"
    )
    op.execute(
        "CREATE TRIGGER head_forward BEFORE UPDATE ON head WHEN NEW.product <> OLD.product OR NEW.seq <= OLD.seq "
        "BEGIN SELECT RAISE(ABORT, 'a stream of the ledger only grows'); END"
    )


def _protect_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION tandem_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION tandem_head_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.product <> OLD.product OR NEW.seq <= OLD.seq THEN "
        "RAISE EXCEPTION 'a stream of the ledger only grows'; END IF; RETURN NEW; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION tandem_append_only()"
        )
    op.execute(
        "CREATE TRIGGER head_no_delete BEFORE DELETE OR TRUNCATE ON head "
        "FOR EACH STATEMENT EXECUTE FUNCTION tandem_append_only()"
    )
    op.execute(
        "CREATE TRIGGER head_forward BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION tandem_head_forward()"
    )


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM entry LIMIT 1")).first() is not None:
        raise RuntimeError("the ledger has entries; a migration does not remove them")
    for table in ("text_key", "product_key", "allotment", "document", "view_row", "head", "entry_about", "entry"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION tandem_append_only()")
        op.execute("DROP FUNCTION tandem_head_forward()")
