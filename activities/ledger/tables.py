"""The ledger's tables. ``migrations/versions`` creates them; a test compares the two."""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

SCHEMA = "0004"  # the migration that this code was written for

Word = Text().with_variant(Text(collation="C"), "postgresql")  # ordered by code point on every database
Number = Integer()


class Moment(TypeDecorator[datetime]):
    """An instant in UTC, exact to the microsecond on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc  # SQLite has no time zones

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

entry = Table(
    "entry",
    metadata,
    Column("product", Word, nullable=False),
    Column("seq", Number, nullable=False, autoincrement=False),
    Column("key", Word, nullable=False),
    Column("at", Moment, nullable=False),
    Column("clock_at", Moment, nullable=False),
    Column("kind", Word, nullable=False),
    Column("cause", Word),
    Column("actor", Word, nullable=False),
    Column("identity", Word, nullable=False),
    Column("workflow", Word, nullable=False),
    Column("about", Text, nullable=False),  # JSON list, in order; `entry_about` is its index
    Column("event_source", Word),
    Column("event_id", Word),
    Column("data", Text, nullable=False),  # canonical JSON
    Column("policy_hash", Word),
    Column("prev_hash", Word, nullable=False),
    Column("hash", Word, nullable=False),
    PrimaryKeyConstraint("product", "seq", name="entry_pk"),
    UniqueConstraint("product", "key", name="entry_key"),
    UniqueConstraint("product", "event_source", "event_id", name="entry_event"),  # NULLs are distinct
    Index("entry_by_kind", "product", "kind", "seq"),
    Index("entry_by_actor", "product", "actor", "seq"),
    Index("entry_by_cause", "product", "cause", "seq"),
    Index("entry_by_workflow", "workflow", "product", "seq"),
    Index("entry_by_event", "event_source", "event_id", "product"),
    Index("entry_by_time", "at", "product", "seq"),
)

entry_about = Table(
    "entry_about",
    metadata,
    Column("product", Word, nullable=False),
    Column("seq", Number, nullable=False, autoincrement=False),
    Column("thing", Word, nullable=False),
    PrimaryKeyConstraint("product", "seq", "thing", name="entry_about_pk"),
    ForeignKeyConstraint(["product", "seq"], ["entry.product", "entry.seq"], name="entry_about_entry"),
    Index("entry_about_by_thing", "thing", "product", "seq"),  # one thing, of one product or of all
)

head = Table(  # the end of each stream: the row that writers lock, and what verification has to arrive at
    "head",
    metadata,
    Column("product", Word, nullable=False),
    Column("seq", Number, nullable=False),
    Column("hash", Word, nullable=False),
    PrimaryKeyConstraint("product", name="head_pk"),
)

view_row = Table(
    "view_row",
    metadata,
    Column("kind", Word, nullable=False),
    Column("id", Word, nullable=False),
    Column("product", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("role", Word),
    Column("due", Moment),
    Column("data", Text, nullable=False),  # canonical JSON
    Column("seq", Number, nullable=False),  # of the entry that it was refreshed with
    PrimaryKeyConstraint("kind", "id", name="view_row_pk"),
    Index("view_row_by_product", "kind", "product", "id"),
    Index("view_row_by_state", "kind", "state", "id"),
)

document = Table(
    "document",
    metadata,
    Column("hash", Word, nullable=False),
    Column("bytes", LargeBinary, nullable=False),  # canonical JSON
    PrimaryKeyConstraint("hash", name="document_pk"),
)

allotment = Table(
    "allotment",
    metadata,
    Column("team", Word, nullable=False),
    Column("product", Word, nullable=False),
    Column("allotment", Float, nullable=False),  # person-days per period, of this product
    Column("person_days", Float, nullable=False),  # person-days per period, of the whole team
    PrimaryKeyConstraint("team", "product", name="allotment_pk"),
)

product_key = Table(
    "product_key",
    metadata,
    Column("product", Word, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),  # by the root key, which is never in here
    PrimaryKeyConstraint("product", name="product_key_pk"),
)

text_key = Table(  # one key per feedback; the only table whose content is meant to be destroyed
    "text_key",
    metadata,
    Column("product", Word, nullable=False),
    Column("source", Word, nullable=False),
    Column("event_id", Word, nullable=False),
    Column("wrapped", LargeBinary),  # by the product's key; NULL: erased, and never to be made again
    PrimaryKeyConstraint("product", "source", "event_id", name="text_key_pk"),
)
