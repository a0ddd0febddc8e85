"""The tables of the ways in: what could not be taken, how much passes, who reads the stream, who may send."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from activities.ledger.tables import Moment, Number, Word, metadata

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", Word, nullable=False),  # derived from where it came from: the same delivery is the same letter
    Column("way", Word, nullable=False),  # `http`, `kafka`, `webhook`, or `product`: refused inside the workflow
    Column("state", Word, nullable=False),  # `open`, `redriven`, `closed`, `discarded`
    Column("reason", Word, nullable=False),  # see `events.letters.Reason`
    Column("detail", Text, nullable=False),  # in plain words, with the places
    Column("product", Word),
    Column("source", Word),
    Column("event_id", Word),
    Column("type", Word),
    Column("content_type", Word),
    Column("headers", Text, nullable=False),  # JSON object of texts
    Column("body", Text),  # sealed base64; NULL: refused by the product, so that the ledger's entry has it
    Column("size", Number, nullable=False),  # bytes of the whole body, also where only its beginning is kept
    Column("digest", Word, nullable=False),  # SHA-256 of the whole body
    Column("at", Moment, nullable=False),  # it arrived
    Column("changed_at", Moment, nullable=False),  # its state
    Column("attempts", Number, nullable=False),  # redrives
    Column("copy_of", Word),  # the letter that this one is an edited copy of
    Column("result", Text, nullable=False),  # JSON: what the last redrive came to, and the event that closed it
    PrimaryKeyConstraint("id", name="dead_letter_pk"),
    Index("dead_letter_by_state", "state", "at", "id"),
    Index("dead_letter_by_time", "at", "id"),
    Index("dead_letter_by_product", "product", "at", "id"),
    Index("dead_letter_by_event", "source", "event_id"),
)

intake_rate = Table(
    "intake_rate",
    metadata,
    Column("at", Moment, nullable=False),  # the second that was counted
    Column("process", Word, nullable=False),
    Column("way", Word, nullable=False),
    Column("product", Word, nullable=False),  # empty: not known
    Column("source", Word, nullable=False),
    Column("type", Word, nullable=False),
    Column("status", Word, nullable=False),  # `accepted`, `duplicate`, `refused`, `parked` …
    Column("events", Number, nullable=False),
    PrimaryKeyConstraint("at", "process", "way", "product", "source", "type", "status", name="intake_rate_pk"),
    Index("intake_rate_by_product", "product", "at"),
)

intake_process = Table(
    "intake_process",
    metadata,
    Column("process", Word, nullable=False),
    Column("way", Word, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("beat_at", Moment, nullable=False),
    Column("data", Text, nullable=False),  # JSON: partitions, lag, in flight, stalled
    PrimaryKeyConstraint("process", name="intake_process_pk"),
)

webhook_source = Table(
    "webhook_source",
    metadata,
    Column("name", Word, nullable=False),  # as in the address: /webhooks/{name}
    Column("kind", Word, nullable=False),  # `github`, `jira`, `standard`
    Column("created_at", Moment, nullable=False),
    PrimaryKeyConstraint("name", name="webhook_source_pk"),
)

webhook_secret = Table(
    "webhook_secret",
    metadata,
    Column("source", Word, nullable=False),
    Column("number", Number, nullable=False, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),  # under the root key
    Column("created_at", Moment, nullable=False),
    Column("ends_at", Moment),  # from then on it is not valid; NULL: the present one
    PrimaryKeyConstraint("source", "number", name="webhook_secret_pk"),
    ForeignKeyConstraint(["source"], ["webhook_source.name"], name="webhook_secret_source"),
)
